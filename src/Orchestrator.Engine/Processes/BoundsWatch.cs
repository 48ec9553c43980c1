using System.IO.Enumeration;
using Orchestrator.Core.Capacity;

namespace Orchestrator.Engine.Processes;

/// <summary>
/// Keeps all agents, gates and commands of ours within their bounds, so that none takes the machine from the others. What
/// costs next to nothing (how much they print, how many processes the machine has) is looked at ten times a second, for a
/// fork bomb is quick. That thread goes before all others where we may ask for that, as root may: whose processes know no
/// other bound, and leave nobody any time. What is free is looked at once a second, and who wrote what only in a shortage,
/// on a thread like any other.
/// </summary>
public sealed class BoundsWatch : IDisposable
{
    private const int Most = 1 << 20;
    private const int Block = 4096;
    private static readonly TimeSpan Rhythm = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SlowRhythm = TimeSpan.FromSeconds(1);

    private readonly Bounds _bounds;
    private readonly Func<(long? Memory, long? Disk)> _free;
    private readonly (long? Memory, long? Disk) _start;
    private readonly ManualResetEventSlim _over = new();
    private readonly Thread _quick;
    private readonly Thread _slow;
    private volatile Stock _stock;
    private int? _counted;

    /// <summary>Begins.</summary>
    /// <param name="bounds">What each may take, given what is free now, in bytes of room on the disk.</param>
    /// <param name="free">How much memory and room on the disk is free, in bytes; null for what nobody knows.</param>
    public BoundsWatch(Func<long?, Bounds> bounds, Func<(long? Memory, long? Disk)> free)
    {
        _free = free;
        _start = free();
        _bounds = bounds(_start.Disk);
        _stock = new Stock(default, default, []);
        _counted = ProcessTable.Threads();
        _quick = Begin("bounds", first: true, Rhythm, Look);
        _slow = Begin("bounds of disk and memory", first: false, SlowRhythm, TakeStock);
    }

    /// <summary>Ends it, and waits for its last look.</summary>
    public void Dispose()
    {
        _over.Set();
        _quick.Join();
        _slow.Join();
        _over.Dispose();
    }

    private Thread Begin(string name, bool first, TimeSpan rhythm, Action look)
    {
        var thread = new Thread(() =>
        {
            if (first)
            {
                Posix.GoFirst();
            }

            while (!_over.Wait(rhythm))
            {
                try
                {
                    look();
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
                {
                    // What it looked at has ended meanwhile; the next look is soon.
                }
            }
        })
        { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    private void Look()
    {
        var live = OurProcesses.All();
        if (live.Count == 0)
        {
            return;
        }

        var stock = _stock;
        var memoryShort = _bounds.Wanted(stock.Memory, stock.Disk).Memory;
        var table = HaveGrown() || memoryShort ? ProcessTable.Look() : null;
        var holdings = live.Select(process =>
        {
            var tree = table?.TreeOf(process.Id);
            return new Holding(tree?.Sum(p => p.Threads), process.Printed, memoryShort ? tree?.Sum(p => ProcessTable.OwnMemory(p.Pid)) : null, stock.Written.TryGetValue(process, out var written) ? written : null);
        }).ToList();
        foreach (var (index, why) in _bounds.Beyond(holdings, stock.Memory, stock.Disk))
        {
            live[index].EndFor(why);
        }
    }

    private void TakeStock()
    {
        var (memory, disk) = _free();
        var (memoryRoom, diskRoom) = (new Room(memory, _start.Memory), new Room(disk, _start.Disk));
        var written = _bounds.Wanted(memoryRoom, diskRoom).Written ? OurProcesses.All().ToDictionary(process => process, process => process.Writes.Sum(BytesOf)) : [];
        _stock = new Stock(memoryRoom, diskRoom, written);
    }

    /// <summary>Whether the machine has many more processes than when they were last counted. One of ours that grows beyond its bound has to pass several counts.</summary>
    private bool HaveGrown()
    {
        var threads = ProcessTable.Threads();
        var grown = threads - _counted > _bounds.Processes / 4;
        _counted = grown || threads < _counted ? threads : _counted ?? threads;
        return grown;
    }

    /// <summary>What lies in a folder; a small file, too, takes a block. What vanishes while it is looked at counts nothing.</summary>
    private long BytesOf(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return 0;
        }

        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var sizes = new FileSystemEnumerable<long>(folder, (ref FileSystemEntry entry) => entry.IsDirectory ? 0 : Math.Max(entry.Length, Block), options);
        return sizes.Take(Most).TakeWhile(_ => !_over.IsSet).Sum();
    }

    /// <summary>What is left, and who wrote what.</summary>
    private sealed record Stock(Room Memory, Room Disk, Dictionary<LongProcess, long> Written);
}
