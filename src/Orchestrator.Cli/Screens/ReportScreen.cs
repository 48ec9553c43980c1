using System.Globalization;
using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Evidence;

namespace Orchestrator.Cli.Screens;

/// <summary>What a report needs besides the run.</summary>
/// <param name="Alive">Whether a process works on it.</param>
/// <param name="Evidence">The folder of the evidence as a link, relative to the report.</param>
/// <param name="Turns">The files of each turn, relative to the milestone's folder.</param>
/// <param name="At">When the report is made.</param>
/// <param name="Zone">The zone to show times in.</param>
internal sealed record ReportContext(bool Alive, string Evidence, ILookup<(MilestoneId Id, long Ticket), string> Turns, DateTimeOffset At, TimeZoneInfo Zone)
{
    /// <summary>A time of the day.</summary>
    public string Clock(DateTimeOffset time) => Local(time, "HH:mm:ss");

    /// <summary>A time with its date.</summary>
    public string Full(DateTimeOffset time) => Local(time, "yyyy-MM-dd HH:mm:ss");

    /// <summary>A link to a file of a milestone's evidence.</summary>
    public Html Link(MilestoneId id, string file, string text) => Html.Of($"""<a href="{Evidence}/{id}/{file}">{text}</a>""");

    /// <summary>A time span as people say it.</summary>
    public static string Span(TimeSpan span) => span < TimeSpan.Zero ? "0 s"
        : span.TotalMinutes < 2 ? FormattableString.Invariant($"{span.TotalSeconds:0} s")
        : span.TotalHours < 2 ? FormattableString.Invariant($"{span.TotalMinutes:0} min")
        : FormattableString.Invariant($"{(int)span.TotalHours} h {span.Minutes:00} min");

    private string Local(DateTimeOffset time, string format) => TimeZoneInfo.ConvertTime(time, Zone).ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>A run as one HTML file: no network, no scripts, both themes, fit for a telephone and for paper. A function of the tale.</summary>
internal static class ReportScreen
{
    /// <summary>The file's text.</summary>
    public static string Page(Tale tale, ReportContext context) => Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <title>Run {tale.State.Run}</title>
        <style>{ReportStyle.Sheet}</style>
        </head>
        <body>
        <main>
        {Head(tale, context)}
        {People(tale, context)}
        {Section("milestones", "Milestones", Milestones(tale, context))}
        {Section("timeline", "Timeline", ReportTimeline.Of(tale, context))}
        {Section("cost", "Cost", ReportMoney.Of(tale))}
        {Section("findings", "Findings and their fate", ReportFindings.Of(tale, context))}
        {Section("gates", "Gates", ReportGates.Of(tale, context))}
        {Section("criteria", "Exit criteria", ReportFindings.Criteria(tale))}
        {Section("marks", "Marks", ReportFindings.Marks(tale))}
        {Section("merges", "Merges", ReportMerges.Of(tale, context))}
        {Section("evidence", "Evidence", Evidence(tale, context))}
        <footer>Made {context.Full(context.At)} of {tale.Chronicle.Facts} facts. Times are {context.Zone.Id}.</footer>
        </main>
        </body>
        </html>

