using Orchestrator.Core.Plans;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Git;

/// <summary>
/// The one door through which anything of ours goes: worktrees, branches, refs. Before something goes it is proved that
/// no process of ours is in it, and that nothing is lost with it; what would be is kept under a rescue ref first. A test
/// of the house sees to it that nobody else deletes.
/// </summary>
public sealed class Removal(Repository repository)
{
    private static readonly char[] Digits = [.. "0123456789"];

    private readonly Rescue _rescue = new(repository);

    private RepositoryPlaces Places => repository.Places;

    /// <summary>Removes a milestone's worktree. Returns the rescue refs that were needed.</summary>
    /// <exception cref="IOException">A process of ours cannot be ended.</exception>
    public async Task<IReadOnlyList<string>> WorktreeAsync(WorkPlace place, CancellationToken cancellation)
    {
        var folder = Places.Worktree(place.Name);
        Empty(folder);
        IReadOnlyList<string> kept = [];
        try
        {
            kept = await _rescue.FromWorktreeAsync(place, cancellation).ConfigureAwait(false);
            kept = IsFolder(folder) || !Path.Exists(folder) ? kept : [MoveAside(place, folder)];
        }
        catch (UncommittableException)
        {
            kept = [MoveAside(place, folder)]; // git would not take it: then it is kept as it stands
        }

        await DropAsync(folder, cancellation, RefNames.Branch(place.Run, place.Name)).ConfigureAwait(false);
        return kept;
    }

    /// <summary>Saves what a milestone's worktree holds beyond its latest commit, and ends what is left of ours in it. True when there was nothing but that commit's files.</summary>
    /// <exception cref="IOException">A process of ours cannot be ended.</exception>
    internal async Task<bool> SaveAsync(WorkPlace place, string tip, CancellationToken cancellation)
    {
        var folder = Places.Worktree(place.Name);
        Empty(folder);
        var clean = await ShadowIndex.Of(repository, place).IsExactlyAsync(folder, tip, cancellation).ConfigureAwait(false);
        await _rescue.FromWorktreeAsync(place, cancellation, butFiles: clean).ConfigureAwait(false);
        return clean;
    }

    /// <summary>Removes from a worktree in which nothing is to be saved what is in no commit.</summary>
    /// <exception cref="IOException">A name is no text.</exception>
    internal static async Task LooseAsync(string worktree, IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        foreach (var path in paths)
        {
            if (path.Contains('\uFFFD', StringComparison.Ordinal))
            {
                throw new IOException($"{path} in {worktree} has a name that is no text.");
            }

            var full = Path.Combine(worktree, path.TrimEnd('/'));
            if (IsFolder(full))
            {
                await DeleteAsync(full, cancellation).ConfigureAwait(false);
            }
            else
            {
                File.Delete(full);
            }
        }
    }

