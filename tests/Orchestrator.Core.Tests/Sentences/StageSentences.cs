using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>What may start, and when.</summary>
public sealed class StageSentences
{
    [Fact]
    public void Milestones_of_a_stage_run_in_parallel() =>
        Story.Of("1A", "1B", "1C").Begins().Expect("1A: preparing", "1B: preparing", "1C: preparing");

    [Fact]
    public void The_second_stage_waits_until_the_first_is_merged_as_a_whole()
    {
        var story = Story.Of("1A", "1B", "2A").Begins().Accepts("1A", "1B").Builds().Tests().Expect("2A: waiting");
        story.Publishes().Expect("1A: done", "1B: done", "2A: preparing");
        Assert.Equal(story.State.Tip, story.Given<Order.Prepare>("2A").Step.Base);
    }

    [Fact]
    public void An_empty_stage_number_between_two_stages_does_not_lift_the_barrier() =>
        Story.Of("1A", "3A").Begins().Expect("3A: waiting").Accepts("1A").Lands().Expect("3A: preparing");

    [Fact]
    public void Depends_on_lifts_the_barrier_and_names_what_is_needed() =>
        Story.Of("1A", "1B", "2A needs 1A").Begins()
            .Expect("2A: waiting")
            .Accepts("1A", "1B").Lands()
            .Expect("2A: preparing");

    [Fact]
    public void In_a_dag_a_milestone_starts_as_soon_as_what_it_needs_is_merged() =>
        Story.Of("1A needs", "1B needs", "2A needs 1A").Begins()
            .Accepts("1A").Lands()
            .Expect("1B: preparing", "2A: preparing");

    [Fact]
    public void Depends_on_nothing_starts_at_once_whatever_its_stage() =>
        Story.Of("1A", "2A needs").Begins().Expect("1A: preparing", "2A: preparing");

    [Fact]
    public void A_dependency_named_in_the_text_orders_milestones_inside_a_stage() =>
        Story.Of("1A after 1B", "1B", "2A").Begins()
            .Expect("1A: waiting", "1B: preparing")
            .Accepts("1B").Lands()
            .Expect("1A: preparing", "2A: waiting");

    [Fact]
    public void A_dependency_named_in_the_text_does_not_lift_the_barrier() =>
        Story.Of("1A", "1B", "2A after 1A").Begins().Accepts("1A").Expect("2A: waiting", "1A: accepted");

    [Fact]
    public void Whoever_has_the_longest_chain_behind_it_begins_first() =>
        Story.Of("1A needs", "1B needs", "1C needs", "2A needs 1C", "3A needs 2A", "2B needs 1B").Under(new Policy(MaxParallel: 2)).Begins()
            .Expect("1A: waiting", "1B: preparing", "1C: preparing");

    [Fact]
    public void Where_chains_are_equally_long_plan_order_decides() =>
        Story.Of("1A needs", "1B needs", "1C needs", "2A needs 1A 1B 1C").Under(new Policy(MaxParallel: 2)).Begins()
            .Expect("1A: preparing", "1B: preparing", "1C: waiting");

    [Fact]
    public void What_was_begun_goes_on_before_what_has_a_longer_chain_behind_it() =>
        Story.Of("1A needs", "1B needs 1A", "1C needs", "2A needs 1C", "3A needs 2A").Under(new Policy(MaxParallel: 1)).Begins()
            .Expect("1C: preparing")
            .Ready("1C").Fails("1C", Agents.FailureKind.Transient).Expect("1A: preparing", "1C: parked Backoff").Wakes()
            .Accepts("1A").Expect("1C: implementing", "1B: waiting");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void No_more_milestones_are_in_work_than_I_allow(int slots)
    {
        var story = Story.Of("1A", "1B", "1C", "1D", "1E").Under(new Policy(MaxParallel: slots)).Begins();
        Assert.Equal(slots, story.Orders.OfType<Order.Prepare>().Count());
    }

    [Fact]
    public void A_slot_that_becomes_free_is_taken_by_the_next_in_the_plan() =>
        Story.Of("1A", "1B", "1C").Under(new Policy(MaxParallel: 1)).Begins()
            .Accepts("1A").Expect("1B: preparing", "1C: waiting");

