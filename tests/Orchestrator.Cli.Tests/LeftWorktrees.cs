using Orchestrator.Engine.Git;

namespace Orchestrator.Cli.Tests;

/// <summary>What a run that ended leaves of worktrees beside those that wait for the next one.</summary>
internal static class LeftWorktrees
{
    /// <summary>Folders that hold, or could hold, something to be saved, and parts of the repository that belong to no folder.</summary>
    public static IReadOnlyList<string> Of(string checkout, string? commonDir = null)
    {
        var folders = Path.Combine(checkout, ".worktree");
        var parts = Path.Combine(commonDir ?? Path.Combine(checkout, ".git"), "worktrees");
        return
        [
            .. Entries(folders).Where(entry => !Worktrees.HasNothingToSave(Path.GetFileName(entry))).Select(entry => $".worktree/{Path.GetFileName(entry)}"),
            .. Entries(parts).Where(entry => !File.Exists(File.ReadAllText(Path.Combine(entry, "gitdir")).Trim())).Select(entry => $"worktrees/{Path.GetFileName(entry)}"),
        ];
    }

    private static string[] Entries(string folder) => Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder) : [];
}
