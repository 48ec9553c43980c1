using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Engine.Machine;

namespace Orchestrator.Engine.Gates;

/// <summary>
/// A gate that fails for want of disk or memory says nothing of the work, and nothing of what was before it either: that it
/// failed there too must not let work through that nobody tested. It may be known by what the gate said; on a full disk it
/// cannot even say that.
/// </summary>
/// <param name="room">With less room on a disk than this, in bytes, whatever fails may have failed for that.</param>
/// <param name="folders">Where gates write.</param>
internal sealed class GateShortage(long room, params IReadOnlyList<string> folders)
{
    /// <summary>What is said of one that was ended for what it took.</summary>
    public const string Ended = "ended so that others can go on";

    private static readonly string[] Words =
    [
        Ended, "exit code 137", "No space left on device", "ENOSPC", "Disk quota exceeded", "EDQUOT", "not enough space on the disk",
        "Cannot allocate memory", "ENOMEM", "out of memory", "OutOfMemory", "MemoryError", "bad_alloc",
    ];

    /// <summary>Whether the machine may be to blame that a gate failed just now.</summary>
    public bool MayExplain(GateResult result) =>
        !result.Passed && (Words.Any(word => result.Detail.Contains(word, StringComparison.OrdinalIgnoreCase)) || Full() is not null);

    /// <summary>When a gate stands in the way and the disk is as good as full, the gates are to be run again later.</summary>
    /// <exception cref="IOException">It is.</exception>
    public void ThrowIfFull(IEnumerable<GateResult> results)
    {
        if (results.FirstOrDefault(result => result.Blocks) is { } failed && Full() is { } full)
        {
            throw new IOException($"'{failed.Name}' failed with {full.Free >> 20} MiB left on the disk of {full.Path}: {failed.Detail.Split('\n')[0]}");
        }
    }

    private Disk? Full() => DiskSpace.Of(null, folders).Select(disk => (Disk?)disk).FirstOrDefault(disk => disk!.Value.Free < room);
}
