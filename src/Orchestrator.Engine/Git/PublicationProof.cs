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
        var tips = MissingAsync(candidate, [.. batch.Select(b => b.Tip)], cancellation);
        var before = MissingAsync(candidate, [.. earlier, onto], cancellation);
        var merges = await MergesAsync(candidate, [onto, .. earlier], cancellation).ConfigureAwait(false);
        var remade = await RemakeAsync(merges, cancellation).ConfigureAwait(false);
        var floor = merges.Count > 0 ? merges[^1].First : candidate; // the target, or what was proved when it was published
        var paths = await PathsAsync([(floor, candidate), .. remade.SelectMany(Compared)], cancellation).ConfigureAwait(false);
        var wrongTrees = remade.Select(merge => Differs(merge, paths)).OfType<string>().ToList();
        var theirs = remade.Where(merge => merge.Base is not null).SelectMany(merge => paths[(merge.Base!, merge.Of.Second!)]).Append(TasksFile).ToHashSet(StringComparer.Ordinal);
        var strangers = merges.Where(m => m.Second is { } second && batch.All(b => b.Tip != second) && !earlier.Contains(second)).Select(m => $"{Short(m.Commit)} merges {Short(m.Second!)}, which is no milestone's").ToList();
        if (floor != onto && floor != candidate && !earlier.Contains(floor))
        {
            strangers.Add($"it stands on {Short(floor)}, which is neither the target nor integrated");
        }

        strangers.AddRange(paths[(floor, candidate)].Where(path => !theirs.Contains(path)).Select(path => $"{path} changed, which no milestone changed"));
        return new Proof(
        [
            Check(ProofKind.SameTree, wrongTrees),
            Check(ProofKind.HoldsTips, [.. (await tips.ConfigureAwait(false)).Select(t => $"the milestone's commit {Short(t)} is not in it")]),
            Check(ProofKind.OnlyTheirPaths, strangers),
            Check(ProofKind.HoldsEarlier, [.. (await before.ConfigureAwait(false)).Select(t => $"the earlier commit {Short(t)} is not in it")]),
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

    /// <summary>Makes merges once more, as they were made.</summary>
    private async Task<IReadOnlyList<Remade>> RemakeAsync(List<Merge> merges, CancellationToken cancellation)
    {
        List<(string, string)> pairs = [.. merges.Where(m => m.Second is not null).Select(m => (m.First, m.Second!))];
        var bases = BasesAsync(merges, cancellation);
        var trees = pairs.Zip(await new Merges(repository).TreesAsync(pairs, cancellation).ConfigureAwait(false)).ToDictionary(p => p.First, p => p.Second);
        var found = await bases.ConfigureAwait(false);
        return [.. merges.Select(m => m.Second is { } second ? new Remade(m, trees[(m.First, second)], found[m.Commit]) : new Remade(m, null, null))];
    }

    /// <summary>The last commit that both sides of each merge have; one call for all that are a line of commits on what the other side has.</summary>
    private async Task<Dictionary<string, string>> BasesAsync(List<Merge> merges, CancellationToken cancellation)
    {
        var wanted = merges.Where(m => m.Second is not null).ToList();
        var bases = new Dictionary<string, string>(StringComparer.Ordinal);
        if (wanted.Count == 0)
        {
            return bases;
        }

        var shadow = repository.Places.Shadow;
        var list = await repository.Git.RunAsync(shadow, ["rev-list", "--parents", .. wanted.Select(m => m.Second!), "^" + wanted[^1].First], cancellation).ConfigureAwait(false);
        var parents = list.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToDictionary(f => f[0], f => f[1..], StringComparer.Ordinal);
        foreach (var merge in wanted)
        {
            var at = merge.Second!;
            while (parents.TryGetValue(at, out var its) && its is [var parent])
            {
                at = parent;
            }

            // What is not in the list, the lowest first parent has, and with it each later one.
            bases[merge.Commit] = !parents.ContainsKey(at) ? at : (await repository.Git.RunAsync(shadow, ["merge-base", merge.First, merge.Second!], cancellation).ConfigureAwait(false)).Text;
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

    /// <summary>The paths in which commits or trees differ, pair by pair; one call for all.</summary>
    private async Task<Dictionary<(string From, string To), IReadOnlyList<string>>> PathsAsync(IEnumerable<(string From, string To)> pairs, CancellationToken cancellation)
    {
        var wanted = pairs.Distinct().ToList();
        var names = wanted.SelectMany(p => new[] { p.From, p.To }).Distinct(StringComparer.Ordinal).ToList();
        var shadow = repository.Places.Shadow;
        var found = await repository.Git.RunAsync(shadow, ["cat-file", "--batch-check=%(objectname)"], cancellation, Encoding.ASCII.GetBytes(string.Concat(names.Select(name => name + "^{tree}\n")))).ConfigureAwait(false);
        var trees = names.Zip(found.Text.Split('\n')).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        List<string> asked = [.. wanted.Select(p => $"{trees[p.From]} {trees[p.To]}\n")];
        var output = await repository.Git.RunAsync(
            shadow, ["diff-tree", "--stdin", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv"], cancellation, Encoding.ASCII.GetBytes(string.Concat(asked))).ConfigureAwait(false);
        return wanted.Zip(GitOutput.PathsOfEach(output.Output, asked)).ToDictionary(p => p.First, p => p.Second);
    }
}
