using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Engine.Git;

/// <summary>
/// The worktrees of milestones that need theirs no more, for those that come next: reset by what differs and given
/// another name, so that beginning a milestone costs what changed and not what the repository holds. They stay for the
/// next run. Whatever stands in the pool is saved; it may go at any moment.
/// </summary>
/// <param name="repository">The repository.</param>
public sealed class WorktreePool(Repository repository)
{
    private const string Prefix = "pool-";

    /// <summary>A worktree in the pool.</summary>
    /// <param name="Name">Its folder's.</param>
    /// <param name="Commit">The commit whose files it was given last, or that was made of it; null when it stood there before this start.</param>
    /// <param name="Exact">Whether it holds that commit's files and nothing else.</param>
    private sealed record Member(string Name, string? Commit, bool Exact);

    private readonly Lock _lock = new();
    private readonly List<Member> _free = [.. Standing(repository.Places)];
    private readonly ConcurrentDictionary<string, bool> _names = new();
    private readonly Removal _removal = new(repository);

    /// <summary>Those that are likely to come in next.</summary>
    public SoonFree Soon { get; } = new();

    private RepositoryPlaces Places => repository.Places;

    /// <summary>Whether a folder of that name stands in a pool; no milestone can be called so.</summary>
    public static bool IsMember(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length && !name.AsSpan(Prefix.Length).ContainsAnyExceptInRange('0', '9');

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

        var exact = await _removal.SaveAsync(place, tip, cancellation).ConfigureAwait(false);
        WorktreeAdmin.Renew(admin, tip, tip, repository.Git.Author);
        var name = TakeName();
        try
        {
            ShadowIndex.Of(repository, place).MoveTo(ShadowIndex.OfDisposable(repository, name));
            await MoveAsync(folder, admin, name, cancellation).ConfigureAwait(false);
            Free(new Member(name, tip, exact));
        }
        finally
        {
            _names.TryRemove(name, out _);
        }
    }

    /// <summary>Gives a worktree of the pool to a milestone, on its branch and with the files of a commit or tree. False when there is none, nor soon.</summary>
    public async Task<bool> GiveAsync(WorkPlace place, string branch, string tip, string content, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (await Soon.TakeAsync(place.Milestone, start, () => Take(content), cancellation).ConfigureAwait(false) is { } member)
        {
            try
            {
                if (Places.AdminFolder(Places.Worktree(member.Name)) is { } admin)
                {
                    await HandOverAsync(member, admin, place, branch, tip, content, cancellation).ConfigureAwait(false);
                    return true;
                }
            }
            catch (GitFailedException e) when (e is { IsPassing: true, IsRefused: false })
            {
                Free(member with { Exact = false }); // a full disk, say: a fresh one would not fare better
                throw;
            }
            catch (Exception e) when (e is GitFailedException or IOException or UnauthorizedAccessException)
            {
                // Whatever an agent left there that cannot be reset, a fresh one does not have.
            }

            await _removal.DisposableAsync(member.Name, cancellation).ConfigureAwait(false);
        }

        return false;
    }

    /// <summary>
    /// Gives some of those that stand free the files of a commit on which the next milestones are likely to begin, so that
    /// beginning there has nothing left to write. What fails half way is looked through before it is given.
    /// </summary>
    /// <param name="commit">The commit.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellation">Stops in between.</param>
    public async Task TurnAsync(string commit, int most, CancellationToken cancellation)
    {
        for (var left = most; left > 0 && TakeOther(commit) is { Commit: { } from } member; left--)
        {
            var turned = member with { Exact = false };
            try
            {
                await ShadowIndex.OfDisposable(repository, member.Name).ResetAsync(Places.Worktree(member.Name), from, commit, cancellation).ConfigureAwait(false);
                turned = member with { Commit = commit };
            }
            finally
            {
                Free(turned);
            }
        }
    }

    /// <summary>At the end: of what was built in them nothing stays but the files of their commits.</summary>
    public async Task TidyAsync(CancellationToken cancellation)
    {
        foreach (var member in _free.Where(m => m is { Exact: false, Commit: not null }).ToList())
        {
            await ShadowIndex.OfDisposable(repository, member.Name).ResetAsync(Places.Worktree(member.Name), from: null, member.Commit!, cancellation).ConfigureAwait(false);
        }
    }

    private void Free(Member member)
    {
        lock (_lock)
        {
            _free.Add(member);
        }

        Soon.Came();
    }

    /// <summary>The one that has least to be done to hold those files: one that holds them, one of which it is known what it holds, any; null when there is none.</summary>
    private Member? Take(string content) => Take(member => member switch
    {
        { Exact: true } when member.Commit == content => 3,
        { Exact: true, Commit: not null } => 2,
        _ => 1,
    });

    /// <summary>One that holds exactly the files of another commit; null when there is none.</summary>
    private Member? TakeOther(string commit) => Take(member => member is { Exact: true, Commit: { } held } && held != commit ? 1 : 0);

    private Member? Take(Func<Member, int> worth)
    {
        lock (_lock)
        {
            if (_free.MaxBy(worth) is not { } best || worth(best) == 0)
            {
                return null;
            }

            _free.Remove(best);
            return best;
        }
    }

    private static IEnumerable<Member> Standing(RepositoryPlaces places) => Directory.Exists(places.Worktrees)
        ? Directory.EnumerateDirectories(places.Worktrees).Select(folder => Path.GetFileName(folder)).Where(IsMember).Order(StringComparer.Ordinal).Select(name => new Member(name, null, false))
        : [];

    private async Task HandOverAsync(Member member, string admin, WorkPlace place, string branch, string tip, string content, CancellationToken cancellation)
    {
        var folder = Places.Worktree(member.Name);
        var index = ShadowIndex.OfDisposable(repository, member.Name);
        if (member.Commit is null)
        {
            _removal.Empty(folder); // who knows what went on in it before this start
        }

        await index.ResetAsync(folder, member.Exact ? member.Commit : null, content, cancellation).ConfigureAwait(false);
        WorktreeAdmin.Renew(admin, $"ref: {branch}", tip, repository.Git.Author);
        index.GiveTo(admin);
        index.MoveTo(ShadowIndex.Of(repository, place));
        await MoveAsync(folder, admin, place.Name, cancellation).ConfigureAwait(false);
    }

    /// <summary>A name that no folder has and that nobody else is about to give.</summary>
    private string TakeName()
    {
        for (var i = 1; ; i++)
        {
            var name = Prefix + i.ToString(CultureInfo.InvariantCulture);
            if (_names.TryAdd(name, true))
            {
                if (!Path.Exists(Places.Worktree(name)))
                {
                    return name;
                }

                _names.TryRemove(name, out _);
            }
        }
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
            try
            {
                Directory.Move(folder, target);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                WorktreeAdmin.SetFolder(admin, folder); // it stays where it is, and whole
                throw;
            }
        }
        finally
        {
            repository.Writing.Release();
        }
    }
}
