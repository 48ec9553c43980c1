using System.Globalization;
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

    /// <summary><c>config --list --show-scope -z</c>: scope, NUL, key, line feed, value, NUL. A key alone means true.</summary>
    public static IReadOnlyList<GitSetting> Settings(byte[] output)
    {
        var fields = Encoding.UTF8.GetString(output).Split('\0');
        var list = new List<GitSetting>();
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            var pair = fields[i + 1].Split('\n', 2);
            list.Add(new GitSetting(fields[i], pair[0], pair.Length > 1 ? pair[1] : "true"));
        }

        return list;
    }

    /// <summary>Those settings that git may go on using, as a config file.</summary>
    /// <param name="settings">All of them.</param>
    /// <param name="find">Finds a program on the user's PATH, which git of ours does not get.</param>
    /// <param name="lfs">Where LFS keeps its objects, unless the user says otherwise: the shadow repository must keep none.</param>
    public static string TrustedConfig(IReadOnlyList<GitSetting> settings, Func<string, string?> find, string lfs)
    {
        var text = new StringBuilder("# Written by the orchestrator from your own settings before the first agent starts.\n");
        foreach (var key in Trusted)
        {
            if (settings.Last(key) is { } value)
            {
                var dot = key.IndexOf('.', StringComparison.Ordinal);
                text.Append($"[{key[..dot]}]\n\t{key[(dot + 1)..]} = {Quote(value)}\n");
            }
        }

        var filters = GitFilter.Of(settings.Where(s => s.IsTrusted)).Values;
        foreach (var filter in filters)
        {
            text.Append($"[filter {Quote(filter.Name)}]\n");
            foreach (var (part, value) in filter.Parts)
            {
                text.Append($"\t{part} = {Quote(part == "required" ? value : GitFilter.WithFullPath(value, find))}\n");
            }
        }

        if (filters.Any(f => f.Name == "lfs"))
        {
            text.Append($"[lfs]\n\tstorage = {Quote(settings.Where(s => s.IsTrusted).Last("lfs.storage") ?? lfs)}\n");
        }

        return text.ToString();
    }

    /// <summary>Whether a word is the whole name of an object.</summary>
    public static bool IsId(string word) => word.Length is 40 or 64 && word.All(char.IsAsciiHexDigitLower);

    public static IReadOnlyDictionary<string, string> Refs(string text) => text
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', 2))
        .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    /// <summary>The filters that lines of attribute files name.</summary>
    public static IEnumerable<string> FiltersNamed(string lines) => lines
        .Split('\n', StringSplitOptions.TrimEntries)
        .Where(line => !line.StartsWith('#'))
        .SelectMany(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Skip(1))
        .Where(word => word.StartsWith("filter=", StringComparison.Ordinal))
        .Select(word => word["filter=".Length..])
        .Distinct(StringComparer.Ordinal);

    /// <summary>The call that tells two commits' or trees' difference: <c>:100644 100644 OLD NEW M</c>, NUL, the path, NUL.</summary>
    public static readonly string[] RawDifference = ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--ignore-submodules=none", "--no-ext-diff", "--no-textconv"];

    /// <summary>The paths of such a difference.</summary>
    public static IReadOnlyList<string> PathsOf(string difference) => [.. Fields(difference).Where((_, i) => i % 2 == 1)];

    /// <summary>NUL-separated fields.</summary>
    public static IReadOnlyList<string> Fields(byte[] output) => Fields(Encoding.UTF8.GetString(output));

    /// <summary>The same of text.</summary>
    public static IReadOnlyList<string> Fields(string text) => text.Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// <c>merge-tree --write-tree --name-only --no-messages -z</c>: the tree, then on conflict the conflicting paths.
    /// </summary>
    public static (string Tree, IReadOnlyList<string> Conflicts) MergeTree(GitEnd end)
    {
        var fields = Fields(end.Output);
        return (fields[0].Trim(), [.. fields.Skip(1).Select(WithoutSide).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>
    /// The same of many merges (<c>--stdin</c>): before each whether it is clean, after each an empty field. Of those that
    /// are, the tree; null of the others.
    /// </summary>
    public static IReadOnlyList<string?> MergeTrees(byte[] output)
    {
        var fields = Encoding.UTF8.GetString(output).Split('\0');
        var trees = new List<string?>();
        for (var at = 0; at + 1 < fields.Length; at = Array.IndexOf(fields, "", at) + 1)
        {
            trees.Add(fields[at] == "1" ? fields[at + 1] : null);
        }

        return trees;
    }

    /// <summary>Where a file and a folder meet, git calls the file <c>path~COMMIT</c>; nobody has a file of that name.</summary>
    public static string WithoutSide(string path)
    {
        var mark = path.LastIndexOf('~');
        var side = mark < 0 ? "" : path[(mark + 1)..].Split('_')[0];
        return IsId(side) ? path[..mark] : path;
    }

    /// <summary><c>cat-file --batch</c>: name and content of each blob; what is none, or is not there, is passed over.</summary>
    public static IEnumerable<(string Name, ReadOnlyMemory<byte> Content)> Blobs(byte[] output)
    {
        for (var at = 0; at < output.Length;)
        {
            var end = Array.IndexOf(output, (byte)'\n', at);
            var words = Encoding.ASCII.GetString(output, at, end - at).Split(' ');
            at = end + 1;
            if (words is [var name, "blob", var size])
            {
                var length = int.Parse(size, CultureInfo.InvariantCulture);
                yield return (name, output.AsMemory(at, length));
                at += length + 1;
            }
        }
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

    private static string Quote(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";
}

/// <summary>One setting of git and where it stands: <c>system</c>, <c>global</c>, <c>local</c>, <c>worktree</c> or <c>command</c>.</summary>
internal sealed record GitSetting(string Scope, string Key, string Value)
{
    /// <summary>Outside the repository, where its agents have no business; the repository's own config may be an agent's work.</summary>
    public bool IsTrusted => Scope is "system" or "global";

    /// <summary>In the repository itself.</summary>
    public bool IsOfTheRepository => Scope is "local" or "worktree";
}

/// <summary>A content filter: programs that git runs over files on their way in and out.</summary>
internal sealed record GitFilter(string Name, IReadOnlyDictionary<string, string> Parts)
{
    /// <summary>The filters that some settings name. Their names are told apart by case, unlike keys.</summary>
    public static IReadOnlyDictionary<string, GitFilter> Of(IEnumerable<GitSetting> settings) => settings
        .Where(s => s.Key.StartsWith("filter.", StringComparison.OrdinalIgnoreCase) && s.Key.LastIndexOf('.') > "filter.".Length)
        .GroupBy(s => s.Key["filter.".Length..s.Key.LastIndexOf('.')], StringComparer.Ordinal)
        .ToDictionary(
            g => g.Key,
            g => new GitFilter(g.Key, g.GroupBy(s => s.Key[(s.Key.LastIndexOf('.') + 1)..].ToLowerInvariant()).ToDictionary(p => p.Key, p => p.Last().Value)),
            StringComparer.Ordinal);

    /// <summary>The programs of it that are named without a folder and not found.</summary>
    public IEnumerable<string> Missing(Func<string, string?> find) => Parts
        .Where(p => p.Key is "clean" or "smudge" or "process" && p.Value.Length > 0)
        .Select(p => FirstWord(p.Value))
        .Where(word => IsPlain(word) && find(word) is null)
        .Distinct();

    /// <summary>The command with its program's full path, so that it is the same one whatever PATH it meets.</summary>
    public static string WithFullPath(string command, Func<string, string?> find)
    {
        var word = FirstWord(command);
        return IsPlain(word) && find(word) is { } path ? $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'{command[word.Length..]}" : command;
    }

    private static string FirstWord(string command) => command.Split(' ', 2)[0];

    private static bool IsPlain(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+');
}

/// <summary>Looking settings up.</summary>
internal static class GitSettingLookup
{
    /// <summary>The value that counts: the last one; null when there is none.</summary>
    public static string? Last(this IEnumerable<GitSetting> settings, string key) => settings.LastOrDefault(s => s.Key.Equals(key, StringComparison.OrdinalIgnoreCase))?.Value;

    /// <summary>True when it is set to what git takes for true.</summary>
    public static bool IsOn(this IEnumerable<GitSetting> settings, string key) => settings.Last(key)?.ToLowerInvariant() is "true" or "yes" or "on" or "1";
}
