using Orchestrator.Core;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Git;

/// <summary>
/// Looks a second time at what was published, from the commits themselves and not from what building them said: the
/// merges are made once more and compared, nobody's commit is missing, nobody's path was touched.
/// </summary>
public sealed class PublicationProof(Repository repository)
{
    private const string TasksFile = RepositoryPlaces.TasksName;

    private readonly record struct Merge(string Commit, string First, string? Second, string Tree);

    /// <summary>Looks at everything between <paramref name="onto"/> and <paramref name="candidate"/>. Changes nothing.</summary>
    /// <param name="onto">Where the target stood.</param>
    /// <param name="candidate">What was published.</param>
    /// <param name="batch">The milestones that are said to be in it.</param>
    /// <param name="earlier">What was integrated before: the base, merges, and the commits they merged.</param>
    /// <param name="cancellation">Ends the look.</param>
    public async Task<Proof> LookAsync(string onto, string candidate, IReadOnlyList<BatchItem> batch, IReadOnlyList<string> earlier, CancellationToken cancellation)
    {
        var merges = await MergesAsync(candidate, [onto, .. earlier], cancellation).ConfigureAwait(false);
        var wrongTrees = new List<string>();
        var theirs = new HashSet<string>(StringComparer.Ordinal) { TasksFile };
        foreach (var merge in merges)
        {
            var differs = await RecomputeAsync(merge, theirs, cancellation).ConfigureAwait(false);
            if (differs is not null)
            {
                wrongTrees.Add(differs);
            }
        }

        var tips = await MissingAsync(candidate, [.. batch.Select(b => b.Tip)], cancellation).ConfigureAwait(false);
        var before = await MissingAsync(candidate, [.. earlier, onto], cancellation).ConfigureAwait(false);
        var strangers = merges.Where(m => m.Second is { } second && batch.All(b => b.Tip != second) && !earlier.Contains(second)).Select(m => $"{Short(m.Commit)} merges {Short(m.Second!)}, which is no milestone's").ToList();
        var floor = merges.Count > 0 ? merges[^1].First : candidate; // the target, or what was proved when it was published
        if (floor != onto && floor != candidate && !earlier.Contains(floor))
        {
            strangers.Add($"it stands on {Short(floor)}, which is neither the target nor integrated");
        }

        var changed = await PathsAsync([floor, candidate], cancellation).ConfigureAwait(false);
        strangers.AddRange(changed.Where(path => !theirs.Contains(path)).Select(path => $"{path} changed, which no milestone changed"));
        return new Proof(
        [
            Check(ProofKind.SameTree, wrongTrees),
            Check(ProofKind.HoldsTips, [.. tips.Select(t => $"the milestone's commit {Short(t)} is not in it")]),
            Check(ProofKind.OnlyTheirPaths, strangers),
            Check(ProofKind.HoldsEarlier, [.. before.Select(t => $"the earlier commit {Short(t)} is not in it")]),
        ]);
    }

    private static ProofCheck Check(ProofKind kind, List<string> doubts) =>
        new(kind, doubts.Count == 0, string.Join("; ", doubts.Take(5)) + (doubts.Count > 5 ? $"; and {doubts.Count - 5} more" : ""));

    private static string Short(string commit) => commit.Length > 10 ? commit[..10] : commit;

    /// <summary>Our own merges, the newest first: along the first parents, down to what was there before.</summary>
    private async Task<List<Merge>> MergesAsync(string candidate, IEnumerable<string> before, CancellationToken cancellation)
    {
        var log = await repository.Git.RunAsync(
            repository.Places.Shadow, ["log", "--first-parent", "--no-ext-diff", "--no-textconv", "--format=%H %T %P", candidate, .. before.Select(b => "^" + b), "--"], cancellation).ConfigureAwait(false);
        return [.. log.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(f => new Merge(f[0], f.ElementAtOrDefault(2) ?? "", f.ElementAtOrDefault(3), f[1]))];
    }

    /// <summary>Makes a merge once more, adds its paths to <paramref name="theirs"/>; returns what differs, or null.</summary>
    private async Task<string?> RecomputeAsync(Merge merge, HashSet<string> theirs, CancellationToken cancellation)
    {
        if (merge.Second is not { } second)
        {
            return $"{Short(merge.Commit)} is no merge";
        }

        var again = await repository.Git.TryAsync(repository.Places.Shadow, Candidates.MergeCall(merge.First, second), cancellation).ConfigureAwait(false);
        if (!again.Succeeded)
        {
            return $"{Short(merge.Commit)} does not merge a second time";
        }

        theirs.UnionWith(await PathsAsync(["--merge-base", merge.First, second], cancellation).ConfigureAwait(false));
        var tree = GitOutput.MergeTree(again).Tree;
        var differs = tree == merge.Tree ? [] : await PathsAsync([tree, merge.Tree], cancellation).ConfigureAwait(false);
        return differs.Any(path => path != TasksFile) ? $"{Short(merge.Commit)} differs from its parents' merge in {string.Join(", ", differs.Take(3))}" : null;
    }

    /// <summary>Those of some commits that are no ancestors.</summary>
    private async Task<IReadOnlyList<string>> MissingAsync(string candidate, string[] commits, CancellationToken cancellation)
    {
        if (commits.Length == 0)
        {
            return [];
        }

        var missing = (await repository.Git.RunAsync(repository.Places.Shadow, ["rev-list", .. commits, "^" + candidate], cancellation).ConfigureAwait(false)).Text.Split('\n').ToHashSet(StringComparer.Ordinal);
        return [.. commits.Where(missing.Contains)];
    }

    private async Task<IReadOnlyList<string>> PathsAsync(IEnumerable<string> what, CancellationToken cancellation) => GitOutput.Fields((await repository.Git.RunAsync(
        repository.Places.Shadow, ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", .. what], cancellation).ConfigureAwait(false)).Output);
}
