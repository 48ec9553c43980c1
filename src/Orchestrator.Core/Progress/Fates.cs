using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>What becomes of findings. Whoever found something says whether it is still to be found.</summary>
internal static class Fates
{
    /// <summary>A turn ended: one that judges brings findings, or settles them.</summary>
    public static Dossier Turn(Dossier dossier, TurnOutcome outcome, TurnBrief brief, FindingSeverity bar, MilestoneState now, DateTimeOffset at) => (brief.Role, outcome) switch
    {
        (Role.Review, TurnOutcome.ChangesRequested o) when StepOf(now) is Step.Turn { Brief.Role: Role.Check } => Found(dossier, o.Findings, FoundBy.Review, brief, at, bar, Fate.Claimed),
        (Role.Review, TurnOutcome.ChangesRequested o) => Again(dossier, o.Findings, FoundBy.Review, brief, bar, at),
        (Role.Check, TurnOutcome.ChangesRequested o) => Again(
            Settle(dossier, f => f.Fate == Fate.Claimed, f => o.Findings.Any(seen => seen.File == f.Finding.File) ? Fate.Confirmed : Fate.NotReproduced, at), o.Findings, FoundBy.Check, brief, bar, at),
        (Role.Check, TurnOutcome.Approved o) => Found(Approved(Settle(dossier, f => f.Fate == Fate.Claimed, _ => Fate.NotReproduced, at), at), o.Remarks, FoundBy.Check, brief, at, bar, Fate.Remark),
        (Role.Review, TurnOutcome.Approved o) => Found(Approved(dossier, at), o.Remarks, FoundBy.Review, brief, at, bar, Fate.Remark),
        _ => CheckLost(dossier, now, at),
    };

    /// <summary>The check itself came to nothing: what was claimed is not decided.</summary>
    public static Dossier CheckLost(Dossier dossier, MilestoneState now, DateTimeOffset at) =>
        StepOf(now) is Step.Turn { Brief.Role: Role.Check } ? dossier : Settle(dossier, f => f.Fate == Fate.Claimed, _ => Fate.Undecided, at);

    /// <summary>Gates ended: each gate speaks for itself only.</summary>
    public static Dossier Gates(Dossier dossier, Items<GateResult> results, MilestoneState then, DateTimeOffset at)
    {
        var red = Working.Red(results);
        var names = results.Where(r => r.Blocks).Select(r => r.Name).ToList();
        var findings = dossier.Findings.ToList();
        for (var i = 0; i < findings.Count; i++)
        {
            if (findings[i] is not { By: FoundBy.Gates, Fate: Fate.Open } open)
            {
                continue;
            }

            var again = names.FindIndex(name => IsOf(open.Finding, name));
            findings[i] = again < 0 ? open with { Fate = Fate.Mended, Settled = at } : open with { Finding = red[again], Times = open.Times + 1 };
        }

        for (var i = 0; i < red.Count; i++)
        {
            if (!findings.Exists(f => f is { By: FoundBy.Gates, Fate: Fate.Open } && IsOf(f.Finding, names[i])))
            {
                findings.Add(new FoundFinding(red[i], FoundBy.Gates, then.Attempt, then.Round, at, Fate.Open));
            }
        }

        return dossier with { Findings = findings.ToItems() };
    }

    /// <summary>A resolved conflict was looked at.</summary>
    public static Dossier Resolution(Dossier dossier, Items<Finding> lost, MilestoneState then, MilestoneState now, DateTimeOffset at)
    {
        dossier = now.Resolving is null ? Settle(dossier, f => f is { Fate: Fate.Open, By: FoundBy.Conflict or FoundBy.Merge }, _ => Fate.Mended, at) : dossier;
        return Raise(dossier, lost, FoundBy.Merge, f => f.By == FoundBy.Merge, then.Attempt, then.Round, FindingSeverity.Minor, at, _ => Fate.Mended);
    }

    /// <summary>The merge queue sent it back.</summary>
    public static Dossier SentBack(Dossier dossier, Event fact, MilestoneState then, MilestoneState now, DateTimeOffset at) => dossier with
    {
        Findings = [.. dossier.Findings, .. now.Findings.Select(f => new FoundFinding(f, fact is Event.CandidateBuilt ? FoundBy.Conflict : FoundBy.Bisection, then.Attempt, then.Round, at, Fate.Open))],
    };

