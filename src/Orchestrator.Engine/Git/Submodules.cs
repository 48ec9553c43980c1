using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Git;

/// <summary>
/// Fills the submodules of a worktree with the files of their commits, out of what the user's own
/// <c>git submodule update</c> brought into the repository; nothing is fetched. They are files alone, without a repository:
/// what is changed in them is no part of the milestone's commit, and is kept aside before the worktree goes.
/// </summary>
public sealed class Submodules(Repository repository)
{
    private const int Deepest = 8;
    private const string Filled = ".index";
    private const string LeftEmpty = ".empty";

    private readonly Removal _removal = new(repository);

    private RepositoryPlaces Places => repository.Places;

    /// <summary>Fills them, as the worktree's index has them. Returns those that are left empty.</summary>
    /// <param name="run">The run.</param>
    /// <param name="name">The name of the worktree, in which nobody is at work.</param>
    /// <param name="cancellation">Stops in between; a second call fills the rest.</param>
    public async Task<IReadOnlyList<string>> FillAsync(string run, string name, CancellationToken cancellation)
    {
        var worktree = Places.Worktree(name);
        var records = Records(run, name);
        if (Directory.Exists(records))
        {
            Directory.EnumerateFiles(records).ToList().ForEach(System.IO.File.Delete);
        }

        if (!System.IO.File.Exists(Path.Combine(worktree, ".gitmodules")))
        {
            return [];
        }

        Directory.CreateDirectory(records);
        var listing = await repository.Git.RunAsync(Places.Shadow, ["ls-files", "-s", "-z"], cancellation, index: Places.Index(run, name)).ConfigureAwait(false);
        var entries = GitOutput.Fields(listing.Output).Select(line => Entry(line, 1)).ToList();
        var empty = new List<string>();
        await FillAsync(new Level(worktree, records, "", Places.CommonDir, null, 0), entries, empty, cancellation).ConfigureAwait(false);
        return empty;
    }

    /// <summary>Moves aside what was changed in them, and the repositories that somebody made of them. Returns where it is.</summary>
    public async Task<IReadOnlyList<string>> KeepAsync(WorkPlace place, CancellationToken cancellation)
    {
        var kept = new List<string>();
        var records = Records(place.Run, place.Name);
        var worktree = Places.Worktree(place.Name);
        foreach (var path in await ChangedAsync(place, cancellation).ConfigureAwait(false))
        {
            if (Directory.Exists(Path.Combine(worktree, path)))
            {
                kept.Add(MoveAside(place, Path.Combine(worktree, path), path));
            }
        }

        if (Directory.Exists(records) && Places.AdminFolder(worktree) is { } admin && Path.Combine(admin, "modules") is var own && Removal.IsFolder(own))
        {
            kept.Add(MoveAside(place, own, "modules.git"));
        }

        return kept;
    }

    /// <summary>The submodules in which something was changed that git does not ignore.</summary>
    public async Task<IReadOnlyList<string>> ChangedAsync(WorkPlace place, CancellationToken cancellation)
    {
        var records = Records(place.Run, place.Name);
        var changed = new List<string>();
        foreach (var record in Directory.Exists(records) ? Directory.EnumerateFiles(records).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            var path = Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(record));
            var folder = Path.Combine(Places.Worktree(place.Name), path);
            if (!Removal.IsFolder(folder) || !PlainFile.MayStand(Places.Worktree(place.Name), path) || !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                continue;
            }

            if (record.EndsWith(LeftEmpty, StringComparison.Ordinal) || await DiffersAsync(folder, record, cancellation).ConfigureAwait(false))
            {
                changed.Add(path);
            }
        }

