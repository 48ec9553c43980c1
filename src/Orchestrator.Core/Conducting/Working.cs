using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>What follows when a worktree stands, work is committed, gates ended, or an order could not be carried out.</summary>
internal static class Working
{
    private const int MostNamed = 20;

    public static RunState WorktreeReady(RunState state, Event.WorktreeReady e, DateTimeOffset at)
    {
        var i = state.Find(e.Ticket);
        if (i < 0 || state.StepOf(i) is not Step.Prepare prepare)
        {
            return state;
        }

        var milestone = state.Milestones[i] with { Base = e.Base, Tip = e.Carried, Content = e.Carried, Stumbles = 0, Resolving = e.Conflicts.Count > 0 ? prepare.Carry : null };
        return milestone.Resolving is not null
                ? state.BeginTurn(i, milestone, Role.Resolve, Ask.Begin, milestone.Reason, Conflicting(e.Conflicts), at)
            : e.Carried is not null
                ? state.BeginTurn(i, milestone, Role.Remediate, Ask.Begin, milestone.Reason, prepare.Findings, at)
                : state.BeginTurn(i, milestone, Role.Implement, milestone.Attempt > 1 ? Ask.TryAgain : Ask.Begin, milestone.Reason, prepare.Findings, at);
    }

    private static Items<Finding> Conflicting(Items<string> paths) =>
        paths.Select(path => new Finding(FindingSeverity.Critical, path, null, "Both sides changed the same place.")).ToItems();

    public static RunState WorkCommitted(RunState state, Event.WorkCommitted e, DateTimeOffset at)
    {
        var i = state.Find(e.Ticket);
        if (i < 0 || state.StepOf(i) is not Step.Commit commit)
        {
            return state;
        }

        var before = state.Milestones[i];
        var milestone = before with { Tip = e.Commit ?? before.Tip, Content = e.Tree ?? e.Commit ?? before.Content, Stumbles = 0, Marks = e.Commit is null ? before.Marks : e.Marks, Proofs = default };
        if (milestone.Tip is null)
        {
            return Turning.AttemptFailed(state, i, milestone, commit, "agent.no-change", "The agent ended without changing a file.", at);
        }

        if (e.Commit is not null && commit.After == Role.Remediate && Turning.Circling(state, i, milestone, at) is { } circling)
        {
            return circling;
        }

        if (e.Lost.Count > 0)
        {
            return Turning.Mend(state, i, milestone, e.Lost, Judge.Merge, at);
        }

        milestone = milestone with { Resolving = null };
        return Turning.LevelOf(state, i, milestone) == ReviewLevel.None
            ? state.Work(i, milestone, new Step.Gate(milestone.Tip), at)
            : state.BeginTurn(i, milestone, Role.Review, Ask.Begin, null, IsDispute(e, commit) ? default : milestone.Findings, at);
    }

    /// <summary>The implementer was to mend something and left all as it is: another reviewer looks, who is not told what the first one found.</summary>
    private static bool IsDispute(Event.WorkCommitted e, Step.Commit commit) => e.Commit is null && commit.After == Role.Remediate;

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
        state = WithKnown(state, e.Results);
        var red = Red(e.Results);
        return red.Count == 0
            ? state.With(i, milestone with { Phase = new Phase.Accepted(gate.Tip), Since = at, Proofs = milestone.Proofs.Concat(e.Proofs).ToItems() })
            : Turning.Mend(state, i, milestone, red, Judge.Gates, at);
    }

    public static RunState OrderFailed(RunState state, Event.OrderFailed e, DateTimeOffset at)
    {
        var i = state.Find(e.Ticket);
        return i < 0
            ? Metering.Failed(state, e, at) ?? Integrating.QueueFailed(state, e, at)
            : Turning.Failed(Metering.Abandon(state, i), i, state.Milestones[i], state.StepOf(i), e.Kind, e.Code, e.Message, at);
    }

    /// <summary>Remembers which gates prove little, so that somebody knows: those that failed and passed on the same files, and those that were red before.</summary>
    public static RunState WithKnown(RunState state, Items<GateResult> results) => results.All(r => r is { Passed: true, Flaky: false }) ? state : state with
    {
        Flaky = state.Flaky.Union(results.Where(r => r.Flaky).Select(r => r.Name)).ToItems(),
        Inherited = state.Inherited.Union(results.Where(r => r.Inherited).Select(r => r.Name)).ToItems(),
    };

    /// <summary>The gates that block, as findings; the tests that are to blame are named where they can be.</summary>
    public static Items<Finding> Red(Items<GateResult> results) => results
        .Where(r => r.Blocks)
        .Select(r => new Finding(FindingSeverity.Critical, null, null, $"The gate '{r.Name}' fails{Tests(r)}:\n{r.Detail}"))
        .ToItems();

    private static string Tests(GateResult result)
    {
        var names = result.NewlyFailing;
        return names.Count == 0 ? "" : $", {names.Count} {(result.Before is { Passed: false } ? "new failing tests" : "failing tests")}: {string.Join(", ", names.Take(MostNamed))}{(names.Count > MostNamed ? ", …" : "")}";
    }
}
