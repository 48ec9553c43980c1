using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>What a pause is: all turns frozen, nothing begun, until the user lets it go on.</summary>
public sealed class PauseSentences
{
    private static Story Two => Story.Of("1A", "1B", "1C").Under(new Policy(MaxParallel: 2)).Begins().Ready("1A");

    [Fact]
    public void A_pause_freezes_all_turns_and_begins_nothing()
    {
        var story = Two.Ready("1B").Pauses();
        Assert.Equal(2, Assert.Single(story.Orders.OfType<Order.Hold>()).Turns.Count);
        Assert.Equal("paused", story.State.Standstill);
        story.Expect("1C: waiting");
    }

    [Fact]
    public void What_is_under_way_besides_turns_ends_its_step_and_goes_no_further() =>
        Two.Pauses().Ready("1B").Expect("1B: parked Interrupted").Pauses(false).Expect("1B: implementing");

    [Fact]
    public void A_turn_that_had_ended_is_committed_and_its_review_waits() =>
        Two.Completes("1A").Pauses().Commits("1A").Expect("1A: parked Interrupted").Pauses(false).Expect("1A: reviewing");

    [Fact]
    public void After_a_pause_the_frozen_go_on()
    {
        var story = Two.Ready("1B").Pauses().Pauses(false);
        Assert.Empty(story.Orders.OfType<Order.Hold>());
        Assert.Null(story.State.Standstill);
    }

    [Fact]
    public void A_paused_run_that_is_asked_to_end_lays_its_turns_aside_and_ends()
    {
        var story = Two.Ready("1B").Pauses().Asked(Urgency.Drain);
        story.Expect("1A: parked Interrupted", "1B: parked Interrupted");
        Assert.Null(story.State.PausedSince);
    }

    [Fact]
    public void A_run_that_is_started_again_is_not_paused() =>
        Assert.Null(Two.Pauses().Resumes().State.PausedSince);

    [Fact]
    public void A_paused_run_waits_without_a_limit_and_is_not_looked_at_all_the_time()
    {
        var story = Two.Pauses();
        Assert.True(Assert.Single(story.Orders.OfType<Order.Wake>()).At - story.Now >= TimeSpan.FromMinutes(30));
    }
}
