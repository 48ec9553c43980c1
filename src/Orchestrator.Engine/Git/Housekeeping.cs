using Orchestrator.Core.Plans;

namespace Orchestrator.Engine.Git;

/// <summary>Something of ours that can go.</summary>
/// <param name="Text">How to name it to the user.</param>
/// <param name="Place">The milestone's worktree, or null.</param>
/// <param name="Ref">The branch or ref, or null.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="Disposable">The name of a worktree that holds nothing to be saved, or null.</param>
public sealed record Leftover(string Text, WorkPlace? Place, string? Ref, string? Commit, string? Disposable = null);

/// <summary>
/// Finds what runs left behind. A branch is listed only when something else keeps its commits, integrated work only when
/// the user's own branch has it; whatever is listed goes through <see cref="Removal"/>, which looks again.
/// </summary>
public sealed class Housekeeping(Repository repository)
{
    private readonly Removal _removal = new(repository);

    /// <summary>What can go, worktrees first.</summary>
    public async Task<IReadOnlyList<Leftover>> ListAsync(CancellationToken cancellation)
    {
        var leftovers = Folders().ToList();
        foreach (var (name, commit) in await repository.RefsAsync(RefNames.Branches, cancellation).ConfigureAwait(false))
        {
            if (name[RefNames.Branches.Length..].Split('/').Length == 2 && await _removal.IsKeptAsync(name, commit, cancellation, byUser: name.EndsWith("/integration", StringComparison.Ordinal)).ConfigureAwait(false))
            {
                leftovers.Add(new Leftover($"branch {name["refs/heads/".Length..]}", null, name, commit));
            }
        }

        foreach (var (name, commit) in (await repository.RefsAsync("refs/orchestrator/", cancellation).ConfigureAwait(false)).Where(r => RefNames.IsCandidate(r.Key)))
        {
            if (await _removal.IsKeptAsync(name, commit, cancellation).ConfigureAwait(false))
            {
                leftovers.Add(new Leftover($"ref {name}", null, name, commit));
            }
        }

        return leftovers;
    }

    /// <summary>Removes one. Returns the rescue refs when unsaved work was kept.</summary>
    public async Task<IReadOnlyList<string>> RemoveAsync(Leftover leftover, CancellationToken cancellation)
    {
        if (leftover.Place is { } place)
        {
            await _removal.ScratchAsync(repository.Places.Temporary(place.Name), cancellation).ConfigureAwait(false);
            return await _removal.WorktreeAsync(place, cancellation).ConfigureAwait(false);
        }

        if (leftover.Ref is { } name)
        {
            return await _removal.RefAsync(name, leftover.Commit!, cancellation).ConfigureAwait(false) is { } rescue ? [rescue] : [];
        }

        await _removal.ScratchAsync(repository.Places.Temporary(leftover.Disposable!), cancellation).ConfigureAwait(false);
        await _removal.DisposableAsync(leftover.Disposable!, cancellation).ConfigureAwait(false);
        return [];
    }

    /// <summary>The worktrees, half-made ones included. A folder that is neither a milestone's nor for gates is the user's.</summary>
    private IEnumerable<Leftover> Folders()
    {
        string[] folders = Directory.Exists(repository.Places.Worktrees) ? Directory.GetDirectories(repository.Places.Worktrees) : [];
        foreach (var name in folders.Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal))
        {
            if (Worktrees.HasNothingToSave(name))
            {
                yield return new Leftover($"worktree .worktree/{name}", null, null, null, name);
            }
            else if (MilestoneId.TryParse(name, out var id))
            {
                yield return new Leftover($"worktree .worktree/{name}", new WorkPlace(RunOf(name), id), null, null);
            }
        }
    }

    /// <summary>Whose run a worktree belongs to, by its HEAD or by the reason it is locked for.</summary>
    private string RunOf(string name)
    {
        var admin = repository.Places.AdminFolder(repository.Places.Worktree(name));
        var head = Read("HEAD").Replace("ref: ", "", StringComparison.Ordinal);
        return head.StartsWith(RefNames.Branches, StringComparison.Ordinal)
            ? head[RefNames.Branches.Length..].Split('/')[0]
            : Read("locked").Split(' ') is [.., "run", var run] ? run : "unknown";

        string Read(string file) => admin is not null && File.Exists(Path.Combine(admin, file)) ? File.ReadAllText(Path.Combine(admin, file)).Trim() : "";
    }
}
