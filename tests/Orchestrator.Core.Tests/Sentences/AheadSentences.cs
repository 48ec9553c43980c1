using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>A worktree is made ready before there is a slot for it.</summary>
public sealed class AheadSentences
{
    private static readonly Policy Narrow = new(MaxParallel: 1, Ahead: 1);

    [Fact]
    public void One_more_is_made_ready_when_all_slots_are_taken() =>
        Story.Of("1A", "1B", "1C").Under(Narrow).Begins().Expect("1A: preparing", "1B: waiting")
            .Ready("1A").Expect("1A: implementing", "1B: preparing", "1C: waiting");

    [Fact]
    public void What_is_ready_waits_for_a_slot_and_takes_it_at_once() =>
        Story.Of("1A", "1B", "1C").Under(Narrow).Begins().Ready("1A").Ready("1B")
            .Expect("1A: implementing", "1B: parked Slot", "1C: waiting")
            .Completes("1A").Commits("1A").Approved("1A").Expect("1B: parked Slot")
            .Gates("1A").Expect("1A: accepted", "1B: implementing", "1C: preparing");

    [Fact]
    public void What_was_begun_goes_on_before_what_is_ready() =>
        Story.Of("1A", "1B", "1C").Under(Narrow).Begins().Ready("1A").Ready("1B").Fails("1A", FailureKind.Transient)
            .Expect("1A: parked Backoff", "1B: implementing", "1C: preparing").Ready("1C").Wakes()
            .Completes("1B").Commits("1B").Approved("1B").Expect("1A: parked Backoff", "1C: parked Slot")
            .Gates("1B").Expect("1A: implementing", "1C: parked Slot");

    [Fact]
    public void Where_the_machine_has_little_room_none_is_taken_in_advance() =>
        Story.Of("1A", "1B", "1C").Under(new Policy(MaxParallel: 2, Ahead: 1)).Begins()
            .Ready("1A").Machine(Pressure.Tense).Ready("1B").Expect("1A: implementing", "1B: parked Slot");

    [Fact]
    public void What_is_ready_and_meets_a_limit_waits_for_that_by_name() =>
        Story.Of("1A", "1B").Under(Narrow with { RateLimitWait = TimeSpan.FromMinutes(5) }).Begins().Ready("1A").Ready("1B").Limited("1A")
            .Expect("1A: parked Limit", "1B: parked Limit");

    [Fact]
    public void What_is_ready_when_the_run_is_asked_to_drain_does_not_begin() =>
        Story.Of("1A", "1B").Under(Narrow).Begins().Ready("1A").Ready("1B").Asked(Urgency.Drain)
            .Completes("1A").Commits("1A").Expect("1B: parked Slot");
}
