using Orchestrator.Engine.Git;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Running;

/// <summary>
/// What is done at every start, under the lease, before anything else: end what a former life left running, clear
/// what it left locked. Looks at the world, trusts no record, and does nothing the second time.
/// </summary>
public static class Recovery
{
    /// <summary>A name for the repository that its processes bear.</summary>
    public static string NameOf(RepositoryPlaces places) => places.CommonDir;

    /// <summary>Clears up. Returns what was done, for the log.</summary>
    public static IReadOnlyList<string> Run(RepositoryPlaces places)
    {
        var done = new List<string>();
        var killed = ProcessSweep.KillAll(LongProcess.RepositoryMarker, NameOf(places));
        if (killed > 0)
        {
            done.Add($"ended {killed} processes that an earlier start left behind");
        }

        // Only locks below our own refs and in our own worktrees: the user's are never deleted.
        var ours = new[] { Path.Combine(places.CommonDir, "refs", "heads", "orchestrator"), Path.Combine(places.CommonDir, "refs", "orchestrator"), places.Shadow }
            .Concat(AdminFolders(places));
        foreach (var folder in ours.Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*.lock", SearchOption.AllDirectories))
            {
                File.Delete(file);
                done.Add($"removed the stale lock {Path.GetRelativePath(places.Root, file)}");
            }
        }

        new LiveTasks(places).Restore();
        return done;
    }

    private static IEnumerable<string> AdminFolders(RepositoryPlaces places)
    {
        var all = Path.Combine(places.CommonDir, "worktrees");
        if (!Directory.Exists(all))
        {
            yield break;
        }

        foreach (var admin in Directory.EnumerateDirectories(all))
        {
            var gitdir = Path.Combine(admin, "gitdir");
            if (File.Exists(gitdir) && File.ReadAllText(gitdir).Trim().StartsWith(places.Worktrees + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                yield return admin;
            }
        }
    }
}
