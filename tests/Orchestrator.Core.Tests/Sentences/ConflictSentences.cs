using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>Work that conflicts with what was integrated meanwhile.</summary>
public sealed class ConflictSentences
{
    /// <summary>1A has landed; 1B conflicts with it, and its worktree stands with both sides.</summary>
    private static Story Conflict(int rounds = 3, int attempts = 10) =>
        Story.Of("1A", "1B", "2A").Under(new Policy(Review: Plans.ReviewLevel.None, ReviewRounds: rounds, RetryAttempts: attempts)).Begins().Implements("1A", "1B").Gates("1A").Gates("1B")
            .Builds("1B").Tests().Publishes().ReadyInConflict("1B");

    [Fact]
    public void It_is_resolved_in_a_worktree_on_the_new_tip_that_holds_both_sides()
    {
        var story = Conflict();
        var order = story.Given<Order.RunTurn>("1B");
        Assert.Equal((Role.Resolve, Ask.Begin, false), (order.Brief.Role, order.Brief.Ask, order.Brief.Known));
        Assert.Equal((story.State.Tip, story.State.Tip, "c2"), (order.Base, order.Tip, order.Resolving));
        Assert.Equal("a.txt", Assert.Single(order.Brief.Findings).File);
    }

    [Fact]
    public void A_resolution_that_keeps_both_sides_is_judged_like_any_other_work_and_lands()
    {
        var story = Conflict().Completes("1B");
        Assert.Equal((Role.Resolve, "c2"), (story.Given<Order.Commit>("1B").After, story.Given<Order.Commit>("1B").Resolving));
        story.Commits("1B").Gates("1B").Lands().Expect("1B: done", "2A: preparing");
        Assert.Equal(2, story.Of("1B").Attempt);
    }

    [Fact]
    public void A_resolution_that_lost_something_is_mended_in_the_same_conversation()
    {
        var story = Conflict().Completes("1B");
        var session = story.Of("1B").Writer;
        var brief = story.CommitsLosing("1B").Brief("1B");
        Assert.Equal((Role.Remediate, session, true, 1), (brief.Role, brief.Session, brief.Known, brief.Round));
        Assert.Equal("a.txt", Assert.Single(brief.Findings).File);
        Assert.Equal("c2", story.Completes("1B").Given<Order.Commit>("1B").Resolving); // and looked at again
        story.Commits("1B").Gates("1B").Lands().Expect("1B: done");
    }

    [Fact]
    public void Once_both_sides_are_kept_it_is_not_asked_again()
    {
        var story = Conflict().Completes("1B").Commits("1B").Gates("1B", green: false).Completes("1B");
        Assert.Null(story.Given<Order.Commit>("1B").Resolving);
    }

    [Fact]
    public void What_cannot_be_resolved_so_that_both_sides_are_kept_is_left_to_a_person()
    {
        Conflict(rounds: 0).Completes("1B").CommitsLosing("1B").Expect("1B: failed merge.unresolved", "1A: done", "2A: blocked by 1B");
        Conflict().Completes("1B").CommitsLosing("1B", "same").Completes("1B").CommitsLosing("1B", "same").Expect("1B: failed merge.unresolved");
    }

    [Fact]
    public void An_agent_that_fails_over_a_conflict_begins_again_with_the_conflict()
    {
        var story = Conflict().Fails("1B", FailureKind.Attempt);
        var order = story.Given<Order.Prepare>("1B");
        Assert.Equal((story.State.Tip, "c2", 3), (order.Step.Base, order.Step.Carry, order.Attempt));
        Conflict(attempts: 2).Fails("1B", FailureKind.Attempt).Expect("1B: failed agent.Attempt");
    }

    [Fact]
    public void A_resolution_that_leaves_nothing_of_the_work_is_a_failed_attempt()
    {
        var story = Conflict().Completes("1B").CommitsNothing("1B");
        Assert.Equal("c2", story.Given<Order.Prepare>("1B").Step.Carry);
    }
}
