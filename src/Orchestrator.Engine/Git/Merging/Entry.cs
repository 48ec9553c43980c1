using System.Text;

namespace Orchestrator.Engine.Git.Merging;

/// <summary>What stands at a path.</summary>
internal enum Kind
{
    /// <summary>A file, executable or not.</summary>
    File,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A commit of another repository.</summary>
    Submodule,
}

/// <summary>An entry of a tree: how it stands there, and what.</summary>
internal sealed record Entry(string Mode, string Object)
{
    /// <summary>What it is.</summary>
    public Kind Kind => Mode switch { "120000" => Kind.Link, "160000" => Kind.Submodule, _ => Kind.File };

    /// <summary>An entry, or null for the mode that stands for none.</summary>
    public static Entry? Of(string mode, string name) => mode == "000000" ? null : new Entry(mode, name);
}

/// <summary>A path in which two trees differ. Paths are bytes read as Latin-1.</summary>
/// <param name="From">Its name in the older one; the same unless it was moved.</param>
/// <param name="Path">Its name in the newer one.</param>
/// <param name="Old">What stood there.</param>
/// <param name="New">What stands there.</param>
internal sealed record Difference(string From, string Path, Entry? Old, Entry? New)
{
    /// <summary><c>diff-tree -z --raw</c>.</summary>
    public static IReadOnlyList<Difference> Read(byte[] output)
    {
        var fields = Encoding.Latin1.GetString(output).Split('\0');
        var list = new List<Difference>();
        for (var i = 0; i + 1 < fields.Length;)
        {
            var words = fields[i][1..].Split(' ');
            var from = fields[i + 1];
            var moved = words[4][0] is 'R' or 'C';
            list.Add(new Difference(from, moved ? fields[i + 2] : from, Entry.Of(words[0], words[2]), Entry.Of(words[1], words[3])));
            i += moved ? 3 : 2;
        }

        return list;
    }
}

/// <summary>What git has of a conflict at one path: the base, ours and theirs, as far as they are there.</summary>
internal sealed record Stages(string Path, Entry?[] Of)
{
    /// <summary>The entries that <c>merge-tree -z</c> names, by path; where a file met a folder, by the file's own name.</summary>
    public static IReadOnlyList<Stages> Read(IEnumerable<string> fields)
    {
        var all = new Dictionary<string, Stages>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            var tab = field.IndexOf('\t', StringComparison.Ordinal);
            var words = field[..tab].Split(' ');
            var path = GitOutput.WithoutSide(field[(tab + 1)..]);
            if (!all.TryGetValue(path, out var stages))
            {
                all[path] = stages = new Stages(path, new Entry?[3]);
            }

            stages.Of[words[2][0] - '1'] = new Entry(words[0], words[1]);
        }

        return [.. all.Values];
    }
}
