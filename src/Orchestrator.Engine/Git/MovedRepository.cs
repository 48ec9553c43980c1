namespace Orchestrator.Engine.Git;

/// <summary>
/// Worktrees and the repository name each other by absolute paths. After the user moved the whole folder they name places
/// that are gone; where both halves of a worktree are here, they are told where they are now.
/// </summary>
public static class MovedRepository
{
    /// <summary>Mends the worktrees of ours. Does nothing where nothing moved. Returns their names.</summary>
    public static IReadOnlyList<string> Mend(RepositoryPlaces places)
    {
        var mended = new List<string>();
        foreach (var (admin, named) in places.AdminFolders())
        {
            var folder = Path.GetDirectoryName(named);
            var isOurs = Path.GetFileName(named) == ".git" && Path.GetFileName(Path.GetDirectoryName(folder)) == Path.GetFileName(places.Worktrees);
            var here = isOurs ? places.Worktree(Path.GetFileName(folder!)) : "";
            var file = Path.Combine(here, ".git");
            if (!isOurs || here == folder || Path.Exists(named) || !Removal.IsFolder(here) || !File.Exists(file)
                || Path.GetFileName(File.ReadAllText(file).Trim()) != Path.GetFileName(admin))
            {
                continue;
            }

            StateFolder.WriteWhole(file, $"gitdir: {admin}\n");
            StateFolder.WriteWhole(Path.Combine(admin, "gitdir"), file + "\n");
            mended.Add(Path.GetFileName(here));
        }

        return mended;
    }
}
