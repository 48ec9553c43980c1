using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Engine.Gates;
using Orchestrator.Engine.Machine;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Running;

/// <summary>
/// A gate that fails for want of disk or memory says nothing of the work, and nothing of what was before it either: that it
/// failed there too must not let work through that nobody tested. It may be known by what the gate said; on a full disk it
/// cannot even say that.
/// </summary>
/// <param name="room">With less room on the disk of worktrees than this, in bytes, no further one is begun, and whatever fails in one may have failed for that.</param>
/// <param name="worktree">Where gates run.</param>
/// <param name="temporary">Where they write besides; that may well be small.</param>
internal sealed class GateShortage(long room, string worktree, string temporary)
{
    private static readonly string[] Words =
    [
        GateRunner.EndedFor, "exit code 137", "No space left on device", "ENOSPC", "Disk quota exceeded", "EDQUOT", "not enough space on the disk",
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

    private Disk? Full()
    {
        foreach (var disk in DiskSpace.Of(Posix.RealPath(worktree) ?? worktree, [Posix.RealPath(temporary) ?? temporary]).AsSpan())
        {
            if (disk.Free < (disk.Worktrees ? room : Judgement.FullDisk))
            {
                return disk;
            }
        }

        return null;
    }
}
