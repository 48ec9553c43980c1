using System.Collections.Concurrent;
using System.Globalization;

namespace Orchestrator.Engine.Git;

/// <summary>
/// The worktrees of milestones that need theirs no more, for those that come next: reset by what differs and given
/// another name, so that beginning a milestone costs what changed and not what the repository holds. What stands in the
/// pool is saved; it may go at any moment.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="run">The run.</param>
public sealed class WorktreePool(Repository repository, string run)
{
    /// <summary>What the folders of the pool are called, a number after it; no milestone can be called so.</summary>
    public const string Prefix = "pool-";

    /// <summary>A worktree in the pool.</summary>
    /// <param name="Name">Its folder's.</param>
    /// <param name="Commit">What it holds, when it holds nothing else; null when that has to be looked at.</param>
    private sealed record Member(string Name, string? Commit);

    private readonly ConcurrentQueue<Member> _free = new();
    private readonly Removal _removal = new(repository);
    private int _number;

    /// <summary>Whether a folder of that name stands in a pool.</summary>
    public static bool IsMember(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length && name.AsSpan(Prefix.Length).ContainsAnyExceptInRange('0', '9') is false;

    private RepositoryPlaces Places => repository.Places;

    /// <summary>Takes a milestone's worktree in; what is in no commit is saved first. One that is not as it should be is left where it is.</summary>
    /// <param name="place">Whose it was.</param>
    /// <param name="tip">The milestone's latest commit.</param>
    /// <param name="cancellation">Stops in between; the folder stands under the one name or the other.</param>
    public async Task TakeInAsync(WorkPlace place, string tip, CancellationToken cancellation)
    {
        var folder = Places.Worktree(place.Name);
        if (!Removal.IsFolder(folder) || Places.AdminFolder(folder) is not { } admin)
        {
            return;
        }

        var index = new ShadowIndex(repository, place.Run, place.Name);
        var clean = await _removal.SaveAsync(place, tip, cancellation).ConfigureAwait(false);
        Reset(admin, tip, tip);
        var name = Prefix + Interlocked.Increment(ref _number).ToString(CultureInfo.InvariantCulture);
        await MoveAsync(folder, admin, name, cancellation).ConfigureAwait(false);
        index.MoveTo(new ShadowIndex(repository, run, name));
        _free.Enqueue(new Member(name, clean ? tip : null));
    }

    /// <summary>Gives a worktree of the pool to a milestone, on its branch and with the files of a commit or tree. False when there is none.</summary>
    public async Task<bool> GiveAsync(WorkPlace place, string branch, string tip, string content, CancellationToken cancellation)
    {
        while (_free.TryDequeue(out var member))
        {
            try
            {
                if (Places.AdminFolder(Places.Worktree(member.Name)) is { } admin)
                {
                    await HandOverAsync(member, admin, place, branch, tip, content, cancellation).ConfigureAwait(false);
                    return true;
                }
            }
            catch (Exception e) when (e is GitFailedException { IsPassing: false } or IOException or UnauthorizedAccessException)
            {
                // Whatever an agent left there that cannot be reset, a fresh one does not have.
            }

            await _removal.DisposableAsync(member.Name, cancellation).ConfigureAwait(false);
        }

        return false;
    }

    /// <summary>Removes what stands in the pool.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        while (_free.TryDequeue(out var member))
        {
            await _removal.DisposableAsync(member.Name, cancellation).ConfigureAwait(false);
        }
    }

    private async Task HandOverAsync(Member member, string admin, WorkPlace place, string branch, string tip, string content, CancellationToken cancellation)
    {
        var folder = Places.Worktree(member.Name);
        var index = new ShadowIndex(repository, run, member.Name);
        await index.ResetAsync(folder, member.Commit, content, cancellation).ConfigureAwait(false);
        Reset(admin, $"ref: {branch}", tip);
        index.GiveTo(admin);
        index.MoveTo(new ShadowIndex(repository, place.Run, place.Name));
        await MoveAsync(folder, admin, place.Name, cancellation).ConfigureAwait(false);
    }

    private void Reset(string admin, string head, string commit)
    {
        Removal.Strip(admin);
        WorktreeAdmin.SetHead(admin, head, commit, repository.Git.Author, TimeProvider.System.GetUtcNow());
    }

    /// <summary>
    /// First the repository's part, which names the folder, then the folder: half done, the two do not name each other,
    /// and the folder counts for broken, which is saved and made anew.
    /// </summary>
    private async Task MoveAsync(string folder, string admin, string name, CancellationToken cancellation)
    {
        await repository.Writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var target = Places.Worktree(name);
            WorktreeAdmin.SetFolder(admin, target);
            Directory.Move(folder, target);
        }
        finally
        {
            repository.Writing.Release();
        }
    }
}
