namespace Orchestrator.Engine.Git;

/// <summary>Makes, heals and removes worktrees.</summary>
public sealed class Worktrees(Repository repository)
{
    private RepositoryPlaces Places => repository.Places;

    /// <summary>
    /// Makes sure that the milestone's worktree stands on its branch at <paramref name="tip"/>. A healthy one is kept
    /// as it is, edits included, unless <paramref name="renew"/>; an unhealthy one is saved first. Idempotent.
    /// </summary>
    public async Task EnsureAsync(WorkPlace place, string tip, bool renew, CancellationToken cancellation)
    {
        var folder = Places.Worktree(place.Name);
        var branch = RefNames.Branch(place.Run, place.Name);
        await repository.Writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!renew && await IsHealthyAsync(folder, branch, cancellation).ConfigureAwait(false))
            {
                return;
            }

            await RemoveUnderLockAsync(place, cancellation).ConfigureAwait(false);
            var current = await repository.CommitOfAsync(branch, cancellation).ConfigureAwait(false);
            if (current != tip)
            {
                var changes = new List<(string, string?, string)> { (branch, current, tip) };
                if (current is not null && !await repository.HoldsAsync(tip, current, cancellation).ConfigureAwait(false)
                    && !(await repository.RefsAsync(RefNames.Pin(place.Run, place.Name, ""), cancellation).ConfigureAwait(false)).Values.Contains(current))
                {
                    changes.Add((RefNames.Pin(place.Run, place.Name, $"agent-{current[..12]}"), null, current)); // the agent committed by itself
                }

                await repository.UpdateRefsAsync($"orchestrator: {place.Name} begins", changes, cancellation).ConfigureAwait(false);
            }

            await repository.Git.RunAsync(
                Places.CommonDir, ["worktree", "add", "-q", "--lock", "--reason", $"in use by the orchestrator, run {place.Run}", folder, branch["refs/heads/".Length..]], cancellation).ConfigureAwait(false);
            new ShadowIndex(repository, place.Run, place.Name).Adopt(AdminFolder(folder)!);
        }
        finally
        {
            repository.Writing.Release();
        }
    }

    /// <summary>A worktree of its own for a candidate: detached, rebuilt for each. Returns its folder.</summary>
    public async Task<string> EnsureCandidateAsync(string commit, CancellationToken cancellation)
    {
        var folder = Places.Worktree("candidate");
        await repository.Writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await DropAsync(folder, cancellation).ConfigureAwait(false);
            await repository.Git.RunAsync(Places.CommonDir, ["worktree", "add", "-q", "--lock", "--detach", folder, commit], cancellation).ConfigureAwait(false);
            return folder;
        }
        finally
        {
            repository.Writing.Release();
        }
    }

    /// <summary>Removes the candidate's worktree: only gates worked in it, there is nothing to save.</summary>
    public async Task RemoveCandidateAsync(CancellationToken cancellation)
    {
        await repository.Writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await DropAsync(Places.Worktree("candidate"), cancellation).ConfigureAwait(false);
        }
        finally
        {
            repository.Writing.Release();
        }
    }

    /// <summary>Removes a milestone's worktree; what it holds beyond its commits is saved under a rescue ref first. Returns that ref, if there was need.</summary>
    public async Task<string?> RemoveAsync(WorkPlace place, CancellationToken cancellation)
    {
        await repository.Writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await RemoveUnderLockAsync(place, cancellation).ConfigureAwait(false);
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

    private async Task<string?> RemoveUnderLockAsync(WorkPlace place, CancellationToken cancellation)
    {
        var folder = Places.Worktree(place.Name);
        if (!Directory.Exists(folder))
        {
            await PruneAsync(folder, cancellation).ConfigureAwait(false);
            return null;
        }

        var rescued = await RescueAsync(place, folder, cancellation).ConfigureAwait(false);
        await DropAsync(folder, cancellation).ConfigureAwait(false);
        return rescued;
    }

    /// <summary>Whatever stands in the worktree and is not in its branch becomes a commit under a rescue ref.</summary>
    private async Task<string?> RescueAsync(WorkPlace place, string folder, CancellationToken cancellation)
    {
        // An agent may have deleted the branch; its files are saved all the same.
        var tip = await repository.CommitOfAsync(RefNames.Branch(place.Run, place.Name), cancellation).ConfigureAwait(false)
            ?? await repository.CommitOfAsync("HEAD", cancellation).ConfigureAwait(false);
        if (tip is null || !Directory.EnumerateFileSystemEntries(folder).Any(entry => Path.GetFileName(entry) != ".git"))
        {
            return null;
        }

        NestedRepositories.MoveAside(folder, Path.Combine(Places.Milestone(place.Run, place.Name), "quarantine"));
        var tree = await new ShadowIndex(repository, place.Run, place.Name).WriteTreeAsync(folder, tip, [], cancellation).ConfigureAwait(false);
        var known = await repository.Git.RunAsync(Places.CommonDir, ["rev-parse", tip + "^{tree}"], cancellation).ConfigureAwait(false);
        if (tree == known.Text)
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

    private async Task DropAsync(string folder, CancellationToken cancellation)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        await PruneAsync(folder, cancellation).ConfigureAwait(false);
    }

    /// <summary>Removes the admin folders that name <paramref name="folder"/>, half-made ones included; git's own prune passes locked ones over.</summary>
    private Task PruneAsync(string folder, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var all = Path.Combine(Places.CommonDir, "worktrees");
        if (!Directory.Exists(all))
        {
            return Task.CompletedTask;
        }

        foreach (var admin in Directory.EnumerateDirectories(all))
        {
            var gitdir = Path.Combine(admin, "gitdir");
            var ours = File.Exists(gitdir)
                ? File.ReadAllText(gitdir).Trim() == Path.Combine(folder, ".git")
                : Path.GetFileName(admin).TrimEnd("0123456789".ToCharArray()) == Path.GetFileName(folder).TrimEnd("0123456789".ToCharArray());
            if (ours)
            {
                Directory.Delete(admin, recursive: true);
            }
        }

        return Task.CompletedTask;
    }
}
