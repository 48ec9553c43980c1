using System.Diagnostics;

namespace Orchestrator.Engine.Git;

/// <summary>Makes and heals worktrees.</summary>
/// <param name="repository">The repository.</param>
/// <param name="pool">Where one may be had instead of a new one; null for none.</param>
public sealed class Worktrees(Repository repository, WorktreePool? pool = null)
{
    /// <summary>The folder name of the candidate's worktree; no milestone can be called so.</summary>
    public const string CandidateName = "candidate";

    /// <summary>The folder name of the worktree in which gates are run on what the work began at.</summary>
    public const string BeforeName = "before";

    /// <summary>Whether a worktree of that name holds nothing that is to be saved: only gates work in it, or it stands in the pool.</summary>
    public static bool HasNothingToSave(string name) => name is CandidateName or BeforeName || WorktreePool.IsMember(name);

    // A worktree is checked before use and can be made again, so that nothing in it has to be on disk at once.
    private static readonly string[] Unsynced = ["-c", "core.fsync=none"];

    private readonly Removal _removal = new(repository);

    private RepositoryPlaces Places => repository.Places;

    /// <summary>
    /// Makes sure that the milestone's worktree stands on its branch at <paramref name="tip"/>. A healthy one is kept
    /// as it is, edits included, unless <paramref name="renew"/>; what an unhealthy one holds is saved first. Idempotent.
    /// A new one holds the files of <paramref name="content"/>, where that is another tree than the tip's.
    /// </summary>
    public async Task EnsureAsync(WorkPlace place, string tip, bool renew, CancellationToken cancellation, string? content = null)
    {
        var folder = Places.Worktree(place.Name);
        var branch = RefNames.Branch(place.Run, place.Name);
        if (!renew && await IsHealthyAsync(folder, branch, cancellation).ConfigureAwait(false))
        {
            return;
        }

        // What concerns this milestone alone needs no lock: the conductor has one step of it under way.
        await _removal.WorktreeAsync(place, cancellation).ConfigureAwait(false);
        await SetBranchAsync(place, branch, tip, cancellation).ConfigureAwait(false);
        if (pool is not null && await pool.GiveAsync(place, branch, tip, content ?? tip, cancellation).ConfigureAwait(false))
        {
            return;
        }

        var start = Stopwatch.GetTimestamp();
        await AddAsync(["--reason", $"in use by the orchestrator, run {place.Run}", folder, branch["refs/heads/".Length..]], cancellation).ConfigureAwait(false);
        await ShadowIndex.Of(repository, place).CheckOutAsync(folder, content ?? tip, Places.AdminFolder(folder)!, cancellation).ConfigureAwait(false);
        pool?.Soon.Patience = Stopwatch.GetElapsedTime(start);
    }

    /// <summary>A worktree for gates alone, detached, with nothing but the files of a commit; one that stands is reset. Returns its folder.</summary>
    public async Task<string> EnsureForGatesAsync(string name, string commit, CancellationToken cancellation)
    {
        var folder = Places.Worktree(name);
        if (await ResetForGatesAsync(name, folder, commit, cancellation).ConfigureAwait(false))
        {
            return folder;
        }

        await _removal.DisposableAsync(name, cancellation).ConfigureAwait(false);
        await AddAsync(["--detach", folder, commit], cancellation).ConfigureAwait(false);
        await ShadowIndex.OfDisposable(repository, name).CheckOutAsync(folder, commit, Places.AdminFolder(folder)!, cancellation).ConfigureAwait(false);
        return folder;
    }

    private async Task<bool> ResetForGatesAsync(string name, string folder, string commit, CancellationToken cancellation)
    {
        var index = ShadowIndex.OfDisposable(repository, name);
        if (!Removal.IsFolder(folder) || Places.AdminFolder(folder) is not { } admin || !IsWhole(admin) || !index.Exists)
        {
            return false;
        }

        try
        {
            _removal.Empty(folder);
            await index.ResetAsync(folder, from: null, commit, cancellation).ConfigureAwait(false);
            WorktreeAdmin.Renew(admin, commit, commit, repository.Git.Author);
            index.GiveTo(admin);
            return true;
        }
        catch (Exception e) when (e is GitFailedException { IsPassing: false } or GitFailedException { IsRefused: true } or IOException or UnauthorizedAccessException)
        {
            return false; // whatever a gate left there that cannot be reset, a fresh one does not have
        }
    }

    private async Task AddAsync(IEnumerable<string> what, CancellationToken cancellation)
    {
        await repository.Writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await repository.Git.RunAsync(Places.CommonDir, [.. Unsynced, "worktree", "add", "-q", "--no-checkout", "--lock", .. what], cancellation).ConfigureAwait(false);
        }
        finally
        {
            repository.Writing.Release();
        }
    }

    private async Task SetBranchAsync(WorkPlace place, string branch, string tip, CancellationToken cancellation)
    {
        try
        {
            // Nearly always it is new.
            await repository.UpdateRefsAsync($"orchestrator: {place.Name} begins", [(branch, null, tip)], cancellation).ConfigureAwait(false);
        }
        catch (GitFailedException e) when (!e.IsPassing && !cancellation.IsCancellationRequested)
        {
            await MoveBranchAsync(place, branch, tip, cancellation).ConfigureAwait(false);
        }
    }

    private Task MoveBranchAsync(WorkPlace place, string branch, string tip, CancellationToken cancellation) =>
        repository.MoveRefsAsync($"orchestrator: {place.Name} begins", async () =>
        {
            var current = await repository.CommitOfAsync(branch, cancellation).ConfigureAwait(false);
            var changes = new List<(string, string?, string)>();
            if (current != tip)
            {
                changes.Add((branch, current, tip));
            }

            if (current is not null && !await repository.HoldsAsync(tip, current, cancellation).ConfigureAwait(false)
                && !(await repository.RefsAsync(RefNames.Pin(place.Run, place.Name, ""), cancellation).ConfigureAwait(false)).Values.Contains(current))
            {
                changes.Add((RefNames.AgentPin(place.Run, place.Name, current), null, current)); // the agent committed by itself
            }

            return changes;
        }, cancellation);

    private async Task<bool> IsHealthyAsync(string folder, string branch, CancellationToken cancellation)
    {
        if (!Removal.IsFolder(folder) || Places.AdminFolder(folder) is not { } admin || !IsWhole(admin) || File.ReadAllText(Path.Combine(admin, "HEAD")).Trim() != "ref: " + branch)
        {
            return false;
        }

        // A file of that name is the branch, unless somebody packed the refs: then git knows.
        var lone = new FileInfo(Path.Combine(Places.CommonDir, branch));
        return lone is { Exists: true, Length: > 40 } || await repository.CommitOfAsync(branch, cancellation).ConfigureAwait(false) is not null;
    }

    private static bool IsWhole(string admin)
    {
        var lockFile = Path.Combine(admin, "locked");
        return File.Exists(Path.Combine(admin, "index")) && File.Exists(Path.Combine(admin, "commondir")) && File.Exists(Path.Combine(admin, "HEAD"))
            && (!File.Exists(lockFile) || !File.ReadAllText(lockFile).Contains("initializing", StringComparison.Ordinal));
    }
}
