using System.Text;

namespace Orchestrator.Engine.Git;

/// <summary>
/// What a merge will most likely come to, from the trees alone: the change of one side laid on the other, where nothing
/// that it touches is another there. A guess and no more: git makes each merge as well, and where it comes to something
/// else, git is right.
/// </summary>
/// <param name="objects">The shadow repository.</param>
public sealed class MergeGuess(ShadowObjects objects)
{
    /// <summary>One path that differs. Its names have one char for each of their bytes, as entries of trees have.</summary>
    private readonly record struct Change(string[] Path, string OldMode, string OldId, string NewMode, string NewId, char Kind);

    /// <summary>Lays the change between two trees on a third.</summary>
    /// <param name="onto">The tree that gets it.</param>
    /// <param name="from">What the change begins at.</param>
    /// <param name="to">What it comes to.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The tree, which is written; null when there is no saying what it comes to.</returns>
    public async Task<string?> LaidOnAsync(string onto, string from, string to, CancellationToken cancellation)
    {
        if (onto == from)
        {
            return to;
        }

        var difference = await objects.DifferenceAsync(from, to, cancellation).ConfigureAwait(false);
        if (difference.Contains('\uFFFD', StringComparison.Ordinal))
        {
            return null; // a name that is no text
        }

        var changes = GitOutput.Fields(difference).Chunk(2).Select(Of).ToList();
        return changes.Count == 0 ? onto : await LaidOnAsync(onto, changes, 0, cancellation).ConfigureAwait(false) is { Length: > 0 } tree ? tree : null;
    }

    private static Change Of(string[] pair)
    {
        var words = pair[0][1..].Split(' ');
        return new Change(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(pair[1])).Split('/'), words[0], words[2], words[1], words[3], words[4][0]);
    }

    /// <summary>The same below one folder. Empty when nothing is left in it.</summary>
    private async Task<string?> LaidOnAsync(string? folder, IReadOnlyList<Change> changes, int depth, CancellationToken cancellation)
    {
        var before = folder is null ? [] : await objects.EntriesAsync(folder, cancellation).ConfigureAwait(false);
        var entries = before.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        foreach (var group in changes.GroupBy(change => change.Path[depth], StringComparer.Ordinal))
        {
            var known = entries.TryGetValue(group.Key, out var entry);
            if (group.All(change => change.Path.Length > depth + 1))
            {
                if ((known && !entry.IsTree) || await LaidOnAsync(known ? entry.Id : null, [.. group], depth + 1, cancellation).ConfigureAwait(false) is not { } below)
                {
                    return null;
                }

                Set(entries, new LooseEntry("40000", group.Key, below));
            }
            else if (group.ToList() is [var change] && (change.Kind == 'A' ? !known : known && (entry.Mode, entry.Id) == (change.OldMode, change.OldId)))
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
