using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>What is remembered of a milestone's way, and what becomes of findings.</summary>
public sealed class DossierSentences
{
    private static readonly GateResult Red = new("test", false, "1 of 9 tests fails"), Green = new("test", true, "");

    private static Story Implemented(Policy? policy = null) => Story.Of("1A").Under(policy ?? new Policy()).Begins().Implements("1A");

    [Fact]
    public void Each_turn_is_remembered_with_its_times_and_how_it_ended()
    {
        var story = Story.Of("1A").Begins().Passes(TimeSpan.FromMinutes(1)).Ready("1A").Passes(TimeSpan.FromMinutes(5)).Completes("1A", 0.5m).Commits("1A");

        var turns = story.Dossier("1A").Turns;
        Assert.Equal([Role.Implement, Role.Review], turns.Select(t => t.Role));
        Assert.Equal((Story.Start.AddMinutes(1), Story.Start.AddMinutes(6), 0.5m), (turns[0].Begun, turns[0].Ended, turns[0].Usage.CostUsd));
        Assert.IsType<TurnOutcome.Completed>(turns[0].Outcome);
        Assert.Equal((null, null), (turns[1].Ended, turns[1].Outcome));
    }

    [Fact]
    public void What_a_stopped_turn_used_is_entered_once_it_is_read()
    {
        var story = new Story(Sketch.Plan("1A")) { Meters = false }.Begins().Ready("1A").Asked(Urgency.Stop);
        Assert.IsType<TurnOutcome.Interrupted>(Assert.Single(story.Dossier("1A").Turns).Outcome);

        story.Happens(new Event.TurnMetered(story.State.Unmetered[0].Ticket, new Usage(0.3m, 1, 1), default));
        Assert.Equal(0.3m, Assert.Single(story.Dossier("1A").Turns).Usage.CostUsd);
    }

    [Fact]
    public void A_wait_has_its_reason_and_its_end()
    {
        var story = Story.Of("1A").Begins().Ready("1A").Limited("1A", Story.Start.AddHours(1)).Wakes();

        var wait = Assert.Single(story.Dossier("1A").Waits);
        Assert.Equal((WaitKind.Limit, Story.Start, story.Now), (wait.Kind, wait.From, wait.To));
        Assert.Equal(2, story.Dossier("1A").Turns.Count);
        var span = Assert.Single(story.Chronicle.Limits);
        Assert.Equal((Story.Start, "Usage limit."), (span.From, span.Message));
        Assert.Null(span.To); // until somebody is answered
        Assert.Equal(story.Now, Assert.Single(story.Answers("1A").Chronicle.Limits).To);
    }

    [Fact]
    public void What_the_reviewer_does_not_find_again_is_mended()
    {
        var story = Implemented().ChangesRequested("1A");
        Assert.Equal("Review Open", Fates(story));
        story.Completes("1A").Commits("1A").ChangesRequested("1A");
        Assert.Equal(2, Assert.Single(story.Dossier("1A").Findings).Times);
        story.Completes("1A").Commits("1A").Approved("1A");
        Assert.Equal("Review Mended", Fates(story));
    }

    [Fact]
    public void What_is_left_as_it_is_and_not_seen_by_another_is_not_reproduced() =>
        Assert.Equal("Review NotReproduced", Fates(Implemented().ChangesRequested("1A").Completes("1A").CommitsNothing("1A").Approved("1A")));

    [Fact]
    public void What_is_left_as_it_is_and_refused_again_stands()
    {
        var story = Implemented().ChangesRequested("1A").Completes("1A").CommitsNothing("1A").ChangesRequested("1A").Expect("1A: failed work.unchanged");
        Assert.Equal("Review LeftAsItIs", Fates(story));
        Assert.True(story.Dossier("1A").Findings[0].Stands);
    }

    [Fact]
    public void A_claim_of_a_strict_review_waits_for_the_check()
    {
        var strict = new Policy(Review: ReviewLevel.Strict);
        Assert.Equal("Review Claimed", Fates(Implemented(strict).ChangesRequested("1A")));
        Assert.Equal("Review NotReproduced", Fates(Implemented(strict).ChangesRequested("1A").Approved("1A")));
        Assert.Equal("Review Confirmed, Check Open", Fates(Implemented(strict).ChangesRequested("1A").ChangesRequested("1A")));
        Assert.Equal("Review Undecided", Fates(Implemented(strict).ChangesRequested("1A").Fails("1A", FailureKind.Attempt)));
        Assert.Equal("Review Claimed", Fates(Implemented(strict).ChangesRequested("1A").Fails("1A", FailureKind.Transient))); // the check comes again
    }

    [Fact]
    public void A_remark_blocks_nothing() => Assert.Equal("Review Remark", Fates(Implemented().ApprovedWithRemarks("1A")));

