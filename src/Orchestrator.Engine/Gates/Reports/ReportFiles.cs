namespace Orchestrator.Engine.Gates.Reports;

/// <summary>Finds the report files that a gate wrote into a worktree. A huge tree costs little, and nothing outside is looked at.</summary>
public static class ReportFiles
{
    /// <summary>The most files that are found.</summary>
    public const int Most = 200;

    private const int MostFolders = 20_000;
    private const int MostEntries = 500_000;

    // The time of a file is that of the kernel's last tick, which may be before a moment that was just read.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private static readonly FilePattern[] Usual =
    [
        .. new[] { "*.trx", "TEST-*.xml", "*junit*.xml", "test-results/**/*.xml", "TestResults/**/*.xml" }.Select(pattern => new FilePattern("**/" + pattern)),
    ];

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

    /// <summary>The files, sorted.</summary>
    /// <param name="folder">Where the gate ran.</param>
    /// <param name="sinceUtc">What is older was not written by it.</param>
    /// <param name="glob">The files that the settings name, e.g. <c>TestResults/*.trx</c>; null looks for the usual names.</param>
    public static IReadOnlyList<string> Find(string folder, DateTime sinceUtc, string? glob)
    {
        FilePattern[] patterns = glob is null ? Usual : [new FilePattern(glob)];
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var folders = new Queue<(DirectoryInfo Folder, string[] Path)>([(new DirectoryInfo(folder), [])]);
        var entries = 0;
        for (var visited = 0; visited < MostFolders && entries < MostEntries && folders.TryDequeue(out var next); visited++)
        {
            try
            {
                foreach (var entry in next.Folder.EnumerateFileSystemInfos("*", Everything))
                {
                    string[] path = [.. next.Path, entry.Name];
                    if (++entries >= MostEntries)
                    {
                        break;
                    }

                    if (entry is DirectoryInfo inner)
                    {
                        if (entry.Name is not (".git" or "node_modules" or ".worktree") && folders.Count < MostFolders && Array.Exists(patterns, p => p.CanHold(path)))
                        {
                            folders.Enqueue((inner, path));
                        }
                    }
                    else if (Array.Exists(patterns, p => p.IsMatch(path)) && entry.LinkTarget is null && entry.LastWriteTimeUtc >= sinceUtc - Tick)
                    {
                        found.Add(entry.FullName);
                        if (found.Count > Most)
                        {
                            found.Remove(found.Max!);
                        }
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A folder that went while it was read tells nothing.
            }
        }

        return [.. found];
    }
}
