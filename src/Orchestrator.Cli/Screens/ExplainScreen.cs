using System.Globalization;
using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Evidence;
using Orchestrator.Engine.Git;

namespace Orchestrator.Cli.Screens;

/// <summary>One milestone in plain words: how it stands, how it came there, what stands against it, and what to do. A function of the tale.</summary>
internal static class ExplainScreen
{
    private const int MostMoments = 12;
    private const int MostFindings = 8;
    private const int MostWide = 160;

    /// <summary>The page.</summary>
    /// <param name="tale">The run.</param>
    /// <param name="index">The milestone's place in the plan.</param>
    /// <param name="alive">Whether a process works on the run.</param>
    /// <param name="folder">The folder with its evidence, as the user would name it.</param>
    /// <param name="zone">The zone to show times in.</param>
    public static string Text(Tale tale, int index, bool alive, string folder, TimeZoneInfo zone)
    {
        var (state, chronicle, _) = tale;
        var (planned, milestone, dossier) = (state.Plan.Milestones[index], state.Milestones[index], chronicle.Milestones[index]);
        var text = new StringBuilder();
        text.Append($"{planned.Id}  {Line(planned.Title)}\n{Standing(state, index, zone)}\n{Facts(state, milestone, dossier)}\n");
        Part(text, "What happened", Moments(dossier, zone));
        Part(text, "What stands against it", Findings(dossier));
        Part(text, "Marks", milestone.Marks.Select(m => $"{Words.Of(m.Kind)}: {Line(m.Path)}{(m.Detail.Length > 0 ? $" ({Line(m.Detail)})" : "")}"));
        Part(text, "Exit criteria", milestone.Attempt == 0 ? [] : planned.Criteria.Select((criterion, i) => $"{Line(criterion)}\n    {Proof(milestone, i + 1)}"));
        Part(text, "Gates, when they ran last", dossier.Gates.Count > 0 ? dossier.Gates[^1].Results.Select(Gate) : []);
        Part(text, "Merges", Merges(chronicle, planned.Id, zone));
        var advice = NextSteps.Of(state, index, alive);
        Part(text, "What to do", [.. advice.Sentences.Select(s => Line(s)), .. Commands(advice.Commands)]);
        Part(text, "See for yourself, in the main checkout", Commands(Reproduction.Of(state, index, chronicle, tale.Gates)));
        Part(text, "Where it lies", dossier.Moments.Count == 0 ? [] :
        [
            $"{folder}/{EvidencePlaces.FileName}  all of this, and more",
            $"{folder}/turns/  what the agents were told and what they did",
            .. dossier.Gates.Count > 0 ? new[] { $"{folder}/gates/{dossier.Gates[^1].Ticket}/  what the gates printed last" } : [],
            .. milestone.Tip is { } tip ? new[] { $"branch {RefNames.Branch(state.Run.Value, planned.Id.ToString())["refs/heads/".Length..]}, commit {tip}" } : [],
        ]);
        return text.ToString();
    }

    private static void Part(StringBuilder text, string title, IEnumerable<string> lines)
    {
        var body = string.Concat(lines.Select(line => $"  {line}\n"));
        text.Append(body.Length > 0 ? $"\n{title}\n{body}" : "");
    }

    private static string Standing(RunState state, int index, TimeZoneInfo zone)
    {
        var standing = WaitingFor.Of(state, index);
        var code = state.Milestones[index].Phase is Phase.Failed failed ? $" ({failed.Code})" : "";
        var until = standing.Until is { } time ? $", until {TimeZoneInfo.ConvertTime(time, zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}" : "";
        return $"{standing.State.ToString().ToLowerInvariant()}{code}{(standing.Text.Length > 0 ? $": {Line(standing.Text)}" : "")}{until}";
    }

    private static string Facts(RunState state, MilestoneState milestone, Dossier dossier)
    {
        var parts = new List<string> { $"run {state.Run}" };
        if (milestone.Attempt > 0)
        {
            parts.Add(FormattableString.Invariant($"attempt {milestone.Attempt} of {state.Policy.RetryAttempts}, round {milestone.Round} of {state.Policy.ReviewRounds}"));
            parts.Add(FormattableString.Invariant($"{dossier.Turns.Count} {(dossier.Turns.Count == 1 ? "turn" : "turns")}"));
            parts.Add(FormattableString.Invariant($"{milestone.Usage.CostUsd:0.00} USD"));
        }

        return string.Join("; ", parts);
    }

