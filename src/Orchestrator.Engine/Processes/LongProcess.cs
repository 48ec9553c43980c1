using System.Diagnostics;

namespace Orchestrator.Engine.Processes;

/// <summary>
/// A process that may run for hours: its input comes from a file, its output goes to files (a pipe loses the end when
/// the reader is late), it has a session of its own so that the terminal's Ctrl-C does not reach it, and it dies
/// with us where the machine can arrange that. Killed by container: whoever bears its marker in the environment.
/// </summary>
public sealed class LongProcess : IDisposable
{
    /// <summary>The variable that names the repository; every process of ours bears it.</summary>
    public const string RepositoryMarker = "ORCHESTRATOR_REPOSITORY";

    /// <summary>The variable that names the order.</summary>
    public const string OrderMarker = "ORCHESTRATOR_ORDER";

    private const string Shell = "/bin/sh";

    // The shell only opens the files and then becomes the program: its pid is the program's pid. What it says of itself
    // before is inherited: should the kernel ever have to end something for want of memory, then a tool of an agent, and
    // neither us nor a program of the user's.
    private const string Redirect = "{ echo 500 >/proc/self/oom_score_adj; } 2>/dev/null; i=$1 o=$2 e=$3; shift 3; exec \"$@\" <\"$i\" >\"$o\" 2>\"$e\"";

    private readonly Process _process;
    private readonly string _order;
    private readonly bool _fenced;
    private readonly string[] _printed;
    private readonly bool _ownSession = Tool("setsid") is not null;
    private readonly Lock _freezing = new();
    private bool _frozen, _ending, _disposed;

    private LongProcess(Process process, string order, ProcessSpec spec, string[] printed)
    {
        (_process, Id, _order, _fenced, Writes, _printed) = (process, process.Id, order, spec.Fenced, spec.Writes, printed);
        OurProcesses.Add(this);
    }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>The folders that it may fill.</summary>
    public IReadOnlyList<string> Writes { get; }

    /// <summary>For what it was ended, because it took too much of the machine; null when it was not.</summary>
    public string? Excess { get; private set; }

    /// <summary>How much it printed so far, in bytes.</summary>
    public long Printed => _printed.Sum(file => new FileInfo(file) is { Exists: true } info ? info.Length : 0);

    /// <summary>Starts it.</summary>
    /// <param name="spec">What to run; <see cref="RepositoryMarker"/> must be in its environment.</param>
    /// <param name="order">A name that is unique to this process; put into its environment.</param>
    /// <param name="input">A file to read, or null for none.</param>
    /// <param name="output">The file for standard output; replaced.</param>
    /// <param name="errors">The file for standard error; replaced.</param>
    public static async Task<LongProcess> StartAsync(ProcessSpec spec, string order, string? input, string output, string errors)
    {
        var arguments = new List<string> { "-c", Redirect, "sh", input ?? "/dev/null", output, errors };
        if (Tool("setpriv") is { } setpriv)
        {
            arguments.AddRange([setpriv, "--pdeathsig", "KILL"]);
        }

        if (Tool("setsid") is { } setsid)
        {
            arguments.Add(setsid);
        }

        arguments.Add(spec.File);
        arguments.AddRange(spec.Arguments);
        var environment = new Dictionary<string, string>(spec.Environment) { [OrderMarker] = order, [OurProcesses.LifeMarker] = OurProcesses.Life };
        var info = ShortProcess.Info(new ProcessSpec(Shell, arguments, spec.Directory, environment));
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = false;
        OurProcesses.Begins(spec.Writes);
        await Guardian.StandByAsync($"{OurProcesses.LifeMarker}={OurProcesses.Life}").ConfigureAwait(false);
        return await OurProcesses.WhileNotFrozenAsync(async () => new LongProcess(await Spawner.StartAsync(info).ConfigureAwait(false), order, spec, [output, errors])).ConfigureAwait(false);
    }

    /// <summary>Waits for the end. Returns the exit code, 128 + n when signal n ended it.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Waits for the end, but not longer than <paramref name="limit"/>, in which no time counts that we were frozen.</summary>
    /// <returns>The exit code; null when the time was up.</returns>
    public async Task<int?> WaitAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var exit = WaitAsync(cancellation);
        var awake = new AwakeTime(TimeProvider.System);
        while (awake.Look() < limit)
        {
            var left = limit - awake.Elapsed;
            if (await Task.WhenAny(exit, Task.Delay(left < AwakeTime.Rhythm ? left : AwakeTime.Rhythm, cancellation)).ConfigureAwait(false) == exit)
            {
                return await exit.ConfigureAwait(false);
            }

            cancellation.ThrowIfCancellationRequested();
        }

