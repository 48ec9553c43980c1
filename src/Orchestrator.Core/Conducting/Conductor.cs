using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>What came of one fact: the next state, and all that must be under way in it.</summary>
public readonly record struct Decision(RunState State, IReadOnlyList<Order> Orders);

/// <summary>
/// Decides. A pure function of state, fact and time: take the fact in, start what has become possible, derive the
/// orders. Replaying a journal through it gives the live state back.
/// </summary>
public static class Conductor
{
    /// <summary>Takes one fact in.</summary>
    /// <param name="state">The state so far; null before <see cref="Event.RunStarted"/>.</param>
    /// <param name="fact">What happened.</param>
    /// <param name="at">When it was journalled.</param>
    /// <exception cref="InvalidOperationException">The first fact is not <see cref="Event.RunStarted"/>.</exception>
    public static Decision Decide(RunState? state, Event fact, DateTimeOffset at)
    {
        var next = Fold(state, fact, at);
        return new Decision(next, OrdersOf.State(next, at));
    }

    /// <summary>The state alone: what a replay needs, where nobody carries orders out.</summary>
    /// <exception cref="InvalidOperationException">The first fact is not <see cref="Event.RunStarted"/>.</exception>
    public static RunState Fold(RunState? state, Event fact, DateTimeOffset at)
    {
        if (state is null)
        {
            return fact is Event.RunStarted start ? Advancing.Advance(Begin(start, at), at) : throw new InvalidOperationException("A run begins with RunStarted.");
        }

        // Even a fact that changes nothing brings the time, and something parked may be due.
        return state.Final is not null && fact is not (Event.Resumed or Event.Abandoned) ? state : Advancing.Advance(Apply(Clock.Seen(state, at), fact, at), at);
    }

    /// <summary>One method for each fact. A fact whose ticket is stale returns the same state.</summary>
    private static RunState Apply(RunState state, Event fact, DateTimeOffset at) => fact switch
    {
        Event.RunStarted => state,
        Event.Resumed e => Stopping.Resumed(state, e, at),
        Event.Abandoned e => Stopping.Abandoned(state, e, at),
        Event.Woke => state,
        Event.MachineRead e => Freezing.MachineRead(state, e.Reading, at),
        Event.StopAsked e => Stopping.StopAsked(state, e.Request, at),
        Event.PauseAsked e => Pausing.Asked(state, e.Pause, at),
        Event.WorktreeReady e => Working.WorktreeReady(state, e, at),
        Event.Answered e => Turning.Answered(state, e, at),
        Event.TurnMetered e => Metering.Metered(state, e),
        Event.TurnFinished e => Turning.TurnFinished(state, e, at),
        Event.WorkCommitted e => Working.WorkCommitted(state, e, at),
        Event.GateFinished e => Working.GateFinished(state, e, at),
        Event.CandidateBuilt e => Integrating.CandidateBuilt(state, e, at),
        Event.Published e => Integrating.Published(state, e, at),
        Event.TargetMoved e => Integrating.TargetMoved(state, e, at),
        Event.OrderFailed e => Working.OrderFailed(state, e, at),
        _ => throw new InvalidOperationException($"Unknown fact {fact.GetType().Name}."),
    };

    private static RunState Begin(Event.RunStarted start, DateTimeOffset at)
    {
        var plan = new Plan(start.Plan);
        var done = start.Done.ToDictionary(d => d.Id);
        var leftOut = start.LeftOut.ToHashSet();
        return new RunState
        {
            Run = start.Run,
            Plan = plan,
            Policy = start.Policy,
            Target = start.Target,
            Base = start.Base,
            Tip = start.Base,
            StartedAt = at,
            At = at,
            Machine = start.Machine ?? Capacity.MachineReading.Unknown,
            Milestones = new Roster(plan.Milestones.Select(m => new MilestoneState(
                done.TryGetValue(m.Id, out var before) ? Phase.Integrated.Before(before)
                : leftOut.Contains(m.Id) ? new Phase.LeftOut()
                : new Phase.Waiting(),
                at))),
        };
    }
}
