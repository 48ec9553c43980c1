using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Git;

/// <summary>What the milestones of a batch bring in that is not there yet.</summary>
public sealed class BroughtWork
{
    private readonly IReadOnlyList<BatchItem> _batch;

    // By tip; one that brings nothing has no entry.
    private readonly Dictionary<string, HashSet<string>> _paths = new(StringComparer.Ordinal);

    // With their parents.
    private readonly Dictionary<string, IReadOnlyList<string>> _commits = new(StringComparer.Ordinal);

    private BroughtWork(IReadOnlyList<BatchItem> batch) => _batch = batch;

    /// <summary>Looks.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="onto">What it is to be merged with.</param>
    /// <param name="batch">The milestones.</param>
    /// <param name="cancellation">Ends the look.</param>
    public static async Task<BroughtWork> OfAsync(Repository repository, string onto, IReadOnlyList<BatchItem> batch, CancellationToken cancellation)
    {
        var brought = new BroughtWork(batch);
        await brought.TakeAsync(repository.Objects, await repository.BeyondAsync([.. batch.Select(item => item.Tip)], onto, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        return brought;
    }

    /// <summary>Takes in what there is; each commit counts for the first of the batch that has it.</summary>
    private async Task TakeAsync(ShadowObjects objects, IReadOnlyDictionary<string, IReadOnlyList<string>> beyond, CancellationToken cancellation)
    {
        foreach (var tip in _batch.Select(item => item.Tip))
        {
            var left = new Stack<string>([tip]);
            while (left.TryPop(out var commit))
            {
                if (!beyond.TryGetValue(commit, out var parents) || !_commits.TryAdd(commit, parents))
                {
                    continue;
                }

                var paths = _paths.TryGetValue(tip, out var known) ? known : _paths[tip] = new HashSet<string>(StringComparer.Ordinal);
                if (parents is [var parent])
                {
                    paths.UnionWith(GitOutput.PathsOf(await objects.DifferenceAsync(parent, commit, cancellation).ConfigureAwait(false)));
                }

                foreach (var next in parents)
                {
                    left.Push(next);
                }
            }
        }
    }

    /// <summary>Whether TASKS.md is changed by any of them. No milestone's commit does.</summary>
    public bool ChangesTasks => _commits.Values.Any(parents => parents.Count != 1) || _paths.Values.Any(paths => paths.Contains(RepositoryPlaces.TasksName)); // of a merge no paths are known

    /// <summary>Whether what it is to be merged with has it already.</summary>
    public bool IsHeld(BatchItem item) => !_commits.ContainsKey(item.Tip);

    /// <summary>The commit that its work began at; null when that is no line of commits.</summary>
    public string? BeganAt(BatchItem item)
    {
        var at = item.Tip;
        while (_commits.TryGetValue(at, out var parents))
        {
            if (parents is not [var parent])
            {
                return null;
            }

            at = parent;
        }

        return at;
    }

    /// <summary>
    /// In which order they are merged: those first that share the fewest files with others; equal ones stay as they stand.
    /// What overlaps with many comes last, so that one is left out for a conflict and not many.
    /// </summary>
    public IReadOnlyList<BatchItem> Order()
    {
        if (_batch.Count < 3)
        {
            return _batch; // of two that conflict one is left out, whichever comes first
        }

        var touched = _paths.Values.SelectMany(p => p).Where(p => p != RepositoryPlaces.TasksName).GroupBy(p => p, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        int Overlaps(BatchItem item) => _paths.TryGetValue(item.Tip, out var mine)
            ? _batch.Count(other => other.Tip != item.Tip && _paths.TryGetValue(other.Tip, out var theirs) && mine.Any(p => touched.Contains(p) && theirs.Contains(p)))
            : 0;
        return [.. _batch.OrderBy(Overlaps)];
    }
}
