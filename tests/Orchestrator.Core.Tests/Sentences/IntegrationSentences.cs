using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>The merge queue.</summary>
public sealed class IntegrationSentences
{
    private static readonly Policy Unreviewed = new(Review: Plans.ReviewLevel.None);

    /// <summary>A stage of which every milestone is accepted; its batch is to be built.</summary>
    private static Story Stage(params string[] ids) => ids.Aggregate(
        Story.Of([.. ids, "2A"]).Under(Unreviewed).Begins(), (story, id) => story.Implements(id).Gates(id));

    [Theory]
    [InlineData(ProofKind.SameTree)]
    [InlineData(ProofKind.HoldsTips)]
    [InlineData(ProofKind.OnlyTheirPaths)]
    [InlineData(ProofKind.HoldsEarlier)]
    public void What_is_published_and_not_proved_is_not_done_and_stops_the_run(ProofKind doubt)
    {
        var proof = new Proof(Proof.Whole.Checks.Select(c => c.Kind == doubt ? c with { Holds = false, Detail = "src/a.txt is nobody's" } : c).ToItems());
        var story = Story.Of("1A", "2A").Begins().Accepts("1A").Builds().Tests().Publishes(proof: proof).Expect("1A: accepted", "2A: waiting");
        story.Ends<Final.Stopped>();
        Assert.Contains("src/a.txt is nobody's", ((Final.Stopped)story.State.Final!).Message, StringComparison.Ordinal);
        story.Resumes().Publishes().Expect("1A: done @k2", "2A: preparing"); // the next start looks again
    }

    [Fact]
    public void What_was_not_looked_at_is_not_proved() =>
        Story.Of("1A").Begins().Accepts("1A").Builds().Tests().Publishes(proof: new Proof([new ProofCheck(ProofKind.SameTree, true)])).Expect("1A: accepted").Ends<Final.Stopped>();

    [Fact]
    public void The_proof_is_told_all_that_was_integrated_before()
    {
        var story = Story.Of("1A", "2A").Begins().Accepts("1A").Lands().Accepts("2A").Builds().Tests();
        Assert.Equal(["base", "k2", "c1"], story.Queued<Order.Publish>().Earlier);
        Assert.Equal("c3", story.Queued<Order.Publish>().Batch[0].Tip);
    }

    [Fact]
    public void A_stage_is_merged_as_a_whole()
    {
        var story = Story.Of("1A", "1B", "1C").Begins().Accepts("1A", "1B");
        Assert.Empty(story.Orders.OfType<Order.BuildCandidate>());
        Assert.Equal("1A 1B 1C", story.Accepts("1C").Batch());
    }

    [Fact]
    public void In_a_dag_each_milestone_is_merged_when_it_is_accepted() =>
        Assert.Equal("1A", Story.Of("1A needs", "1B needs").Begins().Accepts("1A").Batch());

    [Fact]
    public void What_is_accepted_while_the_queue_is_busy_waits_for_the_next_batch() =>
        Assert.Equal("1B", Story.Of("1A needs", "1B needs").Begins().Accepts("1A", "1B").Lands().Batch());

    [Fact]
    public void The_commit_that_passed_the_gates_is_the_commit_that_lands()
    {
        var story = Stage("1A", "1B").Builds();
        var tested = story.Queued<Order.TestCandidate>().Candidate;
        Assert.Equal(tested, story.Tests().Queued<Order.Publish>().Candidate);
        Assert.Equal(tested, story.Publishes().State.Tip);
    }

    [Fact]
    public void Something_else_than_the_candidate_is_never_taken_for_published()
    {
        var story = Stage("1A").Builds().Tests();
        var before = story.State;
        Assert.Equal(before, story.Happens(new Event.Published(story.Queued<Order.Publish>().Ticket, "other", null, Proof.Whole)).State);
    }

