using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>The provider refuses.</summary>
public sealed class LimitSentences
{
    private static readonly Policy Patient = new(RateLimitWait: TimeSpan.FromSeconds(300));

    private static DateTimeOffset In(double minutes) => Story.Start.AddMinutes(minutes);

    [Fact]
    public void When_the_reset_time_is_known_the_run_wakes_just_after_it_and_goes_on_in_the_same_conversation()
    {
        var story = Story.Of("1A").Under(Patient).Begins().Ready("1A");
        var session = story.Brief("1A").Session;
        story.Limited("1A", In(90)).Expect("1A: parked Limit").Wakes().Expect("1A: implementing");
        Assert.InRange(story.Now - In(90), Waits.Margin, Waits.Margin + Waits.MostJitter);
        Assert.Equal((session, Ask.GoOn, true), (story.Brief("1A").Session, story.Brief("1A").Ask, story.Brief("1A").Known));
    }

    [Fact]
    public void Waiting_for_the_limit_spends_no_attempt() =>
        Assert.Equal(1, Story.Of("1A").Under(Patient).Begins().Ready("1A").Limited("1A", In(90)).Wakes().Of("1A").Attempt);

    [Theory]
    [InlineData(null, 300)]
    [InlineData(-90.0, 300)]
    [InlineData(60.0 * 24 * 400, 300)]
    [InlineData(0.0, 10)]
    [InlineData(-30.0, 10)]
    public void A_reset_time_that_is_missing_or_absurd_means_the_configured_wait_one_just_past_a_short_one(double? minutes, int seconds)
    {
        var story = Story.Of("1A").Under(Patient).Begins().Ready("1A").Limited("1A", minutes is { } m ? In(m) : null).Wakes();
        Assert.InRange(story.Now - Story.Start, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds) + Waits.MostJitter);
    }

    [Fact]
    public void While_the_limit_lasts_no_turn_and_no_milestone_begins_but_work_is_still_made_safe() =>
        Story.Of("1A", "1B", "1C").Under(Patient with { MaxParallel = 2 }).Begins().Ready("1A").Ready("1B")
            .Limited("1A", In(60)).Expect("1B: implementing", "1C: waiting")
            .Completes("1B").Expect("1B: committing")
            .Commits("1B").Expect("1B: parked Limit", "1C: waiting")
            .Wakes().Expect("1A: implementing", "1B: parked Limit", "1C: waiting")
            .Answers("1A").Expect("1B: reviewing", "1C: waiting");

    [Fact]
    public void Gates_need_no_provider_and_run_while_the_limit_lasts() =>
        Story.Of("1A", "1B").Under(Patient).Begins().Implements("1A").Ready("1B")
            .Limited("1B", In(60)).Approved("1A").Expect("1A: gates").Gates("1A").Expect("1A: accepted");

    [Fact]
    public void The_longest_of_several_refusals_counts()
    {
        var story = Story.Of("1A", "1B").Under(Patient).Begins().Ready("1A").Ready("1B").Limited("1A", In(60)).Limited("1B", In(30));
        Assert.InRange(Assert.Single(story.State.Limits).Until - In(60), Waits.Margin, Waits.Margin + Waits.MostJitter);
        story.Passes(TimeSpan.FromMinutes(31)).Happens(new Event.Woke()).Expect("1A: parked", "1B: parked");
        story.Wakes().Expect("1A: implementing", "1B: parked Limit").Answers("1A").Expect("1A: implementing", "1B: implementing");
    }

    [Fact]
    public void A_wake_up_that_comes_too_early_changes_nothing()
    {
        var story = Story.Of("1A").Under(Patient).Begins().Ready("1A").Limited("1A", In(60));
        var before = story.State;
        Assert.Equal(before with { At = story.Now.AddMinutes(10) }, story.Passes(TimeSpan.FromMinutes(10)).Happens(new Event.Woke()).State);
        Assert.Single(story.Orders.OfType<Order.Wake>());
    }

    [Fact]
    public void A_clock_that_is_set_back_makes_no_wait_longer()
    {
        var story = Story.Of("1A").Under(Patient).Begins().Ready("1A").Limited("1A", In(60)).Passes(TimeSpan.FromMinutes(20)).Happens(new Event.Woke());
        story.Passes(TimeSpan.FromDays(-400)).Happens(new Event.Woke()).Expect("1A: parked Limit");
        Assert.InRange(story.Orders.OfType<Order.Wake>().Single().At - story.Now, TimeSpan.FromMinutes(40) + Waits.Margin, TimeSpan.FromMinutes(40) + Waits.Margin + Waits.MostJitter);
        story.Wakes().Expect("1A: implementing");
    }

    [Fact]
    public void A_clock_that_goes_forward_makes_due_what_is_due() =>
        Story.Of("1A").Under(Patient).Begins().Ready("1A").Limited("1A", In(60)).Passes(TimeSpan.FromDays(3)).Happens(new Event.Woke()).Expect("1A: implementing");

    [Fact]
    public void Refusals_without_end_spend_no_attempt_but_in_the_end_somebody_has_to_look()
    {
        var story = Story.Of("1A").Under(Patient with { Redeliveries = 2 }).Begins().Ready("1A")
            .Limited("1A").Wakes().Limited("1A").Wakes().Limited("1A").Ends<Final.Stopped>();
        Assert.Equal((1, "limit.persists"), (story.Of("1A").Attempt, ((Final.Stopped)story.State.Final!).Code));
        story.Resumes().Expect("1A: parked Limit").Wakes().Expect("1A: implementing");
    }

    [Fact]
    public void Each_refusal_in_a_row_with_no_reset_time_doubles_the_wait()
    {
        var story = Story.Of("1A").Under(Patient).Begins().Ready("1A").Limited("1A").Wakes();
        var before = story.Now;
        story.Limited("1A").Wakes();
        Assert.InRange(story.Now - before, TimeSpan.FromSeconds(600), TimeSpan.FromSeconds(600) + Waits.MostJitter);
    }

    [Fact]
    public void After_the_reset_one_turn_goes_first_and_the_others_follow_when_it_is_answered() =>
        Three().Wakes().Expect("1A: implementing", "1B: parked Limit", "1C: parked Limit")
            .Answers("1A").Expect("1A: implementing", "1B: implementing", "1C: implementing");

    [Fact]
    public void When_the_first_is_refused_again_the_others_wait_with_it()
    {
        var story = Three().Wakes().Limited("1A", In(120)).Expect("1A: parked Limit", "1B: parked Limit", "1C: parked Limit");
        story.Wakes().Expect("1A: implementing", "1B: parked Limit");
        Assert.InRange(story.Now - In(120), Waits.Margin, Waits.Margin + Waits.MostJitter);
        Assert.Equal((1, 1, 1), (story.Of("1A").Attempt, story.Of("1B").Attempt, story.Of("1C").Attempt));
    }

    [Fact]
    public void When_the_first_fails_for_another_reason_the_next_one_tries() =>
        Three().Wakes().Fails("1A", FailureKind.Transient).Expect("1A: parked Backoff", "1B: implementing", "1C: parked Limit")
            .Answers("1B").Expect("1C: implementing");

    [Fact]
    public void An_answer_to_a_turn_that_began_before_the_limit_lifts_nothing() =>
        Story.Of("1A", "1B").Under(Patient).Begins().Ready("1A").Ready("1B").Limited("1A", In(60))
            .Answers("1B").Completes("1B").Commits("1B").Expect("1A: parked Limit", "1B: parked Limit");

    [Fact]
    public void A_restart_while_parked_waits_on_and_still_one_goes_first() =>
        Three().Passes(TimeSpan.FromMinutes(20)).Resumes().Expect("1A: parked Limit", "1B: parked Limit", "1C: parked Limit")
            .Wakes().Expect("1A: implementing", "1B: parked Limit", "1C: parked Limit");

    [Fact]
    public void A_restart_while_the_first_tries_lets_one_try_again() =>
        Three().Wakes().Resumes().Expect("1A: implementing", "1B: parked Limit", "1C: parked Limit");

    [Fact]
    public void A_limit_of_a_model_stops_only_turns_with_that_model()
    {
        var story = Story.Of("1A model opus", "1B", "1C model opus").Under(Patient with { MaxParallel = 2 }).Begins().Ready("1A").Ready("1B")
            .Ends("1A", new TurnOutcome.Limited(In(60), "Opus limit.", LimitScope.Model))
            .Expect("1A: parked Limit", "1B: implementing", "1C: waiting")
            .Completes("1B").Commits("1B").Expect("1B: reviewing");
        story.Wakes().Expect("1A: implementing");
    }

    [Fact]
    public void Near_the_wall_fewer_begin_and_it_is_said_why()
    {
        var story = Story.Of("1A", "1B", "1C", "1D", "1E").Under(Patient).Begins().Ready("1A")
            .Answers("1A", new LimitWindow("five_hour", WindowStatus.Warning, 0.92, In(60)));
        story.Completes("1A").Commits("1A").Approved("1A").Gates("1A").Expect("1A: accepted", "1E: waiting");
        Assert.Contains("five_hour is 92 % used", WaitingFor.Of(story.State, 4).Text, StringComparison.Ordinal);
        Assert.Equal(In(60), story.Orders.OfType<Order.Wake>().Single().At);
        story.Wakes().Expect("1E: preparing");
    }

    [Theory]
    [InlineData(0.5, WindowStatus.Allowed, 4)]
    [InlineData(0.5, WindowStatus.Warning, 2)]
    [InlineData(0.91, WindowStatus.Allowed, 2)]
    [InlineData(0.98, WindowStatus.Warning, 1)]
    [InlineData(1.0, WindowStatus.Rejected, 4)] // a refusal is no warning: either turns are refused, or they run on extra usage
    public void What_is_used_of_a_window_decides_how_many_may_work(double used, WindowStatus status, int slots) =>
        Assert.Equal(slots, CapacityPolicy.Slots(Patient, MachineReading.Unknown, [new LimitWindow("five_hour", status, used, In(60))], Story.Start));

    /// <summary>Three at work, and all of them are refused.</summary>
    private static Story Three() => Story.Of("1A", "1B", "1C").Under(Patient).Begins().Ready("1A").Ready("1B").Ready("1C")
        .Limited("1A", In(60)).Limited("1B", In(60)).Limited("1C", In(60));

    [Fact]
    public void Without_auto_resume_the_run_ends_and_says_when_to_come_back()
    {
        var story = Story.Of("1A", "1B").Under(Patient with { AutoResume = false }).Begins().Ready("1A").Ready("1B")
            .Limited("1A", In(60));
        Assert.Null(story.State.Final);
        story.Completes("1B").Commits("1B").Ends<Final.LimitReached>();
        Assert.InRange(((Final.LimitReached)story.State.Final!).Until - In(60), Waits.Margin, Waits.Margin + Waits.MostJitter);
    }

    [Fact]
    public void A_run_that_ended_at_the_limit_goes_on_when_I_come_back_after_it() =>
        Story.Of("1A").Under(Patient with { AutoResume = false }).Begins().Ready("1A").Limited("1A", In(60)).Ends<Final.LimitReached>()
            .Passes(TimeSpan.FromHours(2)).Resumes().Expect("1A: implementing");

    [Fact]
    public void Coming_back_too_early_says_so_again() =>
        Story.Of("1A").Under(Patient with { AutoResume = false }).Begins().Ready("1A").Limited("1A", In(60))
            .Passes(TimeSpan.FromMinutes(10)).Resumes().Ends<Final.LimitReached>();

    [Fact]
    public void Coming_back_with_auto_resume_waits_for_the_limit() =>
        Story.Of("1A").Under(Patient with { AutoResume = false }).Begins().Ready("1A").Limited("1A", In(60))
            .Resumes(Patient).Expect("1A: parked Limit").Wakes().Expect("1A: implementing");

    [Theory]
    [InlineData(300, 1, 300)]
    [InlineData(300, 2, 600)]
    [InlineData(300, 3, 1200)]
    [InlineData(300, 5, 3600)]
    [InlineData(300, 1000, 3600)]
    [InlineData(7200, 1, 7200)]
    [InlineData(7200, 9, 7200)]
    [InlineData(0, 1, 300)]
    [InlineData(-5, 1, 300)]
    public void The_configured_wait_is_doubled_up_to_an_hour_and_never_shorter_than_asked(int wait, int delivery, int expected) =>
        Assert.Equal(Story.Start.AddSeconds(expected), Waits.AfterLimit(new Policy(RateLimitWait: TimeSpan.FromSeconds(wait)), Story.Start, null, delivery));

    [Fact]
    public void A_reset_time_is_believed_up_to_eight_days()
    {
        Assert.Equal(Story.Start.AddDays(8) + Waits.Margin, Waits.AfterLimit(Patient, Story.Start, Story.Start.AddDays(8), 1));
        Assert.Equal(In(5), Waits.AfterLimit(Patient, Story.Start, Story.Start.AddDays(8).AddSeconds(1), 1));
        Assert.Equal(In(5), Waits.AfterLimit(Patient, Story.Start, DateTimeOffset.MaxValue, 1));
        Assert.Equal(In(5), Waits.AfterLimit(Patient, Story.Start, DateTimeOffset.MinValue, 1));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(2, 10)]
    [InlineData(3, 20)]
    [InlineData(7, 320)]
    [InlineData(8, 360)]
    [InlineData(int.MaxValue, 360)]
    public void Backing_off_begins_at_two_seconds_goes_on_with_ten_and_ends_at_six_minutes(int failures, int seconds) =>
        Assert.Equal(Story.Start.AddSeconds(seconds), Waits.Backoff(Story.Start, failures));
}
