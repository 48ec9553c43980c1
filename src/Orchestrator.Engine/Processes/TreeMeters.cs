using System.Buffers.Text;
using System.Globalization;

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

    private readonly record struct Stat(int Pid, int Parent, int Session, long Ticks);

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
            _timer ??= time.CreateTimer(_ => Look(), null, Rhythm, Rhythm);
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

        var all = All();
        var children = all.ToLookup(p => p.Parent);
        foreach (var meter in meters)
        {
            var tree = new Dictionary<int, Stat>();
            var next = new Queue<Stat>(all.Where(p => p.Pid == meter.Id || p.Session == meter.Id));
            while (next.TryDequeue(out var process))
            {
                if (tree.TryAdd(process.Pid, process))
                {
                    foreach (var child in children[process.Pid])
                    {
                        next.Enqueue(child);
                    }
                }
            }

            if (tree.ContainsKey(meter.Id))
            {
                meter.Take(tree.Keys.Sum(OwnMemory), TimeSpan.FromSeconds((double)tree.Values.Sum(p => p.Ticks) / TicksPerSecond));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private static List<Stat> All()
    {
        var all = new List<Stat>();
        Span<byte> text = stackalloc byte[1024];
        foreach (var (pid, folder) in Proc.All())
        {
            var length = Proc.Read(Path.Combine(folder, "stat"), text);
            var fields = text[..length];
            fields = fields[(fields.LastIndexOf((byte)')') + 1)..];

            // State, parent, group, session, …, user and system time, those of reaped children.
            if (Field(fields, 1) is { } parent && Field(fields, 3) is { } session && Field(fields, 14) is { } reapedSystem)
            {
                all.Add(new Stat(pid, (int)parent, (int)session, (Field(fields, 11) ?? 0) + (Field(fields, 12) ?? 0) + (Field(fields, 13) ?? 0) + reapedSystem));
            }
        }

        return all;
    }

    /// <summary>What a process holds that it shares with nobody: neither its program nor mapped files.</summary>
    private static long OwnMemory(int pid)
    {
        Span<byte> text = stackalloc byte[2048];
        var length = Proc.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status"), text);
        var at = text[..length].IndexOf("RssAnon:"u8);
        return at < 0 ? 0 : (Field(text[(at + 8)..length], 0) ?? 0) * 1024;
    }

    private static long? Field(ReadOnlySpan<byte> text, int index)
    {
        foreach (var range in text.SplitAny((byte)' ', (byte)'\t', (byte)'\n'))
        {
            var word = text[range];
            if (!word.IsEmpty && index-- == 0)
            {
                return Utf8Parser.TryParse(word, out long number, out _) ? number : null;
            }
        }

        return null;
    }
}