    [Fact]
    public void What_conflicts_is_sent_back_when_the_rest_has_landed_and_begins_on_the_new_tip()
    {
        var story = Stage("1A", "1B").Builds("1B").Expect("1B: parked Queue").Tests().Expect("1B: parked Queue").Publishes();
        story.Expect("1A: done", "1B: preparing", "2A: waiting");
        var step = story.Given<Order.Prepare>("1B").Step;
        Assert.Equal((story.State.Tip, "c2"), (step.Base, step.Carry));
        Assert.Equal(2, story.Of("1B").Attempt);
        Assert.Contains("a.txt", Assert.Single(step.Findings).Claim, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_that_could_be_carried_over_is_mended_in_the_same_conversation()
    {
        var story = Story.Of("1A").Under(Unreviewed).Begins().Ready("1A");
        var writer = story.Brief("1A").Session;
        var brief = story.Completes("1A").Commits("1A").Gates("1A").Builds("1A").Ready("1A", carried: "c9").Brief("1A");
        Assert.Equal((Role.Remediate, writer, true), (brief.Role, brief.Session, brief.Known));
        Assert.NotEmpty(brief.Findings);
        Assert.Equal("c9", story.Given<Order.RunTurn>("1A").Tip);
    }

    [Fact]
    public void Work_that_could_not_be_carried_over_is_done_anew_and_knows_why()
    {
        var brief = Stage("1A").Builds("1A").Ready("1A").Brief("1A");
        Assert.Equal((Role.Implement, Ask.TryAgain, false, "It conflicts in a.txt."), (brief.Role, brief.Ask, brief.Known, brief.Reason));
        Assert.NotEmpty(brief.Findings);
    }

    [Fact]
    public void Conflicts_without_end_spend_all_attempts()
    {
        var story = Story.Of("1A", "2A").Under(Unreviewed with { RetryAttempts = 2 }).Begins().Implements("1A").Gates("1A");
        story.Builds("1A").Ready("1A", carried: "c9").Completes("1A").CommitsNothing("1A").Gates("1A");
        story.Builds("1A").Expect("1A: failed integration.rejected", "2A: blocked by 1A").Ends<Final.WithFailures>();
    }

    [Fact]
    public void In_a_red_batch_the_guilty_one_is_found_by_halves_and_the_rest_lands()
    {
        var story = Stage("1A", "1B", "1C", "1D");
        Assert.Equal("1A 1B", story.Builds().Tests(green: false).Batch());
        Assert.Equal("1A 1B 1C", story.Builds().Tests().Batch());
        Assert.Equal("1C", story.Builds().Tests(green: false).Batch());
        var part = story.Builds().Tests(green: false).Expect("1C: parked Queue").Queued<Order.Publish>();
        Assert.Equal("1A 1B", string.Join(' ', part.Batch.Select(b => b.Id))); // seen green on the way: it lands as it is
        Assert.Equal("1D", story.Publishes().Batch());
        story.Lands().Expect("1A: done", "1B: done", "1C: preparing", "1D: done", "2A: waiting");
        Assert.Equal(2, story.Of("1C").Attempt);
        Assert.Contains("1 of 9 tests fails", story.Given<Order.Prepare>("1C").Step.Findings[0].Claim, StringComparison.Ordinal);
        Assert.Equal([new Culprits(Sketch.Ids("1C"), "The gate 'test' fails:")], story.State.Culprits);
    }

    [Fact]
    public void Of_a_pair_that_is_red_together_one_lands_and_the_other_is_sent_back_with_the_name_of_its_partner()
    {
        var story = Stage("1A", "1B", "1C");
        Assert.Equal("1A", story.Builds().Tests(green: false).Batch());
        Assert.Equal("1A 1B", story.Builds().Tests().Batch());
        Assert.Equal("1C", story.Builds().Tests().Batch());
        Assert.Equal("1A 1C", story.Builds().Tests().Batch());
        Assert.Equal("1B 1C", story.Builds().Tests().Batch());
        story.Builds().Tests(green: false).Publishes().Expect("1A: done", "1B: done", "1C: preparing");
        Assert.Equal(Sketch.Ids("1C", "1B"), Assert.Single(story.State.Culprits).Together);
        Assert.Contains("together with 1B", story.Given<Order.Prepare>("1C").Step.Findings[0].Claim, StringComparison.Ordinal);
        Assert.Equal((1, 1, 2), (story.Of("1A").Attempt, story.Of("1B").Attempt, story.Of("1C").Attempt));
    }

    [Fact]
    public void Who_was_guilty_before_is_merged_last_and_asked_first()
    {
        var story = Story.Of("1A needs", "1B needs", "1C needs", "1D needs").Under(Unreviewed).Begins().Implements("1A", "1B", "1C", "1D").Gates("1A");
        story.Builds().Tests(green: false).Ready("1A", carried: "c9").Completes("1A").Commits("1A"); // 1A alone is red and comes again
        story.Gates("1B").Gates("1A").Gates("1C").Gates("1D").Lands();
        Assert.Equal("1C 1D 1A", story.Batch());
        Assert.Equal("1C 1D", story.Builds().Tests(green: false).Batch());
        Assert.Equal("1A", story.Builds().Tests().Batch());
        story.Builds().Tests(green: false).Publishes().Expect("1C: done", "1D: done", "1A: preparing");
    }

    [Fact]
    public void What_was_learnt_on_one_tip_is_forgotten_on_another()
    {
        var story = Stage("1A", "1B", "1C", "1D").Builds().Tests(green: false);
        Assert.Equal("1A 1B", story.Batch());
        story.Happens(new Event.CandidateBuilt(story.Queued<Order.BuildCandidate>().Ticket, "moved", "moved", "kx", Sketch.Ids("1A", "1B"), []));
        Assert.Null(story.State.Bisection);
        Assert.Equal("1C 1D", story.Tests().Publishes().Batch());
    }

    /// <summary>1A is under test, 1B was accepted meanwhile.</summary>
    private static Story Ahead() => Story.Of("1A needs", "1B needs").Begins().Accepts("1A").Builds().Accepts("1B");

    [Fact]
    public void While_a_candidate_is_under_test_the_next_one_is_made_on_top_of_it()
    {
        var story = Ahead();
        var order = story.Queued<Order.BuildCandidate>();
        Assert.Equal((story.Queued<Order.TestCandidate>().Candidate, "1B", "1A"), (order.Tip, story.Batch(), string.Join(' ', order.Ahead)));
    }

    [Fact]
    public void When_the_first_has_landed_the_next_is_tested_without_being_built_again()
    {
        var story = Ahead().Builds();
        Assert.Empty(story.Orders.OfType<Order.BuildCandidate>());
        var next = ((Integration.Testing)story.State.Integration).Ahead!.Commit;
        story.Tests().Publishes().Expect("1A: done", "1B: accepted");
        Assert.Equal(next, story.Queued<Order.TestCandidate>().Candidate);
        Assert.Equal((next, story.State.Tip), (story.Tests().Queued<Order.Publish>().Candidate, story.Queued<Order.Publish>().Onto));
    }

    [Fact]
    public void A_second_answer_about_the_next_candidate_changes_nothing()
    {
        var story = Ahead();
        var ticket = story.Queued<Order.BuildCandidate>().Ticket;
        var before = story.Builds().State;
        Assert.Equal(before, story.Happens(new Event.CandidateBuilt(ticket, "base", "base", "other", Sketch.Ids("1B"), [])).State);
        Assert.Equal(before, story.Happens(new Event.OrderFailed(ticket, FailureKind.Run, "git.trouble", "late")).State);
    }

    [Fact]
    public void What_was_made_on_top_of_a_red_candidate_is_thrown_away()
    {
        var story = Ahead().Builds().Tests(green: false).Expect("1A: parked Queue");
        Assert.Equal(("1B", "base"), (story.Batch(), story.Queued<Order.BuildCandidate>().Tip));
    }

    [Fact]
    public void A_conflict_with_what_may_never_land_sends_nobody_back()
    {
        var story = Ahead().Builds("1B").Expect("1B: accepted").Tests().Publishes();
        Assert.Equal("1B", story.Batch()); // now it is certain with what it meets
        story.Builds("1B").Expect("1B: preparing");
    }

    [Fact]
    public void When_the_first_did_not_reach_the_target_the_next_is_built_again()
    {
        var story = Ahead().Builds().Tests().Publishes(unlanded: "Edits in the way.");
        Assert.Equal("1B", story.Batch());
    }

    [Fact]
    public void A_guilty_one_out_of_attempts_fails_and_the_rest_lands()
    {
        var story = Story.Of("1A", "1B").Under(Unreviewed with { RetryAttempts = 1 }).Begins().Implements("1A").Gates("1A").Implements("1B").Gates("1B");
        story.Builds().Tests(green: false).Builds().Tests(green: false).Expect("1A: failed integration.rejected");
        Assert.Equal("1B", story.Batch());
        story.Lands().Expect("1B: done").Ends<Final.WithFailures>();
    }

    [Fact]
    public void A_red_batch_spends_no_attempt_of_the_innocent()
    {
        var story = Stage("1A", "1B").Builds().Tests(green: false).Builds().Tests();
        Assert.Equal((1, 1), (story.Of("1A").Attempt, story.Of("1B").Attempt));
    }

    [Fact]
    public void When_the_target_moved_the_candidate_is_built_anew() =>
        Assert.Equal("1A", Stage("1A").Builds().Tests().TargetMoves().Expect("1A: accepted").Batch());

    [Fact]
    public void A_target_that_keeps_moving_stops_the_run_instead_of_going_on_for_ever()
    {
        var story = Story.Of("1A").Under(Unreviewed with { Rebuilds = 2 }).Begins().Implements("1A").Gates("1A");
        story.Builds().Tests().TargetMoves().Builds().Tests().TargetMoves();
        Assert.Null(story.State.Final);
        story.Builds().Tests().TargetMoves().Ends<Final.Stopped>();
        Assert.Equal("target.moving", ((Final.Stopped)story.State.Final!).Code);
    }

    [Fact]
    public void A_target_that_moved_now_and_then_is_forgotten_with_each_publication()
    {
        var story = Stage("1A").Builds().Tests().TargetMoves().Lands();
        Assert.Equal(0, story.State.Rebuilds);
    }

    [Fact]
    public void A_publication_that_may_have_happened_is_given_again_and_never_built_anew()
    {
        var story = Stage("1A").Builds().Tests();
        var first = story.Queued<Order.Publish>();
        story.QueueBreaks();
        Assert.Empty(story.Orders.OfType<Order.Publish>());
        var second = story.Wakes().Queued<Order.Publish>();
        Assert.Equal(first with { Ticket = second.Ticket }, second);
        Assert.NotEqual(first.Ticket, second.Ticket);
    }

    [Fact]
    public void After_a_crash_a_publication_keeps_its_ticket_because_its_answer_may_be_on_its_way()
    {
        var story = Stage("1A").Builds().Tests();
        var order = story.Queued<Order.Publish>();
        Assert.Equal(order, story.Resumes().Queued<Order.Publish>());
        story.Publishes().Expect("1A: done", "2A: preparing");
    }

    [Fact]
    public void A_publication_that_failed_too_often_stops_the_run_and_resuming_gives_it_again()
    {
        var story = Story.Of("1A", "2A").Under(Unreviewed with { Rebuilds = 1 }).Begins().Implements("1A").Gates("1A").Builds().Tests();
        var candidate = story.Queued<Order.Publish>().Candidate;
        story.QueueBreaks().Wakes().QueueBreaks().Ends<Final.Stopped>();
        Assert.Equal(candidate, story.Resumes().Queued<Order.Publish>().Candidate);
    }

    [Fact]
    public void A_merge_that_cannot_be_made_just_now_is_made_a_little_later() =>
        Assert.Equal("1A", Stage("1A").QueueBreaks().Expect("1A: accepted").Wakes().Batch());

    [Fact]
    public void A_merge_that_cannot_be_made_at_all_stops_the_run() =>
        Stage("1A").QueueBreaks(FailureKind.Run).Expect("1A: accepted").Ends<Final.Stopped>();

    [Fact]
    public void A_target_that_could_not_be_moved_does_not_keep_the_next_stage_waiting()
    {
        var story = Stage("1A").Builds().Tests().Publishes(unlanded: "Edits in the way.").Expect("1A: done", "2A: preparing");
        Assert.Equal("Edits in the way.", story.State.Unlanded);
    }

    [Fact]
    public void What_could_not_land_is_tried_once_more_at_the_end()
    {
        var story = Story.Of("1A").Under(Unreviewed).Begins().Implements("1A").Gates("1A").Builds().Tests().Publishes(unlanded: "Edits in the way.");
        var tip = story.State.Tip;
        Assert.Equal("", story.Batch());
        story.Happens(new Event.CandidateBuilt(story.Queued<Order.BuildCandidate>().Ticket, "base", tip, tip, [], []));
        Assert.Equal(tip, story.Queued<Order.Publish>().Candidate);
        story.Publishes().Ends<Final.Completed>();
        Assert.Null(story.State.Unlanded);
    }

    [Fact]
    public void What_is_merged_with_a_moved_target_at_the_end_is_tested_before_it_lands()
    {
        var story = Story.Of("1A").Under(Unreviewed).Begins().Implements("1A").Gates("1A").Builds().Tests().Publishes(unlanded: "Edits in the way.");
        story.Happens(new Event.CandidateBuilt(story.Queued<Order.BuildCandidate>().Ticket, "x", story.State.Tip, "kx", [], []));
        Assert.Equal("kx", story.Queued<Order.TestCandidate>().Candidate);
        story.Tests(green: false).Ends<Final.Completed>();
        Assert.Contains("the gates fail", story.State.Unlanded, StringComparison.Ordinal);
    }

    [Fact]
    public void Publishing_to_a_branch_leaves_the_target_alone_and_tries_no_landing() =>
        Story.Of("1A").Under(Unreviewed with { Publish = PublishMode.Branch }).Begins().Implements("1A").Gates("1A")
            .Builds().Tests().Publishes(unlanded: "It stays on its branch.").Ends<Final.Completed>();

    [Fact]
    public void A_pull_request_that_could_not_be_made_is_tried_with_the_next_batch_and_once_more_at_the_end()
    {
        var story = Story.Of("1A", "2A").Under(Unreviewed with { Publish = PublishMode.PullRequest }).Begins().Implements("1A").Gates("1A")
            .Builds().Tests().Publishes(unlanded: "No network.", offer: new Offer(false, null)).Expect("1A: done", "2A: preparing");
        story.Implements("2A").Gates("2A").Builds().Tests().Publishes(unlanded: "No network.", offer: new Offer(false, null));
        var tip = story.State.Tip;
        Assert.Equal("", story.Batch());
        story.Happens(new Event.CandidateBuilt(story.Queued<Order.BuildCandidate>().Ticket, "base", tip, tip, [], []));
        story.Publishes(unlanded: "In pull request 7.", offer: new Offer(true, "address")).Ends<Final.Completed>();
        Assert.False(story.State.IsUndelivered);
    }

    [Fact]
    public void A_pull_request_that_is_made_ends_the_run_and_one_that_is_not_ends_it_undelivered()
    {
        var story = Story.Of("1A").Under(Unreviewed with { Publish = PublishMode.PullRequest }).Begins().Implements("1A").Gates("1A").Builds().Tests();
        var made = story.Publishes(unlanded: "In pull request 7.", offer: new Offer(true, "address")).Ends<Final.Completed>();
        Assert.False(made.State.IsUndelivered);

        story = Story.Of("1A").Under(Unreviewed with { Publish = PublishMode.PullRequest }).Begins().Implements("1A").Gates("1A").Builds().Tests().Publishes(unlanded: "No network.", offer: new Offer(false, null));
        story.Happens(new Event.CandidateBuilt(story.Queued<Order.BuildCandidate>().Ticket, "base", story.State.Tip, story.State.Tip, [], []));
        story.Publishes(unlanded: "No network.", offer: new Offer(false, null)).Ends<Final.Completed>();
        Assert.True(story.State.IsUndelivered);
    }

    [Fact]
    public void A_pull_request_that_is_known_is_not_forgotten_when_a_later_push_fails()
    {
        var story = Story.Of("1A", "2A").Under(Unreviewed with { Publish = PublishMode.PullRequest }).Begins().Implements("1A").Gates("1A")
            .Builds().Tests().Publishes(unlanded: "In pull request 7.", offer: new Offer(true, "address"))
            .Implements("2A").Gates("2A").Builds().Tests().Publishes(unlanded: "No network.", offer: new Offer(false, null));
        Assert.Equal(new Offer(false, "address"), story.State.Offer);
    }
}
