using System.Globalization;

namespace Orchestrator.Engine.Machine;

/// <summary>
/// The control group that we live in, of either version: a container's limits are limits of some group at or above ours.
/// Where they stand is read from <c>/proc/self/cgroup</c> and <c>/proc/self/mountinfo</c>.
/// </summary>
/// <param name="root">What to read below.</param>
internal sealed class ControlGroup(string root)
{
    private IReadOnlyList<string>? _memory, _cpu;
    private bool? _unified;

    /// <summary>
    /// The least limit, and the least that is left below one; null where there is none. What the kernel drops before it takes
    /// memory from anybody counts as left, as it does in <c>MemAvailable</c>: files that were read, recently or not, and
    /// what it keeps of folders and the like. Not files in memory, which are no such files to it.
    /// </summary>
    public (long? Limit, long? Left) Memory()
    {
        var (limitFile, usageFile) = IsUnified ? ("memory.max", "memory.current") : ("memory.limit_in_bytes", "memory.usage_in_bytes");
        string[] droppable = IsUnified ? ["inactive_file", "active_file", "slab_reclaimable"] : ["total_inactive_file", "total_active_file"];
        long? least = null, left = null;
        foreach (var folder in MemoryFolders)
        {
            if (Number(Path.Combine(folder, limitFile)) is > 0 and < long.MaxValue / 2 and var limit && Number(Path.Combine(folder, usageFile)) is { } usage)
            {
                var drops = (Text(Path.Combine(folder, "memory.stat")) ?? "").Split('\n').Select(line => line.Split(' '))
                    .Sum(words => words is [var name, var figure] && droppable.Contains(name) && long.TryParse(figure, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0);
                var rest = Math.Clamp(limit - usage + drops, 0, limit);
                least = least < limit ? least : limit;
                left = left < rest ? left : rest;
            }
        }

        return (least, left);
    }

    /// <summary>How many processors we may use; null for no limit.</summary>
    public double? Cores()
    {
        double? least = null;
        foreach (var folder in CpuFolders)
        {
            var words = IsUnified ? (Text(Path.Combine(folder, "cpu.max")) ?? "").Split(' ', '\n') : [Text(Path.Combine(folder, "cpu.cfs_quota_us")) ?? "", Text(Path.Combine(folder, "cpu.cfs_period_us")) ?? ""];
            if (words.Length >= 2 && double.TryParse(words[0], CultureInfo.InvariantCulture, out var quota) && double.TryParse(words[1], CultureInfo.InvariantCulture, out var period) && quota > 0 && period > 0)
            {
                least = least < quota / period ? least : quota / period;
            }
        }

        return least;
    }

    /// <summary>How much our own group waits for memory; empty where the kernel does not keep it.</summary>
    public string MemoryPressure() => IsUnified && MemoryFolders is [var own, ..] ? Text(Path.Combine(own, "memory.pressure")) ?? "" : "";

    /// <summary>A small file's text; null when it cannot be read.</summary>
    public static string? Text(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private bool IsUnified => _unified ??= GroupOf("memory") is null;

    private IReadOnlyList<string> MemoryFolders => _memory ??= Folders("memory");

    private IReadOnlyList<string> CpuFolders => _cpu ??= Folders("cpu");

    private static long? Number(string path) => long.TryParse(Text(path)?.Trim(), CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Our path in the hierarchy of a controller; the unified hierarchy has none to its name.</summary>
    private string? GroupOf(string controller) => (Text(Path.Combine(root, "proc/self/cgroup")) ?? "").Split('\n')
        .Select(line => line.Split(':', 3)).FirstOrDefault(parts => parts.Length == 3 && (controller.Length == 0 ? parts[1].Length == 0 : parts[1].Split(',').Contains(controller)))?[2];

    /// <summary>The folder of our group and those above it, up to where the hierarchy is mounted.</summary>
    private List<string> Folders(string controller)
    {
        var group = IsUnified ? GroupOf("") : GroupOf(controller);
        foreach (var line in group is null ? [] : (Text(Path.Combine(root, "proc/self/mountinfo")) ?? "").Split('\n'))
        {
            // id parent device root mountpoint options … - type source options
            var (fields, rest) = (line.Split(' '), line.Split(" - ") is [_, var after] ? after.Split(' ') : []);
            if (fields.Length > 5 && rest.Length >= 3 && (IsUnified ? rest[0] == "cgroup2" : rest[0] == "cgroup" && rest[2].Split(',').Contains(controller)))
            {
                var top = Path.Combine(root, fields[4].TrimStart('/'));
                var below = fields[3] == "/" ? group! : group!.StartsWith(fields[3], StringComparison.Ordinal) ? group[fields[3].Length..] : "";
                var folders = new List<string>();
                for (var at = below.Contains("..", StringComparison.Ordinal) ? "" : below.Trim('/'); ; at = Path.GetDirectoryName(at) ?? "")
                {
                    folders.Add(Path.Combine(top, at));
                    if (at.Length == 0)
                    {
                        return folders;
                    }
                }
            }
        }

        return [];
    }
}
