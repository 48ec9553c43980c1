namespace Orchestrator.Cli.Tests.World;

/// <summary>
/// A machine of little memory, as the kernel would tell of it: what is free is what there is less what all agents of a
/// repository really hold, ten times a second. It is laid over <c>/proc/meminfo</c>.
/// </summary>
internal sealed class SmallMemory : IDisposable
{
    private const int PageKibibytes = 4;

    private readonly SampleRepository _repository;
    private readonly int _all;
    private readonly ManualResetEventSlim _over = new();
    private readonly Thread _thread;

    public SmallMemory(SampleRepository repository, int mebibytes)
    {
        (_repository, _all, Least) = (repository, mebibytes, mebibytes);
        Information = Path.Combine(repository.Home, "meminfo");
        Look();
        _thread = new Thread(() =>
        {
            while (!_over.Wait(100))
            {
                Look();
            }
        });
        _thread.Start();
    }

    /// <summary>The file.</summary>
    public string Information { get; }

    /// <summary>How little was free, in MiB; less than nothing when somebody would have been killed.</summary>
    public int Least { get; private set; }

    public void Dispose()
    {
        _over.Set();
        _thread.Join();
        _over.Dispose();
    }

    private void Look()
    {
        var free = _all - (int)(_repository.LeftOver().Sum(Resident) / 1024);
        Least = Math.Min(Least, free);
        Tell(Information, 4096, Math.Max(0, free));
    }

    /// <summary>Writes what is free, in place and always of the same length, since it is read at any moment.</summary>
    public static void Tell(string file, int total, int free)
    {
        using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(FormattableString.Invariant($"MemTotal:     {total * 1024,10} kB\nMemAvailable: {free * 1024,10} kB\n")));
    }

    /// <summary>What a process has in memory and shares with no file, in KiB.</summary>
    private static long Resident(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/statm").Split(' ') is [_, var resident, var shared, ..]
                ? (long.Parse(resident, System.Globalization.CultureInfo.InvariantCulture) - long.Parse(shared, System.Globalization.CultureInfo.InvariantCulture)) * PageKibibytes
                : 0;
        }
        catch (IOException)
        {
            return 0; // it has ended
        }
    }
}
