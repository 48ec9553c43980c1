namespace Orchestrator.Engine.Processes;

/// <summary>All agents and gates of this very process of ours, with whatever they started: to freeze, thaw or kill them together.</summary>
public static class OurProcesses
{
    /// <summary>The variable that names this life of the orchestrator; a later one on the same repository bears another.</summary>
    public const string LifeMarker = "ORCHESTRATOR_LIFE";

    /// <summary>The value of <see cref="LifeMarker"/>.</summary>
    public static readonly string Life = Guid.NewGuid().ToString("N");

    private static readonly HashSet<LongProcess> Live = [];
    private static readonly Dictionary<string, long> Begun = new(StringComparer.Ordinal);
    private static readonly SemaphoreSlim Starting = new(1, 1);

    internal static bool AnyLive
    {
        get
        {
            lock (Live)
            {
                return Live.Count > 0;
            }
        }
    }

    /// <summary>
    /// Freezes them all, then ourselves; thaws them when we are continued. Nothing new is started in between. Returns
    /// when all go on.
    /// </summary>
    /// <param name="frozen">Told how many are frozen, before we freeze.</param>
    public static void Pause(Action<int> frozen)
    {
        Starting.Wait();
        try
        {
            frozen(Freeze());
            Posix.Signal(Environment.ProcessId, Posix.Stop);

            // The stop may reach another thread first. And where nobody can stop us (process 1 of a container), going on
            // after this is what keeps the agents from being frozen for ever.
            Thread.Sleep(100);
        }
        finally
        {
            Send(Posix.Continue, ProcessSweep.Find(LifeMarker, Life));
            FreezeAgain();
            Starting.Release();
        }
    }

    /// <summary>Kills them at once, without waiting.</summary>
    public static void Kill()
    {
        Send(Posix.Kill, []);
        ProcessSweep.KillAll(LifeMarker, Life);
    }

    internal static async Task<T> WhileNotFrozenAsync<T>(Func<Task<T>> start)
    {
        await Starting.WaitAsync().ConfigureAwait(false);
        try
        {
            return await start().ConfigureAwait(false);
        }
        finally
        {
            Starting.Release();
        }
    }

    internal static IReadOnlyList<LongProcess> All()
    {
        lock (Live)
        {
            return [.. Live];
        }
    }

    internal static void Add(LongProcess process)
    {
        lock (Live)
        {
            Live.Add(process);
        }
    }

    /// <summary>How many agents and gates have been started so far that may write into a folder: as long as that stays, none was at work in it.</summary>
    public static long StartedIn(string folder)
    {
        lock (Begun)
        {
            return Begun.GetValueOrDefault(folder);
        }
    }

    internal static void Begins(IEnumerable<string> writes)
    {
        lock (Begun)
        {
            foreach (var folder in writes)
            {
                Begun[folder] = Begun.GetValueOrDefault(folder) + 1;
            }
        }
    }

    internal static void Remove(LongProcess process)
    {
        lock (Live)
        {
            Live.Remove(process);
        }
    }

    private static int Freeze() => Freeze(LifeMarker, Life, found => Send(Posix.Stop, found));

    /// <summary>Stops all that bear a mark. Again until no new one is found, twice: one may fork while we look, and shows no environment while it execs.</summary>
    internal static int Freeze(string name, string value, Action<IReadOnlyList<int>> stop)
    {
        var all = new HashSet<int>();
        for (int round = 0, still = 0; round < 50 && still < 2; round++)
        {
            var found = ProcessSweep.Find(name, value);
            stop(found);
            var known = all.Count;
            all.UnionWith(found);
            still = all.Count == known ? still + 1 : 0;
        }

        return all.Count;
    }

    /// <summary>What was frozen for its own sake stays so when all others go on.</summary>
    private static void FreezeAgain()
    {
        foreach (var process in All())
        {
            process.FreezeAgain();
        }
    }

    /// <summary>To the process groups, which hold those that cleared their environment, and to whoever bears the marker.</summary>
    private static void Send(int signal, IEnumerable<int> marked)
    {
        lock (Live)
        {
            foreach (var process in Live)
            {
                process.SignalGroup(signal);
            }
        }

        foreach (var pid in marked)
        {
            Posix.Signal(pid, signal);
        }
    }
}
