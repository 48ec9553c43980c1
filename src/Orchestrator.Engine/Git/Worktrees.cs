namespace Orchestrator.Engine.Git;

/// <summary>Makes, heals and removes worktrees.</summary>
public sealed class Worktrees(Repository repository)
{
    /// <summary>The folder name of the candidate's worktree; no milestone can be called so.</summary>
    public const string CandidateName = "candidate";

    private static readonly char[] Digits = [.. "0123456789"];

    private RepositoryPlaces Places => repository.Places;

    /// <summary>
    /// Makes sure that the milestone's worktree stands on its branch at <paramref name="tip"/>. A healthy one is kept
    /// as it is, edits included, unless <paramref name="renew"/>; an unhealthy one is saved first. Idempotent.
    /// </summary>
    public async Task EnsureAsync(WorkPlace place, string tip, bool renew, CancellationToken cancellation)
    {
        var folder = Places.Worktree(place.Name);
        var branch = RefNames.Branch(place.Run, place.Name);
        if (!renew && await IsHealthyAsync(folder, branch, cancellation).ConfigureAwait(false))
        {
            return;
        }

        // What concerns this milestone alone needs no lock: the conductor has one step of it under way.
        await RescueAsync(place, folder, cancellation).ConfigureAwait(false);
        await SetBranchAsync(place, branch, tip, cancellation).ConfigureAwait(false);
        await repository.Writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Drop(folder);
            await repository.Git.RunAsync(
                Places.CommonDir,
                [.. Unsynced, "worktree", "add", "-q", "--no-checkout", "--lock", "--reason", $"in use by the orchestrator, run {place.Run}", folder, branch["refs/heads/".Length..]],
                cancellation).ConfigureAwait(false);
        }
        finally
        {
            repository.Writing.Release();
        }

