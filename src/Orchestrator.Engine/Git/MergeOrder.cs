using System.Text;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Git;

/// <summary>
/// In which order a batch is merged: those first that share the fewest files with others. What overlaps with many comes
/// last, so that one is left out for a conflict and not many.
/// </summary>
public static class MergeOrder
{
    /// <summary>The batch in that order; equal ones stay as they stand.</summary>
    public static async Task<IReadOnlyList<BatchItem>> OfAsync(Repository repository, string onto, IReadOnlyList<BatchItem> batch, CancellationToken cancellation)
    {
        if (batch.Count < 3)
        {
            return batch; // of two that conflict one is left out, whichever comes first
        }

        var log = await repository.Git.RunAsync(
            repository.Places.Shadow,
            ["log", "--no-ext-diff", "--no-textconv", "--no-renames", "--format=%x01%S", "--name-only", "-z", "^" + onto, .. batch.Select(b => b.Tip), "--"],
            cancellation).ConfigureAwait(false);
        return Order(batch, Paths(Encoding.Latin1.GetString(log.Output)));
    }

    /// <summary>By how many others a milestone shares a file with.</summary>
    private static IReadOnlyList<BatchItem> Order(IReadOnlyList<BatchItem> batch, IReadOnlyDictionary<string, HashSet<string>> paths)
    {
        var touched = paths.Values.SelectMany(p => p).GroupBy(p => p, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        int Overlaps(BatchItem item) => paths.TryGetValue(item.Tip, out var mine)
            ? batch.Count(other => other.Tip != item.Tip && paths.TryGetValue(other.Tip, out var theirs) && mine.Any(p => touched.Contains(p) && theirs.Contains(p)))
            : 0;
        return [.. batch.OrderBy(Overlaps)];
    }

    /// <summary>The files that the commits of each tip change.</summary>
    private static Dictionary<string, HashSet<string>> Paths(string log)
    {
        var paths = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var commit in log.Split('\x01', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = commit.Split('\0');
            if (!paths.TryGetValue(fields[0], out var known))
            {
                paths[fields[0]] = known = new HashSet<string>(StringComparer.Ordinal);
            }

            known.UnionWith(fields.Skip(1).Select(field => field.TrimStart('\n')).Where(field => field.Length > 0 && field != RepositoryPlaces.TasksName));
        }

        return paths;
    }
}
