using System.Globalization;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Evidence;

namespace Orchestrator.Cli.Screens;

/// <summary>When what ran and what waited: a row for each milestone, one for the merge queue, limits behind all of them.</summary>
internal static class ReportTimeline
{
    private const double Left = 56;
    private const double Width = 1000;
    private const double Row = 24;
    private const double Top = 30;
    private const double Least = 1.5;
    private const int MostTicks = 9;

    // So that a tick falls where people look for one.
    private static readonly int[] Steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];

    public static Html Of(Tale tale, ReportContext context)
    {
        var (state, chronicle, _) = tale;
        var rows = chronicle.Milestones.Where(d => d.Turns.Count > 0 || d.Waits.Count > 0).ToList();
        if (rows.Count == 0)
        {
            return Html.None;
        }

        var axis = new Axis(state.StartedAt, state.FinishedAt ?? state.At);
        var height = Top + ((rows.Count + 1) * Row) + 6;
        var limits = chronicle.Limits.Select(l => Html.Of($"""
            <rect class="limit" x="{axis.X(l.From)}" y="{Number(Top - 4)}" width="{axis.Wide(l.From, l.To)}" height="{Number(height - Top)}"><title>limit{(l.Model is { Length: > 0 } model ? $" of {model}" : "")}: {l.Message}</title></rect>
            """));
        return Html.Of($"""
            <ul class="legend">{Legend()}</ul>
            <div class="scroll"><svg class="gantt" viewBox="0 0 {Number(Width)} {Number(height)}" role="img" aria-label="Timeline of turns, waits and limits">
            {limits}
            {Ticks(axis, context, height)}
            {rows.Select((dossier, i) => RowOf(dossier, Top + (i * Row), axis, context))}
            {Queue(chronicle, Top + (rows.Count * Row), axis, context)}
            </svg></div>
            {Turns(rows, context)}
            {Run(chronicle, context)}
            """);
    }

    private static IEnumerable<Html> Legend()
    {
        foreach (var name in Enum.GetNames<Role>().Select(n => n.ToLowerInvariant()).Concat(["wait", "limit", "candidate"]))
        {
            yield return Html.Of($"""<li><i class="{name}"></i>{name}</li>""");
        }
    }

    private static Html RowOf(Dossier dossier, double y, Axis axis, ReportContext context)
    {
        var waits = dossier.Waits.Select(w => Html.Of($"""
            <rect class="wait" x="{axis.X(w.From)}" y="{Number(y + 8)}" width="{axis.Wide(w.From, w.To)}" height="{Number(Row - 16)}"><title>{Words.Of(w.Kind)}, {context.Clock(w.From)} to {(w.To is { } to ? context.Clock(to) : "now")}: {w.Text}</title></rect>
            """));
        var turns = dossier.Turns.Select(t => Html.Of($"""
            <rect class="{Role(t)}" x="{axis.X(t.Begun)}" y="{Number(y + 3)}" width="{axis.Wide(t.Begun, t.Ended)}" height="{Number(Row - 6)}" rx="2"><title>{Role(t)}, attempt {t.Attempt}, round {t.Round}, {context.Clock(t.Begun)} to {(t.Ended is { } to ? context.Clock(to) : "now")}: {Outcome(t)}</title></rect>
            """));
        return Html.Of($"""
            <text x="0" y="{Number(y + 16)}">{dossier.Id}</text><line class="row" x1="{Number(Left)}" x2="{Number(Width)}" y1="{Number(y + Row)}" y2="{Number(y + Row)}"/>
            {waits}{turns}
            """);
    }

    private static Html Queue(Chronicle chronicle, double y, Axis axis, ReportContext context) => Html.Of($"""
        <text x="0" y="{Number(y + 16)}">merges</text>
        {chronicle.Candidates.Where(c => c.Commit is not null).Select(c => Html.Of($"""
        <rect class="candidate {(c.End == CandidateEnd.Red ? "red" : "")}" x="{axis.X(c.At)}" y="{Number(y + 3)}" width="{axis.Wide(c.At, c.Ended)}" height="{Number(Row - 6)}" rx="2"><title>candidate with {string.Join(", ", c.Merged)}, {context.Clock(c.At)}: {Words.Of(c.End)}</title></rect>
        """))}
        """);

    private static IEnumerable<Html> Ticks(Axis axis, ReportContext context, double height)
    {
        var step = Array.Find(Steps, s => axis.Seconds / s <= MostTicks) is > 0 and var found ? found : Steps[^1];
        var zone = context.Zone.GetUtcOffset(axis.From);
        var first = axis.From.ToOffset(zone);
        first = first.Date.AddSeconds(Math.Ceiling(first.TimeOfDay.TotalSeconds / step) * step) is var day ? new DateTimeOffset(day, zone) : first;
        for (var at = first; at <= axis.To; at = at.AddSeconds(step))
        {
            yield return Html.Of($"""
                <line class="tick" x1="{axis.X(at)}" x2="{axis.X(at)}" y1="{Number(Top - 8)}" y2="{Number(height)}"/><text class="tick" x="{axis.X(at)}" y="14">{(step < 60 ? context.Clock(at) : context.Clock(at)[..5])}</text>
                """);
        }
    }

    private static Html Turns(List<Dossier> rows, ReportContext context)
    {
        var all = rows.SelectMany(d => d.Turns.Select(t => (d.Id, Turn: t))).OrderBy(x => x.Turn.Begun).ToList();
        return Html.Of($"""
            <details><summary>all {all.Count} turns</summary>
            {ReportScreen.Table(["", "role", "#attempt", "#round", "begun", "#took", "ended", "#USD", "files"], all.Select(x => Html.Of($"""
                <tr><th scope="row">{x.Id}</th><td>{Role(x.Turn)}</td><td class="n">{x.Turn.Attempt}</td><td class="n">{x.Turn.Round}</td><td>{context.Clock(x.Turn.Begun)}</td><td class="n">{(x.Turn.Ended is { } end ? ReportContext.Span(end - x.Turn.Begun) : "")}</td><td class="wide">{Outcome(x.Turn)}</td><td class="n">{x.Turn.Usage.CostUsd:0.00}</td><td>{Files(x.Id, x.Turn, context)}</td></tr>
                """)))}
            </details>
            """);
    }

    private static IEnumerable<Html> Files(Core.Plans.MilestoneId id, TurnRecord turn, ReportContext context)
    {
        foreach (var (end, name) in new[] { (".prompt.md", "prompt"), (".jsonl", "transcript"), (".err", "errors") })
        {
            foreach (var file in context.Turns[(id, turn.Ticket.Number)].Where(f => f.EndsWith(end, StringComparison.Ordinal)))
            {
                yield return Html.Of($"{context.Link(id, Uri.EscapeDataString(file).Replace("%2F", "/", StringComparison.Ordinal), name)} ");
            }
        }
    }

    private static Html Run(Chronicle chronicle, ReportContext context) => Html.Of($"""
        <details><summary>what happened to the run, {chronicle.Moments.Count} moments</summary><ol class="story">{chronicle.Moments.Select(m => Html.Of($"<li><time>{context.Clock(m.At)}</time> {m.Text}{(m.Until is { } until ? $", until {context.Full(until)}" : "")}</li>"))}</ol></details>
        """);

    private static string Role(TurnRecord turn) => turn.Role.ToString().ToLowerInvariant();

    private static string Outcome(TurnRecord turn) => turn.Outcome switch
    {
        null => "under way",
        TurnOutcome.Completed => "done",
        TurnOutcome.Approved => "approved",
        TurnOutcome.ChangesRequested o => FormattableString.Invariant($"wants changes: {o.Findings.Count} {(o.Findings.Count == 1 ? "finding" : "findings")}"),
        TurnOutcome.Limited => "limit",
        TurnOutcome.Spent => "spent what it was allowed",
        TurnOutcome.Failed o => $"{o.Code}: {o.Message}",
        TurnOutcome.Interrupted => "interrupted",
        _ => throw new InvalidOperationException($"Unknown outcome {turn.Outcome.GetType().Name}."),
    };

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Time as width.</summary>
    private sealed class Axis(DateTimeOffset from, DateTimeOffset to)
    {
        public DateTimeOffset From => from;

        public DateTimeOffset To => to;

        public double Seconds => Math.Max(1, (to - from).TotalSeconds);

        public string X(DateTimeOffset at) => Number(Place(at));

        public string Wide(DateTimeOffset begun, DateTimeOffset? ended) => Number(Math.Max(Least, Place(ended ?? to) - Place(begun)));

        private double Place(DateTimeOffset at) => Left + (Math.Clamp((at - from).TotalSeconds / Seconds, 0, 1) * (Width - Left - Least));
    }
}
