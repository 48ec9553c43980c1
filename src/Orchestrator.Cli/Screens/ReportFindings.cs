using Orchestrator.Core.Agents;
using Orchestrator.Core.Progress;
using Orchestrator.Engine.Evidence;

namespace Orchestrator.Cli.Screens;

/// <summary>What was found and what became of it; what is marked; what proves the exit criteria.</summary>
internal static class ReportFindings
{
    /// <summary>All findings, those that stand first.</summary>
    public static Html Of(Tale tale, ReportContext context)
    {
        var all = tale.Chronicle.Milestones.SelectMany(d => d.Findings.Select(f => (d.Id, Found: f))).OrderByDescending(x => x.Found.Stands).ThenBy(x => x.Id).ThenBy(x => x.Found.At).ToList();
        return all.Count == 0 ? Html.None : Html.Of($"""
            <p>{string.Join(", ", all.GroupBy(x => x.Found.Fate).OrderBy(g => g.Key).Select(g => $"{g.Count()} {Words.Of(g.Key)}"))}.</p>
            {ReportScreen.Table(["", "fate", "what", "by", "attempt, round", "found", "settled"], all.Select(x => Html.Of($"""
                <tr><th scope="row">{x.Id}</th><td><span class="tag {(x.Found.Stands ? "failed" : x.Found.Fate == Fate.Mended ? "done" : "waiting")}">{Words.Of(x.Found.Fate)}</span></td><td class="wide">{What(x.Found)}</td><td>{Words.Of(x.Found.By)}</td><td>{x.Found.Attempt}, {x.Found.Round}{(x.Found.Times > 1 ? $", {x.Found.Times} times" : "")}</td><td>{context.Clock(x.Found.At)}</td><td>{(x.Found.Settled is { } at ? context.Clock(at) : "")}</td></tr>
                """)))}
            """);
    }

    /// <summary>Each criterion, and what proves it.</summary>
    public static Html Criteria(Tale tale)
    {
        var state = tale.State;
        var rows = Enumerable.Range(0, state.Milestones.Count).SelectMany(i => state.Plan.Milestones[i].Criteria.Select((criterion, n) =>
        {
            var proofs = state.Milestones[i].Proofs.Where(p => p.Criterion == n + 1).ToList();
            return Html.Of($"""
                <tr><th scope="row">{state.Plan.Milestones[i].Id}</th><td class="wide">{criterion}</td><td>{(proofs.Count == 0 ? Html.Of($"""<span class="tag failed">nobody</span>""") : Html.Join(proofs.Select(p => Html.Of($"""<span class="tag done">{p.By.ToString().ToLowerInvariant()}</span> """))))}</td><td class="wide">{string.Join("; ", proofs.Select(p => p.Evidence))}</td></tr>
                """);
        })).ToList();
        return rows.Count == 0 ? Html.None : ReportScreen.Table(["", "criterion", "proved by", "evidence"], rows);
    }

    /// <summary>What somebody should look at twice.</summary>
    public static Html Marks(Tale tale)
    {
        var state = tale.State;
        var rows = Enumerable.Range(0, state.Milestones.Count).SelectMany(i => state.Milestones[i].Marks.Select(m => Html.Of($"""
            <tr><th scope="row">{state.Plan.Milestones[i].Id}</th><td>{Words.Of(m.Kind)}</td><td><code>{m.Path}</code></td><td class="wide">{m.Detail}</td></tr>
            """))).ToList();
        return rows.Count == 0 ? Html.None : ReportScreen.Table(["", "mark", "file", "what"], rows);
    }

    private static Html What(FoundFinding found)
    {
        var finding = found.Finding;
        var place = finding.File is { } file ? Html.Of($"<code>{file}{(finding.Line is { } line ? $":{line}" : "")}</code> ") : Html.None;
        var end = finding.Claim.IndexOf('\n');
        var more = end > 0 ? Html.Of($"<details><summary>more</summary><pre>{finding.Claim[end..].Trim()}</pre></details>") : Html.None;
        var steps = finding.Reproduce is { } reproduce ? Html.Of($"<details><summary>how to see it</summary><pre>{reproduce}</pre></details>") : Html.None;
        return Html.Of($"""<span class="severity {(finding.Severity == FindingSeverity.Minor ? "" : "heavy")}">{finding.Severity.ToString().ToLowerInvariant()}</span> {place}{(end > 0 ? finding.Claim[..end] : finding.Claim)}{more}{steps}""");
    }
}
