using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>Stopping, crashing, going on.</summary>
public sealed class StopSentences
{
    [Fact]
    public void A_run_that_is_given_up_does_not_go_on()
    {
        var story = Story.Of("1A", "1B").Begins().Ready("1A").Happens(new Event.Abandoned("You asked for a new run."));
        story.Ends<Final.Abandoned>().Resumes().Ends<Final.Abandoned>();
    }

    [Fact]
    public void A_run_that_has_ended_cannot_be_given_up() =>
        Story.Of("1A").Begins().Accepts("1A").Lands().Happens(new Event.Abandoned("Too late.")).Ends<Final.Completed>();

    [Fact]
    public void A_stop_lays_a_turn_aside_without_spending_an_attempt()
    {
        var story = Story.Of("1A").Begins().Ready("1A");
        var session = story.Brief("1A").Session;
        story.Asked(Urgency.Stop).Expect("1A: parked Interrupted").Ends<Final.Stopped>();
        story.Resumes().Expect("1A: implementing");
        Assert.Equal((session, Ask.GoOn, true, 1, 0), (story.Brief("1A").Session, story.Brief("1A").Ask, story.Brief("1A").Known, story.Of("1A").Attempt, story.Of("1A").Stumbles));
    }

    [Fact]
    public void A_stop_lets_a_commit_end_and_takes_the_review_up_afterwards() =>
        Story.Of("1A").Begins().Ready("1A").Completes("1A")
            .Asked(Urgency.Stop).Expect("1A: committing")
            .Commits("1A").Ends<Final.Stopped>()
            .Resumes().Expect("1A: reviewing");

    [Fact]
    public void A_stop_drops_a_candidate_that_is_not_published_and_resuming_builds_it_anew() =>
        Assert.Equal("1A", Story.Of("1A").Begins().Accepts("1A").Builds().Asked(Urgency.Stop).Ends<Final.Stopped>().Resumes().Batch());

    [Fact]
    public void A_stop_waits_for_a_publication_under_way()
    {
        var story = Story.Of("1A", "2A").Begins().Accepts("1A").Builds().Tests().Asked(Urgency.Stop);
        Assert.Null(story.State.Final);
        story.Publishes().Expect("1A: done", "2A: waiting").Ends<Final.Stopped>();
    }

    [Fact]
    public void A_drain_lets_the_step_end_and_begins_nothing_new() =>
        Story.Of("1A", "1B").Under(new Policy(MaxParallel: 1)).Begins().Ready("1A")
            .Asked(Urgency.Drain).Expect("1A: implementing")
            .Completes("1A").Expect("1A: committing")
            .Commits("1A").Expect("1A: parked Interrupted", "1B: waiting").Ends<Final.Stopped>()
            .Resumes().Expect("1A: reviewing");

    [Fact]
    public void A_drain_lets_the_merge_queue_end_what_it_began() =>
        Story.Of("1A", "2A").Begins().Accepts("1A").Asked(Urgency.Drain).Lands().Expect("1A: done", "2A: waiting").Ends<Final.Stopped>();

    [Fact]
    public void A_stop_is_stronger_than_a_drain_and_a_drain_never_softens_a_stop()
    {
        var story = Story.Of("1A").Begins().Ready("1A").Asked(Urgency.Drain).Expect("1A: implementing").Asked(Urgency.Stop);
        story.Ends<Final.Stopped>();
        Assert.Equal(Urgency.Stop, Story.Of("1A").Begins().Ready("1A").Completes("1A").Asked(Urgency.Stop).Asked(Urgency.Drain).State.Stop!.Urgency);
    }

    [Fact]
    public void The_first_reason_to_stop_is_the_one_that_is_told()
    {
        var story = Story.Of("1A", "1B").Begins().Ready("1A").Completes("1A").Ready("1B").Fails("1B", FailureKind.Run);
        story.Asked(Urgency.Stop).Commits("1A").Ends<Final.Stopped>();
        Assert.Equal("agent.Run", ((Final.Stopped)story.State.Final!).Code);
    }

    [Fact]
    public void Stopping_before_anything_is_under_way_ends_at_once() =>
        Story.Of("1A").Begins().Ready("1A").Limited("1A").Asked(Urgency.Drain).Ends<Final.Stopped>();

    [Fact]
    public void What_no_turn_can_get_past_stops_the_run_with_its_reason_and_resuming_goes_on()
    {
        var story = Story.Of("1A", "1B").Begins().Ready("1A").Ready("1B").Fails("1A", FailureKind.Run).Ends<Final.Stopped>();
        Assert.Equal(new Final.Stopped("agent.Run", "Run trouble."), story.State.Final);
        story.Resumes().Expect("1A: implementing", "1B: implementing");
        Assert.Equal((1, 1), (story.Of("1A").Attempt, story.Of("1B").Attempt));
    }

