using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
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
        Assert.Equal(In(90).AddSeconds(5), story.Now);
        Assert.Equal((session, Ask.GoOn, true), (story.Brief("1A").Session, story.Brief("1A").Ask, story.Brief("1A").Known));
    }

    [Fact]
    public void Waiting_for_the_limit_spends_no_attempt() =>
        Assert.Equal(1, Story.Of("1A").Under(Patient).Begins().Ready("1A").Limited("1A", In(90)).Wakes().Of("1A").Attempt);

    [Theory]
    [InlineData(null)]
    [InlineData(-60.0)]
    [InlineData(0.0)]
    [InlineData(60.0 * 24 * 400)]
    public void A_reset_time_that_is_missing_past_or_absurd_means_the_configured_wait(double? minutes)
    {
        var story = Story.Of("1A").Under(Patient).Begins().Ready("1A").Limited("1A", minutes is { } m ? In(m) : null).Wakes();
        Assert.Equal(In(5), story.Now);
    }

    [Fact]
    public void While_the_limit_lasts_no_turn_and_no_milestone_begins_but_work_is_still_made_safe() =>
        Story.Of("1A", "1B", "1C").Under(Patient with { MaxParallel = 2 }).Begins().Ready("1A").Ready("1B")
            .Limited("1A", In(60)).Expect("1B: implementing", "1C: waiting")
            .Completes("1B").Expect("1B: committing")
            .Commits("1B").Expect("1B: parked Limit", "1C: waiting")
            .Wakes().Expect("1A: implementing", "1B: reviewing");

    [Fact]
    public void Gates_need_no_provider_and_run_while_the_limit_lasts() =>
        Story.Of("1A", "1B").Under(Patient).Begins().Implements("1A").Ready("1B")
            .Limited("1B", In(60)).Approved("1A").Expect("1A: gates").Gates("1A").Expect("1A: accepted");

    [Fact]
    public void The_longest_of_several_refusals_counts()
    {
        var story = Story.Of("1A", "1B").Under(Patient).Begins().Ready("1A").Ready("1B").Limited("1A", In(60)).Limited("1B", In(30));
        Assert.Equal(In(60).AddSeconds(5), story.State.Limit!.Value.Until);
        story.Passes(TimeSpan.FromMinutes(31)).Happens(new Event.Woke()).Expect("1A: parked", "1B: parked");
        story.Wakes().Expect("1A: implementing", "1B: implementing");
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
        Assert.Equal(TimeSpan.FromMinutes(40) + TimeSpan.FromSeconds(5), story.Orders.OfType<Order.Wake>().Single().At - story.Now);
        story.Wakes().Expect("1A: implementing");
    }

    [Fact]
    public void A_clock_that_goes_forward_makes_due_what_is_due() =>
        Story.Of("1A").Under(Patient).Begins().Ready("1A").Limited("1A", In(60)).Passes(TimeSpan.FromDays(3)).Happens(new Event.Woke()).Expect("1A: implementing");

    [Fact]
    public void Refusals_without_end_spend_an_attempt()
    {
        var story = Story.Of("1A").Under(Patient with { Redeliveries = 2 }).Begins().Ready("1A")
            .Limited("1A").Wakes().Limited("1A").Wakes();
        Assert.Equal(1, story.Of("1A").Attempt);
        story.Limited("1A").Expect("1A: parked Limit");
        Assert.Equal(2, story.Of("1A").Attempt);
    }

    [Fact]
    public void Without_auto_resume_the_run_ends_and_says_when_to_come_back()
    {
        var story = Story.Of("1A", "1B").Under(Patient with { AutoResume = false }).Begins().Ready("1A").Ready("1B")
            .Limited("1A", In(60));
        Assert.Null(story.State.Final);
        story.Completes("1B").Commits("1B").Ends<Final.LimitReached>();
        Assert.Equal(In(60).AddSeconds(5), ((Final.LimitReached)story.State.Final!).Until);
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
        Assert.Equal(Story.Start.AddDays(8).AddSeconds(5), Waits.AfterLimit(Patient, Story.Start, Story.Start.AddDays(8), 1));
        Assert.Equal(In(5), Waits.AfterLimit(Patient, Story.Start, Story.Start.AddDays(8).AddSeconds(1), 1));
        Assert.Equal(In(5), Waits.AfterLimit(Patient, Story.Start, DateTimeOffset.MaxValue, 1));
        Assert.Equal(In(5), Waits.AfterLimit(Patient, Story.Start, DateTimeOffset.MinValue, 1));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 10)]
    [InlineData(2, 20)]
    [InlineData(6, 320)]
    [InlineData(7, 360)]
    [InlineData(int.MaxValue, 360)]
    public void Backing_off_begins_at_ten_seconds_and_ends_at_six_minutes(int failures, int seconds) =>
        Assert.Equal(Story.Start.AddSeconds(seconds), Waits.Backoff(Story.Start, failures));
}
