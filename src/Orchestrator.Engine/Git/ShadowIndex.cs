using System.Text;
using Orchestrator.Core.Plans;

namespace Orchestrator.Engine.Git;

/// <summary>
/// Reads a worktree's files through the shadow repository: what stands on disk becomes a tree, whatever an agent did
/// to the repository's config, attributes, index flags or ignore rules.
/// </summary>
internal sealed class ShadowIndex(Repository repository, string run, string milestone)
{
    private readonly string _index = Path.Combine(repository.Places.Milestone(run, milestone), "index");

    /// <summary>
    /// Fills an empty worktree with the files of a commit, and the worktree's own index with it. Through the shadow,
    /// so that no filter that an agent planted in the user's config runs over the files.
    /// </summary>
    public async Task CheckOutAsync(string worktree, string commit, string adminFolder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_index)!);
        System.IO.File.Delete(_index);
        System.IO.File.Delete(_index + ".lock");
        await repository.Git.RunAsync(repository.Places.Shadow, ["read-tree", "-m", "-u", commit], cancellation, workTree: worktree, index: _index).ConfigureAwait(false);
        GiveTo(adminFolder);
    }

    /// <summary>Makes the worktree's own index the same, so that the agent's 'git status' tells the truth.</summary>
    public void GiveTo(string adminFolder)
    {
        var draft = Path.Combine(adminFolder, "index.orchestrator");
        System.IO.File.Copy(_index, draft, overwrite: true);
        System.IO.File.Move(draft, Path.Combine(adminFolder, "index"), overwrite: true);
    }

    /// <summary>The tree of what stands in the worktree now, with the protected paths as <paramref name="from"/> has them.</summary>
    /// <exception cref="UncommittableException">git refuses what stands there: nothing is committed rather than something left out.</exception>
    public async Task<WrittenTree> WriteTreeAsync(string worktree, string from, ProtectedPaths? protectedPaths, CancellationToken cancellation)
    {
        var shadow = repository.Places.Shadow;
        Directory.CreateDirectory(Path.GetDirectoryName(_index)!);
        System.IO.File.Delete(_index + ".lock"); // only we write it, and we are not running
        if (!System.IO.File.Exists(_index))
        {
            await repository.Git.RunAsync(shadow, ["read-tree", from], cancellation, index: _index).ConfigureAwait(false);
        }

        var add = await repository.Git.TryAsync(shadow, ["add", "-A", "--", "."], cancellation, workTree: worktree, index: _index).ConfigureAwait(false);
        if (!add.Succeeded)
        {
            var failed = new GitFailedException("add", add);
            throw failed.IsPassing ? failed : new UncommittableException(add.Errors);
        }

        if (add.Errors.Split('\n').FirstOrDefault(IsFailure) is { } failure)
        {
            throw new UncommittableException(failure);
        }

        await BringBackAsync(worktree, from, cancellation).ConfigureAwait(false);
        var (tree, changed) = await TreeAsync(from, cancellation).ConfigureAwait(false);

        if (protectedPaths is null || !changed.Any(protectedPaths.Covers))
        {
            return new WrittenTree(tree, changed, []);
        }

        var kept = await KeepAsync(from, tree, protectedPaths.For(changed), cancellation).ConfigureAwait(false);
        (tree, changed) = await TreeAsync(from, cancellation).ConfigureAwait(false);
        return new WrittenTree(tree, changed, kept);
    }

    /// <summary>Writes files of the worktree anew, as the index has them.</summary>
    public Task WriteFilesAsync(string worktree, IEnumerable<string> paths, CancellationToken cancellation) => repository.Git.RunAsync(
        repository.Places.Shadow, ["checkout-index", "-f", "-u", "-z", "--stdin"], cancellation, Encoding.UTF8.GetBytes(string.Concat(paths.Select(path => path + "\0"))), workTree: worktree, index: _index);

    /// <summary>
    /// The tree once more with the ignored files that <c>.worktreeinclude</c> names, for what is saved rather than
    /// merged; null when it names none that is there.
    /// </summary>
    public async Task<(string Tree, IReadOnlyList<string> Files)?> WithIncludedAsync(string worktree, CancellationToken cancellation)
    {
        var patterns = Path.Combine(worktree, ".worktreeinclude");
        if (!System.IO.File.Exists(patterns))
        {
            return null;
        }

        var shadow = repository.Places.Shadow;
        var index = _index + ".rescue";
        System.IO.File.Copy(_index, index, overwrite: true);
        var named = await repository.Git.RunAsync(shadow, ["ls-files", "-z", "--others", "--ignored", $"--exclude-from={patterns}"], cancellation, workTree: worktree, index: index).ConfigureAwait(false);
        var own = Furnishing.Own(repository.Places, worktree, named.Output);
        if (own.Length == 0)
        {
            return null;
        }

        await repository.Git.RunAsync(
            shadow, ["--literal-pathspecs", "add", "-f", "--pathspec-from-file=-", "--pathspec-file-nul"], cancellation, own, workTree: worktree, index: index).ConfigureAwait(false);
        var tree = (await repository.Git.RunAsync(shadow, ["write-tree"], cancellation, index: index).ConfigureAwait(false)).Text;
        return (tree, GitOutput.Fields(own));
    }

    private async Task<(string Tree, IReadOnlyList<string> Changed)> TreeAsync(string from, CancellationToken cancellation)
    {
        var tree = (await repository.Git.RunAsync(repository.Places.Shadow, ["write-tree"], cancellation, index: _index).ConfigureAwait(false)).Text;
        var changed = await repository.Git.RunAsync(
            repository.Places.Shadow, ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", from, tree], cancellation).ConfigureAwait(false);
        return (tree, GitOutput.Fields(changed.Output));
    }

    /// <summary>A sparse checkout of the agent's own takes files away from its sight; that is no wish to delete them.</summary>
    private async Task BringBackAsync(string worktree, string from, CancellationToken cancellation)
    {
        if (repository.Places.AdminFolder(worktree) is not { } admin || !System.IO.File.Exists(Path.Combine(admin, "info", "sparse-checkout")) || !System.IO.File.Exists(Path.Combine(admin, "index")))
        {
            return;
        }

        var shadow = repository.Places.Shadow;
        var flags = await repository.Git.RunAsync(shadow, ["ls-files", "-t", "-z"], cancellation, workTree: worktree, index: Path.Combine(admin, "index")).ConfigureAwait(false);
        var hidden = GitOutput.Fields(flags.Output).Where(line => line.StartsWith("S ", StringComparison.Ordinal)).Select(line => line[2..]).Where(path => !Path.Exists(Path.Combine(worktree, path))).ToHashSet(StringComparer.Ordinal);
        var listing = hidden.Count == 0 ? [] : GitOutput.Fields((await repository.Git.RunAsync(shadow, ["ls-tree", "-r", "-z", from], cancellation).ConfigureAwait(false)).Output);
        var entries = string.Concat(listing.Where(entry => hidden.Contains(entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..])).Select(entry => entry + "\0"));
        if (entries.Length > 0)
        {
            await repository.Git.RunAsync(shadow, ["update-index", "-z", "--index-info"], cancellation, Encoding.UTF8.GetBytes(entries), index: _index).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the index the entries of <paramref name="from"/> for protected paths. Byte for byte: an agent may have chosen names that are no text.</summary>
    private async Task<IReadOnlyList<KeptPath>> KeepAsync(string from, string tree, ProtectedPaths protectedPaths, CancellationToken cancellation)
    {
        var shadow = repository.Places.Shadow;
        var names = protectedPaths.All;
        var listing = await repository.Git.RunAsync(shadow, ["--literal-pathspecs", "ls-tree", "-r", "-z", from, "--", .. names], cancellation).ConfigureAwait(false);
        var entries = Raw(listing.Output).ToDictionary(entry => entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..], StringComparer.Ordinal);
        if (entries.Keys.Any(path => path.StartsWith(RepositoryPlaces.TasksName + "/", StringComparison.Ordinal)))
        {
            names = [.. protectedPaths.CameAlong, .. protectedPaths.Told]; // a folder of that name is the user's affair
        }

        if (names.Count == 0)
        {
            return [];
        }

        var differing = Raw((await repository.Git.RunAsync(
            shadow, ["--literal-pathspecs", "diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", from, tree, "--", .. names], cancellation).ConfigureAwait(false)).Output);

        // What goes, goes first: an agent may have put a folder in a file's place.
        var lines = differing.Where(path => !entries.ContainsKey(path)).Select(path => $"0 {new string('0', tree.Length)}\t{path}\0")
            .Concat(differing.Where(entries.ContainsKey).Select(path => entries[path] + "\0"));
        await repository.Git.RunAsync(shadow, ["update-index", "-z", "--index-info"], cancellation, Encoding.Latin1.GetBytes(string.Concat(lines)), index: _index).ConfigureAwait(false);
        return [.. differing.Select(path => new KeptPath(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(path)), entries.ContainsKey(path)))];
    }

    /// <summary>NUL-separated fields, one char for each byte.</summary>
    private static string[] Raw(byte[] output) => Encoding.Latin1.GetString(output).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>git warns of line ends it will change; everything else on standard error means that something was left out.</summary>
    private static bool IsFailure(string line) =>
        line.Length > 0 && !(line.Contains("LF will be replaced by", StringComparison.Ordinal) || line.Contains("CRLF will be replaced by", StringComparison.Ordinal)
            || (line.Contains(".gitattributes'", StringComparison.Ordinal) && line.Contains("symbolic links", StringComparison.Ordinal))); // a link is committed as a link, and says nothing about other files
}

/// <summary>What stands in a worktree, as a tree.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Changed">The paths in which it differs from the commit it stands on.</param>
/// <param name="Kept">The protected paths that differ in the worktree alone.</param>
internal sealed record WrittenTree(string Tree, IReadOnlyList<string> Changed, IReadOnlyList<KeptPath> Kept);

/// <summary>A protected path that differs in a worktree, and whether the commit has it.</summary>
internal sealed record KeptPath(string Path, bool IsCommitted);

/// <summary>What stands in a worktree cannot become a commit, and will not by waiting: the agent has to mend it.</summary>
public sealed class UncommittableException(string why)
    : Exception($"What the agent left cannot be committed: {string.Join(' ', why.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(3))}");

/// <summary>A milestone of a run, as git's hands know it.</summary>
public sealed record WorkPlace(string Run, MilestoneId Milestone)
{
    /// <summary>The milestone's name.</summary>
    public string Name { get; } = Milestone.ToString();
}
