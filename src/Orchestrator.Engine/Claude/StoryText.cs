using System.Globalization;
using System.Text.Json;
using Orchestrator.Core;

namespace Orchestrator.Engine.Claude;

/// <summary>Makes the texts of an agent's messages fit to be shown, and finds the one argument of a tool that tells what it does.</summary>
internal static class StoryText
{
    // How much longer than what is shown a text may be before it is looked at: most of it may be colours.
    private const int Surplus = 8;

    // In the order of what they tell.
    private static readonly string[] Telling =
        ["command", "file_path", "notebook_path", "pattern", "path", "url", "query", "verdict", "subject", "description", "skill", "msg", "message", "summary", "prompt", "task_id", "shell_id"];

    /// <summary>The beginning of a text, without what may not or need not be shown.</summary>
    public static string Fit(string text, int most, int mostLines = int.MaxValue)
    {
        var lines = new List<string>();
        foreach (var line in Lines(text, most))
        {
            if (line.Length > 0 || lines is [.., { Length: > 0 }])
            {
                lines.Add(line);
            }
        }

        while (lines is [.., { Length: 0 }])
        {
            lines.RemoveAt(lines.Count - 1);
        }

        var shown = Plain.Cut(string.Join('\n', lines.Take(mostLines)), most);
        return lines.Count > mostLines && !shown.EndsWith('…') ? shown + " …" : shown;
    }

    /// <summary>The same on one line.</summary>
    public static string OneLine(string text, int most) => Plain.Cut(string.Join(' ', Lines(text, most).Select(line => line.Trim()).Where(line => line.Length > 0)), most);

    /// <summary>What a tool is used on, on one line; empty when nothing of it tells.</summary>
    /// <param name="input">What the tool is given.</param>
    /// <param name="folder">The agent's folder; what lies in it is named as from there.</param>
    /// <param name="most">How long it may be.</param>
    public static string Argument(JsonElement input, string? folder, int most)
    {
        if (input.ValueKind != JsonValueKind.Object)
        {
            return "";
        }

        if (TurnReport.Child(input, "todos") is { ValueKind: JsonValueKind.Array } todos)
        {
            return Todos(todos, most);
        }

        var told = Telling.Select(name => TurnReport.Text(input, name)).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text))
            ?? input.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String).Select(p => TurnReport.String(p.Value)).FirstOrDefault(text => !string.IsNullOrWhiteSpace(text))
            ?? "";
        var inside = folder is { Length: > 1 } && told.StartsWith(folder + "/", StringComparison.Ordinal) ? told[(folder.Length + 1)..] : told;
        return OneLine(inside, most);
    }

    /// <summary>How long something took, as people say it.</summary>
    public static string Span(TimeSpan time) => time.TotalSeconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:00} min"),
    };

    private static string Todos(JsonElement todos, int most)
    {
        var all = todos.EnumerateArray().ToList();
        var done = all.Count(t => TurnReport.Text(t, "status") == "completed");
        var now = all.Where(t => TurnReport.Text(t, "status") == "in_progress").Select(t => TurnReport.Text(t, "activeForm") ?? TurnReport.Text(t, "content")).FirstOrDefault();
        return OneLine(string.Create(CultureInfo.InvariantCulture, $"{done} of {all.Count} done{(now is null ? "" : ": " + now)}"), most);
    }

    private static IEnumerable<string> Lines(string text, int most)
    {
        var begin = text.Length > most * Surplus ? Plain.Cut(text, most * Surplus) : text;
        return Plain.Bare(Sequences.Without(begin).ReplaceLineEndings("\n")).Replace("\t", "  ", StringComparison.Ordinal).Split('\n').Select(line => line.TrimEnd());
    }
}
