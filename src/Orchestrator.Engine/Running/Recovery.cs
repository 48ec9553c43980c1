using Orchestrator.Engine.Git;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Running;

/// <summary>
/// What is done at every start, under the lease, before anything else: end what a former life left running, clear
/// what it left locked or half made, take back what it had half done to the user's checkout. Looks at the world, and
/// does nothing the second time. The user's own locks are never touched.
/// </summary>
public sealed class Recovery(Repository repository)
{
    private static readonly TimeSpan GitMayEnd = TimeSpan.FromSeconds(10);

    private readonly List<string> _done = [];

    private RepositoryPlaces Places => repository.Places;

    /// <summary>A name for the repository that its processes bear.</summary>
    public static string NameOf(RepositoryPlaces places) => places.CommonDir;

    /// <summary>Clears up. Returns what was done, for the log.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellation)
    {
        var killed = ProcessSweep.KillAll(LongProcess.RepositoryMarker, NameOf(Places));
        Note(killed > 0, $"ended {killed} processes that an earlier start left behind");
        await OutliveGitAsync(cancellation).ConfigureAwait(false);
        var moved = MovedRepository.Mend(Places);
        Note(moved.Count > 0, $"the repository was moved: {string.Join(", ", moved)} know now where they are");
        ClearLocks();
        PackHold.ReleaseLeftOver(Places);
        Note(repository.Packs.Mend(), "removed an index over packs that an earlier start left half done");
        await new Removal(repository).HalfMadeAsync(cancellation).ConfigureAwait(false);
        await new Removal(repository).PoolAsync(cancellation).ConfigureAwait(false);
        _done.AddRange(await new InterruptedForward(repository).TakeBackAsync(ofFormerLife: true, cancellation).ConfigureAwait(false));
        new LiveTasks(Places).Restore();
        return _done;
    }

    private void Note(bool say, string what)
    {
        if (say)
        {
            _done.Add(what);
        }
    }

    /// <summary>A git of a former life may still be at work; cut off it would leave more behind than when it ends.</summary>
    private async Task OutliveGitAsync(CancellationToken cancellation)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (ProcessSweep.Find(GitCommand.Marker, NameOf(Places)).Count > 0)
        {
            if (TimeProvider.System.GetElapsedTime(since) > GitMayEnd)
            {
                Note(true, $"ended {ProcessSweep.KillAll(GitCommand.Marker, NameOf(Places))} git processes that an earlier start left behind");
                return;
            }

            await Task.Delay(50, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Only locks below our own refs and in our own worktrees.</summary>
    private void ClearLocks()
    {
        var ours = new[] { Path.Combine(Places.CommonDir, "refs", "heads", "orchestrator"), Path.Combine(Places.CommonDir, "refs", "orchestrator"), Places.Shadow }
            .Concat(Places.AdminFolders().Where(admin => admin.Named.StartsWith(Places.Worktrees + Path.DirectorySeparatorChar, StringComparison.Ordinal)).Select(admin => admin.Folder));
        foreach (var folder in ours.Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*.lock", SearchOption.AllDirectories))
            {
                File.Delete(file);
                Note(true, $"removed the stale lock {Path.GetRelativePath(Places.Root, file)}");
            }
        }
    }
}
