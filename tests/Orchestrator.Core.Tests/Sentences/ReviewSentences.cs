using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>Review, remediation and gates.</summary>
public sealed class ReviewSentences
{
    [Fact]
    public void Work_is_reviewed_in_a_conversation_of_its_own()
    {
        var story = Story.Of("1A").Begins().Ready("1A");
        var writer = story.Brief("1A").Session;
        var review = story.Completes("1A").Commits("1A").Brief("1A");
        Assert.Equal((Role.Review, Ask.Begin, false), (review.Role, review.Ask, review.Known));
        Assert.NotEqual(writer, review.Session);
    }

    [Fact]
    public void Approved_work_goes_to_the_gates_and_then_is_accepted()
    {
        var story = Story.Of("1A", "1B").Begins().Implements("1A").Approved("1A");
        Assert.Equal("c1", story.Given<Order.RunGates>("1A").Tip);
        story.Gates("1A").Expect("1A: accepted @c1");
    }

    [Fact]
    public void Remarks_below_the_bar_hold_nothing_up() =>
        Story.Of("1A").Begins().Implements("1A").ApprovedWithRemarks("1A").Gates("1A").Expect("1A: accepted @c1");

    [Fact]
    public void The_bar_of_a_review_is_the_policys_at_the_time_it_begins()
    {
        var story = Story.Of("1A").Under(new Policy(ReviewBar: FindingSeverity.Minor)).Begins().Implements("1A");
        Assert.Equal(FindingSeverity.Minor, story.Brief("1A").Bar);
        Assert.Equal(FindingSeverity.Critical, story.Resumes(new Policy(ReviewBar: FindingSeverity.Critical)).Brief("1A").Bar);
    }

