using System.Runtime.InteropServices;
using Orchestrator.Cli.Screens;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Running;

namespace Orchestrator.Cli.Verbs;

/// <summary><c>status --watch</c> on a terminal: the live screen of a run that another process does. It has no keys, for it only reads.</summary>
internal static class LiveStatus
{
    private static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(1);

    /// <summary>Draws until the run has ended, nobody works on it, or it is asked to end; at once where there is none.</summary>
    public static async Task WatchAsync(Surroundings around, string folder, CancellationToken stop)
    {
        if (StatusVerb.FindPlaces(folder) is not { } places || JournalReader.Missing(places.Journal) is not null || StatusVerb.Read(places) is not { } state)
        {
            return;
        }

        var (agents, pace, ink) = (new AgentsNow(places), Replay.PaceOf(places), new Terminal(around.User).Ink);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var canvas = new Canvas((InertWriter)around.Out);
        using var timer = new PeriodicTimer(Rhythm, around.Time);
        string? stamp = null;
        for (var drawn = false; state.Final is null && Lease.IsHeld(places.Lease); drawn = true)
        {
            if (!drawn)
            {
                canvas.Open();
            }

            var at = around.Time.GetUtcNow();
            canvas.Draw(LiveFrame.Of(new LiveView(state, at, Terminal.Width ?? 80, Terminal.Height)
            {
                Ink = ink,
                Zone = around.Time.LocalTimeZone,
                Machine = RunSession.ProbeOf(places).Look(),
                Left = Forecast.Of(state, pace, at)?.Total,
                Doing = agents.Look(state),
            }));
            try
            {
                await timer.WaitForNextTickAsync(ended.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (JournalReader.StampOf(places.Journal) is var now && now != stamp)
            {
                (stamp, state) = (now, StatusVerb.Read(places) ?? state);
            }
        }

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true; // the terminal is given back first
            ended.Cancel();
        }
    }
}
