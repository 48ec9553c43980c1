using Orchestrator.Core.Plans;

namespace Orchestrator.Engine.Git;

/// <summary>Something of ours that can go.</summary>
/// <param name="Text">How to name it to the user.</param>
/// <param name="Place">The milestone's worktree, or null for a branch.</param>
/// <param name="Ref">The branch, or null for a worktree; with neither it is the candidate's worktree.</param>
/// <param name="Commit">Its commit.</param>
public sealed record Leftover(string Text, WorkPlace? Place, string? Ref, string? Commit);

/// <summary>
/// Finds and removes what runs left behind. A branch goes only when the user's branch or a pin keeps its commits; the
/// pin of a candidate does not count, because the next candidate takes its name.
/// </summary>
public sealed class Housekeeping(Repository repository)
{
    /// <summary>What can go, worktrees first.</summary>
    public async Task<IReadOnlyList<Leftover>> ListAsync(CancellationToken cancellation)
    {
        var branches = await repository.RefsAsync(RefNames.Branches, cancellation).ConfigureAwait(false);
        var pins = await repository.RefsAsync("refs/orchestrator/", cancellation).ConfigureAwait(false);
        var target = repository.CheckedOut is { } name ? await repository.CommitOfAsync(name, cancellation).ConfigureAwait(false) : null;
        var leftovers = new List<Leftover>();
        foreach (var (branch, commit) in branches)
        {
            var parts = branch[RefNames.Branches.Length..].Split('/');
            if (parts.Length != 2)
            {
                continue;
            }

            if (MilestoneId.TryParse(parts[1], out var id))
            {
                var place = new WorkPlace(parts[0], id);
                if (Directory.Exists(repository.Places.Worktree(place.Name)) && HeadOf(place) == branch)
                {
                    leftovers.Insert(0, new Leftover($"worktree .worktree/{place.Name}", place, null, null));
                }
            }

            var kept = pins.Any(pin => pin.Value == commit && !pin.Key.EndsWith("/candidate", StringComparison.Ordinal)) || (target is not null && await repository.HoldsAsync(target, commit, cancellation).ConfigureAwait(false));
            if (kept)
            {
                leftovers.Add(new Leftover($"branch {branch["refs/heads/".Length..]}", null, branch, commit));
            }
        }

        if (Directory.Exists(repository.Places.Worktree(Worktrees.CandidateName)))
        {
            leftovers.Insert(0, new Leftover($"worktree .worktree/{Worktrees.CandidateName}", null, null, null));
        }

        return leftovers;
    }

    /// <summary>Removes one. Returns the rescue ref when unsaved work was kept.</summary>
    public async Task<string?> RemoveAsync(Leftover leftover, CancellationToken cancellation)
    {
        if (leftover.Place is { } place)
        {
            return await new Worktrees(repository).RemoveAsync(place, cancellation).ConfigureAwait(false);
        }

        if (leftover.Ref is null)
        {
            await new Worktrees(repository).RemoveCandidateAsync(cancellation).ConfigureAwait(false);
            return null;
        }

        await repository.Git.RunAsync(repository.Places.CommonDir, ["update-ref", "-d", leftover.Ref, leftover.Commit!], cancellation).ConfigureAwait(false);
        return null;
    }

    private string? HeadOf(WorkPlace place)
    {
        var head = Worktrees.AdminFolder(repository.Places.Worktree(place.Name)) is { } admin ? Path.Combine(admin, "HEAD") : null;
        return head is not null && File.Exists(head) ? File.ReadAllText(head).Trim().Replace("ref: ", "", StringComparison.Ordinal) : null;
    }
}
