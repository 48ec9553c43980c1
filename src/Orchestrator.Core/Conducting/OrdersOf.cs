using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>
/// What must be under way in a state. Derived from the state alone, never from the fact that led to it; that is
/// why resuming needs no code of its own.
/// </summary>
internal static class OrdersOf
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseLook = TimeSpan.FromHours(1);

    public static IReadOnlyList<Order> State(RunState state, DateTimeOffset at)
    {
        if (state.Final is not null)
        {
            return [];
        }

        var orders = new List<Order>();
        for (var i = state.Milestones.Next(PhaseKinds.Working); i >= 0; i = state.Milestones.Next(PhaseKinds.Working, i + 1))
        {
            if (state.Milestones[i].Phase is Phase.Working working)
            {
                orders.Add(Of(working, state.Plan.Milestones[i], state.Milestones[i]));
            }
        }

        foreach (var turn in state.Unmetered.AsSpan())
        {
            orders.Add(new Order.Meter(turn.Ticket, state.Plan.Milestones[turn.Index].Id, turn.Turn));
        }

        switch (state.Integration)
        {
            case Integration.Building b:
                orders.Add(new Order.BuildCandidate(b.Ticket, b.Batch, state.Tip));
                break;
            case Integration.Testing t:
                orders.Add(new Order.TestCandidate(t.Ticket, t.Candidate, Ids(t.Batch), t.Batch.Count > 0 ? state.Tip : t.Onto));
                if (t.Ahead is { Answered: false } ahead)
                {
                    orders.Add(new Order.BuildCandidate(ahead.Ticket, ahead.Batch, t.Candidate, Ids(t.Batch)));
                }

                break;
            case Integration.Publishing { NotBefore: null } p:
                orders.Add(new Order.Publish(p.Ticket, p.Onto, p.Candidate.Commit, p.Batch, Earlier(state)));
                break;
            case Integration.Publishing or Integration.Idle:
                break;
            default:
                throw new InvalidOperationException($"Unknown queue state {state.Integration.GetType().Name}.");
        }

        if (state.Held.Count > 0)
        {
            orders.Add(new Order.Hold(state.Held.Select(held => held.Turn).ToItems()));
        }

        if (NextWake(state, at) is { } wake)
        {
            orders.Add(new Order.Wake(wake));
        }

        return orders;
    }

    private static Items<string> Earlier(RunState state) => state.Milestones
        .SelectMany(m => m.Phase is Phase.Integrated p ? new[] { p.Merge, m.Tip } : [])
        .Prepend(state.Base)
        .OfType<string>()
        .Distinct()
        .ToItems();

    private static Items<MilestoneId> Ids(Items<BatchItem> batch) => batch.Select(item => item.Id).ToItems();

    private static Order Of(Phase.Working working, Milestone planned, MilestoneState milestone)
    {
        var tip = milestone.Tip ?? milestone.Base ?? "";
        return working.Step switch
        {
            Step.Prepare s => new Order.Prepare(working.Ticket, planned.Id, milestone.Attempt, s),
            Step.Turn s => new Order.RunTurn(working.Ticket, planned.Id, s.Brief, milestone.Base!, tip, s.Brief.Role == Role.Review ? milestone.Seen : null, s.Brief.Role.Judges() ? null : milestone.Resolving),
            Step.Commit s => new Order.Commit(working.Ticket, planned.Id, s.After, milestone.Attempt, milestone.Round, milestone.Base!, tip, milestone.Resolving),
            Step.Gate s => new Order.RunGates(working.Ticket, planned.Id, s.Tip, milestone.Base!),
            _ => throw new InvalidOperationException($"Unknown step {working.Step.GetType().Name}."),
        };
    }

    private static DateTimeOffset? NextWake(RunState state, DateTimeOffset at)
    {
        if (state.Stop is not null)
        {
            return null;
        }

        if (state.PausedSince is not null)
        {
            return at + PauseLook;
        }

        DateTimeOffset? wake = null;
        void Consider(DateTimeOffset time)
        {
            if (time > at && (wake is null || time < wake))
            {
                wake = time;
            }
        }

        for (var i = state.Milestones.Next(PhaseKinds.Parked); i >= 0; i = state.Milestones.Next(PhaseKinds.Parked, i + 1))
        {
            if (state.Milestones[i].Phase is Phase.Parked { Reason: not ParkReason.Limit } parked)
            {
                Consider(parked.Until);
            }
        }

        foreach (var limit in state.Limits.AsSpan())
        {
            Consider(limit.Until);
        }

        if (CapacityPolicy.SlowedUntil(state.Windows, at) is { } fresh)
        {
            Consider(fresh);
        }

        if (state.Integration is Integration.Idle { NotBefore: { } notBefore })
        {
            Consider(notBefore);
        }

        if (state.Integration is Integration.Publishing { NotBefore: { } publishAgain })
        {
            Consider(publishAgain);
        }

        if (CapacityPolicy.Slots(state.Policy, state.Machine) == 0) // none for the machine's sake
        {
            Consider(at + LookAgain); // a critical machine is looked at again, so that the run cannot stall in silence
        }

        return wake;
    }
}
