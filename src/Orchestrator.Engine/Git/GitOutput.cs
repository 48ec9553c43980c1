using System.Text;

namespace Orchestrator.Engine.Git;

/// <summary>Reads what git says; one small parser for each thing.</summary>
internal static class GitOutput
{
    // What of the user's settings shapes the content of files and is no program of an agent's making.
    private static readonly string[] Trusted = ["core.autocrlf", "core.eol", "core.safecrlf", "core.symlinks", "core.filemode", "core.precomposeunicode", "core.longpaths"];

    public static Version? Version(string text)
    {
        var word = text.Split(' ').ElementAtOrDefault(2) ?? "";
        var digits = string.Join('.', word.Split('.').TakeWhile(part => part.Length > 0 && part.All(char.IsAsciiDigit)).Take(3));
        return System.Version.TryParse(digits, out var version) ? version : null;
    }

    /// <summary><c>config --list -z</c>: key, line feed, value, NUL.</summary>
    public static ILookup<string, string> Config(byte[] output) => Encoding.UTF8.GetString(output)
        .Split('\0', StringSplitOptions.RemoveEmptyEntries)
        .Select(entry => entry.Split('\n', 2))
        .ToLookup(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "true", StringComparer.OrdinalIgnoreCase);

    /// <summary>Those settings that git may go on using, as a config file.</summary>
    public static string TrustedConfig(ILookup<string, string> settings)
    {
        var text = new StringBuilder("# Written by the orchestrator from your own settings before the first agent starts.\n");
        foreach (var key in Trusted.Where(key => settings[key].Any()))
        {
            var dot = key.IndexOf('.', StringComparison.Ordinal);
            text.Append($"[{key[..dot]}]\n\t{key[(dot + 1)..]} = {Quote(settings[key].Last())}\n");
        }

        foreach (var part in new[] { "clean", "smudge", "process", "required" })
        {
            if (settings["filter.lfs." + part].LastOrDefault() is { } value)
            {
                text.Append($"[filter \"lfs\"]\n\t{part} = {Quote(value)}\n");
            }
        }

        return text.ToString();
    }

    public static IReadOnlyDictionary<string, string> Refs(string text) => text
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', 2))
        .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    /// <summary>NUL-separated fields.</summary>
    public static IReadOnlyList<string> Fields(byte[] output) => Encoding.UTF8.GetString(output).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// <c>merge-tree --write-tree --name-only --no-messages -z</c>: the tree, then on conflict the conflicting paths.
    /// </summary>
    public static (string Tree, IReadOnlyList<string> Conflicts) MergeTree(GitEnd end)
    {
        var fields = Fields(end.Output);
        return (fields[0].Trim(), [.. fields.Skip(1).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary><c>worktree list --porcelain -z</c>: folder and branch of each.</summary>
    public static IReadOnlyList<(string Folder, string? Branch)> Worktrees(byte[] output)
    {
        var list = new List<(string, string?)>();
        foreach (var field in Encoding.UTF8.GetString(output).Split('\0'))
        {
            if (field.StartsWith("worktree ", StringComparison.Ordinal))
            {
                list.Add((field[9..], null));
            }
            else if (field.StartsWith("branch ", StringComparison.Ordinal))
            {
                list[^1] = (list[^1].Item1, field[7..]);
            }
        }

        return list;
    }

    private static string Quote(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
