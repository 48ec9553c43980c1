using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>Tries, and what spends one.</summary>
public sealed class AttemptSentences
{
    [Fact]
    public void An_agent_that_changed_nothing_has_spent_an_attempt()
    {
        var story = Story.Of("1A").Begins().Ready("1A").Completes("1A").CommitsNothing("1A");
        Assert.Equal(2, story.Of("1A").Attempt);
        var brief = story.Brief("1A");
        Assert.Equal((Role.Implement, Ask.TryAgain, false), (brief.Role, brief.Ask, brief.Known));
        Assert.Equal("The agent ended without changing a file.", brief.Reason);
    }

    [Fact]
    public void Another_attempt_is_another_conversation()
    {
        var story = Story.Of("1A").Begins().Ready("1A");
        var first = story.Brief("1A").Session;
        Assert.NotEqual(first, story.Fails("1A", FailureKind.Attempt).Brief("1A").Session);
    }

    [Fact]
    public void A_milestone_out_of_attempts_fails_its_dependants_are_blocked_and_the_rest_goes_on()
    {
        var story = Story.Of("1A", "1B", "2A needs 1A", "2B needs 1B", "3A").Under(new Policy(RetryAttempts: 2)).Begins();
        story.Ready("1A").Fails("1A", FailureKind.Attempt).Expect("1A: implementing")
            .Fails("1A", FailureKind.Attempt)
            .Expect("1A: failed agent.Attempt \"Attempt trouble. (2 attempts)\"", "2A: blocked by 1A", "3A: blocked by 2A", "1B: preparing");
        story.Accepts("1B").Lands().Expect("1B: done", "2B: preparing")
            .Accepts("2B").Lands().Expect("2B: done")
            .Ends<Final.WithFailures>();
    }

    [Fact]
    public void A_failed_stage_mate_does_not_keep_the_others_from_being_merged() =>
        Story.Of("1A", "1B").Begins().Accepts("1A").Expect("1A: accepted")
            .Ready("1B").Fails("1B", FailureKind.Milestone)
            .Lands().Expect("1A: done", "1B: failed").Ends<Final.WithFailures>();

    [Fact]
    public void What_no_further_try_can_help_is_given_up_at_once() =>
        Story.Of("1A").Under(new Policy(RetryAttempts: 10)).Begins()
            .Ready("1A").Fails("1A", FailureKind.Milestone)
            .Expect("1A: failed agent.Milestone").Ends<Final.WithFailures>();

    [Fact]
    public void A_review_that_fails_is_tried_again_by_another_reviewer_of_the_same_commit()
    {
        var story = Story.Of("1A").Begins().Implements("1A");
        var (session, tip) = (story.Brief("1A").Session, story.Given<Order.RunTurn>("1A").Tip);
        story.Fails("1A", FailureKind.Attempt).Expect("1A: reviewing");
        Assert.Equal(tip, story.Given<Order.RunTurn>("1A").Tip);
        Assert.NotEqual(session, story.Brief("1A").Session);
        Assert.Equal(2, story.Of("1A").Attempt);
    }

    [Fact]
    public void An_implementer_that_answers_like_a_reviewer_has_spent_an_attempt()
    {
        var story = Story.Of("1A").Begins().Ready("1A").Approved("1A").Expect("1A: implementing");
        Assert.Equal(2, story.Of("1A").Attempt);
    }

    [Fact]
    public void A_reviewer_without_a_verdict_has_not_approved()
    {
        var story = Story.Of("1A").Begins().Implements("1A").Completes("1A").Expect("1A: reviewing");
        Assert.Equal(2, story.Of("1A").Attempt);
    }

    [Fact]
    public void A_passing_trouble_is_waited_out_in_the_same_conversation_and_spends_no_attempt()
    {
        var story = Story.Of("1A").Begins().Ready("1A");
        var session = story.Brief("1A").Session;
        story.Fails("1A", FailureKind.Transient).Expect("1A: parked Backoff").Wakes().Expect("1A: implementing");
        Assert.Equal(Story.Start.AddSeconds(2), story.Now);
        var brief = story.Brief("1A");
        Assert.Equal((session, Ask.GoOn, true, 2, 1), (brief.Session, brief.Ask, brief.Known, brief.Delivery, brief.Attempt));
    }

