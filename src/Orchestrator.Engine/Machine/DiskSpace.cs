using Orchestrator.Core;
using Orchestrator.Core.Capacity;

namespace Orchestrator.Engine.Machine;

/// <summary>Room on the file systems that folders lie on, each named once by the first of its folders. No folder may lead through a link.</summary>
internal static class DiskSpace
{
    /// <summary>Looks at them; a folder that is not there, or whose disk does not tell, is passed over.</summary>
    public static Items<Disk> Of(string? worktrees, IReadOnlyList<string> folders)
    {
        var mounts = MountPoints();
        var disks = new List<(string Mount, Disk Disk)>();
        foreach (var (folder, isWorktrees) in (worktrees is null ? [] : new[] { (worktrees, true) }).Concat(folders.Select(folder => (folder, false))))
        {
            var mount = MountOf(Path.GetFullPath(folder), mounts);
            if (!disks.Exists(known => known.Mount == mount) && Look(folder, isWorktrees) is { Total: > 0 } disk)
            {
                disks.Add((mount, disk));
            }
        }

        return disks.Select(d => d.Disk).ToItems();
    }

    private static Disk? Look(string folder, bool worktrees)
    {
        try
        {
            if (!Directory.Exists(folder))
            {
                return null;
            }

            var drive = new DriveInfo(folder);
            return new Disk(folder, drive.AvailableFreeSpace, drive.TotalSize, worktrees);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string MountOf(string folder, IReadOnlyList<string> mounts)
    {
        var longest = Path.GetPathRoot(folder) ?? "/";
        foreach (var mount in mounts)
        {
            if (mount.Length > longest.Length && (folder == mount || folder.StartsWith(mount + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            {
                longest = mount;
            }
        }

        return longest;
    }

    /// <summary>The fifth field of each line; blanks in it are spelled <c>\040</c>.</summary>
    private static List<string> MountPoints() =>
        [.. (ControlGroup.Text("/proc/self/mountinfo") ?? "").Split('\n').Select(line => line.Split(' ')).Where(fields => fields.Length > 4).Select(fields => fields[4].Replace("\\040", " ", StringComparison.Ordinal))];
}
