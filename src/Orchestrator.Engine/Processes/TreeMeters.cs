namespace Orchestrator.Engine.Processes;

/// <summary>What a process and all that it started took so far.</summary>
/// <param name="id">The process.</param>
public sealed class TreeMeter(int id)
{
    internal int Id => id;

    /// <summary>True once it was looked at.</summary>
    public bool Seen { get; private set; }

    /// <summary>The memory of their own that they hold, as of the latest look.</summary>
    public long Memory { get; private set; }

    /// <summary>The most of it at any look.</summary>
    public long Peak { get; private set; }

    /// <summary>Their processor time.</summary>
    public TimeSpan Cpu { get; private set; }

    internal void Take(long memory, TimeSpan cpu)
    {
        (Seen, Memory) = (true, memory);
        Peak = Math.Max(Peak, memory);
        Cpu = cpu > Cpu ? cpu : Cpu; // what one did that lost its parent is not lost
    }
}

/// <summary>
/// Measures all turns with one look at the processes of the machine every two seconds, as long as there is a turn. A
/// process belongs to a turn by its ancestors or its session; one that fled from both is not counted.
/// </summary>
public sealed class TreeMeters(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(2);
    private const int TicksPerSecond = 100;

    private readonly Lock _lock = new();
    private readonly List<TreeMeter> _meters = [];
    private ITimer? _timer;

    /// <summary>The memory that all of them hold, as of the latest look; null when none was looked at.</summary>
    public long? Memory
    {
        get
        {
            lock (_lock)
            {
                return _meters.Exists(m => m.Seen) ? _meters.Sum(m => m.Memory) : null;
            }
        }
    }

    /// <summary>Measures a process from now on.</summary>
    public TreeMeter Watch(LongProcess process)
    {
        var meter = new TreeMeter(process.Id);
        lock (_lock)
        {
            _meters.Add(meter);
            _timer ??= time.CreateTimer(_ => TryLook(), null, Rhythm, Rhythm);
        }

        return meter;
    }

    /// <summary>It has ended.</summary>
    public void Leave(TreeMeter meter)
    {
        lock (_lock)
        {
            _meters.Remove(meter);
            if (_meters.Count == 0)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }
    }

    private void TryLook()
    {
        try
        {
            Look();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // Too many open files, say. The next look is soon.
        }
    }

    /// <summary>Looks at all of them.</summary>
    public void Look()
    {
        TreeMeter[] meters;
        lock (_lock)
        {
            meters = [.. _meters];
        }

        if (meters.Length == 0)
        {
            return;
        }

        var table = ProcessTable.Look();
        foreach (var meter in meters)
        {
            if (table.TreeOf(meter.Id) is { Count: > 0 } tree)
            {
                meter.Take(tree.Sum(p => ProcessTable.OwnMemory(p.Pid)), TimeSpan.FromSeconds((double)tree.Sum(p => p.Ticks) / TicksPerSecond));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();
}
