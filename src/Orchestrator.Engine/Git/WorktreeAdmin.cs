using System.Globalization;

namespace Orchestrator.Engine.Git;

/// <summary>The part of the repository that belongs to a worktree: a few small files, as git itself writes them.</summary>
internal static class WorktreeAdmin
{
    /// <summary>What makes a worktree; all else in its part of the repository comes from work in it.</summary>
    public static IReadOnlyList<string> Vital { get; } = ["gitdir", "commondir", "HEAD", "index", "locked"];

    /// <summary>Says where the worktree lies.</summary>
    public static void SetFolder(string admin, string folder) => StateFolder.WriteWhole(Path.Combine(admin, "gitdir"), Path.Combine(folder, ".git") + "\n", durable: false);

    /// <summary>Makes it that of a new worktree: what work left in it goes, its HEAD is another, and the history of HEAD begins with that.</summary>
    /// <param name="admin">The worktree's part of the repository.</param>
    /// <param name="head">A commit, or <c>ref: </c> and the name of a branch.</param>
    /// <param name="commit">The commit that it comes to.</param>
    /// <param name="who">Whose doing it is.</param>
    public static void Renew(string admin, string head, string commit, GitIdentity who)
    {
        Removal.Strip(admin);
        StateFolder.WriteWhole(Path.Combine(admin, "HEAD"), head + "\n", durable: false);
        Directory.CreateDirectory(Path.Combine(admin, "logs"));
        File.WriteAllText(
            Path.Combine(admin, "logs", "HEAD"),
            string.Create(CultureInfo.InvariantCulture, $"{new string('0', commit.Length)} {commit} {who.ForImport} {TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()} +0000\torchestrator: handed on\n"));
    }
}
