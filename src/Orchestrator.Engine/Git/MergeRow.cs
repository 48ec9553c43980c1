using Orchestrator.Core;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Git;

/// <summary>
/// Merges a batch, one milestone after the other, each as a commit on the one before. What the merges come to is guessed as
/// far as that can be, and git makes all of them in one call; from the first on that it sees otherwise, it is done again.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="context">What the commits say.</param>
internal sealed class MergeRow(Repository repository, CandidateContext context)
{
    private readonly record struct Guessed(BatchItem Item, string First, string Tree, string Commit);

    private readonly Merges _merges = new(repository);
    private readonly MergeGuess _guess = new(repository.Objects);
    private readonly HashSet<MilestoneId> _done = [.. context.TaskLines.Where(line => line.Done).Select(line => line.Id)];
    private readonly List<MilestoneId> _merged = [];
    private readonly List<Conflict> _conflicts = [];

    /// <summary>Those that are in, in the order they were merged in.</summary>
    public IReadOnlyList<MilestoneId> Merged => _merged;

    /// <summary>Those that are not, and where they conflict.</summary>
    public IReadOnlyList<Conflict> Conflicts => _conflicts;

    /// <summary>Merges them; once.</summary>
    /// <param name="at">The commit to begin at.</param>
    /// <param name="batch">The milestones.</param>
    /// <param name="cancellation">Stops in between; nothing refers to what was made.</param>
    /// <returns>The commit that it comes to.</returns>
    public async Task<string> MergeAsync(string at, IReadOnlyList<BatchItem> batch, CancellationToken cancellation)
    {
        // One alone is nearly always still to be merged: that it is, is asked meanwhile.
        var alone = batch is [var only] ? _merges.MakeAsync(context.Target, at, only.Tip, cancellation) : null;
        try
        {
            return await MergeAsync(at, batch, alone, cancellation).ConfigureAwait(false);
        }
        finally
        {
            // A git that is just being ended is stopped first: left alone, it would stay so when our life is over.
            await ((Task?)alone ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string> MergeAsync(string at, IReadOnlyList<BatchItem> batch, Task<(string Tree, IReadOnlyList<string> Conflicts)>? alone, CancellationToken cancellation)
    {
        var brought = await BroughtWork.OfAsync(repository, at, batch, cancellation).ConfigureAwait(false);
        var commits = new TaskedCommits(repository, brought.ChangesTasks);
        var items = brought.Order();
        _merged.AddRange(items.Where(brought.IsHeld).Select(item => item.Id)); // a former life of ours merged them, and the answer was lost
        for (var left = items.Where(item => !brought.IsHeld(item)).ToList(); left.Count > 0;)
        {
            var row = left.Count > 1 ? await GuessAsync(brought, commits, at, left, cancellation).ConfigureAwait(false) : [];
            foreach (var (item, _, _, commit) in row)
            {
                at = commit;
                Take(item);
            }

            if (row.Count == 0)
            {
                at = await TakeAsync(commits, await (alone ?? _merges.MakeAsync(context.Target, at, left[0].Tip, cancellation)).ConfigureAwait(false), at, left[0], cancellation).ConfigureAwait(false);
            }

            left.RemoveRange(0, Math.Max(1, row.Count));
        }

        return at;
    }

    /// <summary>As many of them as can be guessed and are as git sees them.</summary>
    private async Task<List<Guessed>> GuessAsync(BroughtWork brought, TaskedCommits commits, string at, List<BatchItem> items, CancellationToken cancellation)
    {
        var row = new List<Guessed>();
        var done = _done.ToHashSet();
        foreach (var item in items)
        {
            if (brought.BeganAt(item) is not { } from
                || await _guess.LaidOnAsync(await TreeOfAsync(at, cancellation).ConfigureAwait(false), await TreeOfAsync(from, cancellation).ConfigureAwait(false), await TreeOfAsync(item.Tip, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false) is not { } tree)
            {
                break;
            }

            done.Add(item.Id);
            var commit = await WriteAsync(commits, tree, at, item, done, cancellation).ConfigureAwait(false);
            row.Add(new Guessed(item, at, tree, commit));
            at = commit;
        }

        var trees = await _merges.TreesAsync([.. row.Select(guessed => (guessed.First, guessed.Item.Tip))], cancellation).ConfigureAwait(false);
        return [.. row.Zip(trees).TakeWhile(pair => pair.First.Tree == pair.Second).Select(pair => pair.First)];
    }

    /// <summary>Takes in what one merge came to.</summary>
    private async Task<string> TakeAsync(TaskedCommits commits, (string Tree, IReadOnlyList<string> Conflicts) merge, string at, BatchItem item, CancellationToken cancellation)
    {
        if (merge.Conflicts.Count > 0)
        {
            _conflicts.Add(new Conflict(item.Id, merge.Conflicts.ToItems()));
            return at;
        }

        Take(item);
        return await WriteAsync(commits, merge.Tree, at, item, _done, cancellation).ConfigureAwait(false);
    }

    private void Take(BatchItem item)
    {
        _merged.Add(item.Id);
        _done.Add(item.Id);
    }

    private Task<string> TreeOfAsync(string commit, CancellationToken cancellation) => repository.Objects.TreeOfAsync(commit, cancellation);

    private Task<string> WriteAsync(TaskedCommits commits, string tree, string first, BatchItem item, HashSet<MilestoneId> done, CancellationToken cancellation)
    {
        var tasks = TaskList.Render(context.TaskLines.Select(line => line with { Done = done.Contains(line.Id), Note = "" }));
        return commits.WriteAsync(tree, first, item.Tip, Message(item.Id), tasks, cancellation);
    }

    private string Message(MilestoneId id) =>
        $"Merge milestone {id}: {Plain.Line(context.Title(id))}\n\n{DoneHistory.MilestoneTrailer}: {id}\n{DoneHistory.RunTrailer}: {context.Run}\n{DoneHistory.HashTrailer}: {context.Hash(id)}\n";
}
