using System.Text;

namespace Orchestrator.Engine.Git;

/// <summary>Merges commits with no checkout: the call for it in one place, because the proof of a publication makes the same merges again.</summary>
internal sealed class Merges(Repository repository)
{
    private static readonly string[] How = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z"];

    /// <summary>The call that merges two commits.</summary>
    public static string[] Call(string ours, string theirs) => [.. How, ours, theirs];

    /// <summary>Merges two.</summary>
    /// <param name="target">The branch that it is for, for what is said when it cannot be.</param>
    /// <param name="ours">The first parent.</param>
    /// <param name="theirs">The second.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The tree; or, beside one that shows both sides, the paths in which they conflict.</returns>
    /// <exception cref="TargetDivergedException">They have nothing in common.</exception>
    public async Task<(string Tree, IReadOnlyList<string> Conflicts)> MakeAsync(string target, string ours, string theirs, CancellationToken cancellation)
    {
        var end = await OneAsync(ours, theirs, cancellation).ConfigureAwait(false);
        if (end.ExitCode is 0 or 1)
        {
            return GitOutput.MergeTree(end);
        }

        throw end.Errors.Contains("unrelated histories", StringComparison.Ordinal)
            ? new TargetDivergedException(target)
            : new GitFailedException("merge-tree", end);
    }

    /// <summary>What pairs of commits come to, in their order; null where they do not merge.</summary>
    public async Task<IReadOnlyList<string?>> TreesAsync(IReadOnlyList<(string Ours, string Theirs)> pairs, CancellationToken cancellation)
    {
        if (pairs.Count > 1)
        {
            var lines = Encoding.ASCII.GetBytes(string.Concat(pairs.Select(pair => $"{pair.Ours} {pair.Theirs}\n")));
            var all = await repository.Git.TryAsync(repository.Places.Shadow, [.. How, "--stdin"], cancellation, lines).ConfigureAwait(false);
            if (all.Succeeded && GitOutput.MergeTrees(all.Output) is var trees && trees.Count == pairs.Count)
            {
                return trees;
            }
        }

        // git 2.38 takes no list, and any git gives a list up at what cannot be merged at all.
        var found = new string?[pairs.Count];
        await Parallel.ForAsync(0, pairs.Count, cancellation, async (i, stop) =>
        {
            var end = await OneAsync(pairs[i].Ours, pairs[i].Theirs, stop).ConfigureAwait(false);
            found[i] = end.Succeeded ? GitOutput.MergeTree(end).Tree : null;
        }).ConfigureAwait(false);
        return found;
    }

    private Task<GitEnd> OneAsync(string ours, string theirs, CancellationToken cancellation) => repository.Git.TryAsync(repository.Places.Shadow, Call(ours, theirs), cancellation);
}