    [Fact]
    public void Findings_go_to_the_implementer_in_its_own_conversation_and_another_reviewer_looks_again()
    {
        var story = Story.Of("1A").Begins().Ready("1A");
        var writer = story.Brief("1A").Session;
        story.Completes("1A").Commits("1A");
        var reviewer = story.Brief("1A").Session;

        var remedy = story.ChangesRequested("1A").Brief("1A");
        Assert.Equal((Role.Remediate, writer, true, 1), (remedy.Role, remedy.Session, remedy.Known, remedy.Round));
        Assert.Equal("wrong", Assert.Single(remedy.Findings).Claim);

        var again = story.Completes("1A").Commits("1A").Brief("1A");
        Assert.Equal((Role.Review, false), (again.Role, again.Known));
        Assert.DoesNotContain(again.Session, new[] { writer, reviewer });
        Assert.Equal("wrong", Assert.Single(again.Findings).Claim);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Rounds_are_bounded(int rounds)
    {
        var story = Story.Of("1A").Under(new Policy(ReviewRounds: rounds)).Begins().Implements("1A");
        for (var round = 0; round < rounds; round++)
        {
            story.ChangesRequested("1A").Expect("1A: remediating").Completes("1A").Commits("1A");
        }

        story.ChangesRequested("1A").Expect("1A: failed review.rounds");
    }

    [Fact]
    public void A_remedy_that_changes_nothing_is_reviewed_again_and_the_rounds_still_end() =>
        Story.Of("1A").Under(new Policy(ReviewRounds: 1)).Begins().Implements("1A")
            .ChangesRequested("1A").Completes("1A").CommitsNothing("1A").Expect("1A: reviewing")
            .ChangesRequested("1A").Expect("1A: failed review.rounds");

    [Fact]
    public void A_remedy_that_changes_nothing_is_judged_by_a_reviewer_who_is_not_told_what_the_first_one_found()
    {
        var story = Story.Of("1A").Begins().Implements("1A").ChangesRequested("1A").Completes("1A").CommitsNothing("1A");
        Assert.Equal((Role.Review, 0), (story.Brief("1A").Role, story.Brief("1A").Findings.Count));
        story.Approved("1A").Gates("1A").Expect("1A: accepted @c1");
    }

    [Fact]
    public void What_is_left_as_it_is_and_refused_again_ends_the_rounds_by_name() =>
        Story.Of("1A").Begins().Implements("1A").ChangesRequested("1A").Completes("1A").CommitsNothing("1A")
            .ChangesRequested("1A").Expect("1A: failed work.unchanged");

    [Fact]
    public void A_gate_that_is_red_twice_on_the_same_files_ends_the_rounds_by_name() =>
        Story.Of("1A").Begins().Implements("1A").Approved("1A").Gates("1A", green: false).Completes("1A").CommitsNothing("1A")
            .Approved("1A").Gates("1A", green: false).Expect("1A: failed work.unchanged");

    [Fact]
    public void A_remedy_that_leads_back_to_what_was_refused_ends_the_rounds_by_name() =>
        Story.Of("1A").Begins().Ready("1A").Completes("1A").CommitsTree("1A", "left").ChangesRequested("1A")
            .Completes("1A").CommitsTree("1A", "right").ChangesRequested("1A")
            .Completes("1A").CommitsTree("1A", "left").Expect("1A: failed work.repeated");

    [Fact]
    public void A_later_attempt_may_come_to_what_an_earlier_one_came_to() =>
        Story.Of("1A").Begins().Ready("1A").Completes("1A").CommitsTree("1A", "same").ChangesRequested("1A")
            .Fails("1A", FailureKind.Attempt).Completes("1A").CommitsTree("1A", "same").Expect("1A: reviewing");

    [Fact]
    public void A_later_review_is_told_what_the_one_before_saw()
    {
        var story = Story.Of("1A").Begins().Implements("1A");
        Assert.Null(story.Given<Order.RunTurn>("1A").Seen);
        story.ChangesRequested("1A");
        Assert.Null(story.Given<Order.RunTurn>("1A").Seen);
        story.Completes("1A").Commits("1A");
        Assert.Equal(("c1", "c2"), (story.Given<Order.RunTurn>("1A").Seen, story.Given<Order.RunTurn>("1A").Tip));
    }

    [Fact]
    public void A_gate_that_passes_when_run_again_lets_the_work_through_and_is_remembered()
    {
        var story = Story.Of("1A").Begins().Implements("1A").Approved("1A");
        story.Happens(new Event.GateFinished(story.Given<Order.RunGates>("1A").Ticket, [new GateResult("test", true, "red at first", Flaky: true)])).Expect("1A: accepted @c1");
        Assert.Equal(["test"], story.State.Flaky);
    }

    [Fact]
    public void A_red_gate_goes_to_the_implementer_with_its_output_and_the_work_is_reviewed_again()
    {
        var story = Story.Of("1A").Begins().Ready("1A");
        var writer = story.Brief("1A").Session;
        var remedy = story.Completes("1A").Commits("1A").Approved("1A").Gates("1A", green: false).Brief("1A");
        Assert.Equal((Role.Remediate, writer), (remedy.Role, remedy.Session));
        Assert.Contains("1 of 9 tests fails", Assert.Single(remedy.Findings).Claim, StringComparison.Ordinal);
        story.Completes("1A").Commits("1A").Expect("1A: reviewing").Approved("1A").Gates("1A").Expect("1A: accepted @c2");
    }

    [Fact]
    public void Only_the_gates_that_fail_become_findings()
    {
        var story = Story.Of("1A").Begins().Implements("1A").Approved("1A");
        story.Happens(new Event.GateFinished(story.Given<Order.RunGates>("1A").Ticket, [new GateResult("build", true, ""), new GateResult("test", false, "red")]));
        Assert.Contains("'test'", Assert.Single(story.Brief("1A").Findings).Claim, StringComparison.Ordinal);
    }

    [Fact]
    public void Review_and_gates_share_the_rounds() =>
        Story.Of("1A").Under(new Policy(ReviewRounds: 1)).Begins().Implements("1A")
            .ChangesRequested("1A").Completes("1A").Commits("1A").Approved("1A")
            .Gates("1A", green: false).Expect("1A: failed gate.rounds");

    [Fact]
    public void Without_review_the_gates_judge_alone() =>
        Story.Of("1A").Under(new Policy(Review: ReviewLevel.None)).Begins().Implements("1A").Expect("1A: gates");

    [Fact]
    public void A_milestone_may_ask_for_another_review_than_the_settings()
    {
        Story.Of("1A review None").Begins().Implements("1A").Expect("1A: gates");
        Story.Of("1A review Strict").Under(new Policy(Review: ReviewLevel.None)).Begins().Implements("1A").Expect("1A: reviewing");
    }

    [Fact]
    public void A_new_attempt_has_all_its_rounds_again()
    {
        var story = Story.Of("1A").Under(new Policy(ReviewRounds: 1)).Begins().Implements("1A")
            .ChangesRequested("1A").Fails("1A", FailureKind.Attempt);
        Assert.Equal((2, 0), (story.Of("1A").Attempt, story.Of("1A").Round));
        story.Completes("1A").Commits("1A").ChangesRequested("1A").Expect("1A: remediating");
    }
}