        return null;
    }

    /// <summary>What it and all that it started did so far; null where the machine does not tell, or when it has ended.</summary>
    public TreeActivity? Activity() => ProcessTree.Of(_process.Id, OrderMarker, _order);

    /// <summary>
    /// Ends it politely, then firmly: SIGINT, after 5 s SIGTERM, after 3 s more SIGKILL; then whatever bears its
    /// marker, because the tools of an agent live in sessions of their own and outlive it.
    /// </summary>
    public async Task StopAsync()
    {
        lock (_freezing)
        {
            _ending = true;
            Thaw(); // who is stopped hears nothing
        }

        foreach (var (signal, patience) in new[] { (Posix.Interrupt, 5), (Posix.Terminate, 3), (Posix.Kill, 5) })
        {
            if (_process.HasExited)
            {
                break;
            }

            Posix.Signal(signal == Posix.Kill ? _process.Id : Inner() ?? _process.Id, signal);
            await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(patience))).ConfigureAwait(false);
        }

        Sweep();
    }

    /// <summary>Ends it at once, for it takes too much of the machine. Whoever waits for its end finds out why.</summary>
    public void EndFor(string excess)
    {
        lock (_freezing)
        {
            if (_ending || _disposed || _process.HasExited)
            {
                return;
            }

            (_ending, Excess) = (true, excess);
            Thaw();
            Posix.Signal(Id, Posix.Kill); // around a fence: all in there end with it
            Posix.SignalGroup(Id, Posix.Kill);
        }

        Sweep();
    }

    /// <summary>
    /// Kills what is left of it: whoever bears its marker, and whoever is still in its session although it took the
    /// marker off. Call it after every end: background children survive even a normal one.
    /// </summary>
    public void Sweep() => ProcessSweep.KillAll(OrderMarker, _order, _ownSession ? Id : null);

    /// <inheritdoc/>
    public void Dispose()
    {
        OurProcesses.Remove(this);
        lock (_freezing)
        {
            _disposed = true;
            _process.Dispose();
        }
    }

    /// <summary>
    /// Freezes it with all that it started, or lets all go on; not once it is being ended. In the meantime nothing of it
    /// runs, and nothing is lost.
    /// </summary>
    /// <param name="wanted">Whether it is to be frozen, asked when nobody else can change it any more.</param>
    public void Freeze(Func<bool> wanted)
    {
        lock (_freezing)
        {
            if (_disposed)
            {
                return;
            }

            var freeze = wanted() && !_ending;
            if (freeze && !_frozen)
            {
                _frozen = true;
                Stop();
            }
            else if (!freeze)
            {
                Thaw();
            }
        }
    }

    internal void FreezeAgain()
    {
        lock (_freezing)
        {
            if (_frozen)
            {
                Stop();
            }
        }
    }

    /// <summary>The program inside a fence: the child of the fence's first process, which is a child of the fence.</summary>
    private int? Inner() => _fenced && Proc.ChildOf(_process.Id) is { } first ? Proc.ChildOf(first) : null;

    private void Stop() => OurProcesses.Freeze(OrderMarker, _order, found =>
    {
        SignalGroup(Posix.Stop);
        foreach (var pid in found)
        {
            Posix.Signal(pid, Posix.Stop);
        }
    });

    private void Thaw()
    {
        if (!_frozen)
        {
            return;
        }

        _frozen = false;
        SignalGroup(Posix.Continue);
        foreach (var pid in ProcessSweep.Find(OrderMarker, _order))
        {
            Posix.Signal(pid, Posix.Continue);
        }
    }

    /// <summary>Signals it and those of its session that did not leave its group.</summary>
    internal void SignalGroup(int signal)
    {
        lock (_freezing)
        {
            if (!_disposed && !_process.HasExited)
            {
                Posix.SignalGroup(Id, signal);
            }
        }
    }

    internal static string? Tool(string name)
    {
        var path = Path.Combine("/usr/bin", name);
        return File.Exists(path) ? path : null;
    }
}
