using Orchestrator.Core.Capacity;

namespace Orchestrator.Engine.Processes;

/// <summary>
/// Keeps all agents, gates and commands of ours within their bounds, so that none takes the machine from the others. What
/// costs next to nothing (how much they print, how many processes the machine has) is looked at ten times a second, for a
/// fork bomb is quick; what is free, once a second; who made a shortage, only when there is one. The thread goes before
/// all others where we may ask for that, as root may: whose processes know no other bound, and leave nobody any time.
/// </summary>
public sealed class BoundsWatch : IDisposable
{
    private const int Most = 1 << 20;
    private const int Block = 4096;
    private const int FreeEvery = 10;
    private static readonly TimeSpan Rhythm = TimeSpan.FromMilliseconds(100);

    private readonly Bounds _bounds;
    private readonly Func<(long? Memory, long? Disk)> _free;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _over = new();
    private (long? Memory, long? Disk) _left;
    private int _looks;
    private int? _counted;

    /// <summary>Begins.</summary>
    /// <param name="bounds">What each may take.</param>
    /// <param name="free">How much memory and room on the disk is free, in bytes; null for what nobody knows.</param>
    public BoundsWatch(Bounds bounds, Func<(long? Memory, long? Disk)> free)
    {
        (_bounds, _free, _counted) = (bounds, free, ProcessTable.Threads());
        _thread = new Thread(Watch) { IsBackground = true, Name = "bounds" };
        _thread.Start();
    }

    /// <summary>Ends it, and waits for its last look.</summary>
    public void Dispose()
    {
        _over.Set();
        _thread.Join();
        _over.Dispose();
    }

    private void Watch()
    {
        Posix.GoFirst();
        while (!_over.Wait(Rhythm))
        {
            Look();
        }
    }

    private void Look()
    {
        var live = OurProcesses.All();
        if (live.Count == 0)
        {
            return;
        }

        _left = _looks++ % FreeEvery == 0 ? _free() : _left;
        var (memoryFree, diskFree) = _left;
        var (memory, written) = _bounds.Wanted(memoryFree, diskFree);
        var table = HaveGrown() || memory ? ProcessTable.Look() : null;
        var holdings = live.Select(process =>
        {
            var tree = table?.TreeOf(process.Id);
            return new Holding(tree?.Sum(p => p.Threads), process.Printed, memory ? tree?.Sum(p => ProcessTable.OwnMemory(p.Pid)) : null, written ? process.Writes.Sum(BytesOf) : null);
        }).ToList();
        foreach (var (index, why) in _bounds.Beyond(holdings, memoryFree, diskFree))
        {
            live[index].EndFor(why);
        }
    }

    /// <summary>Whether the machine has many more processes than when they were last counted. One of ours that grows beyond its bound has to pass several counts.</summary>
    private bool HaveGrown()
    {
        var threads = ProcessTable.Threads();
        var grown = threads - _counted > _bounds.Processes / 4;
        _counted = grown || threads < _counted ? threads : _counted ?? threads;
        return grown;
    }

    /// <summary>What lies in a folder; a small file, too, takes a block.</summary>
    private static long BytesOf(string folder)
    {
        try
        {
            return new DirectoryInfo(folder)
                .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint })
                .Take(Most)
                .Sum(file => Math.Max(file.Length, Block));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // it changes under our eyes; the next look sees it
        }
    }
}
