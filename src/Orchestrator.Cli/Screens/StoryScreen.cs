using System.Globalization;
using System.Text;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Evidence;

namespace Orchestrator.Cli.Screens;

/// <summary>A turn as its headline names it.</summary>
/// <param name="Id">The milestone.</param>
/// <param name="Number">Which of its turns, from 1.</param>
/// <param name="Transcript">The process of it that is told.</param>
/// <param name="Record">What the journal knows of it; null when it knows nothing.</param>
internal sealed record StoryHead(MilestoneId Id, int Number, Transcript Transcript, TurnRecord? Record);

/// <summary>A milestone in the list of stories.</summary>
/// <param name="Id">The milestone.</param>
/// <param name="Standing">How it stands.</param>
/// <param name="Turns">How many turns it had.</param>
/// <param name="Now">What its agent does right now; null when none is at work or it has said nothing.</param>
internal sealed record StoryRow(MilestoneId Id, Standing Standing, int Turns, string? Now);

/// <summary>The stories of agents for people. Functions of what was read; they read nothing.</summary>
/// <param name="Width">How many columns there are; null where lines may be as long as they are.</param>
/// <param name="Ink">The colours.</param>
/// <param name="Zone">The zone to show times in.</param>
internal sealed record StoryScreen(int? Width, Ink Ink, TimeZoneInfo Zone)
{
    private const int Least = 16;

    /// <summary>The headline of a turn.</summary>
    public string Head(StoryHead head, string prefix = "")
    {
        var turn = head.Transcript;
        var words = new List<string>
        {
            $"{head.Id}, turn {head.Number}",
            turn.Role.ToString().ToLowerInvariant(),
            $"attempt {turn.Attempt}",
        };
        if (turn.Round > 0)
        {
            words.Add($"round {turn.Round}");
        }

        if (turn.Start > 1)
        {
            words.Add($"start {turn.Start}");
        }

        if (head.Record is { } record)
        {
            words.Add($"begun {Clock(record.Begun)}");
            words.Add(record.Ended is { } ended ? $"took {ReportContext.Span(ended - record.Begun)}" : "under way");
        }

        var text = "== " + string.Join(", ", words);
        return $"{prefix}{Ink.Bold(Width is { } width ? Columns.Cut(text, Math.Max(Least, width - Columns.Of(prefix))) : text)}\n";
    }

    /// <summary>Lines of a story.</summary>
    public string Lines(IEnumerable<StoryLine> lines, string prefix = "")
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            Append(text, line, prefix);
        }

        return text.ToString();
    }

    /// <summary>All milestones, with how many turns each had and what it does.</summary>
    public string List(string title, IReadOnlyList<StoryRow> rows)
    {
        var text = new StringBuilder($"{title}\n\n");
        string[] Cells(StoryRow row) => [row.Id.ToString(), row.Standing.State.ToString().ToLowerInvariant(), row.Turns.ToString(CultureInfo.InvariantCulture), Doing(row)];
        List<string[]> cells = [["", "state", "turns", "what"], .. rows.Select(Cells)];
        var widths = Enumerable.Range(0, 3).Select(c => cells.Max(row => row[c].Length)).ToArray();
        foreach (var row in cells)
        {
            var line = $"{row[0].PadRight(widths[0])}  {row[1].PadRight(widths[1])}  {row[2].PadLeft(widths[2])}  {row[3]}".TrimEnd();
            text.Append(Width is { } width ? Columns.Cut(line, width) : line).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>How the journal has it when the transcript does not say it, or the orchestrator saw it otherwise; null when there is nothing to add.</summary>
    public static StoryLine? Verdict(TurnOutcome? outcome, bool told) => outcome switch
    {
        TurnOutcome.Interrupted => new StoryLine(StoryKind.Ended, "interrupted", Bad: true),
        TurnOutcome.Failed o => new StoryLine(StoryKind.Ended, $"counts as failed ({o.Code}): {Plainly(o.Message)}", Bad: true),
        TurnOutcome.Limited o => new StoryLine(StoryKind.Ended, $"counts as refused by a limit: {Plainly(o.Message)}", Bad: true, Until: o.ResetsAt),
        TurnOutcome.Spent o => new StoryLine(StoryKind.Ended, $"counts as spent: {Plainly(o.Message)}", Bad: true),
        TurnOutcome.Completed or TurnOutcome.Approved or TurnOutcome.ChangesRequested when !told => new StoryLine(StoryKind.Ended, "ended"),
        _ => null,
    };

    private static string Doing(StoryRow row) => Plainly(row.Now is { } now ? $"{row.Standing.Text}: {now}" : row.Standing.Text);

    private static string Plainly(string text) => Core.Plain.Bare(Core.Sequences.Without(text)).ReplaceLineEndings(" ").Replace('\t', ' ');

    private void Append(StringBuilder text, StoryLine line, string prefix)
    {
        var sign = line.Kind switch
        {
            StoryKind.Said => "  ",
            StoryKind.Used => "> ",
            StoryKind.Result => line.Bad ? "  ! " : "  | ",
            StoryKind.Thinking => "~ ",
            StoryKind.System => line.Bad ? "! " : "* ",
            StoryKind.Ended => "= ",
            _ => throw new InvalidOperationException($"Unknown kind {line.Kind}."),
        };
        sign = line.Inner ? "    " + sign : sign;
        var room = Width is { } width ? Math.Max(Least, width - Columns.Of(prefix) - sign.Length) : int.MaxValue;
        var words = line.Text + (line.Until is { } until ? $", until {Full(until)}" : "");
        var first = true;
        foreach (var row in words.Split('\n').SelectMany(row => Columns.Wrap(row, room)))
        {
            // Of what is broken, only a result repeats its sign: it stands for what somebody else wrote.
            var begin = first || line.Kind == StoryKind.Result ? sign : new string(' ', sign.Length);
            text.Append(prefix).Append((row.Length > 0 ? Coloured(line, begin, row, first) : "").TrimEnd()).Append('\n');
            first = false;
        }
    }

    private string Coloured(StoryLine line, string sign, string row, bool first) => line switch
    {
        { Bad: true } => Ink.Red(sign + row),
        { Kind: StoryKind.Said } => sign + row,
        { Kind: StoryKind.Used } when first && row.IndexOf("  ", StringComparison.Ordinal) is > 0 and var end => Ink.Cyan(sign + row[..end]) + row[end..],
        { Kind: StoryKind.Used } => first ? Ink.Cyan(sign + row) : sign + row,
        { Kind: StoryKind.System, Until: not null } => Ink.Yellow(sign + row),
        { Kind: StoryKind.Ended } => Ink.Green(sign + row),
        _ => Ink.Dim(sign + row),
    };

    private string Clock(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private string Full(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