        return changed;
    }

    private async Task<bool> DiffersAsync(string folder, string index, CancellationToken cancellation) =>
        (await repository.Git.RunAsync(Places.Shadow, ["ls-files", "-z", "-m", "-d", "-o", "--exclude-standard"], cancellation, workTree: folder, index: index).ConfigureAwait(false)).Output.Length > 0;

    private async Task FillAsync(Level level, IReadOnlyList<GitEntry> entries, List<string> empty, CancellationToken cancellation)
    {
        var links = entries.Where(e => e.Mode == "160000").ToList();
        var stores = links.Count == 0 ? [] : await StoresAsync(level, entries, cancellation).ConfigureAwait(false);
        foreach (var link in links)
        {
            var path = level.Path + link.Path;
            if (level.Depth == Deepest || Uri.EscapeDataString(path).Length > 200 || !PlainFile.MayStand(level.Worktree, path)
                || !stores.TryGetValue(link.Path, out var store) || !await FillAsync(level, path, link.Object, store, cancellation).ConfigureAwait(false))
            {
                await System.IO.File.WriteAllBytesAsync(level.Record(path, LeftEmpty), [], cancellation).ConfigureAwait(false);
                empty.Add(path);
                continue;
            }

            var listing = await RunAsync(store, ["ls-tree", "-r", "-z", link.Object], cancellation).ConfigureAwait(false);
            await FillAsync(level with { Path = path + "/", Modules = store, Objects = store, Depth = level.Depth + 1 }, [.. GitOutput.Fields(listing.Output).Select(line => Entry(line, 2))], empty, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<bool> FillAsync(Level level, string path, string commit, string store, CancellationToken cancellation)
    {
        var folder = Path.Combine(level.Worktree, path);
        if (!(await RunAsync(store, ["cat-file", "-e", commit + "^{tree}"], cancellation).ConfigureAwait(false)).Succeeded)
        {
            return false;
        }

        if (Path.Exists(folder) && (!Directory.Exists(folder) || Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            await _removal.ScratchAsync(folder, cancellation).ConfigureAwait(false);
        }

        Directory.CreateDirectory(folder);
        var index = level.Record(path, Filled);
        if ((await RunAsync(store, ["read-tree", "-m", "-u", commit], cancellation, folder, index).ConfigureAwait(false)).Succeeded)
        {
            return true;
        }

        // A large file that is not here, for one. Half of a submodule misleads more than none of it.
        System.IO.File.Delete(index);
        await _removal.ScratchAsync(folder, cancellation).ConfigureAwait(false);
        Directory.CreateDirectory(folder);
        return false;
    }

    /// <summary>Where the repositories of submodules lie, by the paths of these. The names come from a commit: one that leads elsewhere names none.</summary>
    private async Task<Dictionary<string, string>> StoresAsync(Level level, IReadOnlyList<GitEntry> entries, CancellationToken cancellation)
    {
        var stores = new Dictionary<string, string>(StringComparer.Ordinal);
        if (entries.FirstOrDefault(e => e.Path == ".gitmodules" && e.Mode.StartsWith("100", StringComparison.Ordinal)) is not { } file)
        {
            return stores;
        }

        var end = await RunAsync(level.Objects, ["config", "--blob", file.Object, "--list", "-z"], cancellation).ConfigureAwait(false);
        foreach (var pair in end.Succeeded ? GitOutput.Fields(end.Output) : [])
        {
            var (key, value) = (pair.Split('\n')[0], pair.Contains('\n', StringComparison.Ordinal) ? pair[(pair.IndexOf('\n', StringComparison.Ordinal) + 1)..] : "");
            if (!key.StartsWith("submodule.", StringComparison.Ordinal) || !key.EndsWith(".path", StringComparison.Ordinal) || key.Length <= "submodule..path".Length)
            {
                continue;
            }

            var all = Path.Combine(level.Modules, "modules");
            var store = Path.Combine(all, key["submodule.".Length..^".path".Length]);
            if (Directory.Exists(Path.Combine(store, "objects")) && Posix.RealPath(all) is { } real && Posix.RealPath(Path.Combine(store, "objects")) is { } found && found.StartsWith(real + "/", StringComparison.Ordinal))
            {
                stores[value] = store;
            }
        }

        return stores;
    }

    /// <summary>A call that sees the objects of a submodule's repository, and nothing else of it.</summary>
    private Task<GitEnd> RunAsync(string? store, IEnumerable<string> arguments, CancellationToken cancellation, string? workTree = null, string? index = null) => repository.Git.TryAsync(
        Places.Shadow, arguments, cancellation, workTree: workTree, index: index,
        objects: store is null ? null : (Path.Combine(Places.Shadow, "objects"), Path.Combine(store, "objects")));

    private string Records(string run, string name) => Path.Combine(Places.Milestone(run, name), "submodules");

    private string MoveAside(WorkPlace place, string folder, string path)
    {
        var kept = Path.Combine(Places.Milestone(place.Run, place.Name), "kept");
        Directory.CreateDirectory(kept);
        var target = Path.Combine(kept, path.Replace('/', '_'));
        while (Path.Exists(target))
        {
            target += "_";
        }

        Directory.Move(folder, target);
        return target;
    }

    /// <summary><c>MODE …OBJECT…TAB PATH</c>, of ls-files and of ls-tree.</summary>
    private static GitEntry Entry(string line, int word)
    {
        var tab = line.IndexOf('\t', StringComparison.Ordinal);
        var words = line[..tab].Split(' ');
        return new GitEntry(words[0], words[word], line[(tab + 1)..]);
    }

    private sealed record GitEntry(string Mode, string Object, string Path);

    /// <summary>A repository whose submodules are filled: the worktree itself, or one of its submodules.</summary>
    /// <param name="Worktree">The worktree.</param>
    /// <param name="Folder">Where is recorded what was filled.</param>
    /// <param name="Path">Where it lies in the worktree, with a slash; empty for the worktree itself.</param>
    /// <param name="Modules">The folder whose <c>modules</c> hold its submodules' repositories.</param>
    /// <param name="Objects">The repository with its objects; null for the user's.</param>
    /// <param name="Depth">How many lie around it.</param>
    private sealed record Level(string Worktree, string Folder, string Path, string Modules, string? Objects, int Depth)
    {
        public string Record(string path, string kind) => System.IO.Path.Combine(Folder, Uri.EscapeDataString(path) + kind);
    }
}
