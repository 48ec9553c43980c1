using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>After each fact: start what has become possible, form a batch, see whether the run has ended.</summary>
internal static class Advancing
{
    public static RunState Advance(RunState state, DateTimeOffset at)
    {
        if (state.Final is not null)
        {
            return state;
        }

        if (state.Stop is null && state.PausedSince is null && state.Integration is Integration.Publishing { NotBefore: { } again } publishing && again <= at)
        {
            state = state with { Integration = publishing with { NotBefore = null } };
        }

        state = Freezing.Thaw(MarkBlocked(state, at), at);
        while (state.Stop is null && state.PausedSince is null)
        {
            state = FormBatch(state, at); // first, so that what was sent back begins on a tip that has the rest
            var filled = Filling.Fill(state, at);
            var failed = !ReferenceEquals(filled.Milestones, state.Milestones) && Failed(filled) > Failed(state);
            state = failed ? MarkBlocked(filled, at) : filled; // what cannot begin for want of money fails, and others may have waited for it
            if (!failed)
            {
                break;
            }
        }

        return End(state, at);
    }

    /// <summary>True when the milestone waits and all that it needs is integrated.</summary>
    public static bool Startable(RunState state, int index)
    {
        if (state.Milestones[index].Phase is not Phase.Waiting)
        {
            return false;
        }

        foreach (var need in state.Plan.NeedsOf(index))
        {
            if (state.Milestones[need].Phase is not Phase.Integrated)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>How many milestones have a step under way.</summary>
    public static int Working(RunState state) => state.Milestones.CountOf(PhaseKinds.Working);

    private static int Failed(RunState state) => state.Milestones.CountOf(PhaseKinds.Failed);

    private static RunState MarkBlocked(RunState state, DateTimeOffset at)
    {
        if (state.Milestones.Next(PhaseKinds.Failed | PhaseKinds.Blocked | PhaseKinds.LeftOut) < 0)
        {
            return state;
        }

        foreach (var i in state.Plan.Order.AsSpan())
        {
            if (state.Milestones[i].Phase is not Phase.Waiting)
            {
                continue;
            }

            foreach (var need in state.Plan.NeedsOf(i))
            {
                if (state.Milestones[need].Phase is Phase.Failed or Phase.Blocked or Phase.LeftOut)
                {
                    state = state.With(i, state.Milestones[i] with { Phase = new Phase.Blocked(state.Plan.Milestones[need].Id), Since = at });
                    break;
                }
            }
        }

        return state;
    }

    private static RunState FormBatch(RunState state, DateTimeOffset at)
    {
        if (state.Integration is not Integration.Idle idle || idle.NotBefore > at)
        {
            return Integrating.PrepareNext(state);
        }

        var batch = Integrating.Batch(state);
        return batch.Count == 0 ? state : Build(state, batch);
    }

    private static RunState Build(RunState state, Items<BatchItem> batch) => state with
    {
        NextTicket = state.NextTicket + 1,
        Integration = new Integration.Building(new Ticket(state.NextTicket), batch),
    };

    private static RunState End(RunState state, DateTimeOffset at)
    {
        if (state.Unmetered.Count > 0 || Working(state) > 0)
        {
            return state;
        }

        if (state.Stop is { } stop && state.Integration is Integration.Idle or Integration.Publishing { NotBefore: not null })
        {
            return state with { Final = new Final.Stopped(stop.Code, stop.Message), FinishedAt = at };
        }

        if (state.Integration is not Integration.Idle idle)
        {
            return state;
        }

        if (state.Milestones.Next(PhaseKinds.Waiting | PhaseKinds.Parked | PhaseKinds.Accepted) >= 0)
        {
            return !state.Policy.AutoResume && idle.NotBefore is null && OnlyLimits(state, at) is { } limit
                ? state with { Final = new Final.LimitReached(limit.Until, limit.Message), FinishedAt = at }
                : state;
        }

        if (state.IsUndelivered && !state.LandingTried)
        {
            return idle.NotBefore > at || state.PausedSince is not null ? state : Build(state with { LandingTried = true }, []);
        }

        return state with { Final = state.Milestones.Next(PhaseKinds.Failed | PhaseKinds.Blocked) >= 0 ? new Final.WithFailures() : new Final.Completed(), FinishedAt = at };
    }

    /// <summary>The first of the limits to be lifted, when nothing else keeps the run from going on.</summary>
    private static Limit? OnlyLimits(RunState state, DateTimeOffset at)
    {
        Limit? first = null;
        for (var i = 0; i < state.Milestones.Count; i++)
        {
            if (state.Milestones[i].Phase is not Phase.Parked parked)
            {
                if (!Startable(state, i))
                {
                    continue;
                }
            }
            else if (parked.Step is not Step.Turn)
            {
                return null;
            }

            if (LimitGate.Bar(state, i, at) is not { } bar)
            {
                return null;
            }

            first = first?.Until <= bar.Until ? first : bar;
        }

        return first;
    }
}