        """).ToString();

    /// <summary>A section; nothing when it has nothing to say.</summary>
    private static Html Section(string id, string title, Html body) => body.ToString().Length == 0 ? Html.None : Html.Of($"""
        <section id="{id}"><h2>{title}</h2>
        {body}
        </section>
        """);

    private static Html Head(Tale tale, ReportContext context)
    {
        var (state, chronicle, _) = tale;
        var done = state.Milestones.Count(m => m.Phase is Phase.Integrated);
        var failed = state.Milestones.Count(m => m.Phase is Phase.Failed);
        var blocked = state.Milestones.Count(m => m.Phase is Phase.Blocked);
        var mood = failed + blocked > 0 || state.Final is Final.Stopped or Final.Abandoned ? "bad" : state.Final is Final.Completed && state.Unlanded is null ? "good" : "wait";
        return Html.Of($"""
            <header class="{mood}">
            <p class="run">Run {state.Run} on {Branch(state)}</p>
            <h1>{StatusScreen.Word(state, context.Alive)}</h1>
            <p>{context.Full(state.StartedAt)} to {(state.FinishedAt is { } end ? context.Full(end) : "now")}</p>
            </header>
            <dl class="tiles">
            {Tile("done", FormattableString.Invariant($"{done} of {state.Milestones.Count}"))}
            {Tile("failed", $"{failed}")}
            {Tile("blocked", $"{blocked}")}
            {Tile("cost", FormattableString.Invariant($"{state.Usage.CostUsd:0.00} USD"))}
            {Tile("time", ReportContext.Span((state.FinishedAt ?? state.At) - state.StartedAt))}
            {Tile("fence", state.Policy.Fence == FenceLevel.None ? "none" : FormattableString.Invariant($"level {(int)state.Policy.Fence}"))}
            {Tile("turns", $"{chronicle.Milestones.Sum(d => d.Turns.Count)}")}
            </dl>
            """);
    }

    private static Html Tile(string name, string value) => Html.Of($"<div><dt>{name}</dt><dd>{value}</dd></div>");

    /// <summary>What a person has to look at, the heaviest first.</summary>
    private static Html People(Tale tale, ReportContext context)
    {
        var (state, chronicle, _) = tale;
        var items = new List<Html>();
        if (state.Final is Final.Stopped stopped)
        {
            items.Add(Html.Of($"Stopped: {stopped.Message} <code>orchestrator run</code> goes on."));
        }

        if (state.Final is Final.LimitReached limit)
        {
            items.Add(Html.Of($"{limit.Message} Come back at {context.Full(limit.Until)}."));
        }

        if (state.Unlanded is { } why)
        {
            items.Add(Html.Of($"Not on your branch yet: {why}."));
        }

        for (var i = 0; i < state.Milestones.Count; i++)
        {
            if (state.Milestones[i].Phase is Phase.Failed failed)
            {
                var id = state.Plan.Milestones[i].Id;
                items.Add(Html.Of($"""<a href="#m-{id}">{id}</a> failed: {failed.Message} {(NextSteps.HintOf(failed.Code) is { } hint ? Html.Of($"<em>{hint}</em> ") : Html.None)}<code>orchestrator explain {id}</code>"""));
            }
        }

        if (state.Flaky.Count > 0)
        {
            items.Add(Html.Of($"Flaky gates, which failed and passed on the same files: {string.Join(", ", state.Flaky)}."));
        }

        if (state.Inherited.Count > 0)
        {
            items.Add(Html.Of($"Gates that were red before the work began: {string.Join(", ", state.Inherited)}."));
        }

        var marks = state.Milestones.Sum(m => m.Marks.Count);
        if (marks > 0)
        {
            items.Add(Html.Of($"""{marks} {(marks == 1 ? "mark" : "marks")} on changes: <a href="#marks">look twice</a>."""));
        }

        return items.Count == 0
            ? Html.Of($"""<section class="person none"><h2>For you</h2><p>{(state.Final is Final.Completed ? "Nothing needs you." : "Nothing needs you now.")}</p></section>""")
            : Html.Of($"""<section class="person"><h2>For you</h2><ul>{items.Select(item => Html.Of($"<li>{item}</li>"))}</ul></section>""");
    }

    private static Html Milestones(Tale tale, ReportContext context)
    {
        var state = tale.State;
        var rows = Enumerable.Range(0, state.Milestones.Count).Select(i =>
        {
            var (planned, milestone) = (state.Plan.Milestones[i], state.Milestones[i]);
            var standing = WaitingFor.Of(state, i);
            var word = standing.State.ToString().ToLowerInvariant();
            var moments = tale.Chronicle.Milestones[i].Moments;
            var story = moments.Count == 0 ? Html.None : Html.Of($"""
                <details><summary>its story, {moments.Count} moments</summary><ol class="story">{moments.Select(m => Html.Of($"<li><time>{context.Clock(m.At)}</time> {m.Text}{(m.Until is { } until ? $", until {context.Clock(until)}" : "")}</li>"))}</ol></details>
                """);
            return Html.Of($"""
                <tr id="m-{planned.Id}"><th scope="row">{planned.Id}</th><td><span class="tag {word}">{word}</span></td><td class="wide"><b>{planned.Title}</b>{(standing.Text.Length > 0 ? Html.Of($"<br>{standing.Text}") : Html.None)}{story}</td><td class="n">{(milestone.Attempt > 0 ? $"{milestone.Attempt}" : "")}</td><td class="n">{(milestone.Attempt > 0 ? $"{milestone.Round}" : "")}</td><td class="n">{milestone.Usage.CostUsd:0.00}</td></tr>
                """);
        });
        return Table(["", "state", "what", "#attempt", "#round", "#USD"], rows);
    }

    private static Html Evidence(Tale tale, ReportContext context)
    {
        var state = tale.State;
        var rows = tale.Chronicle.Milestones.Where(d => d.Moments.Count > 0).Select(d =>
        {
            var milestone = state.Milestones[state.Plan.IndexOf(d.Id)!.Value];
            return Html.Of($"""
                <tr><th scope="row">{d.Id}</th><td>{context.Link(d.Id, EvidencePlaces.FileName, "evidence")}{(d.Turns.Count > 0 ? Html.Of($" · {context.Link(d.Id, EvidencePlaces.FactsName, "facts")} · {context.Link(d.Id, "turns/", "turns")}") : Html.None)}{(d.Gates.Count > 0 ? Html.Of($" · {context.Link(d.Id, "gates/", "gates")}") : Html.None)}</td><td><code>{milestone.Base}</code> … <code>{milestone.Tip}</code></td></tr>
                """);
        });
        return Html.Of($"""
            <p><a href="{context.Evidence}/{EvidencePlaces.FileName}">evidence of the run</a>: merges, limits, what happened to all.</p>
            {Table(["", "files", "from base to latest commit"], rows)}
            """);
    }

    /// <summary>A table that scrolls by itself where it is too wide. A head that begins with <c>#</c> stands over numbers.</summary>
    public static Html Table(IEnumerable<string> head, IEnumerable<Html> rows) => Html.Of($"""
        <div class="scroll"><table><thead><tr>{head.Select(h => h.StartsWith('#') ? Html.Of($"""<th scope="col" class="n">{h[1..]}</th>""") : Html.Of($"""<th scope="col">{h}</th>"""))}</tr></thead><tbody>
        {rows}
        </tbody></table></div>
        """);

    private static string Branch(RunState state) => state.Target.StartsWith("refs/heads/", StringComparison.Ordinal) ? state.Target["refs/heads/".Length..] : state.Target;
}
