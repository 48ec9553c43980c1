using Orchestrator.Core.Agents;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>The few edits of a state that every decision is made of.</summary>
internal static class StateEdits
{
    /// <summary>The index of the milestone whose step bears this ticket; -1 when the ticket is stale.</summary>
    public static int Find(this RunState state, Ticket ticket)
    {
        for (var i = state.Milestones.Next(PhaseKinds.Working); i >= 0; i = state.Milestones.Next(PhaseKinds.Working, i + 1))
        {
            if (state.Milestones[i].Phase is Phase.Working working && working.Ticket == ticket)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The step of the milestone at <paramref name="index"/>, which is in work.</summary>
    public static Step StepOf(this RunState state, int index) => ((Phase.Working)state.Milestones[index].Phase).Step;

    /// <summary>Puts a changed milestone in.</summary>
    public static RunState With(this RunState state, int index, MilestoneState milestone) =>
        state with { Milestones = state.Milestones.With(index, milestone) };

    /// <summary>
    /// Takes up a step under a new ticket. While the run is stopping or paused nothing is taken up but a commit, which is
    /// short and makes the agent's work safe; the step is parked instead. A turn has to be admitted, too.
    /// </summary>
    public static RunState Work(this RunState state, int index, MilestoneState milestone, Step step, DateTimeOffset at)
    {
        if (state.Stop is not null && step is not Step.Commit)
        {
            return state.Park(index, milestone, at, ParkReason.Interrupted, state.Stop.Message, step, at);
        }

        if (state.PausedSince is not null && step is not Step.Commit)
        {
            return state.Park(index, milestone, at, ParkReason.Interrupted, "paused", step, at);
        }

        if (step is Step.Turn turn)
        {
            return Admission.Begin(state, index, milestone, turn, at);
        }

        var ticket = new Ticket(state.NextTicket);
        return (state with { NextTicket = state.NextTicket + 1 })
            .With(index, milestone with { Phase = new Phase.Working(ticket, step), Since = at });
    }

    /// <summary>Lays a milestone aside; its slot is free.</summary>
    public static RunState Park(
        this RunState state, int index, MilestoneState milestone, DateTimeOffset until, ParkReason reason, string message, Step step, DateTimeOffset at) =>
        state.With(index, milestone with { Phase = new Phase.Parked(until, reason, message, step), Since = at });

    /// <summary>Gives a milestone up.</summary>
    public static RunState Fail(this RunState state, int index, MilestoneState milestone, string code, string message, DateTimeOffset at) =>
        state.With(index, milestone with { Phase = new Phase.Failed(code, message), Reason = message, Since = at });

    /// <summary>The step as it is taken up again after a break: a turn goes on in its conversation.</summary>
    public static Step Again(this Step step) => step is Step.Turn turn
        ? new Step.Turn(turn.Brief with { Ask = Ask.GoOn, Known = true, Delivery = turn.Brief.Delivery + 1, Cap = default })
        : step;

    /// <summary>A turn in a conversation of its own, or for <see cref="Role.Remediate"/> in the implementer's.</summary>
    public static RunState BeginTurn(
        this RunState state, int index, MilestoneState milestone, Role role, Ask ask, string? reason, Items<Finding> findings, DateTimeOffset at)
    {
        var id = state.Plan.Milestones[index].Id;
        var known = role == Role.Remediate && milestone.Writer != default;
        var next = known ? milestone : milestone with { Sessions = milestone.Sessions + 1 };
        var session = known ? milestone.Writer : Sessions.Name(state.Run, id, next.Sessions);
        if (!role.Judges())
        {
            next = next with { Writer = session };
        }

        var brief = new TurnBrief(role, ask, session, known, next.Attempt, next.Round, 1, reason, findings, Marks: role.Judges() ? milestone.Marks : default);
        return state.Work(index, next with { Stumbles = 0 }, new Step.Turn(brief), at);
    }
}
