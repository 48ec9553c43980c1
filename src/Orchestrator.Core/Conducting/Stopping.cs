using Orchestrator.Core.Agents;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>Stopping and going on again. Neither spends an attempt.</summary>
internal static class Stopping
{
    /// <summary>
    /// A drain lets every step end, but for turns that are frozen, which nobody knows when to end; a stop lays each step
    /// aside at once (the hands end the agents), but for commits and a publication, which are short and leave nothing
    /// half done.
    /// </summary>
    public static RunState StopAsked(RunState state, StopRequest request, DateTimeOffset at)
    {
        if (state.Stop is { } known && known.Urgency >= request.Urgency)
        {
            return state;
        }

        state = state with { Stop = request, PausedSince = null };
        for (var i = 0; i < state.Milestones.Count; i++)
        {
            if (state.Milestones[i].Phase is Phase.Working { Step: not Step.Commit } working && (request.Urgency == Urgency.Stop || Freezing.IsHeld(state, working.Ticket)))
            {
                state = LayAside(state, i, request, at);
            }
        }

        return request.Urgency == Urgency.Stop && state.Integration is (Integration.Building or Integration.Testing)
            ? state with { Integration = new Integration.Idle() }
            : state;
    }

    /// <summary>Ends the step of a milestone in work, which goes on with the run; no attempt is spent.</summary>
    public static RunState LayAside(RunState state, int i, StopRequest request, DateTimeOffset at) =>
        Metering.Abandon(state, i).Park(i, state.Milestones[i], at, ParkReason.Interrupted, request.Message, state.StepOf(i).Again(), at);

    /// <summary>Nothing is under way when a run is given up: the program asks before it begins anything.</summary>
    public static RunState Abandoned(RunState state, Event.Abandoned e, DateTimeOffset at) =>
        state.Final is Final.Completed or Final.WithFailures or Final.Abandoned ? state : state with { Held = default, Final = new Final.Abandoned(e.Message), FinishedAt = at };

    /// <summary>
    /// The program began again. What was under way in a milestone is not any more: it is laid aside and taken up
    /// under a new ticket, so that a late answer of the former life is stale. The queue's order keeps its ticket:
    /// a publication may have happened and must not be decided anew.
    /// </summary>
    public static RunState Resumed(RunState state, Event.Resumed e, DateTimeOffset at)
    {
        if (e.Incarnation <= state.Incarnation || state.Final is Final.Completed or Final.WithFailures or Final.Abandoned)
        {
            return state;
        }

        state = state with
        {
            Incarnation = e.Incarnation,
            Policy = e.Policy,
            Stop = null,
            Final = null,
            FinishedAt = null,
            LandingTried = false,
            Rebuilds = 0,
            QueueFailures = 0,
            Machine = e.Machine ?? Capacity.MachineReading.Unknown,
            Held = default,
            PausedSince = null,
            Integration = state.Integration is Integration.Publishing publishing ? publishing with { NotBefore = null } : state.Integration,
        };
        for (var i = 0; i < state.Milestones.Count; i++)
        {
            var milestone = state.Milestones[i];
            if (milestone.Phase is not Phase.Working working)
            {
                continue;
            }

            state = Metering.Abandon(state, i);
            if (working.Step is Step.Turn && milestone.Stumbles >= state.Policy.Redeliveries)
            {
                state = Turning.AttemptFailed(state, i, milestone, working.Step, "agent.crashes", "The program ended again and again during this turn.", at);
                if (state.Milestones[i].Phase is Phase.Working retried)
                {
                    state = state.Park(i, state.Milestones[i], at, ParkReason.Interrupted, "The program was started again.", retried.Step, at);
                }
            }
            else
            {
                var stumbled = working.Step is Step.Turn ? milestone with { Stumbles = milestone.Stumbles + 1 } : milestone;
                state = state.Park(i, stumbled, at, ParkReason.Interrupted, "The program was started again.", working.Step.Again(), at);
            }
        }

        return state;
    }
}