    [Fact]
    public void After_a_crash_turns_go_on_under_new_tickets_in_their_conversations()
    {
        var story = Story.Of("1A").Begins().Ready("1A");
        var (ticket, brief) = (story.Given<Order.RunTurn>("1A").Ticket, story.Brief("1A"));
        story.Resumes();
        Assert.NotEqual(ticket, story.Given<Order.RunTurn>("1A").Ticket);
        Assert.Equal(brief with { Ask = Ask.GoOn, Known = true, Delivery = 2 }, story.Brief("1A"));
    }

    [Fact]
    public void A_late_answer_of_the_former_life_changes_nothing()
    {
        var story = Story.Of("1A").Begins().Ready("1A");
        var old = story.Given<Order.RunTurn>("1A").Ticket;
        var before = story.Resumes().State;
        Assert.Equal(before, story.Happens(new Event.TurnFinished(old, new TurnOutcome.Completed("done"), new Usage(1, 1, 1))).State);
    }

    [Fact]
    public void A_program_that_dies_again_and_again_in_the_same_turn_spends_an_attempt()
    {
        var story = Story.Of("1A").Under(new Policy(Redeliveries: 1, RetryAttempts: 2)).Begins().Ready("1A");
        Assert.Equal((1, 1), (story.Resumes().Of("1A").Attempt, story.Of("1A").Stumbles));
        Assert.Equal((2, 0), (story.Resumes().Of("1A").Attempt, story.Of("1A").Stumbles));
        Assert.Equal(Ask.TryAgain, story.Brief("1A").Ask);
        story.Resumes().Resumes().Expect("1A: failed agent.crashes").Ends<Final.WithFailures>();
    }

    [Fact]
    public void Crashes_during_commits_and_gates_spend_nothing()
    {
        var story = Story.Of("1A").Under(new Policy(Redeliveries: 0, RetryAttempts: 1)).Begins().Ready("1A").Completes("1A");
        story.Resumes().Resumes().Expect("1A: committing").Commits("1A").Approved("1A").Resumes().Resumes().Expect("1A: gates").Gates("1A").Expect("1A: accepted");
    }

    [Fact]
    public void A_double_answer_changes_nothing_at_any_step()
    {
        var story = Story.Of("1A", "2A").Begins();
        void Once(Func<Story, Story> happens)
        {
            var after = happens(story).State;
            Assert.Equal(after, story.HappensAgain().State);
        }

        Once(s => s.Ready("1A"));
        Once(s => s.Completes("1A", cost: 1));
        Once(s => s.Commits("1A"));
        Once(s => s.ChangesRequested("1A"));
        Once(s => s.Limited("1A"));
        Once(s => s.Wakes());
        Once(s => s.Fails("1A", FailureKind.Transient));
        Once(s => s.Wakes());
        Once(s => s.Completes("1A").Commits("1A").Approved("1A"));
        Once(s => s.Gates("1A"));
        Once(s => s.Builds());
        Once(s => s.Tests());
        Once(s => s.QueueBreaks());
        Once(s => s.Wakes().TargetMoves());
        Once(s => s.Builds().Tests().Publishes());
        Once(s => s.Asked(Urgency.Stop));
        Once(s => s.Resumes());
    }

    [Fact]
    public void A_second_start_of_the_same_run_is_no_start() =>
        Story.Of("1A").Begins().Ready("1A").Begins().Expect("1A: implementing");

    [Fact]
    public void An_answer_of_the_wrong_kind_under_a_good_ticket_changes_nothing()
    {
        var story = Story.Of("1A").Begins();
        var before = story.State;
        var ticket = story.Given<Order.Prepare>("1A").Ticket;
        Assert.Equal(before, story.Happens(new Event.WorkCommitted(ticket, "c9", 1)).State);
        Assert.Equal(before, story.Happens(new Event.GateFinished(ticket, [])).State);
        Assert.Equal(before, story.Happens(new Event.Published(ticket, "c9", null, Proof.Whole)).State);
    }

    [Fact]
    public void A_run_that_completed_cannot_be_resumed() =>
        Story.Of("1A").Begins().Accepts("1A").Lands().Ends<Final.Completed>().Resumes().Ends<Final.Completed>();

    [Fact]
    public void A_run_begins_with_its_start_and_with_nothing_else() =>
        Assert.Throws<InvalidOperationException>(() => Conductor.Decide(null, new Event.Woke(), Story.Start));

    [Fact]
    public void Changed_settings_count_from_the_resume_on() =>
        Story.Of("1A", "1B").Under(new Policy(MaxParallel: 1)).Begins().Expect("1B: waiting")
            .Resumes(new Policy(MaxParallel: 2)).Expect("1A: preparing", "1B: preparing");
}