    [Fact]
    public void Each_passing_trouble_in_a_row_waits_longer()
    {
        var story = Story.Of("1A").Begins().Ready("1A");
        foreach (var seconds in new[] { 2, 10, 20, 40, 80, 160, 320, 360, 360 })
        {
            var before = story.Now;
            Assert.Equal(before.AddSeconds(seconds), story.Fails("1A", FailureKind.Transient).Wakes().Now);
        }
    }

    [Fact]
    public void Passing_troubles_without_end_spend_an_attempt()
    {
        var story = Story.Of("1A").Under(new Policy(Redeliveries: 2, RetryAttempts: 2)).Begins().Ready("1A");
        story.Fails("1A", FailureKind.Transient).Wakes().Fails("1A", FailureKind.Transient).Wakes();
        Assert.Equal(1, story.Of("1A").Attempt);
        story.Fails("1A", FailureKind.Transient).Expect("1A: implementing");
        Assert.Equal((2, 0), (story.Of("1A").Attempt, story.Of("1A").Stumbles));
    }

    [Fact]
    public void A_step_that_worked_forgets_the_troubles_before_it()
    {
        var story = Story.Of("1A").Begins().Ready("1A").Fails("1A", FailureKind.Transient).Wakes().Completes("1A");
        Assert.Equal(0, story.Of("1A").Stumbles);
    }

    [Fact]
    public void A_worktree_that_cannot_be_made_just_now_is_made_a_little_later()
    {
        var story = Story.Of("1A").Begins();
        story.Happens(new Event.OrderFailed(story.Given<Order.Prepare>("1A").Ticket, FailureKind.Transient, "git.lock", "A lock is held."));
        story.Expect("1A: parked Backoff").Wakes().Expect("1A: preparing");
    }

    [Fact]
    public void A_new_attempt_has_all_its_patience_again_at_a_worktree_too()
    {
        var story = Story.Of("1A").Under(new Policy(Redeliveries: 1)).Begins();
        Story Trouble() => story.Happens(new Event.OrderFailed(story.Given<Order.Prepare>("1A").Ticket, FailureKind.Transient, "git.lock", "A lock is held."));
        Trouble().Wakes();
        Trouble().Expect("1A: preparing");
        Assert.Equal(2, story.Of("1A").Attempt);
        Trouble().Expect("1A: parked Backoff");
        Assert.Equal(2, story.Of("1A").Attempt);
    }

    [Fact]
    public void While_one_backs_off_its_slot_is_used() =>
        Story.Of("1A", "1B").Under(new Policy(MaxParallel: 1)).Begins()
            .Ready("1A").Fails("1A", FailureKind.Transient).Expect("1B: preparing");

    [Fact]
    public void A_budget_that_is_spent_allows_no_further_attempt() =>
        Story.Of("1A budget 2").Begins().Ready("1A")
            .Fails("1A", FailureKind.Attempt, cost: 2.5m)
            .Expect("1A: failed budget.milestone").Ends<Final.WithFailures>();

    [Fact]
    public void A_budget_that_is_spent_allows_no_further_round() =>
        Story.Of("1A budget 2").Begins().Ready("1A")
            .Completes("1A", cost: 1).Commits("1A").Ends("1A", new TurnOutcome.ChangesRequested([new Finding(FindingSeverity.Major, "a", 1, "wrong")]), cost: 1)
            .Expect("1A: failed budget.milestone");

    [Fact]
    public void A_turn_is_told_what_is_left_of_the_budget()
    {
        var story = Story.Of("1A budget 2").Begins().Ready("1A");
        Assert.Equal(2, story.Brief("1A").Cap.Usd);
        Assert.Equal(1.25m, story.Completes("1A", cost: 0.75m).Commits("1A").Brief("1A").Cap.Usd);
    }

    [Fact]
    public void Without_a_budget_there_is_no_bound() =>
        Assert.Null(Story.Of("1A").Begins().Ready("1A").Fails("1A", FailureKind.Attempt, cost: 999).Brief("1A").Cap.Usd);

    [Fact]
    public void What_turns_cost_is_counted_for_the_milestone_and_the_run()
    {
        var story = Story.Of("1A", "1B").Begins().Ready("1A").Completes("1A", cost: 1).Ready("1B").Fails("1B", FailureKind.Transient, cost: 2);
        Assert.Equal((1m, 2m, 3m), (story.Of("1A").Usage.CostUsd, story.Of("1B").Usage.CostUsd, story.State.Usage.CostUsd));
    }
}