    [Fact]
    public void A_gate_speaks_for_itself_only()
    {
        var story = Implemented(new Policy(Review: ReviewLevel.None)).Gates("1A", Red);
        Assert.Equal("Gates Open", Fates(story));
        story.Completes("1A").Commits("1A").Gates("1A", Red with { Name = "lint" });
        Assert.Equal("Gates Mended, Gates Open", Fates(story));
        Assert.Equal("Gates Mended, Gates Mended", Fates(story.Completes("1A").Commits("1A").Gates("1A", Green)));
        Assert.Equal(3, story.Dossier("1A").Gates.Count);
    }

    [Fact]
    public void A_red_gate_that_stays_red_is_one_finding() =>
        Assert.Equal("Gates Open", Fates(Implemented(new Policy(Review: ReviewLevel.None)).Gates("1A", Red).Completes("1A").Commits("1A").Gates("1A", Red with { Detail = "2 of 9 tests fail" })));

    [Fact]
    public void Who_is_guilty_of_a_red_batch_has_it_as_a_finding_until_it_lands()
    {
        var story = Story.Of("1A").Under(new Policy(Review: ReviewLevel.None)).Begins().Implements("1A").Gates("1A").Builds().Tests(green: false);
        Assert.Equal("Bisection Open", Fates(story));
        Assert.Equal("1A", Assert.Single(story.Chronicle.Judgements).Culprits.SentBack.ToString());
        Assert.Equal(CandidateEnd.Red, Assert.Single(story.Chronicle.Candidates).End);

        story.Ready("1A", carried: "c9").Completes("1A").Commits("1A").Gates("1A").Lands();
        Assert.Equal("Bisection Mended", Fates(story));
        Assert.Equal([CandidateEnd.Red, CandidateEnd.Landed], story.Chronicle.Candidates.Select(c => c.End));
        Assert.True(story.Chronicle.Candidates[1].Proof!.Holds);
    }

    [Fact]
    public void A_conflict_is_a_finding_until_both_sides_are_kept()
    {
        var story = Story.Of("1A", "1B").Under(new Policy(Review: ReviewLevel.None)).Begins().Implements("1A", "1B").Gates("1A").Gates("1B").Builds("1B");
        Assert.Equal("Conflict Open", Fates(story, "1B"));
        Assert.Equal("", Fates(story, "1A"));
        story.Tests().Publishes().ReadyInConflict("1B").Completes("1B").CommitsLosing("1B");
        Assert.Equal("Conflict Open, Merge Open", Fates(story, "1B"));
        story.Completes("1B").Commits("1B");
        Assert.Equal("Conflict Mended, Merge Mended", Fates(story, "1B"));
    }

    [Fact]
    public void A_stale_answer_is_no_part_of_the_story()
    {
        var story = Story.Of("1A").Begins().Ready("1A").Completes("1A").Commits("1A");
        var before = story.Dossier("1A");
        Assert.Equal(before, story.HappensAgain().Dossier("1A"));
    }

    [Fact]
    public void A_fact_concerns_the_one_whose_order_it_answers_or_the_batch()
    {
        var story = Story.Of("1A", "1B").Under(new Policy(Review: ReviewLevel.None)).Begins();
        Assert.Equal([1], Chronicle.Concerned(new Event.WorktreeReady(story.Given<Order.Prepare>("1B").Ticket, "base", null), story.State));
        Assert.Equal([], Chronicle.Concerned(new Event.WorktreeReady(new Ticket(99), "base", null), story.State));
        story.Implements("1A", "1B").Gates("1A").Gates("1B").Builds();
        Assert.Equal([0, 1], Chronicle.Concerned(new Event.GateFinished(story.Queued<Order.TestCandidate>().Ticket, default), story.State));
        Assert.Equal([], Chronicle.Concerned(new Event.Woke(), story.State));
    }

    [Fact]
    public void A_story_is_told_in_plain_sentences()
    {
        var story = Implemented().ChangesRequested("1A").Completes("1A").Commits("1A").Approved("1A").Gates("1A").Lands();
        Assert.Equal(
            [
                "worktree ready at base", "implementer: done", "committed c1, 1 file", "reviewer: wants changes: wrong", "remediation: done", "committed c2, 1 file",
                "reviewer: approved", "gates green", "accepted; waits to be merged", "merged into the candidate k3", "the candidate's gates green", "landed in k3",
            ],
            story.Dossier("1A").Moments.Select(m => m.Text));
        Assert.Equal(
            ["the run begins on refs/heads/main at base", "candidate k3 holds 1A", "candidate k3: gates green", "k3 landed and is proved", "the run is completed"], story.Chronicle.Moments.Select(m => m.Text));
    }

    private static string Fates(Story story, string id = "1A") => string.Join(", ", story.Dossier(id).Findings.Select(f => $"{f.By} {f.Fate}"));
}
