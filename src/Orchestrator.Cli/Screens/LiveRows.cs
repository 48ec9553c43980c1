using System.Globalization;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Screens;

/// <summary>The milestones on the live screen, stage by stage; a stage that is done takes one line.</summary>
internal static class LiveRows
{
    private const int Narrow = 60;
    private const int StateWidth = 30;
    private const int TitleFrom = 110;
    private const string Frozen = ", frozen since";

    private readonly record struct Row(int? Index, string Text);

    /// <summary>The places of the milestones that have a line of their own, in the order in which they stand there.</summary>
    public static IReadOnlyList<int> Places(RunState state) =>
        [.. Stages(state).Where(stage => !IsDone(state, stage)).SelectMany(stage => stage)];

    /// <summary>As many lines as there is room for, the chosen milestone or those in work among them.</summary>
    public static IReadOnlyList<string> Of(LiveView view, int room)
    {
        var rows = Rows(view).ToList();
        if (rows.Count <= room)
        {
            return [.. rows.Select(row => row.Text)];
        }

        var focus = view.Chosen ?? view.State.Milestones.Next(PhaseKinds.Working);
        var at = Math.Max(0, rows.FindIndex(row => row.Index == focus));
        var inside = Math.Max(1, room - 2);
        var from = Math.Clamp(at - (inside / 2), 0, Math.Max(0, rows.Count - inside));
        List<string> lines = [.. rows.Skip(from).Take(inside).Select(row => row.Text)];
        lines.Insert(0, view.Ink.Dim(from > 0 ? $"  {Lines(from)} above" : ""));
        lines.Add(view.Ink.Dim(rows.Count - from - inside is > 0 and var below ? $"  {Lines(below)} below" : ""));
        return [.. lines.Take(room)];
    }

    private static string Lines(int count) => count == 1 ? "1 line" : $"{count} lines";

    private static IEnumerable<int[]> Stages(RunState state) =>
        state.Plan.Order.GroupBy(i => state.Plan.Milestones[i].Id.Stage).OrderBy(stage => stage.Key).Select(stage => stage.OrderBy(i => i).ToArray());

    private static bool IsDone(RunState state, int[] stage) => stage.All(i => state.Milestones[i].Phase is Phase.Integrated or Phase.LeftOut);

    private static IEnumerable<Row> Rows(LiveView view)
    {
        var state = view.State;
        var wide = Enumerable.Range(0, state.Plan.Milestones.Count).Max(i => state.Plan.Milestones[i].Id.ToString().Length);
        foreach (var stage in Stages(state))
        {
            var name = $"Stage {state.Plan.Milestones[stage[0]].Id.Stage}";
            var landed = stage.Count(i => state.Milestones[i].Phase is Phase.Integrated);
            if (IsDone(state, stage))
            {
                yield return new Row(null, view.Ink.Green($"✓ {name}: {landed} done{(landed < stage.Length ? $", {stage.Length - landed} left out" : "")}"));
                continue;
            }

            yield return new Row(null, view.Ink.Bold(name) + view.Ink.Dim($", {landed} of {stage.Length} done"));
            foreach (var i in stage)
            {
                yield return new Row(i, Line(view, i, wide));
            }
        }
    }

    private static string Line(LiveView view, int i, int wide)
    {
        var (state, milestone) = (view.State, view.State.Milestones[i]);
        var standing = WaitingFor.Of(state, i);
        var (sign, ink) = Sign(view.Ink, standing.State);
        var id = state.Plan.Milestones[i].Id.ToString().PadRight(wide);
        var what = LiveFrame.Plainly(standing.Text.Length > 0 ? standing.Text : standing.State.ToString().ToLowerInvariant());
        what = what.IndexOf(Frozen, StringComparison.Ordinal) is >= 0 and var since ? what[..since] + ", frozen" : what; // why is said below
        what += standing.Until is { } until && until > view.At ? $", in {LiveFrame.Short(until - view.At)}" : "";
        what += milestone.Attempt > 1 && !what.Contains("attempt", StringComparison.Ordinal) ? $" (attempt {milestone.Attempt})" : "";
        var chosen = view.Chosen == i ? ">" : " ";
        var begin = $"{chosen} {sign} {id}  ";
        var room = view.Width - begin.Length;
        var more = More(view, i);
        if (view.Width < Narrow || more.Length == 0)
        {
            return $"{chosen} {ink($"{sign} {id}")}  {Columns.Cut(what, Math.Max(1, room))}";
        }

        var first = Math.Min(StateWidth, room / 2);
        var cell = Columns.Cut(what, first);
        cell += new string(' ', first - Columns.Of(cell));
        return $"{chosen} {ink($"{sign} {id}")}  {cell}  {view.Ink.Dim(Columns.Cut(more, Math.Max(1, room - first - 2)))}";
    }

    /// <summary>Since when, for how much, and what the agent does; for those that only wait, what they are about.</summary>
    private static string More(LiveView view, int i)
    {
        var milestone = view.State.Milestones[i];
        var title = LiveFrame.Plainly(view.State.Plan.Milestones[i].Title);
        if (milestone.Phase is not Phase.Working)
        {
            return milestone.Phase is Phase.Parked { Reason: not ParkReason.Slot } or Phase.Failed or Phase.Blocked ? "" : title;
        }

        var parts = new List<string> { LiveFrame.Short(view.At - milestone.Since).PadLeft(7) };
        if (milestone.Usage.CostUsd > 0)
        {
            parts.Add(milestone.Usage.CostUsd.ToString("0.00", CultureInfo.InvariantCulture));
        }

        if (view.Width >= TitleFrom || !view.Doing.ContainsKey(i))
        {
            parts.Add(view.Doing.ContainsKey(i) ? Columns.Cut(title, 28) : title);
        }

        if (view.Doing.TryGetValue(i, out var doing))
        {
            parts.Add(LiveFrame.Plainly(doing));
        }

        return string.Join("  ", parts);
    }

    private static (string Sign, Func<string, string> Ink) Sign(Ink ink, ShownState state) => state switch
    {
        ShownState.Waiting => ("·", ink.Dim),
        ShownState.Working => ("●", ink.Cyan),
        ShownState.Parked => ("‖", ink.Yellow),
        ShownState.Accepted => ("◆", ink.Green),
        ShownState.Done => ("✓", ink.Green),
        ShownState.Failed => ("✗", ink.Red),
        _ => throw new InvalidOperationException($"Unknown state {state}."),
    };
}