    [Fact]
    public void What_was_begun_goes_on_before_anything_new_begins() =>
        Story.Of("1A", "1B").Under(new Policy(MaxParallel: 1)).Begins()
            .Ready("1A").Fails("1A", Agents.FailureKind.Transient).Expect("1A: parked", "1B: preparing")
            .Wakes().Expect("1A: parked")
            .Accepts("1B").Expect("1A: implementing");

    [Fact]
    public void A_tense_machine_begins_nothing_more_but_keeps_one_going()
    {
        var story = Story.Of("1A", "1B", "1C").Under(new Policy(MaxParallel: 2)).Begins().Machine(Pressure.Tense);
        story.Accepts("1A").Expect("1B: preparing", "1C: waiting");
        story.Accepts("1B").Expect("1C: preparing");
    }

    [Fact]
    public void What_was_made_ready_while_the_machine_became_critical_waits_for_it() =>
        Story.Of("1A", "1B").Under(new Policy(MaxParallel: 2)).Begins().Ready("1A").Machine(Pressure.Critical)
            .Ready("1B").Expect("1A: implementing", "1B: parked Slot").Machine(Pressure.Calm).Expect("1B: implementing");

    [Fact]
    public void A_calm_machine_has_as_many_slots_as_it_has_room_but_never_none()
    {
        Assert.Equal(2, CapacityPolicy.Slots(new Policy(MaxParallel: 4), new MachineReading(Pressure.Calm, 2, "")));
        Assert.Equal(1, CapacityPolicy.Slots(new Policy(MaxParallel: 4), new MachineReading(Pressure.Calm, 0, "")));
        Assert.Equal(4, CapacityPolicy.Slots(new Policy(MaxParallel: 4), MachineReading.Unknown));
        Assert.Equal(1, CapacityPolicy.Slots(new Policy(MaxParallel: 4), new MachineReading(Pressure.Tense, 9, "busy")));
        Assert.Equal(0, CapacityPolicy.Slots(new Policy(MaxParallel: 4), new MachineReading(Pressure.Critical, 9, "memory")));
    }

    [Fact]
    public void A_critical_machine_begins_nothing_says_so_and_is_looked_at_again()
    {
        var story = Story.Of("1A", "1B").Under(new Policy(MaxParallel: 1)).Begins().Ready("1A").Machine(Pressure.Critical).Completes("1A").Commits("1A").Approved("1A").Gates("1A");
        Assert.Equal("read", story.State.Standstill);
        story.Expect("1B: waiting");
        Assert.True(Assert.IsType<Order.Wake>(Assert.Single(story.Orders)).At > story.Now);
        story.Machine(Pressure.Calm).Expect("1B: preparing");
        Assert.Null(story.State.Standstill);
    }

    [Fact]
    public void What_my_options_leave_out_is_not_started_and_not_missed() =>
        Story.Of("1A", "1B", "2A").LeavingOut("1B", "2A").Begins()
            .Expect("1B: left out", "2A: left out")
            .Accepts("1A").Lands()
            .Ends<Final.Completed>();

    [Fact]
    public void What_needs_something_left_out_is_blocked_by_it() =>
        Story.Of("1A", "2A", "3A").LeavingOut("1A").Begins()
            .Expect("2A: blocked by 1A", "3A: blocked by 2A")
            .Ends<Final.WithFailures>();

    [Fact]
    public void What_the_history_shows_as_done_is_not_done_again() =>
        Story.Of("1A", "1B", "2A").Done("1A", "1B").Begins().Expect("1A: done @old earlier", "1B: done @old earlier", "2A: preparing");

    [Fact]
    public void A_stage_that_is_half_done_does_only_the_other_half() =>
        Story.Of("1A", "1B", "2A").Done("1A").Begins()
            .Expect("1B: preparing", "2A: waiting")
            .Accepts("1B").Lands().Expect("2A: preparing");

    [Fact]
    public void A_plan_that_is_all_done_ends_at_once() =>
        Story.Of("1A", "2A").Done("1A", "2A").Begins().Ends<Final.Completed>();
}
