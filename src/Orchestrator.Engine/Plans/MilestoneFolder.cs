using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Plans;

/// <summary>
/// Reads the folder of milestone files. Names become paths and refs, and texts come from anywhere, so every file is
/// looked at with suspicion first; whatever is wrong is a problem with file, line and hint, all at once.
/// </summary>
public static class MilestoneFolder
{
    /// <summary>The folder's name in the repository.</summary>
    public const string FolderName = "milestones";

    private const long MostBytes = 1 << 20;

    // Far more than anybody plans; checking grows with the square of a stage.
    private const int MostMilestones = 1000;

    /// <summary>Reads and checks the plan of a repository.</summary>
    public static PlanReading Read(string root)
    {
        var folder = Path.Combine(root, FolderName);
        if (!Directory.Exists(folder))
        {
            return new PlanReading(null, default, [new Problem("plan.missing", "There is no folder 'milestones'.", new Place(FolderName), "Make it and write milestones/1A.md, or let 'init' make a sample.")]);
        }

        var problems = new List<Problem>();
        var files = new List<MilestoneFile>();
        var home = Posix.RealPath(folder) ?? Path.GetFullPath(folder);
        if (!home.StartsWith((Posix.RealPath(root) ?? Path.GetFullPath(root)).TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            return new PlanReading(null, default, [new Problem("plan.link", "This folder is a link that leaves the repository.", new Place(FolderName), "Put the folder itself there.")]);
        }

        var count = 0;
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            if (!entry.Name.EndsWith(".md", StringComparison.OrdinalIgnoreCase) || entry.Name.Equals("README.md", StringComparison.OrdinalIgnoreCase) || entry.Name.StartsWith('.'))
            {
                continue;
            }

            var shown = $"{FolderName}/{entry.Name}";
            if (!MilestoneId.TryParse(entry.Name.AsSpan(0, entry.Name.Length - 3), out var id) || !entry.Name.EndsWith(".md", StringComparison.Ordinal))
            {
                problems.Add(new Problem("plan.name", "This is not the name of a milestone.", new Place(shown), "Name it by stage and task, e.g. 1A.md, 2B.md, 10A.md, 1AA.md: ASCII digits and capital letters."));
            }
            else if (++count > MostMilestones)
            {
                problems.Add(new Problem("plan.too-many", $"There are more than {MostMilestones} milestones.", new Place(FolderName), "Split the plan; only the first of them were looked at."));
                break;
            }
            else if (ReadBytes(entry, home, shown, problems) is { } bytes && MilestoneText.Read(id, bytes, shown, problems) is { } file)
            {
                files.Add(file);
            }
        }

        return PlanCheck.Check(files, problems, FolderName);
    }

    private static byte[]? ReadBytes(FileSystemInfo entry, string home, string shown, List<Problem> problems)
    {
        byte[]? Trouble(string code, string message, string hint)
        {
            problems.Add(new Problem(code, message, new Place(shown), hint));
            return null;
        }

        if (entry.LinkTarget is not null)
        {
            if (Posix.RealPath(entry.FullName) is not { } target || !target.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                return Trouble("plan.link", "This link leaves the folder or leads nowhere.", "Put the file itself there.");
            }
        }

        if (Directory.Exists(entry.FullName))
        {
            return Trouble("plan.not-a-file", "This is a folder.", "Milestones are files; move the folder away.");
        }

        try
        {
            using var stream = Posix.OpenWithoutWaiting(entry.FullName);
            if (stream is null)
            {
                return Trouble("plan.unreadable", "This file cannot be read.", "Look at its permissions.");
            }

            if (!stream.CanSeek)
            {
                return Trouble("plan.not-a-file", "This is not a regular file.", "Milestones are text files; take the pipe or device away.");
            }

            if (stream.Length > MostBytes)
            {
                return Trouble("plan.too-big", $"This file has {stream.Length:N0} bytes; the most is 1 MiB.", "Split the milestone, or refer to files in the repository instead of pasting them.");
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes.AsSpan().Trim(" \t\r\n"u8).IsEmpty ? Trouble("plan.empty-file", "This file is empty.", "Write a title and what is to be done, or delete it.") : bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Trouble("plan.unreadable", $"This file cannot be read: {e.Message}", "Look at its permissions.");
        }
    }
}
