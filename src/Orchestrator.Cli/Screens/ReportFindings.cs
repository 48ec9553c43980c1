using Orchestrator.Core.Agents;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
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

    /// <summary>Each criterion of what was begun, and what proves it. That nobody does weighs on what is done.</summary>
    public static Html Criteria(Tale tale)
    {
        var state = tale.State;
        var rows = new List<Html>();
        var (proved, open) = (0, 0);
        for (var i = 0; i < state.Milestones.Count; i++)
        {
            var (planned, milestone) = (state.Plan.Milestones[i], state.Milestones[i]);
            for (var n = 0; n < planned.Criteria.Count && milestone.Attempt > 0; n++)
            {
                var proofs = milestone.Proofs.Where(p => p.Criterion == n + 1).ToList();
                (proved, open) = proofs.Count > 0 ? (proved + 1, open) : (proved, open + 1);
                var nobody = milestone.Phase is Phase.Integrated ? Html.Of($"""<span class="tag failed">nobody</span>""") : Html.Of($"""<span class="tag">not yet</span>""");
                rows.Add(Html.Of($"""
                    <tr><th scope="row">{planned.Id}</th><td class="wide">{planned.Criteria[n]}</td><td>{(proofs.Count == 0 ? nobody : Html.Join(proofs.Select(p => Html.Of($"""<span class="tag done">{p.By.ToString().ToLowerInvariant()}</span> """))))}</td><td class="wide">{string.Join("; ", proofs.Select(p => p.Evidence))}</td></tr>
                    """));
            }
        }

        return rows.Count == 0 ? Html.None : Html.Of($"""
            <p>{proved} proved, {open} not.</p>
            <details><summary>all {rows.Count}</summary>{ReportScreen.Table(["", "criterion", "proved by", "evidence"], rows)}</details>
            """);
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
