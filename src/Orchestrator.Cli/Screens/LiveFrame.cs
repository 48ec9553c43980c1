using System.Globalization;
using Orchestrator.Core;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Screens;

/// <summary>What a frame of the live screen is made of.</summary>
/// <param name="State">The run.</param>
/// <param name="At">Now.</param>
/// <param name="Width">How many columns there are.</param>
/// <param name="Height">How many lines there are.</param>
internal sealed record LiveView(RunState State, DateTimeOffset At, int Width, int Height)
{
    /// <summary>The colours.</summary>
    public Ink Ink { get; init; }

    /// <summary>The zone to show times in.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>How the machine stands.</summary>
    public MachineSample Machine { get; init; } = new();

    /// <summary>How long the rest takes; null when nobody knows.</summary>
    public TimeSpan? Left { get; init; }

    /// <summary>What the agents do right now, by the milestone's place in the plan.</summary>
    public IReadOnlyDictionary<int, string> Doing { get; init; } = new Dictionary<int, string>();

    /// <summary>The place of the chosen milestone; null where there are no keys.</summary>
    public int? Chosen { get; init; }

    /// <summary>What the user was told last; null for nothing.</summary>
    public string? Told { get; init; }
}

/// <summary>
/// The run on one screen: how far it is, what each milestone does, what it waits for. A function of what it is given;
/// never a line more than there is room for, never one too wide.
/// </summary>
internal static class LiveFrame
{
    private const int Wide = 72;
    private const int Roomy = 100;
    private const int Bar = 24;

    /// <summary>The lines, from the top; those at the bottom tell the keys.</summary>
    public static IReadOnlyList<string> Of(LiveView view)
    {
        var foot = Foot(view).TakeLast(Math.Max(1, view.Height / 3)).ToList();
        List<string> head = [.. Head(view), ""];
        var room = view.Height - head.Count - foot.Count - 1;
        List<string> lines = room < 1 ? [.. head.Take(1), .. foot.TakeLast(1)] : [.. head, .. LiveRows.Of(view, room), "", .. foot];
        return [.. lines.Take(view.Height)];
    }

    /// <summary>A text of somebody else's as it may stand in a line.</summary>
    public static string Plainly(string text) => Plain.Bare(Sequences.Without(text)).ReplaceLineEndings(" ").Replace('\t', ' ');

    /// <summary>A time span in so few columns as possible.</summary>
    public static string Short(TimeSpan span) => span < TimeSpan.Zero ? "0:00"
        : span.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{span.Minutes}:{span.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours}:{span.Minutes:00}:{span.Seconds:00}");

    private static IEnumerable<string> Head(LiveView view)
    {
        var state = view.State;
        var word = StatusScreen.Word(state, alive: true);
        var branch = state.Target["refs/heads/".Length..];
        var left = view.Width < Wide ? $"{state.Run}: {word}" : $"Run {state.Run} on {Plainly(branch)}: {word}";
        var time = Short(view.At - state.StartedAt);
        yield return view.Ink.Bold(Ends(left, time, view.Width));

        var chosen = state.Milestones.Count - state.Milestones.CountOf(PhaseKinds.LeftOut);
        var done = state.Milestones.CountOf(PhaseKinds.Integrated);
        var full = chosen == 0 ? Bar : Bar * done / chosen;
        var words = new List<string> { $"{done} of {chosen} done" };
        if (state.Milestones.CountOf(PhaseKinds.Failed) is > 0 and var failed)
        {
            words.Add($"{failed} failed");
        }

        if (state.Milestones.CountOf(PhaseKinds.Blocked) is > 0 and var blocked)
        {
            words.Add($"{blocked} blocked");
        }

        if (state.Usage.CostUsd > 0)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{state.Usage.CostUsd:0.00} USD"));
        }

        if (state.Usage.Tokens > 0)
        {
            words.Add(Tokens(state.Usage.Tokens));
        }

        if (view.Left is { } rest && done < chosen)
        {
            words.Add(view.Width < Roomy ? $"about {ReportContext.Span(rest)} left" : $"about {ReportContext.Span(rest)} left, until {TimeZoneInfo.ConvertTime(view.At + rest, view.Zone).ToString("HH:mm", CultureInfo.InvariantCulture)}");
        }

        var text = string.Join(", ", words);
        yield return view.Width < Wide
            ? Columns.Cut(text, view.Width)
            : view.Ink.Green(new string('█', full)) + view.Ink.Dim(new string('░', Bar - full)) + "  " + Columns.Cut(text, view.Width - Bar - 2);
    }

    private static IEnumerable<string> Foot(LiveView view)
    {
        string Local(DateTimeOffset time) => $"{TimeZoneInfo.ConvertTime(time, view.Zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture)}{(time > view.At ? $" (in {Short(time - view.At)})" : "")}";
        var state = view.State;
        if (Queue(state) is { } queue)
        {
            yield return Columns.Cut(queue, view.Width);
        }

        foreach (var line in LimitLines.Of(state, Local).Where(line => !line.StartsWith("Spent", StringComparison.Ordinal)))
        {
            yield return view.Ink.Yellow(Columns.Cut(Plainly(line), view.Width));
        }

        foreach (var line in MachineLines.Of(state, view.Machine).Where(line => !line.StartsWith("Turns", StringComparison.Ordinal)))
        {
            yield return view.Ink.Dim(Columns.Cut(Plainly(line), view.Width));
        }

        if (view.Told is { } told)
        {
            yield return view.Ink.Bold(Columns.Cut(Plainly(told), view.Width));
        }

        if (view.Chosen is not null)
        {
            var pause = state.PausedSince is null ? "p pause" : "p go on";
            yield return view.Ink.Cyan(Columns.Cut(view.Width < Wide ? $"enter follow  {pause}  d drain  s stop" : $"up, down choose   enter follow   {pause}   d drain   s stop", view.Width));
        }
    }

    private static string? Queue(RunState state) => state.Integration switch
    {
        Integration.Building { Batch.Count: > 0 } queue => $"Queue: merging {Ids(queue.Batch)}",
        Integration.Testing { Batch.Count: > 0 } queue => $"Queue: testing {Ids(queue.Batch)} merged",
        Integration.Publishing { Batch.Count: > 0 } queue => $"Queue: publishing {Ids(queue.Batch)}{(queue.Trouble is { } trouble ? $", tried again after: {Plainly(trouble)}" : "")}",
        Integration.Idle { Trouble: { } trouble } => $"Queue: tried again after: {Plainly(trouble)}",
        _ => null,
    };

    private static string Ids(Items<BatchItem> batch) => string.Join(", ", batch.Select(item => item.Id));

    private static string Tokens(long tokens) => tokens < 1_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{tokens / 1000.0:0.#}k tokens")
        : string.Create(CultureInfo.InvariantCulture, $"{tokens / 1_000_000.0:0.##}M tokens");

    private static string Ends(string left, string right, int width)
    {
        var first = Columns.Cut(left, Math.Max(1, width - right.Length - 1));
        return width <= right.Length + 1 ? Columns.Cut(left, width) : first + new string(' ', Math.Max(1, width - Columns.Of(first) - right.Length)) + right;
    }
}
