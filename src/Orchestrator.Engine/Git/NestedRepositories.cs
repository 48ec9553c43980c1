using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Git;

/// <summary>
/// A repository inside a worktree would be committed as a bare link and its content lost. Its <c>.git</c> is moved
/// aside, so that the files count as what they are.
/// </summary>
internal static class NestedRepositories
{
    // For names that are no text: a shell passes bytes on as they are.
    private const string ByteWise = """
        n=0
        find . -mindepth 2 -iname .git -prune -print0 | xargs -0 -r sh -c '
            for p; do n=0; while [ -e "$Q/$n.git" ]; do n=$((n+1)); done; mv -T -- "$p" "$Q/$n.git" || exit 1; done' sh
        """;

    /// <summary>Moves every nested <c>.git</c> below <paramref name="worktree"/> into <paramref name="quarantine"/>, whatever its case.</summary>
    public static async Task MoveAsideAsync(string worktree, string quarantine, CancellationToken cancellation)
    {
        if (TryMoveAside(worktree, quarantine))
        {
            return;
        }

        Directory.CreateDirectory(quarantine);
        var spec = new ProcessSpec("/bin/sh", ["-c", ByteWise], worktree, new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["Q"] = quarantine });
        var end = await ShortProcess.RunAsync(spec, null, TimeSpan.FromMinutes(2), cancellation).ConfigureAwait(false);
        if (end.ExitCode != 0)
        {
            throw new IOException($"A nested repository in {worktree} cannot be moved aside: {end.Errors.Trim()}");
        }
    }

    /// <summary>False when a folder has a name that is no text, which the framework cannot follow.</summary>
    private static bool TryMoveAside(string worktree, string quarantine)
    {
        var moved = 0;
        var folders = new Stack<string>([worktree]);
        while (folders.TryPop(out var folder))
        {
            foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            {
                if (entry.Name.Contains('\uFFFD', StringComparison.Ordinal))
                {
                    return false;
                }

                if (entry.Name.Equals(".git", StringComparison.OrdinalIgnoreCase) && (folder != worktree || entry.Name != ".git"))
                {
                    Directory.CreateDirectory(quarantine);
                    var target = Path.Combine(quarantine, $"{Path.GetRelativePath(worktree, folder).Replace(Path.DirectorySeparatorChar, '_')}.{moved++}.git");
                    while (Path.Exists(target))
                    {
                        target += "_";
                    }

                    Directory.Move(entry.FullName, target);
                }
                else if (entry is DirectoryInfo && entry.LinkTarget is null && entry.Name != ".git")
                {
                    folders.Push(entry.FullName);
                }
            }
        }

        return true;
    }
}
