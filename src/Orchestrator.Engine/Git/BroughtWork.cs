using System.Text;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Git;

/// <summary>What the milestones of a batch bring in that is not there yet; one call of git for all.</summary>
public sealed class BroughtWork
{
    private readonly IReadOnlyList<BatchItem> _batch;

    // By tip; one that brings nothing has no entry.
    private readonly Dictionary<string, HashSet<string>> _paths = new(StringComparer.Ordinal);

    // With their parents.
    private readonly Dictionary<string, string[]> _commits = new(StringComparer.Ordinal);

    private BroughtWork(IReadOnlyList<BatchItem> batch, string log)
    {
        _batch = batch;
        var fields = log.Split('\0'); // an empty one, the commit, then its paths, the first behind a line end
        HashSet<string> known = [];
        for (var i = 1; i < fields.Length; i++)
        {
            if (fields[i - 1].Length == 0 && fields[i].Split(' ') is [var commit, var tip, .. var parents])
            {
                _commits[commit] = parents;
                _paths.TryAdd(tip, new HashSet<string>(StringComparer.Ordinal));
                known = _paths[tip];
                ChangesTasks |= parents.Length > 1; // of a merge nothing is listed
            }
            else if (fields[i].Length > 0)
            {
                known.Add(fields[i - 2].Length == 0 ? fields[i][1..] : fields[i]);
            }
        }

        ChangesTasks |= _paths.Values.Any(paths => paths.Contains(RepositoryPlaces.TasksName));
    }

    /// <summary>Looks.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="onto">What it is to be merged with.</param>
    /// <param name="batch">The milestones.</param>
    /// <param name="cancellation">Ends the look.</param>
    public static async Task<BroughtWork> OfAsync(Repository repository, string onto, IReadOnlyList<BatchItem> batch, CancellationToken cancellation)
    {
        if (batch.Count == 0)
        {
            return new BroughtWork(batch, "");
        }

        var log = await repository.Git.RunAsync(
            repository.Places.Shadow,
            ["log", "--no-ext-diff", "--no-textconv", "--no-renames", "--format=%x00%H %S %P", "--name-only", "-z", "^" + onto, .. batch.Select(b => b.Tip), "--"],
            cancellation).ConfigureAwait(false);
        return new BroughtWork(batch, Encoding.Latin1.GetString(log.Output));
    }

    /// <summary>Whether TASKS.md is changed by any of them. No milestone's commit does.</summary>
    public bool ChangesTasks { get; }

    /// <summary>Whether what it is to be merged with has it already.</summary>
    public bool IsHeld(BatchItem item) => !_commits.ContainsKey(item.Tip);

    /// <summary>The commit that its work began at; null when that is no line of commits.</summary>
    public string? BeganAt(BatchItem item)
    {
        var at = item.Tip;
        while (_commits.TryGetValue(at, out var parents))
        {
            if (parents is not [{ Length: > 0 } parent])
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