    /// <summary>What has landed has passed all who could find something.</summary>
    public static Dossier Landed(Dossier dossier, DateTimeOffset at) => Settle(dossier, f => f.Fate == Fate.Open, _ => Fate.Mended, at);

    /// <summary>It was given up: what stands is why, and nobody decides any more.</summary>
    public static Dossier Failed(Dossier dossier, string code, DateTimeOffset at)
    {
        dossier = Settle(dossier, f => f.Fate == Fate.Claimed, _ => Fate.Undecided, at);
        return code == "work.unchanged" ? Settle(dossier, f => f.Fate == Fate.Open, _ => Fate.LeftAsItIs, at) : dossier;
    }

    private static Dossier Approved(Dossier dossier, DateTimeOffset at) => Settle(dossier, IsReviewers, _ => Disputed(dossier) ? Fate.NotReproduced : Fate.Mended, at);

    private static Dossier Again(Dossier dossier, Items<Finding> findings, FoundBy by, TurnBrief brief, FindingSeverity bar, DateTimeOffset at) =>
        Raise(dossier, findings, by, IsReviewers, brief.Attempt, brief.Round, bar, at, _ => Disputed(dossier) ? Fate.NotReproduced : Fate.Mended);

    /// <summary>New findings of one judge: what it says again stands, what it says no more is settled, the rest is new.</summary>
    private static Dossier Raise(
        Dossier dossier, Items<Finding> said, FoundBy by, Func<FoundFinding, bool> theirs, int attempt, int round, FindingSeverity bar, DateTimeOffset at, Func<FoundFinding, Fate> gone)
    {
        var fresh = said.ToList();
        var findings = dossier.Findings.ToArray();
        for (var i = 0; i < findings.Length; i++)
        {
            if (findings[i].Fate != Fate.Open || !theirs(findings[i]))
            {
                continue;
            }

            var again = fresh.FindIndex(f => f.File == findings[i].Finding.File && f.Claim == findings[i].Finding.Claim);
            if (again >= 0)
            {
                findings[i] = findings[i] with { Finding = fresh[again], Times = findings[i].Times + 1 };
                fresh.RemoveAt(again);
            }
            else
            {
                findings[i] = findings[i] with { Fate = gone(findings[i]), Settled = at };
            }
        }

        return dossier with { Findings = [.. findings, .. fresh.Select(f => new FoundFinding(f, by, attempt, round, at, f.Severity < bar ? Fate.Remark : Fate.Open))] };
    }

    private static Dossier Found(Dossier dossier, Items<Finding> findings, FoundBy by, TurnBrief brief, DateTimeOffset at, FindingSeverity bar, Fate fate) =>
        findings.Count == 0 ? dossier : dossier with { Findings = [.. dossier.Findings, .. findings.Select(f => new FoundFinding(f, by, brief.Attempt, brief.Round, at, f.Severity < bar ? Fate.Remark : fate))] };

    private static Dossier Settle(Dossier dossier, Func<FoundFinding, bool> which, Func<FoundFinding, Fate> fate, DateTimeOffset at) => !dossier.Findings.Any(which)
        ? dossier
        : dossier with { Findings = dossier.Findings.Select(f => which(f) ? f with { Fate = fate(f), Settled = at } : f).ToItems() };

    private static bool IsReviewers(FoundFinding found) => found is { Fate: Fate.Open, By: FoundBy.Review or FoundBy.Check };

    /// <summary>The implementer was to mend something and changed nothing, so another reviewer looked.</summary>
    private static bool Disputed(Dossier dossier) => dossier.Commits.Count > 0 && dossier.Commits[^1] is { Commit: null, After: Role.Remediate };

    private static bool IsOf(Finding finding, string gate) => finding.Claim.StartsWith($"The gate '{gate}' fails", StringComparison.Ordinal);

    private static Step? StepOf(MilestoneState milestone) => milestone.Phase switch
    {
        Phase.Working p => p.Step,
        Phase.Parked p => p.Step,
        _ => null,
    };
}
