using System.Text;

namespace Orchestrator.Engine.Git;

/// <summary>Lays a difference on a tree: what git would write, without an index that holds every file.</summary>
/// <param name="objects">The shadow repository.</param>
internal sealed class ChangedTree(ShadowObjects objects)
{
    /// <summary>One path that differs. Its names have one char for each of their bytes, as entries of trees have.</summary>
    private readonly record struct Change(string[] Path, string OldMode, string OldId, string NewMode, string NewId, char Kind);

    /// <summary>The tree with the difference, written.</summary>
    /// <param name="tree">What gets it. Where the difference touches it, it has to be as the difference says that it was.</param>
    /// <param name="difference">A difference as git tells it (<see cref="GitOutput.RawDifference"/>).</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Its name; null when it was otherwise, where a file and a folder change places, and for names that are no text and modes that git does not write.</returns>
    public async Task<string?> WithAsync(string tree, string difference, CancellationToken cancellation)
    {
        if (difference.Contains('\uFFFD', StringComparison.Ordinal))
        {
            return null;
        }

        var changes = GitOutput.Fields(difference).Chunk(2).Select(Of).ToList();
        return changes.Count == 0 ? tree : await WithAsync(tree, changes, 0, cancellation).ConfigureAwait(false) is { Length: > 0 } changed ? changed : null;
    }

    private static Change Of(string[] pair)
    {
        var words = pair[0][1..].Split(' ');
        return new Change(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(pair[1])).Split('/'), words[0], words[2], words[1], words[3], words[4][0]);
    }

    /// <summary>The same below one folder. Empty when nothing is left in it.</summary>
    private async Task<string?> WithAsync(string? folder, IReadOnlyList<Change> changes, int depth, CancellationToken cancellation)
    {
        var before = folder is null ? [] : await objects.EntriesAsync(folder, cancellation).ConfigureAwait(false);
        if (!before.All(IsPlain))
        {
            return null; // some tools write modes otherwise, and git refuses a new tree with such ones
        }

        var entries = before.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        foreach (var group in changes.GroupBy(change => change.Path[depth], StringComparer.Ordinal))
        {
            var known = entries.TryGetValue(group.Key, out var entry);
            if (group.All(change => change.Path.Length > depth + 1))
            {
                if ((known && !entry.IsTree) || await WithAsync(known ? entry.Id : null, [.. group], depth + 1, cancellation).ConfigureAwait(false) is not { } below)
                {
                    return null;
                }

                Set(entries, new LooseEntry("40000", group.Key, below));
            }
            else if (group.ToList() is [var change] && (change.Kind == 'A' ? !known : change.Kind != 'U' && known && (entry.Mode, entry.Id) == (change.OldMode, change.OldId)))
            {
                Set(entries, new LooseEntry(change.NewMode, group.Key, change.Kind == 'D' ? "" : change.NewId));
            }
            else
            {
                return null;
            }
        }

        return entries.Count == 0 ? "" : objects.Loose.WriteTree(entries.Values, changes[0].NewId.Length);
    }

    private static bool IsPlain(LooseEntry entry) => entry.Mode is "40000" or "100644" or "100755" or "120000" or "160000";

    private static void Set(Dictionary<string, LooseEntry> entries, LooseEntry entry)
    {
        if (entry.Id.Length > 0)
        {
            entries[entry.Name] = entry;
        }
        else
        {
            entries.Remove(entry.Name);
        }
    }
}
