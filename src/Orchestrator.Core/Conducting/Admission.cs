using Orchestrator.Core.Agents;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>Why a turn does not begin yet.</summary>
internal readonly record struct Hold(DateTimeOffset Until, ParkReason Reason, string Message);

/// <summary>Whether a turn may begin: a slot for what was only made ready, then the provider's limits, then the budgets, then the head start of another.</summary>
internal static class Admission
{
    /// <summary>How long the provider keeps a cached prefix, by the shorter of its two rules.</summary>
    private static readonly TimeSpan CacheLives = TimeSpan.FromMinutes(5);

    /// <summary>Why a turn of this milestone has to wait; null when it may begin.</summary>
    public static Hold? Holds(RunState state, int index, MilestoneState milestone, Step.Turn turn, DateTimeOffset at)
    {
        if (LimitGate.Bar(state, index, at) is { } limit)
        {
            return new Hold(limit.Until, ParkReason.Limit, limit.Message);
        }

        if (Budgets.Of(state, index, milestone) is { Gone: null, Held: true } held)
        {
            return new Hold(at, ParkReason.Budget, held.Message);
        }

        return Pilot(state, index, turn.Brief.Role, at) is { } pilot
            ? new Hold(state.Milestones[pilot].Since + state.Policy.HeadStart, ParkReason.HeadStart, $"{state.Plan.Milestones[pilot].Id} goes a little ahead and fills the provider's cache")
            : null;
    }

    /// <summary>Begins a turn, lays it aside, or ends what has nothing left to spend.</summary>
    public static RunState Begin(RunState state, int index, MilestoneState milestone, Step.Turn turn, DateTimeOffset at)
    {
        if (state.Milestones[index].Phase is Phase.Working { Step: Step.Prepare } && !Filling.HasSlot(state, at))
        {
            return state.Park(index, milestone, at, ParkReason.Slot, "ready; waits for a slot", turn, at);
        }

        if (Holds(state, index, milestone, turn, at) is { } hold)
        {
            return state.Park(index, milestone, hold.Until, hold.Reason, hold.Message, turn, at);
        }

        var allowance = Budgets.Of(state, index, milestone);
        if (allowance.Gone == "budget.milestone")
        {
            return state.Fail(index, milestone, allowance.Gone, allowance.Message, at);
        }

        if (allowance.Gone is { } gone)
        {
            var parked = state.Park(index, milestone, at, ParkReason.Interrupted, allowance.Message, turn, at);
            return Stopping.StopAsked(parked, new StopRequest(Urgency.Drain, gone, allowance.Message), at);
        }

        var ticket = new Ticket(state.NextTicket);
        return LimitGate.Begins(state with { NextTicket = state.NextTicket + 1 }, index, ticket)
            .With(index, milestone with { Phase = new Phase.Working(ticket, new Step.Turn(turn.Brief with { Cap = allowance.Cap, Bar = state.Policy.ReviewBar })), Since = at });
    }

    /// <summary>The provider has the prefix that turns of this kind share in its cache.</summary>
    public static RunState Warmed(RunState state, int index, Role role, DateTimeOffset at)
    {
        if (state.Policy.HeadStart <= TimeSpan.Zero)
        {
            return state;
        }

        var prefix = new WarmPrefix(LimitGate.ModelOf(state, index), role.Judges(), at + CacheLives);
        return state with { Warm = state.Warm.Where(w => w.Model != prefix.Model || w.Review != prefix.Review).Append(prefix).ToItems() };
    }

    /// <summary>
    /// The milestone whose turn was begun just now with the same prefix, while that is not in the provider's cache yet.
    /// What it writes there, the others read at a tenth of the price. Only the first of them goes ahead, and once.
    /// </summary>
    private static int? Pilot(RunState state, int index, Role role, DateTimeOffset at)
    {
        if (state.Policy.HeadStart <= TimeSpan.Zero)
        {
            return null;
        }

        var model = LimitGate.ModelOf(state, index);
        var review = role.Judges();
        foreach (var warm in state.Warm.AsSpan())
        {
            if (warm.Model == model && warm.Review == review && warm.Until > at)
            {
                return null;
            }
        }

        int? first = null;
        for (var i = state.Milestones.Next(PhaseKinds.Working); i >= 0; i = state.Milestones.Next(PhaseKinds.Working, i + 1))
        {
            if (i != index && state.Milestones[i].Phase is Phase.Working { Step: Step.Turn turn } && turn.Brief.Role.Judges() == review
                && LimitGate.ModelOf(state, i) == model && (first is not { } known || state.Milestones[i].Since < state.Milestones[known].Since))
            {
                first = i;
            }
        }

        return first is { } pilot && state.Milestones[pilot].Since + state.Policy.HeadStart > at ? pilot : null;
    }
}
