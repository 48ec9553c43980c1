using System.Text;

namespace Orchestrator.Core.Plans;

/// <summary>
/// A milestone that is proposed. Its file is written here and not by whoever proposes it, so that nothing in a text can become
/// a section or a key of its own; commands (<c>verify</c>) cannot be proposed at all.
/// </summary>
/// <param name="Id">Its name.</param>
/// <param name="Title">Its title.</param>
/// <param name="Description">What the result is.</param>
/// <param name="Entry">What must be there already.</param>
/// <param name="Tasks">The steps.</param>
/// <param name="Criteria">What must be true in the end.</param>
/// <param name="After">What it waits for inside its stage.</param>
/// <param name="DependsOn">Exactly what it needs instead of the stage before it; null for the stage barrier.</param>
/// <param name="Scope">Globs of what it is expected to touch.</param>
public sealed record MilestoneDraft(
    MilestoneId Id, string Title, string Description, Items<string> Entry = default, Items<string> Tasks = default, Items<string> Criteria = default,
    Items<MilestoneId> After = default, Items<MilestoneId>? DependsOn = null, Items<string> Scope = default)
{
    /// <summary>The text of its file.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder();
            if (DependsOn is not null || Scope.Count > 0)
            {
                text.Append("---\n");
                text.Append(DependsOn is { } needs ? $"depends_on: [{string.Join(", ", needs)}]\n" : "");
                text.Append(Scope.Count > 0 ? $"scope: [{string.Join(", ", Scope.Select(glob => $"\"{glob}\""))}]\n" : "");
                text.Append("---\n");
            }

            text.Append($"# {Id}: {Line(Title)}\n\n## Description\n{Paragraphs(Description)}\n");
            Section(text, "Entry Requirements", Entry);
            Section(text, "Tasks", Tasks);
            Section(text, "Exit Criteria", Criteria);
            text.Append($"\n## Dependencies\n{(After.Count > 0 ? string.Join('\n', After.Select(id => $"- {id}")) : "None")}\n");
            return text.ToString();
        }
    }

    private static void Section(StringBuilder text, string name, Items<string> entries)
    {
        if (entries.Count > 0)
        {
            text.Append($"\n## {name}\n{string.Concat(entries.Select(entry => $"- {Line(entry)}\n"))}");
        }
    }

    private static string Line(string text) => string.Join(' ', Plain.Bare(text.ReplaceLineEndings(" ")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimStart('#', '-', '*', ' ');

    /// <summary>What would be a heading is made plain, but for comments in a block of code.</summary>
    private static string Paragraphs(string text)
    {
        var inCode = false;
        var lines = new List<string>();
        foreach (var line in Plain.Bare(text.ReplaceLineEndings("\n")).Trim().Split('\n'))
        {
            inCode ^= line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            var isHeading = !inCode && (line.TrimStart().StartsWith('#') || (line.Length > 0 && line.Trim().All(c => c is '=' or '-')));
            lines.Add(isHeading ? $"\\{line.TrimStart()}" : line.TrimEnd());
        }

        return string.Join('\n', inCode ? [.. lines, "```"] : lines);
    }
}
