using Orchestrator.Core.Capacity;
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

        if (state.Limit is { } limit && limit.Until <= at)
        {
            state = state with { Limit = null };
        }

        state = MarkBlocked(state, at);
        if (state.Stop is null)
        {
            state = FormBatch(state, at); // first, so that what was sent back begins on a tip that has the rest
            state = FillSlots(state, at);
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

    /// <summary>How many milestones hold a slot.</summary>
    public static int InWork(RunState state)
    {
        var count = 0;
        foreach (var milestone in state.Milestones.AsSpan())
        {
            count += milestone.Phase is Phase.Working ? 1 : 0;
        }

        return count;
    }

    private static RunState MarkBlocked(RunState state, DateTimeOffset at)
    {
        var somethingBlocks = false;
        foreach (var milestone in state.Milestones.AsSpan())
        {
            somethingBlocks |= milestone.Phase is Phase.Failed or Phase.Blocked or Phase.LeftOut;
        }

        if (!somethingBlocks)
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

    /// <summary>What was begun goes on before anything new begins; both in plan order.</summary>
    private static RunState FillSlots(RunState state, DateTimeOffset at)
    {
        var free = CapacityPolicy.Slots(state.Policy, state.Machine) - InWork(state);
        for (var i = 0; i < state.Milestones.Count && free > 0; i++)
        {
            if (state.Milestones[i].Phase is Phase.Parked parked && parked.Until <= at && MayGoOn(state, parked))
            {
                var step = parked is { Reason: ParkReason.Queue, Step: Step.Prepare prepare } ? prepare with { Base = state.Tip } : parked.Step;
                state = state.Work(i, state.Milestones[i], step, at);
                free--;
            }
        }

        for (var i = 0; i < state.Milestones.Count && free > 0 && state.Limit is null; i++)
        {
            if (Startable(state, i))
            {
                state = state.Work(i, state.Milestones[i] with { Attempt = 1 }, new Step.Prepare(state.Tip), at);
                free--;
            }
        }

        return state;
    }

    private static bool MayGoOn(RunState state, Phase.Parked parked) =>
        (state.Limit is null || parked.Step is not Step.Turn)
        && (parked.Reason != ParkReason.Queue || state.Integration is Integration.Idle);

    private static RunState FormBatch(RunState state, DateTimeOffset at)
    {
        if (state.Integration is not Integration.Idle idle || idle.NotBefore > at)
        {
            return state;
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
        if (InWork(state) > 0)
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

        bool open = false, failed = false, onlyTheLimit = state.Limit is not null && !state.Policy.AutoResume;
        foreach (var milestone in state.Milestones.AsSpan())
        {
            open |= milestone.Phase is Phase.Waiting or Phase.Parked or Phase.Accepted;
            failed |= milestone.Phase is Phase.Failed or Phase.Blocked;
            onlyTheLimit &= milestone.Phase is not Phase.Parked { Step: not Step.Turn };
        }

        if (open)
        {
            return onlyTheLimit && idle.NotBefore is null
                ? state with { Final = new Final.LimitReached(state.Limit!.Value.Until, state.Limit.Value.Message), FinishedAt = at }
                : state;
        }

        if (state.Unlanded is not null && !state.LandingTried && state.Policy.Publish == PublishMode.FastForward)
        {
            return idle.NotBefore > at ? state : Build(state with { LandingTried = true }, []);
        }

        return state with { Final = failed ? new Final.WithFailures() : new Final.Completed(), FinishedAt = at };
    }
}
