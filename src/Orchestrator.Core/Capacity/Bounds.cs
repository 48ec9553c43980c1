namespace Orchestrator.Core.Capacity;

/// <summary>What a process of ours takes of the machine, with all that it started. What was not measured is null.</summary>
/// <param name="Processes">How many processes and threads there are.</param>
/// <param name="Printed">How much it printed, in bytes.</param>
/// <param name="Memory">What it holds, in bytes.</param>
/// <param name="Written">How much lies in the folders that it may write, in bytes.</param>
public readonly record struct Holding(int? Processes = null, long Printed = 0, long? Memory = null, long? Written = null);

/// <summary>How much of something the machine has left.</summary>
/// <param name="Free">In bytes; null for what nobody knows.</param>
/// <param name="AtStart">The same when the run began.</param>
public readonly record struct Room(long? Free = null, long? AtStart = null)
{
    /// <summary>How much less it is.</summary>
    public long Lost => Math.Max(0, (AtStart - Free) ?? 0);
}

/// <summary>What a process may take, and what it must leave to the others.</summary>
/// <param name="Processes">The most processes and threads.</param>
/// <param name="Printed">The most that it may print, in bytes.</param>
/// <param name="MemoryFloor">With less free memory than this, in bytes, who made the shortage is ended.</param>
/// <param name="DiskFloor">With less room on the disk than this, in bytes, who made the shortage is ended.</param>
public sealed record Bounds(int Processes, long Printed, long MemoryFloor, long DiskFloor)
{
    // Less than that explains no shortage.
    private const long Much = 256L << 20;

    /// <summary>What has to be measured of each process, given what is free; null for what nobody knows.</summary>
    public (bool Memory, bool Written) Wanted(Room memory, Room disk) => (memory.Free < MemoryFloor, disk.Free < DiskFloor);

    /// <summary>
    /// Who has to be ended so that the others can go on, and for what. Whoever is beyond a bound of its own is; of a
    /// shortage only the one that explains it: it holds at least half of what has been lost since the start, and at least
    /// twice as much as any other. A shortage that nobody of ours explains is somebody else's, and ending ours would not help.
    /// </summary>
    public IReadOnlyList<(int Index, string Why)> Beyond(IReadOnlyList<Holding> holdings, Room memory = default, Room disk = default)
    {
        var ended = new SortedDictionary<int, string>();
        for (var i = 0; i < holdings.Count; i++)
        {
            if (holdings[i].Processes > Processes)
            {
                ended[i] = FormattableString.Invariant($"It started more than {Processes} processes.");
            }
            else if (holdings[i].Printed > Printed)
            {
                ended[i] = FormattableString.Invariant($"It printed more than {Mebi(Printed)} MiB.");
            }
        }

        var (memoryShort, diskShort) = Wanted(memory, disk);
        if (memoryShort && Culprit(holdings, h => h.Memory, memory) is { } hog)
        {
            ended.TryAdd(hog, FormattableString.Invariant($"It held {Mebi(holdings[hog].Memory)} MiB of memory when {Mebi(memory.Free)} MiB were left."));
        }

        if (diskShort && Culprit(holdings, h => h.Written, disk) is { } writer)
        {
            ended.TryAdd(writer, FormattableString.Invariant($"Its folders held {Mebi(holdings[writer].Written)} MiB when {Mebi(disk.Free)} MiB were left on the disk."));
        }

        return [.. ended.Select(e => (e.Key, e.Value))];
    }

    private static int? Culprit(IReadOnlyList<Holding> holdings, Func<Holding, long?> of, Room room)
    {
        var order = holdings.Select((h, i) => (Index: i, Held: of(h) ?? 0)).OrderByDescending(h => h.Held).Take(2).ToList();
        return order.Count > 0 && order[0].Held >= Math.Max(Much, room.Lost / 2) && (order.Count == 1 || order[0].Held / 2 >= order[1].Held) ? order[0].Index : null;
    }

    private static long Mebi(long? bytes) => (bytes ?? 0) >> 20;
}
