namespace Orchestrator.Core.Capacity;

/// <summary>What the machine is held to.</summary>
/// <param name="MaxParallel">How many turns the user wants at once; more room than that is no news.</param>
/// <param name="MemoryReserve">How much memory is left to others, in bytes. Below half of it turns are frozen.</param>
/// <param name="DiskFloor">How much room the disk of the worktrees needs for one more, in bytes; null for what was measured.</param>
/// <param name="MaxTurns">How many turns all orchestrators of the user may run on the machine; null for no bound.</param>
/// <param name="Checkout">How big the files of the target are, in bytes; 0 when that is not known.</param>
public sealed record GaugeLimits(int MaxParallel, long MemoryReserve = 512 << 20, long? DiskFloor = null, int? MaxTurns = null, long Checkout = 0);

/// <summary>
/// Judges one look at the machine by itself. Memory and disk may become critical; processors never do, because too much
/// work for them makes a machine slow and breaks nothing.
/// </summary>
public static class Judgement
{
    private const long Mebi = 1 << 20;

    /// <summary>What a turn is reckoned with before one was measured: the agent and a build of middling size.</summary>
    public const long UsualMemory = 400 * Mebi;

    /// <summary>What is built in a worktree is reckoned with before one was measured.</summary>
    public const long UsualDisk = 64 * Mebi;

    private const long LeastMemory = 32 * Mebi;

    /// <summary>Less than this on any disk, and not even the journal is sure to be written.</summary>
    public const long FullDisk = 8 * Mebi;

    // The share of ten seconds in which something waited for memory: pages are being fetched again that were just thrown away.
    private const double StallsTense = 20;
    private const double StallsCritical = 60;

    // Waiting all the time, and far more than there are processors: a machine on which nobody can work.
    private const double CpuStallsTense = 90;
    private const double LoadTense = 16;

    /// <summary>The reading: the worst of memory, disks, processors and others.</summary>
    public static MachineReading Of(MachineSample sample, Load load, GaugeLimits limits)
    {
        var worst = MachineReading.Unknown;
        Consider(Memory(sample, Largest(load.Footprints, f => f.Memory, UsualMemory), load.Loose, limits));
        foreach (var disk in sample.Disks.AsSpan())
        {
            Consider(OfDisk(disk, Largest(load.Footprints, f => f.Disk ?? 0, 0), sample.Standing, limits));
        }

        Consider(Cpu(sample, load.Footprints));
        Consider(Others(sample, limits));
        return worst.Pressure == Pressure.Calm && worst.Room >= limits.MaxParallel ? MachineReading.Unknown : worst;

        void Consider(MachineReading reading)
        {
            if (reading.Pressure > worst.Pressure || (reading.Pressure == worst.Pressure && reading.Room < worst.Room))
            {
                worst = reading;
            }
        }
    }

    /// <summary>Too little for one more is no shortage where all run that may, and have what they are reckoned with.</summary>
    private static MachineReading Memory(MachineSample sample, long each, int loose, GaugeLimits limits)
    {
        if (sample.MemoryAvailable is not { } available)
        {
            return MachineReading.Unknown;
        }

        each = Math.Max(each, LeastMemory);
        var rooms = Rooms((available - limits.MemoryReserve + (sample.MemoryOfTurns ?? 0)) / each);
        var isFull = loose >= limits.MaxParallel && rooms >= limits.MaxParallel;
        var least = Math.Max(limits.MemoryReserve / 2, Math.Min(1024 * Mebi, (sample.MemoryTotal ?? 0) * 3 / 100));
        return available < least ? new MachineReading(Pressure.Critical, 0, $"less than {least / Mebi} MiB of memory are free", Scarce.Memory)
            : sample.MemoryStall > StallsCritical ? new MachineReading(Pressure.Critical, 0, "programs wait for memory most of the time", Scarce.Memory)
            : available < limits.MemoryReserve + each && !isFull ? new MachineReading(Pressure.Tense, 1, $"less than {(limits.MemoryReserve + each) / Mebi} MiB of memory are free", Scarce.Memory)
            : sample.MemoryStall > StallsTense ? new MachineReading(Pressure.Tense, 1, "programs wait for memory much of the time", Scarce.Memory)
            : new MachineReading(Pressure.Calm, rooms, $"a turn is reckoned with {each / Mebi} MiB of memory", Scarce.Memory);
    }

    /// <summary>Worktrees that stand are handed on, and take nothing more than what is built in them; what is free is for others.</summary>
    private static MachineReading OfDisk(Disk disk, long measured, int standing, GaugeLimits limits)
    {
        var (build, each) = limits.DiskFloor is { } floor ? (floor, floor) : (Math.Max(UsualDisk, measured - limits.Checkout), Math.Max(limits.Checkout + UsualDisk, measured));
        return disk.Free < FullDisk ? new MachineReading(Pressure.Critical, 0, $"less than {FullDisk / Mebi} MiB are free on the disk of {disk.Path}", Scarce.Disk)
            : !disk.Worktrees ? MachineReading.Unknown
            : disk.Free < build ? new MachineReading(Pressure.Tense, 1, $"less than {build / Mebi} MiB are free on the disk of {disk.Path}", Scarce.Disk)
            : disk.Free < each && standing == 0 ? new MachineReading(Pressure.Tense, 1, $"less than {each / Mebi} MiB are free on the disk of {disk.Path}", Scarce.Disk)
            : new MachineReading(Pressure.Calm, Rooms(standing + (disk.Free / Math.Max(each, 1))), $"a worktree is reckoned with {each / Mebi} MiB of the disk of {disk.Path}", Scarce.Disk);
    }

    /// <summary>
    /// Turns that work are reckoned with what they used, and may together want twice what there is: a turn that waits a
    /// little loses little. Never fewer than there are processors, and never fewer than two.
    /// </summary>
    private static MachineReading Cpu(MachineSample sample, Items<RoleFootprint> footprints)
    {
        if (sample.Cores is not { } cores || cores <= 0)
        {
            return MachineReading.Unknown;
        }

        if (sample.CpuStall > CpuStallsTense && sample.Load > LoadTense * cores)
        {
            return new MachineReading(Pressure.Tense, 1, FormattableString.Invariant($"more than {LoadTense * cores:0} processes wait for {cores:0.#} processors"), Scarce.Cpu);
        }

        var each = 0d;
        foreach (var known in footprints.AsSpan())
        {
            each = Math.Max(each, known.Footprint.Cores ?? 0);
        }

        return each <= 0 ? MachineReading.Unknown
            : new MachineReading(Pressure.Calm, Math.Max(Math.Max(2, (int)cores), Rooms(2 * cores / each)), FormattableString.Invariant($"a turn is reckoned with {each:0.0} processors"), Scarce.Cpu);
    }

    private static MachineReading Others(MachineSample sample, GaugeLimits limits) => limits.MaxTurns is { } most && sample.TurnsOfOthers is > 0 and var others
        ? new MachineReading(Pressure.Calm, Math.Max(0, most - others), $"other runs on this machine have {others} of {most} turns", Scarce.Others)
        : MachineReading.Unknown;

    private static int Rooms(double rooms) => (int)Math.Clamp(rooms, 0, int.MaxValue / 2);

    private static long Largest(Items<RoleFootprint> footprints, Func<Footprint, long> of, long usual)
    {
        var largest = 0L;
        foreach (var known in footprints.AsSpan())
        {
            largest = Math.Max(largest, of(known.Footprint));
        }

        return largest > 0 ? largest : usual;
    }
}
