namespace Orchestrator.Engine.Git;

/// <summary>
/// A repository inside a worktree would be committed as a bare link and its content lost. Its <c>.git</c> is moved
/// aside, so that the files count as what they are.
/// </summary>
internal static class NestedRepositories
{
    /// <summary>Moves every nested <c>.git</c> below <paramref name="worktree"/> into <paramref name="quarantine"/>. Returns where they stood.</summary>
    public static IReadOnlyList<string> MoveAside(string worktree, string quarantine)
    {
        var moved = new List<string>();
        var folders = new Stack<string>([worktree]);
        while (folders.TryPop(out var folder))
        {
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            {
                if (entry.Name == ".git" && folder != worktree)
                {
                    Directory.CreateDirectory(quarantine);
                    var target = Path.Combine(quarantine, $"{Path.GetRelativePath(worktree, folder).Replace(Path.DirectorySeparatorChar, '_')}.{moved.Count}.git");
                    while (Path.Exists(target))
                    {
                        target += "_";
                    }

                    Directory.Move(entry.FullName, target);
                    moved.Add(folder);
                }
                else if (entry is DirectoryInfo && entry.LinkTarget is null && entry.Name != ".git")
                {
                    folders.Push(entry.FullName);
                }
            }
        }

        return moved;
    }
}
