using System.Buffers.Binary;
using System.Text;
using Orchestrator.Core.Plans;

namespace Orchestrator.Engine.Git;

/// <summary>
/// Reads a worktree's files through the shadow repository: what stands on disk becomes a tree, whatever an agent did
/// to the repository's config, attributes, index flags or ignore rules.
/// </summary>
internal sealed class ShadowIndex
{
    // With more, git is quicker to go through all.
    private const int MostRestored = 1000;

    // With more at once, it is time that the index knows its folders again.
    private const int MostLaidOn = 100;

    private readonly Repository _repository;
    private readonly string _index;

    private ShadowIndex(Repository repository, string file) => (_repository, _index) = (repository, file);

    /// <summary>That of a milestone's worktree.</summary>
    public static ShadowIndex Of(Repository repository, WorkPlace place) => new(repository, repository.Places.Index(place.Run, place.Name));

    /// <summary>That of a worktree which holds nothing to be saved, and which outlasts the run.</summary>
    public static ShadowIndex OfDisposable(Repository repository, string name) => new(repository, repository.Places.Index("", name));

    /// <summary>
    /// Fills an empty worktree with the files of a commit, and the worktree's own index with it. Through the shadow,
    /// so that no filter that an agent planted in the user's config runs over the files.
    /// </summary>
    public async Task CheckOutAsync(string worktree, string commit, string adminFolder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_index)!);
        System.IO.File.Delete(_index);
        System.IO.File.Delete(_index + ".lock");
        await _repository.Git.RunAsync(_repository.Places.Shadow, ["read-tree", "-m", "-u", commit], cancellation, workTree: worktree, index: _index).ConfigureAwait(false);
        GiveTo(adminFolder);
    }

    /// <summary>
    /// Makes the files of a worktree those of another commit or tree, and nothing else: what is in no commit goes, ignored
    /// files included. Only what differs is written.
    /// </summary>
    /// <param name="worktree">The worktree, which this index describes.</param>
    /// <param name="from">The commit whose files it holds, when it holds nothing else; null when that has to be looked at.</param>
    /// <param name="to">The commit or tree.</param>
    /// <param name="cancellation">Stops in between; a second call finishes it.</param>
    public async Task ResetAsync(string worktree, string? from, string to, CancellationToken cancellation)
    {
        System.IO.File.Delete(_index + ".lock");
        if (from is not null && await RestoreAsync(worktree, from, to, cancellation).ConfigureAwait(false))
        {
            return;
        }

        string[] reset = from is null ? ["--reset", "-u", to] : ["-m", "-u", from, to];
        await ReadTreeAsync(worktree, reset, cancellation).ConfigureAwait(false);

        // Also where nothing else stood there: git lets a submodule's files lie that is one no more.
        await Removal.LooseAsync(worktree, await LooseAsync(worktree, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
    }

    private async Task ReadTreeAsync(string worktree, string[] what, CancellationToken cancellation)
    {
        Task<GitEnd> OnceAsync() => _repository.Git.RunAsync(_repository.Places.Shadow, ["read-tree", .. what], cancellation, workTree: worktree, index: _index);
        try
        {
            await OnceAsync().ConfigureAwait(false);
        }
        catch (GitFailedException e) when (e.IsRefused)
        {
            await Removal.OpenUpAsync(worktree, cancellation).ConfigureAwait(false);
            await OnceAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The same by name of what differs, where that is little: git goes through all entries otherwise, and in a large
    /// repository that takes longer than all else. False when it has to.
    /// </summary>
    private async Task<bool> RestoreAsync(string worktree, string from, string to, CancellationToken cancellation)
    {
        const string Submodule = "160000";
        var difference = await _repository.Objects.DifferenceAsync(from, to, cancellation).ConfigureAwait(false);
        var fields = GitOutput.Fields(difference);
        var paths = GitOutput.PathsOf(difference);
        if (paths.Count == 0)
        {
            return true;
        }

        if (paths.Count > MostRestored || difference.Contains('\uFFFD', StringComparison.Ordinal) || fields.Where((_, i) => i % 2 == 0).Any(field => field.Contains(Submodule, StringComparison.Ordinal)))
        {
            return false;
        }

        await _repository.Git.RunAsync(
            _repository.Places.Shadow, ["--literal-pathspecs", "restore", $"--source={to}", "--staged", "--worktree", "--pathspec-from-file=-", "--pathspec-file-nul"],
            cancellation, Encoding.UTF8.GetBytes(string.Concat(paths.Select(path => path + "\0"))), workTree: worktree, index: _index).ConfigureAwait(false);
        return true;
    }

    /// <summary>True when the worktree holds exactly the files of a commit, ignored ones included.</summary>
    public async Task<bool> IsExactlyAsync(string worktree, string commit, CancellationToken cancellation)
    {
        if (!System.IO.File.Exists(_index) || System.IO.File.Exists(_index + ".lock"))
        {
            return false;
        }

        if (_repository.Indexes.CommitOf(_index) == commit && _repository.Indexes.IsWhole(_index, worktree))
        {
            return true;
        }

        // Where the index is known to be that commit, one look at the files tells all; not at those of submodules.
        if (_repository.Indexes.CommitOf(_index) == commit && !System.IO.File.Exists(Path.Combine(worktree, ".gitmodules")))
        {
            return (await LooseAsync(worktree, cancellation, "--modified", "--deleted").ConfigureAwait(false)).Count == 0;
        }

        var differing = _repository.Git.TryAsync(_repository.Places.Shadow, ["diff-index", "--no-ext-diff", "--ignore-submodules=none", "--quiet", commit], cancellation, workTree: worktree, index: _index);
        var loose = LooseAsync(worktree, cancellation);
        await Task.WhenAll(differing, loose).ConfigureAwait(false);
        return (await differing.ConfigureAwait(false)).Succeeded && (await loose.ConfigureAwait(false)).Count == 0;
    }

    /// <summary>Takes in that the index has the files of a commit, as long as nobody writes it.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="worktree">The worktree.</param>
    /// <param name="files">How many files stand in that; null when it was not found out, or more than files.</param>
    public void Note(string commit, string worktree, int? files) => _repository.Indexes.Take(_index, commit, files is { } count && count == Count() ? worktree : null);

    /// <summary>How many entries it has, as its head says.</summary>
    private int? Count()
    {
        Span<byte> head = stackalloc byte[12];
        using var file = System.IO.File.OpenHandle(_index);
        return RandomAccess.Read(file, head, 0) == head.Length && head.StartsWith("DIRC"u8) ? BinaryPrimitives.ReadInt32BigEndian(head[8..]) : null;
    }

    /// <summary>The files and folders that the index does not have; of a folder that it knows nothing of, the folder alone.</summary>
    private async Task<IReadOnlyList<string>> LooseAsync(string worktree, CancellationToken cancellation, params string[] and) => GitOutput.Fields(
        (await _repository.Git.RunAsync(_repository.Places.Shadow, ["ls-files", "-z", "--others", "--directory", .. and], cancellation, workTree: worktree, index: _index).ConfigureAwait(false)).Output);

    /// <summary>Whether there is one.</summary>
    public bool Exists => System.IO.File.Exists(_index);

    /// <summary>Lets another name have it.</summary>
    public void MoveTo(ShadowIndex other)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(other._index)!);
        System.IO.File.Move(_index, other._index, overwrite: true);
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
        var shadow = _repository.Places.Shadow;
        Directory.CreateDirectory(Path.GetDirectoryName(_index)!);
        System.IO.File.Delete(_index + ".lock"); // only we write it, and we are not running
        if (!System.IO.File.Exists(_index))
        {
            await _repository.Git.RunAsync(shadow, ["read-tree", from], cancellation, index: _index).ConfigureAwait(false);
        }

        var add = await _repository.Git.TryAsync(shadow, ["add", "-A", "--", "."], cancellation, workTree: worktree, index: _index).ConfigureAwait(false);
        if (!add.Succeeded)
        {
            var failed = new GitFailedException("add", add);
            var unreadable = failed.IsRefused && add.Errors.Contains("unable to index file", StringComparison.Ordinal); // no waiting helps, and the agent can
            throw failed.IsPassing && !unreadable ? failed : new UncommittableException(add.Errors);
        }

        if (add.Errors.Split('\n').FirstOrDefault(IsFailure) is { } failure)
        {
            throw new UncommittableException(failure);
        }

        var hidden = await BringBackAsync(worktree, from, cancellation).ConfigureAwait(false);
        var written = await TreeAsync(from, cancellation).ConfigureAwait(false) with { IsAsItStands = !hidden };
        if (protectedPaths is null || !written.Changed.Any(protectedPaths.Covers))
        {
            return written;
        }

        var kept = await KeepAsync(from, written.Tree, protectedPaths.For(written.Changed), cancellation).ConfigureAwait(false);
        return await TreeAsync(from, cancellation).ConfigureAwait(false) with { Kept = kept, IsAsItStands = !hidden && kept.Count == 0 };
    }

    /// <summary>Writes files of the worktree anew, as the index has them.</summary>
    public Task WriteFilesAsync(string worktree, IEnumerable<string> paths, CancellationToken cancellation) => _repository.Git.RunAsync(
        _repository.Places.Shadow, ["checkout-index", "-f", "-u", "-z", "--stdin"], cancellation, Encoding.UTF8.GetBytes(string.Concat(paths.Select(path => path + "\0"))), workTree: worktree, index: _index);

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

        var shadow = _repository.Places.Shadow;
        var index = _index + ".rescue";
        System.IO.File.Copy(_index, index, overwrite: true);
        var named = await _repository.Git.RunAsync(shadow, ["ls-files", "-z", "--others", "--ignored", $"--exclude-from={patterns}"], cancellation, workTree: worktree, index: index).ConfigureAwait(false);
        var own = Furnishing.Own(_repository.Places, worktree, named.Output);
        if (own.Length == 0)
        {
            return null;
        }

        await _repository.Git.RunAsync(
            shadow, ["--literal-pathspecs", "add", "-f", "--pathspec-from-file=-", "--pathspec-file-nul"], cancellation, own, workTree: worktree, index: index).ConfigureAwait(false);
        var tree = (await _repository.Git.RunAsync(shadow, ["write-tree"], cancellation, index: index).ConfigureAwait(false)).Text;
        return (tree, GitOutput.Fields(own));
    }

    private async Task<WrittenTree> TreeAsync(string from, CancellationToken cancellation)
    {
        var difference = Encoding.UTF8.GetString((await _repository.Git.RunAsync(
            _repository.Places.Shadow, ["diff-index", "--cached", .. GitOutput.RawDifference[1..], from], cancellation, index: _index).ConfigureAwait(false)).Output);
        var paths = GitOutput.PathsOf(difference);

        // git would write the whole index once more, to know its folders next time: where little differs that takes longer than all else.
        var tree = paths.Count <= MostLaidOn ? await LaidOnAsync(from, difference, cancellation).ConfigureAwait(false) : null;
        tree ??= (await _repository.Git.RunAsync(_repository.Places.Shadow, ["write-tree"], cancellation, index: _index).ConfigureAwait(false)).Text;
        return new WrittenTree(tree, paths, [], difference);
    }

    private async Task<string?> LaidOnAsync(string from, string difference, CancellationToken cancellation) => await new ChangedTree(_repository.Objects)
        .WithAsync(await _repository.Objects.TreeOfAsync(from, cancellation).ConfigureAwait(false), difference, cancellation).ConfigureAwait(false);

    /// <summary>A sparse checkout of the agent's own takes files away from its sight; that is no wish to delete them. Returns whether there is one.</summary>
    private async Task<bool> BringBackAsync(string worktree, string from, CancellationToken cancellation)
    {
        if (_repository.Places.AdminFolder(worktree) is not { } admin || !System.IO.File.Exists(Path.Combine(admin, "info", "sparse-checkout")) || !System.IO.File.Exists(Path.Combine(admin, "index")))
        {
            return false;
        }

        var shadow = _repository.Places.Shadow;
        var flags = await _repository.Git.RunAsync(shadow, ["ls-files", "-t", "-z"], cancellation, workTree: worktree, index: Path.Combine(admin, "index")).ConfigureAwait(false);
        var hidden = GitOutput.Fields(flags.Output).Where(line => line.StartsWith("S ", StringComparison.Ordinal)).Select(line => line[2..]).Where(path => !Path.Exists(Path.Combine(worktree, path))).ToHashSet(StringComparer.Ordinal);
        var listing = hidden.Count == 0 ? [] : GitOutput.Fields((await _repository.Git.RunAsync(shadow, ["ls-tree", "-r", "-z", from], cancellation).ConfigureAwait(false)).Output);
        var entries = string.Concat(listing.Where(entry => hidden.Contains(entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..])).Select(entry => entry + "\0"));
        if (entries.Length > 0)
        {
            await _repository.Git.RunAsync(shadow, ["update-index", "-z", "--index-info"], cancellation, Encoding.UTF8.GetBytes(entries), index: _index).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Gives the index the entries of <paramref name="from"/> for protected paths. Byte for byte: an agent may have chosen names that are no text.</summary>
    private async Task<IReadOnlyList<KeptPath>> KeepAsync(string from, string tree, ProtectedPaths protectedPaths, CancellationToken cancellation)
    {
        var shadow = _repository.Places.Shadow;
        var names = protectedPaths.All;
        var listing = await _repository.Git.RunAsync(shadow, ["--literal-pathspecs", "ls-tree", "-r", "-z", from, "--", .. names], cancellation).ConfigureAwait(false);
        var entries = Raw(listing.Output).ToDictionary(entry => entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..], StringComparer.Ordinal);
        if (entries.Keys.Any(path => path.StartsWith(RepositoryPlaces.TasksName + "/", StringComparison.Ordinal)))
        {
            names = [.. protectedPaths.CameAlong, .. protectedPaths.Told]; // a folder of that name is the user's affair
        }

        if (names.Count == 0)
        {
            return [];
        }

        var differing = Raw((await _repository.Git.RunAsync(
            shadow, ["--literal-pathspecs", "diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", from, tree, "--", .. names], cancellation).ConfigureAwait(false)).Output);

        // What goes, goes first: an agent may have put a folder in a file's place.
        var lines = differing.Where(path => !entries.ContainsKey(path)).Select(path => $"0 {new string('0', tree.Length)}\t{path}\0")
            .Concat(differing.Where(entries.ContainsKey).Select(path => entries[path] + "\0"));
        await _repository.Git.RunAsync(shadow, ["update-index", "-z", "--index-info"], cancellation, Encoding.Latin1.GetBytes(string.Concat(lines)), index: _index).ConfigureAwait(false);
        return [.. differing.Select(path => new KeptPath(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(path)), entries.ContainsKey(path)))];
    }

    /// <summary>NUL-separated fields, one char for each byte.</summary>
    private static string[] Raw(byte[] output) => Encoding.Latin1.GetString(output).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>git warns of line ends it will change, and of an index over packs that it does without; everything else on standard error means that something was left out.</summary>
    private static bool IsFailure(string line) =>
        line.Length > 0 && !(line.Contains("multi-pack-index", StringComparison.Ordinal) || line.Contains("LF will be replaced by", StringComparison.Ordinal) || line.Contains("CRLF will be replaced by", StringComparison.Ordinal)
            || (line.Contains(".gitattributes'", StringComparison.Ordinal) && line.Contains("symbolic links", StringComparison.Ordinal))); // a link is committed as a link, and says nothing about other files
}

/// <summary>What stands in a worktree, as a tree.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Changed">The paths in which it differs from the commit it stands on.</param>
/// <param name="Kept">The protected paths that differ in the worktree alone.</param>
/// <param name="Difference">The same difference as git tells it (<see cref="GitOutput.RawDifference"/>).</param>
internal sealed record WrittenTree(string Tree, IReadOnlyList<string> Changed, IReadOnlyList<KeptPath> Kept, string Difference)
{
    /// <summary>Whether each file of the tree stands in the worktree, as the tree has it.</summary>
    public bool IsAsItStands { get; init; }
}

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
