using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>What the answer to an order of its own adds to a milestone's dossier.</summary>
internal static class DossierFold
{
    private const int ShortCommit = 10;

    public static Dossier Take(Dossier dossier, Event fact, RunState before, RunState after, int index, DateTimeOffset at)
    {
        var then = before.Milestones[index];
        var now = after.Milestones[index];
        return fact switch
        {
            Event.WorktreeReady e => dossier.Note(at, Ready(e)),
            Event.TurnFinished e when then.Phase is Phase.Working { Step: Step.Turn turn } => Finished(dossier, e, turn.Brief, before, now, at),
            Event.TurnMetered e => Metered(dossier, e, before),
            Event.WorkCommitted e when then.Phase is Phase.Working { Step: Step.Commit commit } => Committed(dossier, e, commit.After, then, now, at),
            Event.GateFinished e when then.Phase is Phase.Working { Step: Step.Gate gate } => Fates.Gates(
                (dossier with { Gates = [.. dossier.Gates, new GateRun(at, e.Ticket, gate.Tip, e.Results)] }).Note(at, Gates(e.Results)), e.Results, then, at),
            Event.OrderFailed e => Fates.CheckLost(Close(dossier, e.Ticket, at, new TurnOutcome.Failed(e.Kind, e.Code, e.Message)).Note(at, $"could not go on ({e.Code}): {e.Message}"), now, at),
            _ => dossier,
        };
    }

    /// <summary>A commit as people name it.</summary>
    public static string Short(string? commit) => commit is null ? "(none)" : commit.Length > ShortCommit ? commit[..ShortCommit] : commit;

    /// <summary>How gates ended, as one sentence.</summary>
    public static string Gates(Items<GateResult> results)
    {
        var red = results.Where(r => r.Blocks).Select(r => r.Name).ToList();
        var flaky = results.Where(r => r.Flaky).Select(r => r.Name).ToList();
        var known = results.Where(r => r.Inherited).Select(r => r.Name).ToList();
        return (results.Count == 0 ? "no gates to run" : red.Count > 0 ? $"gates red: {string.Join(", ", red)}" : "gates green")
            + (flaky.Count > 0 ? $"; flaky: {string.Join(", ", flaky)}" : "")
            + (known.Count > 0 ? $"; red before the work began: {string.Join(", ", known)}" : "");
    }

    /// <summary>Ends a turn that has not ended yet.</summary>
    public static Dossier Close(Dossier dossier, Ticket ticket, DateTimeOffset at, TurnOutcome outcome, Usage usage = default, Items<ModelUsage> models = default)
    {
        for (var i = dossier.Turns.Count - 1; i >= 0; i--)
        {
            if (dossier.Turns[i] is { Ended: null } turn && turn.Ticket == ticket)
            {
                return dossier with { Turns = dossier.Turns.With(i, turn with { Ended = at, Outcome = outcome, Usage = usage, Models = models }) };
            }
        }

        return dossier;
    }

    private static Dossier Finished(Dossier dossier, Event.TurnFinished e, TurnBrief brief, RunState before, MilestoneState now, DateTimeOffset at)
    {
        dossier = Close(dossier, e.Ticket, at, e.Outcome, e.Usage, e.Models).Note(at, $"{Who(brief.Role)}: {Said(e.Outcome)}");
        return Fates.Turn(dossier, e.Outcome, brief, before.Policy.ReviewBar, now, at);
    }

    private static Dossier Metered(Dossier dossier, Event.TurnMetered e, RunState before)
    {
        var ticket = before.Unmetered.FirstOrDefault(t => t.Ticket == e.Ticket).Turn; // no turn's when the answer fits no question
        for (var i = 0; i < dossier.Turns.Count; i++)
        {
            if (dossier.Turns[i].Ticket == ticket)
            {
                return dossier with { Turns = dossier.Turns.With(i, dossier.Turns[i] with { Usage = e.Usage, Models = e.Models }) };
            }
        }

        return dossier;
    }

    private static Dossier Committed(Dossier dossier, Event.WorkCommitted e, Role after, MilestoneState then, MilestoneState now, DateTimeOffset at)
    {
        var text = e.Commit is null ? "nothing to commit" : FormattableString.Invariant($"committed {Short(e.Commit)}, {e.Files} {(e.Files == 1 ? "file" : "files")}");
        dossier = (dossier with { Commits = [.. dossier.Commits, new CommitRecord(at, after, then.Attempt, then.Round, e.Commit, e.Files)] })
            .Note(at, text + (e.Marks.Count > 0 ? $"; marked: {string.Join(", ", e.Marks.Select(m => $"{Words.Of(m.Kind)} ({m.Path})"))}" : ""));
        return then.Resolving is null && e.Lost.Count == 0 ? dossier : Fates.Resolution(dossier, e.Lost, then, now, at);
    }

    private static string Ready(Event.WorktreeReady e) => e.Conflicts.Count > 0
        ? $"worktree ready at {Short(e.Base)}, with a conflict in {string.Join(", ", e.Conflicts.Take(5))}"
        : e.Carried is null ? $"worktree ready at {Short(e.Base)}" : $"worktree ready at {Short(e.Base)}, with the earlier work laid on it";

    private static string Who(Role role) => role switch
    {
        Role.Implement => "implementer",
        Role.Review => "reviewer",
        Role.Remediate => "remediation",
        Role.Resolve => "resolution",
        Role.Check => "check",
        _ => throw new InvalidOperationException($"Unknown role {role}."),
    };

    private static string Said(TurnOutcome outcome) => outcome switch
    {
        TurnOutcome.Completed => "done",
        TurnOutcome.Approved o => o.Remarks.Count == 0 ? "approved" : FormattableString.Invariant($"approved, with {o.Remarks.Count} {(o.Remarks.Count == 1 ? "remark" : "remarks")}"),
        TurnOutcome.ChangesRequested o => $"wants changes: {First(o.Findings[0].Claim)}{(o.Findings.Count > 1 ? FormattableString.Invariant($" (and {o.Findings.Count - 1} more)") : "")}",
        TurnOutcome.Limited o => $"limit: {o.Message}",
        TurnOutcome.Spent o => $"spent what it was allowed: {o.Message}",
        TurnOutcome.Failed o => $"failed ({o.Code}): {o.Message}",
        TurnOutcome.Interrupted => "interrupted",
        _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}."),
    };

    private static string First(string text) => Plain.Cut(text.Split('\n')[0], 160);
}
