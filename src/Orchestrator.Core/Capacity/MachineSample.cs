namespace Orchestrator.Core.Capacity;

/// <summary>A file system that a run writes to.</summary>
/// <param name="Path">A folder of ours on it.</param>
/// <param name="Free">How many bytes are free for us.</param>
/// <param name="Total">How many it has.</param>
/// <param name="Worktrees">Worktrees are made on it, so that it needs room for one more.</param>
public readonly record struct Disk(string Path, long Free, long Total, bool Worktrees = false);

/// <summary>What one look at the machine showed; null where the machine does not tell. What our own container may use counts, not what the hardware has.</summary>
public sealed record MachineSample
{
    /// <summary>Memory in bytes.</summary>
    public long? MemoryTotal { get; init; }

    /// <summary>What of it can be had without taking it from anybody.</summary>
    public long? MemoryAvailable { get; init; }

    /// <summary>How many processors we may use; a container may have a part of one.</summary>
    public double? Cores { get; init; }

    /// <summary>How much of all processors was in use since the look before, from 0 to 1.</summary>
    public double? CpuBusy { get; init; }

    /// <summary>How many processes wanted to run, in the mean of the last minute.</summary>
    public double? Load { get; init; }

    /// <summary>How much of the last ten seconds some process waited for a processor, from 0 to 100.</summary>
    public double? CpuStall { get; init; }

    /// <summary>The same for memory.</summary>
    public double? MemoryStall { get; init; }

    /// <summary>The same for disks.</summary>
    public double? IoStall { get; init; }

    /// <summary>The file systems that the run writes to, each once.</summary>
    public Items<Disk> Disks { get; init; }

    /// <summary>How many worktrees stand on the disk of the worktrees: the next to begin can have one of them.</summary>
    public int Standing { get; init; }

    /// <summary>The memory that our own turns hold now.</summary>
    public long? MemoryOfTurns { get; init; }

    /// <summary>How many turns other orchestrators of this user run on the machine.</summary>
    public int? TurnsOfOthers { get; init; }
}
