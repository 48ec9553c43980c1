using System.IO.Enumeration;
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
    /// <returns>How many files stand there then; null when that was not found out, or when there are empty folders, too.</returns>
    public static async Task<int?> MoveAsideAsync(string worktree, string quarantine, CancellationToken cancellation)
    {
        if (TryMoveAside(worktree, quarantine, out var files))
        {
            return files;
        }

        Directory.CreateDirectory(quarantine);
        var spec = new ProcessSpec("/bin/sh", ["-c", ByteWise], worktree, new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["Q"] = quarantine });
        var end = await ShortProcess.RunAsync(spec, null, TimeSpan.FromMinutes(2), cancellation).ConfigureAwait(false);
        if (end.ExitCode != 0)
        {
            throw new IOException($"A nested repository in {worktree} cannot be moved aside: {end.Errors.Trim()}");
        }

        return null;
    }

    /// <summary>False when a folder has a name that is no text, which the framework cannot follow.</summary>
    private static bool TryMoveAside(string worktree, string quarantine, out int? files)
    {
        files = null;
        var (moved, count, empty) = (0, 0, false);
        var folders = new Stack<string>([worktree]);
        while (folders.TryPop(out var folder))
        {
            using var entries = new Entries(folder);
            var stay = 0;
            while (entries.MoveNext())
            {
                var name = entries.Current;
                var path = Path.Combine(folder, name);
                if (name.Contains('\uFFFD', StringComparison.Ordinal))
                {
                    return false;
                }

                if (IsGit(name) && (folder != worktree || name != ".git"))
                {
                    MoveAside(path, quarantine, $"{Path.GetRelativePath(worktree, folder).Replace(Path.DirectorySeparatorChar, '_')}.{moved++}.git");
                    continue;
                }

                stay++;
                if (name == ".git")
                {
                    continue;
                }

                if (Removal.IsFolder(path))
                {
                    folders.Push(path);
                }
                else
                {
                    count++; // a link to a folder
                }
            }

            count += entries.Files;
            empty |= stay + entries.Files == 0;
        }

        files = empty ? null : count;
        return true;
    }

    private static void MoveAside(string path, string quarantine, string name)
    {
        var target = Path.Combine(Directory.CreateDirectory(quarantine).FullName, name);
        while (Path.Exists(target))
        {
            target += "_";
        }

        Directory.Move(path, target);
    }

    private static bool IsGit(ReadOnlySpan<char> name) => name.Equals(".git", StringComparison.OrdinalIgnoreCase);

    /// <summary>The folders in a folder, links to folders among them, and whatever else is to be looked at. Other files are counted and no more: there may be very many.</summary>
    private sealed class Entries(string folder) : FileSystemEnumerator<string>(folder, new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })
    {
        /// <summary>How many files were passed over so far.</summary>
        public int Files { get; private set; }

        protected override bool ShouldIncludeEntry(ref FileSystemEntry entry)
        {
            if (entry.IsDirectory || IsGit(entry.FileName) || entry.FileName.Contains('\uFFFD'))
            {
                return true;
            }

            Files++;
            return false;
        }

        protected override string TransformEntry(ref FileSystemEntry entry) => entry.FileName.ToString();
    }
}
