using System.Runtime.InteropServices;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Running;

namespace Orchestrator.Cli.Verbs;

/// <summary>
/// What signals mean to a run. The first Ctrl-C lets the steps under way end, the second stops the agents, the third
/// kills them and ends us at once; the next start picks up. A closed terminal, SIGTERM and SIGQUIT stop the agents.
/// Ctrl-Z freezes them with us.
/// </summary>
internal sealed class Signals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly RunSession _session;
    private readonly TextWriter _error;
    private readonly Action<bool> _sleeps;
    private int _interrupts;

    /// <summary>Listens from now on.</summary>
    /// <param name="session">Whom to ask.</param>
    /// <param name="error">Takes what is said of it.</param>
    /// <param name="sleeps">Told before we are frozen by the terminal, and when we go on.</param>
    public Signals(RunSession session, TextWriter error, Action<bool>? sleeps = null)
    {
        (_session, _error, _sleeps) = (session, error, sleeps ?? (_ => { }));
        On(PosixSignal.SIGINT, _ => Interrupted());
        On(PosixSignal.SIGTERM, StopAgents);
        On(PosixSignal.SIGQUIT, StopAgents);
        On(PosixSignal.SIGHUP, StopAgents); // the runtime leaves it alone where 'nohup' has it ignored
        if (!OperatingSystem.IsWindows())
        {
            On(PosixSignal.SIGTSTP, _ => Pause());
        }
    }

    public void Dispose() => _registrations.ForEach(r => r.Dispose());

    private void On(PosixSignal signal, Action<PosixSignal> act) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        act(signal);
    }));

    private void Interrupted()
    {
        switch (Interlocked.Increment(ref _interrupts))
        {
            case 1:
                _error.WriteLine("Ending after the steps under way. Ctrl-C again stops the agents now.");
                _session.Ask(new StopRequest(Urgency.Drain, "operator", "Asked to end."));
                break;
            case 2:
                _error.WriteLine("Stopping the agents. Ctrl-C again ends at once; the next start picks up.");
                _session.Ask(new StopRequest(Urgency.Stop, "operator", "Asked to stop."));
                break;
            default:
                OurProcesses.Kill();
                Environment.Exit(ExitCode.Stopped);
                break;
        }
    }

    private void StopAgents(PosixSignal signal)
    {
        // As good as two interrupts: a Ctrl-C after it ends us at once.
        Interlocked.CompareExchange(ref _interrupts, 2, 0);
        Interlocked.CompareExchange(ref _interrupts, 2, 1);
        _session.Ask(new StopRequest(Urgency.Stop, "signal", signal == PosixSignal.SIGHUP ? "Its terminal was closed (SIGHUP)." : $"Something on this machine ended it ({signal})."));
    }

    private void Pause()
    {
        _sleeps(true);
        OurProcesses.Pause(frozen => _error.WriteLine($"Paused; {frozen} processes of agents and gates are frozen. 'fg' goes on."));
        _sleeps(false);
        _error.WriteLine("Going on.");
    }
}
