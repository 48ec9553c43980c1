using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>What follows when a worktree stands, work is committed, gates ended, or an order could not be carried out.</summary>
internal static class Working
{
    public static RunState WorktreeReady(RunState state, Event.WorktreeReady e, DateTimeOffset at)
    {
        var i = state.Find(e.Ticket);
        if (i < 0 || state.StepOf(i) is not Step.Prepare prepare)
        {
            return state;
        }

        var milestone = state.Milestones[i] with { Base = e.Base, Tip = e.Carried, Stumbles = 0 };
        return e.Carried is not null
            ? state.BeginTurn(i, milestone, Role.Remediate, Ask.Begin, milestone.Reason, prepare.Findings, at)
            : state.BeginTurn(i, milestone, Role.Implement, milestone.Attempt > 1 ? Ask.TryAgain : Ask.Begin, milestone.Reason, prepare.Findings, at);
    }

    public static RunState WorkCommitted(RunState state, Event.WorkCommitted e, DateTimeOffset at)
    {
        var i = state.Find(e.Ticket);
        if (i < 0 || state.StepOf(i) is not Step.Commit commit)
        {
            return state;
        }

        var milestone = state.Milestones[i] with { Tip = e.Commit ?? state.Milestones[i].Tip, Stumbles = 0 };
        if (milestone.Tip is null)
        {
            return Turning.AttemptFailed(state, i, milestone, commit, "agent.no-change", "The agent ended without changing a file.", at);
        }

        var level = state.Plan.Milestones[i].Review ?? state.Policy.Review;
        return level == ReviewLevel.None
            ? state.Work(i, milestone, new Step.Gate(milestone.Tip), at)
            : state.BeginTurn(i, milestone, Role.Review, Ask.Begin, null, milestone.Findings, at);
    }

    public static RunState GateFinished(RunState state, Event.GateFinished e, DateTimeOffset at)
    {
        var i = state.Find(e.Ticket);
        if (i < 0)
        {
            return Integrating.CandidateTested(state, e, at);
        }

        if (state.StepOf(i) is not Step.Gate gate)
        {
            return state;
        }

        var milestone = state.Milestones[i] with { Stumbles = 0 };
        var red = Red(e.Results);
        return red.Count == 0
            ? state.With(i, milestone with { Phase = new Phase.Accepted(gate.Tip), Since = at })
            : Turning.Mend(state, i, milestone, red, "gate.rounds", at);
    }

    public static RunState OrderFailed(RunState state, Event.OrderFailed e, DateTimeOffset at)
    {
        var i = state.Find(e.Ticket);
        return i < 0
            ? Metering.Failed(state, e, at) ?? Integrating.QueueFailed(state, e, at)
            : Turning.Failed(Metering.Abandon(state, i), i, state.Milestones[i], state.StepOf(i), e.Kind, e.Code, e.Message, at);
    }

    /// <summary>The gates that failed, as findings.</summary>
    public static Items<Finding> Red(Items<GateResult> results) => results
        .Where(r => !r.Passed)
        .Select(r => new Finding(FindingSeverity.Critical, null, null, $"The gate '{r.Name}' fails:\n{r.Detail}"))
        .ToItems();
}
