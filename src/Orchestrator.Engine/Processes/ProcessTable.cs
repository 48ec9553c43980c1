using System.Buffers.Text;
using System.Globalization;

namespace Orchestrator.Engine.Processes;

/// <summary>The processes of the machine at one moment, to find what belongs to one of ours: by its ancestors or its session.</summary>
internal sealed class ProcessTable
{
    private readonly List<Row> _all;
    private readonly ILookup<int, Row> _children;

    private ProcessTable(List<Row> all) => (_all, _children) = (all, all.ToLookup(p => p.Parent));

    /// <summary>A process.</summary>
    /// <param name="Pid">Its id.</param>
    /// <param name="Parent">Its parent's.</param>
    /// <param name="Session">Its session's.</param>
    /// <param name="Ticks">Its processor time and that of children it waited for, in hundredths of a second.</param>
    /// <param name="Threads">How many threads it has.</param>
    internal readonly record struct Row(int Pid, int Parent, int Session, long Ticks, int Threads);

    /// <summary>How many processes and threads the machine has; null where it does not tell. Costs next to nothing.</summary>
    public static int? Threads()
    {
        Span<byte> text = stackalloc byte[128];
        var fields = text[..Proc.Read("/proc/loadavg", text)];
        return fields.IndexOf((byte)'/') is var at and >= 0 && Utf8Parser.TryParse(fields[(at + 1)..], out int count, out _) ? count : null;
    }

    /// <summary>Looks at all of them.</summary>
    public static ProcessTable Look()
    {
        var all = new List<Row>();
        Span<byte> text = stackalloc byte[1024];
        foreach (var (pid, folder) in Proc.All())
        {
            var length = Proc.Read(Path.Combine(folder, "stat"), text);
            var fields = text[..length];
            fields = fields[(fields.LastIndexOf((byte)')') + 1)..];

            // State, parent, group, session, …, user and system time, those of reaped children, …, threads.
            if (Field(fields, 1) is { } parent && Field(fields, 3) is { } session && Field(fields, 17) is { } threads)
            {
                all.Add(new Row(pid, (int)parent, (int)session, (Field(fields, 11) ?? 0) + (Field(fields, 12) ?? 0) + (Field(fields, 13) ?? 0) + (Field(fields, 14) ?? 0), (int)threads));
            }
        }

        return new ProcessTable(all);
    }

    /// <summary>A process and what belongs to it; nothing when it has ended.</summary>
    public IReadOnlyCollection<Row> TreeOf(int id)
    {
        var tree = new Dictionary<int, Row>();
        var next = new Queue<Row>(_all.Where(p => p.Pid == id || p.Session == id));
        while (next.TryDequeue(out var process))
        {
            if (tree.TryAdd(process.Pid, process))
            {
                foreach (var child in _children[process.Pid])
                {
                    next.Enqueue(child);
                }
            }
        }

        return tree.ContainsKey(id) ? tree.Values : [];
    }

    /// <summary>What a process holds that it shares with nobody, in bytes: neither its program nor mapped files.</summary>
    public static long OwnMemory(int pid)
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