        await new ShadowIndex(repository, place.Run, place.Name).CheckOutAsync(folder, tip, AdminFolder(folder)!, cancellation).ConfigureAwait(false);
    }

    // A worktree is checked before use and can be made again, so that nothing in it has to be on disk at once.
    private static readonly string[] Unsynced = ["-c", "core.fsync=none"];

    private async Task SetBranchAsync(WorkPlace place, string branch, string tip, CancellationToken cancellation)
    {
        var current = await repository.CommitOfAsync(branch, cancellation).ConfigureAwait(false);
        if (current == tip)
        {
            return;
        }

        var changes = new List<(string, string?, string)> { (branch, current, tip) };
        if (current is not null && !await repository.HoldsAsync(tip, current, cancellation).ConfigureAwait(false)
            && !(await repository.RefsAsync(RefNames.Pin(place.Run, place.Name, ""), cancellation).ConfigureAwait(false)).Values.Contains(current))
        {
            changes.Add((RefNames.AgentPin(place.Run, place.Name, current), null, current)); // the agent committed by itself
        }

        await repository.UpdateRefsAsync($"orchestrator: {place.Name} begins", changes, cancellation).ConfigureAwait(false);
    }

    /// <summary>A worktree of its own for a candidate: detached, rebuilt for each. Returns its folder.</summary>
    public async Task<string> EnsureCandidateAsync(string run, string commit, CancellationToken cancellation)
    {
        var folder = Places.Worktree(CandidateName);
        await repository.Writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Drop(folder);
            await repository.Git.RunAsync(Places.CommonDir, [.. Unsynced, "worktree", "add", "-q", "--no-checkout", "--lock", "--detach", folder, commit], cancellation).ConfigureAwait(false);
        }
        finally
        {
            repository.Writing.Release();
        }

        await new ShadowIndex(repository, run, "candidates").CheckOutAsync(folder, commit, AdminFolder(folder)!, cancellation).ConfigureAwait(false);
        return folder;
    }

    /// <summary>Removes the candidate's worktree: only gates worked in it, there is nothing to save.</summary>
    public async Task RemoveCandidateAsync(CancellationToken cancellation)
    {
        await repository.Writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Drop(Places.Worktree(CandidateName));
        }
        finally
        {
            repository.Writing.Release();
        }
    }

    /// <summary>Removes a milestone's worktree; what it holds beyond its commits is saved under a rescue ref first. Returns that ref, if there was need.</summary>
    public async Task<string?> RemoveAsync(WorkPlace place, CancellationToken cancellation)
    {
        var folder = Places.Worktree(place.Name);
        var rescued = await RescueAsync(place, folder, cancellation).ConfigureAwait(false);
        await repository.Writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Drop(folder);
            return rescued;
        }
        finally
        {
            repository.Writing.Release();
        }
    }

    /// <summary>The part of the repository that belongs to a worktree; null when its <c>.git</c> does not name one.</summary>
    internal static string? AdminFolder(string worktree)
    {
        var file = Path.Combine(worktree, ".git");
        if (!File.Exists(file) || File.ReadAllText(file) is not { } text || !text.StartsWith("gitdir: ", StringComparison.Ordinal))
        {
            return null;
        }

        return text["gitdir: ".Length..].Trim();
    }

    private async Task<bool> IsHealthyAsync(string folder, string branch, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder) || AdminFolder(folder) is not { } admin || Path.GetDirectoryName(admin) != Path.Combine(Places.CommonDir, "worktrees")
            || !File.Exists(Path.Combine(admin, "index")) || !File.Exists(Path.Combine(admin, "gitdir")) || !File.Exists(Path.Combine(admin, "commondir"))
            || File.ReadAllText(Path.Combine(admin, "gitdir")).Trim() != Path.Combine(folder, ".git")
            || !File.Exists(Path.Combine(admin, "HEAD")) || File.ReadAllText(Path.Combine(admin, "HEAD")).Trim() != "ref: " + branch)
        {
            return false;
        }

        var lockFile = Path.Combine(admin, "locked");
        return (!File.Exists(lockFile) || !File.ReadAllText(lockFile).Contains("initializing", StringComparison.Ordinal))
            && await repository.CommitOfAsync(branch, cancellation).ConfigureAwait(false) is not null;
    }

    /// <summary>Whatever stands in the worktree and is not in its branch becomes a commit under a rescue ref.</summary>
    private async Task<string?> RescueAsync(WorkPlace place, string folder, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        // An agent may have deleted the branch; its files are saved all the same.
        var tip = await repository.CommitOfAsync(RefNames.Branch(place.Run, place.Name), cancellation).ConfigureAwait(false)
            ?? await repository.CommitOfAsync("HEAD", cancellation).ConfigureAwait(false);
        if (tip is null || !Directory.EnumerateFileSystemEntries(folder).Any(entry => Path.GetFileName(entry) != ".git"))
        {
            return null;
        }

        NestedRepositories.MoveAside(folder, Path.Combine(Places.Milestone(place.Run, place.Name), "quarantine"));
        var (tree, changed) = await new ShadowIndex(repository, place.Run, place.Name).WriteTreeAsync(folder, tip, [], cancellation).ConfigureAwait(false);
        if (changed.Count == 0)
        {
            return null;
        }

        var commit = (await repository.Git.RunAsync(
            Places.Shadow, ["commit-tree", tree, "-p", tip, "-m", $"Rescued from the worktree of {place.Name}, run {place.Run}"], cancellation).ConfigureAwait(false)).Text;
        await ShadowExport.ImportAsync(repository, commit, [tip], cancellation).ConfigureAwait(false);
        var taken = await repository.RefsAsync(RefNames.Rescue(place.Run, place.Name, ""), cancellation).ConfigureAwait(false);
        var name = RefNames.Rescue(place.Run, place.Name, $"{taken.Count + 1}");
        await repository.UpdateRefsAsync("orchestrator: rescue", [(name, null, commit)], cancellation).ConfigureAwait(false);
        return name;
    }

    /// <summary>
    /// Deletes the folder and the admin folders that name it, half-made ones included; git's own prune passes locked
    /// ones over. The caller holds the lock, and has saved what was to be saved.
    /// </summary>
    private void Drop(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var all = Path.Combine(Places.CommonDir, "worktrees");
        foreach (var admin in Directory.Exists(all) ? Directory.EnumerateDirectories(all) : [])
        {
            var gitdir = Path.Combine(admin, "gitdir");
            var ours = File.Exists(gitdir)
                ? File.ReadAllText(gitdir).Trim() == Path.Combine(folder, ".git")
                : Path.GetFileName(admin).TrimEnd(Digits) == Path.GetFileName(folder).TrimEnd(Digits);
            if (ours)
            {
                Directory.Delete(admin, recursive: true);
            }
        }
    }
}