    private static IEnumerable<string> Moments(Dossier dossier, TimeZoneInfo zone)
    {
        var left = dossier.Moments.Count - MostMoments;
        var shown = dossier.Moments.Skip(Math.Max(0, left)).ToList();
        var format = shown.Count > 0 && shown[0].At.Date == shown[^1].At.Date ? "HH:mm:ss" : "MM-dd HH:mm:ss";
        string At(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, zone).ToString(format, CultureInfo.InvariantCulture);
        return [.. left > 0 ? new[] { FormattableString.Invariant($"({left} earlier)") } : [], .. shown.Select(m => $"{At(m.At)}  {Line(m.Text)}{(m.Until is { } until ? $", until {At(until)}" : "")}")];
    }

    private static IEnumerable<string> Findings(Dossier dossier)
    {
        var standing = dossier.Findings.Where(f => f.Stands).ToList();
        foreach (var found in standing.Take(MostFindings))
        {
            yield return $"{found.Finding.Severity.ToString().ToLowerInvariant()}{Place(found.Finding)}: {Line(found.Finding.Claim)} ({Words.Of(found.By)}, attempt {found.Attempt}, round {found.Round}{(found.Times > 1 ? FormattableString.Invariant($", found {found.Times} times") : "")})";
            if (found.Finding.Reproduce is { } steps)
            {
                yield return $"    to see it: {Line(steps)}";
            }
        }

        if (standing.Count > MostFindings)
        {
            yield return FormattableString.Invariant($"and {standing.Count - MostFindings} more");
        }

        var settled = dossier.Findings.Where(f => !f.Stands).GroupBy(f => f.Fate).Select(g => FormattableString.Invariant($"{g.Count()} {Words.Of(g.Key)}")).ToList();
        if (settled.Count > 0)
        {
            yield return $"{(standing.Count == 0 ? "Nothing stands. " : "")}Of others: {string.Join("; ", settled)}.";
        }
    }

    private static string Place(Finding finding) => finding.File is { } file ? $" {Line(file)}{(finding.Line is { } line ? FormattableString.Invariant($":{line}") : "")}" : "";

    private static string Proof(MilestoneState milestone, int criterion)
    {
        var proofs = milestone.Proofs.Where(p => p.Criterion == criterion).Select(p => p.By switch
        {
            ProvedBy.Gate => $"the gate {Line(p.Evidence)}",
            ProvedBy.File => $"the file {Line(p.Evidence)}",
            ProvedBy.Reviewer => $"the reviewer: {Line(p.Evidence)}",
            _ => throw new InvalidOperationException($"Unknown proof {p.By}."),
        }).ToList();
        return proofs.Count > 0 ? $"proved by {string.Join(", and by ", proofs)}" : "not proved by anybody";
    }

    private static string Gate(GateResult result) => Line(result.Name) + ": "
        + (result.Flaky ? "flaky, failed and then passed on the same files" : result.Passed ? "green" : result.Inherited ? "red, as before the work began" : "red")
        + (result.NewlyFailing is { Count: > 0 } names && !result.Passed ? $"; failing: {Line(string.Join(", ", names.Take(MostFindings)))}{(names.Count > MostFindings ? ", …" : "")}" : "");

    private static IEnumerable<string> Merges(Chronicle chronicle, Core.Plans.MilestoneId id, TimeZoneInfo zone)
    {
        foreach (var c in chronicle.Candidates.Where(c => c.Merged.Contains(id) || c.Conflicts.Any(x => x.Id == id)).TakeLast(MostFindings))
        {
            var at = TimeZoneInfo.ConvertTime(c.At, zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
            var others = c.Merged.Where(other => other != id).ToList();
            yield return c.Conflicts.FirstOrDefault(x => x.Id == id) is { } conflict
                ? $"{at}  it conflicts in {Line(string.Join(", ", conflict.Paths))}"
                : $"{at}  candidate {Plain.Cut(c.Commit ?? "", 10).TrimEnd('…')}{(others.Count > 0 ? $" with {string.Join(", ", others)}" : "")}: {Words.Of(c.End)}{(c.Probe ? ", to find the guilty" : "")}";
        }

        foreach (var judgement in chronicle.Judgements.Where(j => j.Culprits.Together.Contains(id)))
        {
            var culprits = judgement.Culprits;
            yield return culprits.Together.Count == 1
                ? $"bisection: {culprits.SentBack} alone is red on what is integrated"
                : $"bisection: {string.Join(" and ", culprits.Together)} are red together; {culprits.SentBack} was sent back";
        }
    }

    private static IEnumerable<string> Commands(IEnumerable<Command> commands) => commands.Select(c => $"# {Line(c.What)}\n  {Plain.Bare(c.Text)}");

    /// <summary>On one line, of bounded length, and without what cannot be seen.</summary>
    private static string Line(string text) => Plain.Cut(Plain.Bare(text).ReplaceLineEndings(" ").Replace('\t', ' ').Trim(), MostWide);
}