    /// <summary>Removes what work left in a worktree's part of the repository.</summary>
    internal static void Strip(string admin)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(admin).Where(entry => !WorktreeAdmin.Vital.Contains(Path.GetFileName(entry))))
        {
            if (IsFolder(entry))
            {
                Directory.Delete(entry, recursive: true);
            }
            else
            {
                File.Delete(entry);
            }
        }
    }

    /// <summary>Whether a path is a folder itself, and no link to one somewhere else.</summary>
    internal static bool IsFolder(string path) => Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null;

    /// <summary>Removes a worktree of ours in which there is nothing to save: one that only gates worked in, or one of the pool.</summary>
    public Task DisposableAsync(string name, CancellationToken cancellation)
    {
        Empty(Places.Worktree(name));
        return DropAsync(Places.Worktree(name), cancellation);
    }

    /// <summary>Removes what a former life left half done in the pool of worktrees.</summary>
    public async Task PoolAsync(CancellationToken cancellation)
    {
        var pool = Directory.Exists(Places.Worktrees) ? Directory.EnumerateDirectories(Places.Worktrees).Where(folder => WorktreePool.IsMember(Path.GetFileName(folder))) : [];
        foreach (var name in pool.Where(folder => Places.AdminFolder(folder) is null || !ShadowIndex.OfDisposable(repository, Path.GetFileName(folder)).Exists).Select(folder => Path.GetFileName(folder)).ToList())
        {
            await DisposableAsync(name, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Removes a folder in which nothing is to be kept: a temporary one of ours, or one that is filled anew in a worktree
    /// that was looked through. Links in it go, what they lead to stays.
    /// </summary>
    internal async Task ScratchAsync(string folder, CancellationToken cancellation)
    {
        if (!IsFolder(folder))
        {
            if (new FileInfo(folder) is { LinkTarget: not null } or { Exists: true })
            {
                File.Delete(folder);
            }

            return;
        }

        if (!Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
            return;
        }

        Empty(folder);
        await DeleteAsync(folder, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Gives us the right to change the folders in one of ours, which is all that removing and replacing what lies in them
    /// takes: some tools take it away from what they fetched. Files are left alone, for they may be linked to from elsewhere.
    /// </summary>
    internal static async Task OpenUpAsync(string folder, CancellationToken cancellation)
    {
        if (IsFolder(folder) && File.Exists("/usr/bin/find")) // what a link leads to is not ours
        {
            var spec = new ProcessSpec("/usr/bin/find", [folder, "-type", "d", "!", "-perm", "-u+rwx", "-exec", "/bin/chmod", "u+rwx", "--", "{}", ";"], "/", new Dictionary<string, string>());
            await ShortProcess.RunAsync(spec, null, TimeSpan.FromMinutes(5), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Removes a branch or ref, if it still stands at <paramref name="commit"/>. Returns the rescue ref when nothing else kept it.</summary>
    public async Task<string?> RefAsync(string name, string commit, CancellationToken cancellation)
    {
        string? rescue = null;
        if (!await IsKeptAsync(name, commit, cancellation).ConfigureAwait(false))
        {
            var parts = name.Split('/');
            rescue = await _rescue.KeepAsync(parts.ElementAtOrDefault(^2) ?? "unknown", parts[^1], commit, cancellation).ConfigureAwait(false);
        }

        await repository.Git.RunAsync(Places.CommonDir, ["update-ref", "-d", name, commit], cancellation).ConfigureAwait(false);
        return rescue;
    }

    /// <summary>Whether another ref keeps a commit reachable.</summary>
    /// <param name="except">The ref that is to go.</param>
    /// <param name="commit">Its commit.</param>
    /// <param name="cancellation">Ends the look.</param>
    /// <param name="byUser">Only branches and tags of the user's count.</param>
    public async Task<bool> IsKeptAsync(string except, string commit, CancellationToken cancellation, bool byUser = false)
    {
        var holding = await repository.Git.RunAsync(Places.CommonDir, ["for-each-ref", "--format=%(refname)", "--contains", commit], cancellation).ConfigureAwait(false);
        return holding.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Any(name => name != except && !(byUser && RefNames.IsOurs(name)));
    }

    private string MoveAside(WorkPlace place, string folder)
    {
        var kept = Path.Combine(Places.Milestone(place.Run, place.Name), "kept");
        Directory.CreateDirectory(kept);
        var target = Path.Combine(kept, "1");
        for (var i = 2; Path.Exists(target); i++)
        {
            target = Path.Combine(kept, i.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        Directory.Move(folder, target); // a link or a file in a worktree's place likewise
        return target;
    }

    private static bool IsEmpty(string worktree) => !Directory.Exists(worktree) || Directory.EnumerateFileSystemEntries(worktree).All(entry => Path.GetFileName(entry) == ".git");

    /// <summary>Ends what is left of ours in a folder: an agent's own children may have outlived it there.</summary>
    internal void Empty(string folder)
    {
        if (Path.Exists(folder) && ProcessSweep.KillIn(folder, LongProcess.RepositoryMarker, Places.CommonDir) is { Count: > 0 } left)
        {
            throw new IOException($"Process {left[0]} of ours cannot be ended and works in {folder}.");
        }
    }

    /// <summary>
    /// Deletes the folder and the admin folders that name it, half-made ones included; git's own prune passes locked
    /// ones over.
    /// </summary>
    private async Task DropAsync(string folder, CancellationToken cancellation, string? branch = null)
    {
        await repository.Writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await DeleteAsync(folder, cancellation).ConfigureAwait(false);

            foreach (var admin in AdminFoldersOf(folder, branch))
            {
                Directory.Delete(admin, recursive: true);
            }
        }
        finally
        {
            repository.Writing.Release();
        }
    }

    /// <summary>Drops what git had only begun to make when a former life ended: it disturbs the making of others. Only where no file stands in it.</summary>
    public async Task HalfMadeAsync(CancellationToken cancellation)
    {
        foreach (var (admin, named) in Places.AdminFolders())
        {
            var name = Path.GetFileName(admin).TrimEnd(Digits);
            var ours = Worktrees.HasNothingToSave(name) || MilestoneId.TryParse(name, out _);
            var half = named.Length == 0 || !File.Exists(Path.Combine(admin, "commondir")) || new FileInfo(Path.Combine(admin, "commondir")).Length == 0 || !File.Exists(Path.Combine(admin, "HEAD"));
            if (ours && half && IsEmpty(Places.Worktree(name)) && Path.Combine(Places.Worktree(name), ".git").StartsWith(named, StringComparison.Ordinal))
            {
                await DropAsync(Places.Worktree(name), cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async Task DeleteAsync(string folder, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && File.Exists("/bin/rm"))
        {
            // Folders that may not be written to or entered; and names that are no text, which the framework cannot follow and a program that takes bytes can.
            await OpenUpAsync(folder, cancellation).ConfigureAwait(false);
            var spec = new ProcessSpec("/bin/rm", ["-rf", "--", folder], "/", new Dictionary<string, string>());
            var end = await ShortProcess.RunAsync(spec, null, TimeSpan.FromMinutes(5), cancellation).ConfigureAwait(false);
            if (end.ExitCode != 0)
            {
                throw new IOException($"{folder} cannot be removed: {end.Errors.Trim()}", e);
            }
        }
    }

    private List<string> AdminFoldersOf(string folder, string? branch)
    {
        return [.. Places.AdminFolders().Where(admin => Names(admin.Folder, admin.Named)).Select(admin => admin.Folder)];

        static bool Has(string admin, string branch) => Path.Combine(admin, "HEAD") is var head && File.Exists(head) && File.ReadAllText(head).Trim() == "ref: " + branch;

        bool Names(string admin, string named)
        {
            var ours = Path.Combine(folder, ".git");
            return named == ours
                || (branch is not null && Has(admin, branch)) // an agent moved it away; its files stay where they are
                || (Path.GetDirectoryName(named) is { } at && Path.GetDirectoryName(at) == Places.Worktrees && WorktreePool.IsMember(Path.GetFileName(at)) && !Path.Exists(at)) // it was on its way to the pool
                || (ours.StartsWith(named, StringComparison.Ordinal) && Path.GetFileName(admin).TrimEnd(Digits) == Path.GetFileName(folder).TrimEnd(Digits)); // git had only begun to make it
        }
    }
}
