using System.Text;
using Orchestrator.Core.Plans;

namespace Orchestrator.Core.Progress;

/// <summary>One line of TASKS.md.</summary>
/// <param name="Id">The milestone.</param>
/// <param name="Title">Its title.</param>
/// <param name="Done">True once it is integrated.</param>
/// <param name="Note">What it does or waits for; empty when there is nothing to say.</param>
public readonly record struct TaskLine(MilestoneId Id, string Title, bool Done, string Note = "");

/// <summary>
/// The orchestrator's part of TASKS.md. Only what stands between the two markers is ours; the user's own text around
/// it survives byte for byte.
/// </summary>
public static class TaskList
{
    /// <summary>The line that begins our part.</summary>
    public const string Begin = "<!-- orchestrator:begin - this part is written by the orchestrator -->";

    /// <summary>The line that ends it.</summary>
    public const string End = "<!-- orchestrator:end -->";

    /// <summary>Our part, markers included, without a line feed at its end.</summary>
    public static string Render(IEnumerable<TaskLine> lines)
    {
        var text = new StringBuilder(Begin).Append('\n');
        var stage = 0;
        foreach (var line in lines.OrderBy(l => l.Id))
        {
            if (line.Id.Stage != stage)
            {
                stage = line.Id.Stage;
                text.Append($"\n## Stage {stage}\n\n");
            }

            text.Append($"- [{(line.Done ? 'x' : ' ')}] {line.Id} {Plain.Markdown(line.Title)}");
            if (line.Note.Length > 0)
            {
                text.Append($" — {Plain.Markdown(line.Note)}");
            }

            text.Append('\n');
        }

        return text.Append('\n').Append(End).ToString();
    }

    /// <summary>Puts our part into a file's text: in the place of the former one, else at the end.</summary>
    /// <param name="file">The file's text; null when there is no file.</param>
    /// <param name="part">What <see cref="Render"/> gave.</param>
    public static string Splice(string? file, string part)
    {
        if (string.IsNullOrEmpty(file))
        {
            return $"# Tasks\n\n{part}\n";
        }

        var (begin, end) = Find(file);
        if (begin < 0)
        {
            var gap = file.EndsWith("\n\n", StringComparison.Ordinal) ? "" : file.EndsWith('\n') ? "\n" : "\n\n";
            return $"{file}{gap}{part}\n";
        }

        return string.Concat(file.AsSpan(0, begin), part, file.AsSpan(end));
    }

    /// <summary>Our part of a file's text; null when it has none.</summary>
    public static string? Extract(string? file)
    {
        var (begin, end) = file is null ? (-1, -1) : Find(file);
        return begin < 0 ? null : file![begin..end];
    }

    private static (int Begin, int End) Find(string file)
    {
        var begin = file.IndexOf(Begin, StringComparison.Ordinal);
        var end = begin < 0 ? -1 : file.IndexOf(End, begin, StringComparison.Ordinal);
        return end < 0 ? (-1, -1) : (begin, end + End.Length);
    }
}
