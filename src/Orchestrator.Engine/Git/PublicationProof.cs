using System.Text;
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

    // Of the latest look: what the candidate holds. The next one mostly stands on it, and what that holds need not be asked again, however many came before.
    private (string Commit, HashSet<string> Holds)? _seen;

    private readonly record struct Merge(string Commit, string First, string? Second, string Tree);

    /// <summary>A merge made once more.</summary>
    /// <param name="Of">Which.</param>
    /// <param name="Tree">What it came to; null when it did not merge.</param>
    /// <param name="Base">The last commit that both sides have.</param>
    private readonly record struct Remade(Merge Of, string? Tree, string? Base);

    /// <summary>Looks at everything between <paramref name="onto"/> and <paramref name="candidate"/>. Changes nothing.</summary>
    /// <param name="onto">Where the target stood.</param>
    /// <param name="candidate">What was published.</param>
    /// <param name="batch">The milestones that are said to be in it.</param>
    /// <param name="earlier">What was integrated before: the base, merges, and the commits they merged.</param>
    /// <param name="cancellation">Ends the look.</param>
    public async Task<Proof> LookAsync(string onto, string candidate, IReadOnlyList<BatchItem> batch, IReadOnlyList<string> earlier, CancellationToken cancellation)
    {
        var merges = await MergesAsync(candidate, [onto, .. earlier], batch.Count, cancellation).ConfigureAwait(false);
        var floor = merges.Count > 0 ? merges[^1].First : candidate; // the target, or what was proved when it was published
        var remaking = TreesAsync(merges, cancellation);
        try
        {
            return await LookAsync(merges, floor, remaking, (onto, candidate, batch, earlier), cancellation).ConfigureAwait(false);
        }
        finally
        {
            await ((Task)remaking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // as in MergeRow: no git is left alone while it is being ended
        }
    }

    private async Task<Proof> LookAsync(
        List<Merge> merges, string floor, Task<Dictionary<string, string?>> remaking, (string Onto, string Candidate, IReadOnlyList<BatchItem> Batch, IReadOnlyList<string> Earlier) asked, CancellationToken cancellation)
    {
        var (onto, candidate, batch, earlier) = asked;
        var seen = _seen is { } last && last.Commit == floor ? last.Holds : []; // what it was seen to hold when it was looked at itself
        List<string> looked = [.. merges.Select(m => m.Second).OfType<string>(), .. batch.Select(b => b.Tip), .. earlier.Append(onto).Where(commit => !seen.Contains(commit))];
        var beyond = await repository.BeyondAsync([.. looked.Distinct(StringComparer.Ordinal)], floor, cancellation).ConfigureAwait(false);
        var missing = beyond.Keys.Except(HeldBy(merges, beyond)).ToHashSet(StringComparer.Ordinal);
        var bases = await BasesAsync(merges, beyond, cancellation).ConfigureAwait(false);
        var again = await remaking.ConfigureAwait(false);
        List<Remade> remade = [.. merges.Select(m => new Remade(m, again.GetValueOrDefault(m.Commit), bases.GetValueOrDefault(m.Commit)))];
        var paths = await PathsAsync([(floor, candidate), .. remade.SelectMany(Compared)], cancellation).ConfigureAwait(false);
        var wrongTrees = remade.Select(merge => Differs(merge, paths)).OfType<string>().ToList();
        var theirs = remade.Where(merge => merge.Base is not null).SelectMany(merge => paths[(merge.Base!, merge.Of.Second!)]).Append(TasksFile).ToHashSet(StringComparer.Ordinal);
        var strangers = merges.Where(m => m.Second is { } second && batch.All(b => b.Tip != second) && !earlier.Contains(second)).Select(m => $"{Short(m.Commit)} merges {Short(m.Second!)}, which is no milestone's").ToList();
        if (floor != onto && floor != candidate && !earlier.Contains(floor))
        {
            strangers.Add($"it stands on {Short(floor)}, which is neither the target nor integrated");
        }

        strangers.AddRange(paths[(floor, candidate)].Where(path => !theirs.Contains(path)).Select(path => $"{path} changed, which no milestone changed"));
        _seen = (candidate, [.. earlier.Append(onto).Append(candidate).Concat(batch.Select(b => b.Tip)).Where(commit => !missing.Contains(commit))]);
        return new Proof(
        [
            Check(ProofKind.SameTree, wrongTrees),
            Check(ProofKind.HoldsTips, [.. batch.Select(b => b.Tip).Where(missing.Contains).Select(t => $"the milestone's commit {Short(t)} is not in it")]),
            Check(ProofKind.OnlyTheirPaths, strangers),
            Check(ProofKind.HoldsEarlier, [.. earlier.Append(onto).Distinct().Where(missing.Contains).Select(t => $"the earlier commit {Short(t)} is not in it")]),
        ]);
    }

    private static ProofCheck Check(ProofKind kind, List<string> doubts) =>
        new(kind, doubts.Count == 0, string.Join("; ", doubts.Take(5)) + (doubts.Count > 5 ? $"; and {doubts.Count - 5} more" : ""));

    private static string Short(string commit) => commit.Length > 10 ? commit[..10] : commit;

    /// <summary>Our own merges, the newest first: along the first parents, down to what was there before.</summary>
    private async Task<List<Merge>> MergesAsync(string candidate, IReadOnlyList<string> before, int expected, CancellationToken cancellation)
    {
        // Nearly always it is a merge for each milestone, on one of those that were there.
        var merges = new List<Merge>();
        for (var at = candidate; !before.Contains(at) && merges.Count <= expected; at = merges[^1].First)
        {
            var (tree, parents) = LooseObjects.LinksOf(await repository.Objects.ReadAsync("commit", at, cancellation).ConfigureAwait(false));
            if (parents is not [var first, var second])
            {
                break;
            }

            merges.Add(new Merge(at, first, second, tree));
        }

        if (before.Contains(merges.Count > 0 ? merges[^1].First : candidate))
        {
            return merges;
        }

        var log = await repository.Git.RunAsync(
            repository.Places.Shadow, ["log", "--first-parent", "--no-ext-diff", "--no-textconv", "--format=%H %T %P", candidate, .. before.Select(b => "^" + b), "--"], cancellation).ConfigureAwait(false);
        return [.. log.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(f => new Merge(f[0], f.ElementAtOrDefault(2) ?? "", f.ElementAtOrDefault(3), f[1]))];
    }

    /// <summary>What merges come to that are made once more, as they were made; null where one does not merge.</summary>
    private async Task<Dictionary<string, string?>> TreesAsync(List<Merge> merges, CancellationToken cancellation)
    {
        var wanted = merges.Where(m => m.Second is not null).ToList();
        var trees = await new Merges(repository).TreesAsync([.. wanted.Select(m => (m.First, m.Second!))], cancellation).ConfigureAwait(false);
        return wanted.Zip(trees).ToDictionary(pair => pair.First.Commit, pair => pair.Second, StringComparer.Ordinal);
    }

    /// <summary>What of it the merges hold.</summary>
    private static HashSet<string> HeldBy(List<Merge> merges, IReadOnlyDictionary<string, IReadOnlyList<string>> beyond)
    {
        var held = new HashSet<string>(StringComparer.Ordinal);
        var left = new Stack<string>(merges.Select(m => m.Second).OfType<string>());
        while (left.TryPop(out var commit))
        {
            if (beyond.TryGetValue(commit, out var parents) && held.Add(commit))
            {
                foreach (var parent in parents)
                {
                    left.Push(parent);
                }
            }
        }

        return held;
    }

    /// <summary>The last commit that both sides of each merge have.</summary>
    private async Task<Dictionary<string, string>> BasesAsync(List<Merge> merges, IReadOnlyDictionary<string, IReadOnlyList<string>> beyond, CancellationToken cancellation)
    {
        var bases = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var merge in merges.Where(m => m.Second is not null))
        {
            var at = merge.Second!;
            while (beyond.TryGetValue(at, out var parents) && parents is [var parent])
            {
                at = parent;
            }

            // What is not beyond, the lowest first parent has, and with it each later one.
            bases[merge.Commit] = !beyond.ContainsKey(at) ? at : (await repository.Git.RunAsync(repository.Places.Shadow, ["merge-base", merge.First, merge.Second!], cancellation).ConfigureAwait(false)).Text;
        }

        return bases;
    }

    private static IEnumerable<(string, string)> Compared(Remade merge)
    {
        if (merge.Base is { } before)
        {
            yield return (before, merge.Of.Second!);
        }

        if (merge.Tree is { } tree)
        {
            yield return (tree, merge.Of.Tree);
        }
    }

    /// <summary>What is wrong with a merge; null when it is what its parents come to.</summary>
    private static string? Differs(Remade merge, Dictionary<(string, string), IReadOnlyList<string>> paths)
    {
        if (merge.Of.Second is null)
        {
            return $"{Short(merge.Of.Commit)} is no merge";
        }

        if (merge.Tree is not { } tree)
        {
            return $"{Short(merge.Of.Commit)} does not merge a second time";
        }

        var differs = paths[(tree, merge.Of.Tree)].Where(path => path != TasksFile).ToList();
        return differs.Count > 0 ? $"{Short(merge.Of.Commit)} differs from its parents' merge in {string.Join(", ", differs.Take(3))}" : null;
    }

    /// <summary>The paths in which commits or trees differ, pair by pair.</summary>
    private async Task<Dictionary<(string From, string To), IReadOnlyList<string>>> PathsAsync(IEnumerable<(string From, string To)> pairs, CancellationToken cancellation)
    {
        var paths = new Dictionary<(string, string), IReadOnlyList<string>>();
        foreach (var (from, to) in pairs.Distinct())
        {
            paths[(from, to)] = GitOutput.PathsOf(await repository.Objects.DifferenceAsync(from, to, cancellation).ConfigureAwait(false));
        }

        return paths;
    }
}
