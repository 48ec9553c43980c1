using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Engine.Gates;
using Orchestrator.Engine.Machine;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Running;

/// <summary>
/// A gate that fails for want of disk or memory says nothing of the work, and nothing of what was before it either: that it
/// failed there too must not let work through that nobody tested. It may be known by the last that the gate said; on a full
/// disk it cannot even say that.
/// </summary>
/// <param name="worktree">Where gates run.</param>
/// <param name="temporary">Where they write besides; that may well be small.</param>
internal sealed class GateShortage(string worktree, string temporary)
{
    private static readonly string[] LastWords =
    [
        "No space left on device", "ENOSPC", "Disk quota exceeded", "not enough space on the disk", "Cannot allocate memory", "ENOMEM", "out of memory", "OutOfMemory", "MemoryError", "bad_alloc",
    ];

    /// <summary>Whether the machine is to blame for sure that a gate failed just now.</summary>
    public bool Explains(GateResult result) => !result.Passed && (Says(result, GateRunner.EndedFor) || Full() is not null);

    /// <summary>Whether it may be, by how the gate ended or what it said last. One that fails so again and again does so by itself.</summary>
    public static bool MayExplain(GateResult result) => !result.Passed && (Says(result, "exit code 137") || LastWords.Any(LastLine(result).Contains));

    /// <summary>The disk, when it is as good as full; null when there is room.</summary>
    public Disk? Full()
    {
        foreach (var disk in DiskSpace.Of(Posix.RealPath(worktree) ?? worktree, [Posix.RealPath(temporary) ?? temporary]).AsSpan())
        {
            if (disk.Free < (disk.Worktrees ? Judgement.UsualDisk : Judgement.FullDisk))
            {
                return disk;
            }
        }

        return null;
    }

    private static bool Says(GateResult result, string first) => result.Detail.StartsWith(first, StringComparison.Ordinal);

    private static string LastLine(GateResult result) => result.Detail.TrimEnd().Split('\n')[^1];
}
