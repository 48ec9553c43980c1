using Orchestrator.Core.Agents;
using Orchestrator.Core.Progress;
using Orchestrator.Engine.Evidence;

namespace Orchestrator.Cli.Screens;

/// <summary>Every gate by its name: how often it ran, how it ended, and each time that it did not pass at once.</summary>
internal static class ReportGates
{
    private const int MostTests = 20;

    public static Html Of(Tale tale, ReportContext context)
    {
        var runs = All(tale.Chronicle, context).ToList();
        if (runs.Count == 0)
        {
            return Html.None;
        }

        var gates = ReportScreen.Table(["gate", "#runs", "#green", "#flaky", "#red before", "#red"], runs.GroupBy(r => r.Result.Name).Select(g => Html.Of($"""
            <tr><th scope="row" class="wide">{g.Key}</th><td class="n">{g.Count()}</td><td class="n">{g.Count(r => r.Result is { Passed: true, Flaky: false })}</td><td class="n">{Count(g.Count(r => r.Result.Flaky), "waiting")}</td><td class="n">{Count(g.Count(r => r.Result.Inherited), "waiting")}</td><td class="n">{Count(g.Count(r => r.Result.Blocks), "failed")}</td></tr>
            """)));
        var bad = runs.Where(r => !r.Result.Passed || r.Result.Flaky).OrderBy(r => r.At).ToList();
        return bad.Count == 0 ? gates : Html.Of($"""
            {gates}
            <details><summary>each time that one did not pass at once: {bad.Count}</summary>
            {ReportScreen.Table(["at", "on", "gate", "how", "tests", "output"], bad.Select(r => Html.Of($"""
                <tr><td>{context.Clock(r.At)}</td><td>{r.On}</td><td class="wide">{r.Result.Name}</td><td>{How(r.Result)}</td><td class="wide">{string.Join(", ", r.Result.NewlyFailing.Take(MostTests))}</td><td><a href="{r.Log}">log</a></td></tr>
                """)))}
            </details>
            """);
    }

    private static IEnumerable<(DateTimeOffset At, string On, GateResult Result, string Log)> All(Chronicle chronicle, ReportContext context)
    {
        foreach (var dossier in chronicle.Milestones)
        {
            foreach (var run in dossier.Gates)
            {
                for (var i = 0; i < run.Results.Count; i++)
                {
                    yield return (run.At, dossier.Id.ToString(), run.Results[i], $"{context.Evidence}/{dossier.Id}/gates/{run.Ticket}/{i + 1}.log");
                }
            }
        }

        foreach (var candidate in chronicle.Candidates)
        {
            for (var i = 0; i < candidate.Results.Count; i++)
            {
                yield return (candidate.Ended ?? candidate.At, $"candidate with {string.Join(", ", candidate.Merged)}", candidate.Results[i], $"{context.Evidence}/candidates/{candidate.Test}/{i + 1}.log");
            }
        }
    }

    private static Html Count(int number, string tag) => number == 0 ? Html.Of($"0") : Html.Of($"""<span class="tag {tag}">{number}</span>""");

    private static Html How(GateResult result) => result.Flaky ? Html.Of($"""<span class="tag waiting">flaky</span>""")
        : result.Inherited ? Html.Of($"""<span class="tag waiting">red before</span>""")
        : Html.Of($"""<span class="tag failed">red</span>""");
}
