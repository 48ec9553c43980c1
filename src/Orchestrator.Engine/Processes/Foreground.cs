using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orchestrator.Engine.Processes;

/// <summary>
/// Runs a program in our place: it has our environment, folder and streams, hears what we are told, and its end is ours.
/// For what has to stand before an agent and must not be noticed by it.
/// </summary>
public static class Foreground
{
    private static readonly PosixSignal[] PassedOn = OperatingSystem.IsWindows()
        ? [PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM]
        : [PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM, PosixSignal.SIGCONT];

    /// <summary>Runs it to its end.</summary>
    /// <param name="file">Its absolute path: a name would be looked for in our own folder and in the current one first.</param>
    /// <param name="arguments">Its arguments, each handed over as it is.</param>
    /// <returns>Its exit code, 128 + n when signal n ended it.</returns>
    /// <exception cref="System.ComponentModel.Win32Exception">The program is missing or may not be run.</exception>
    public static async Task<int> RunAsync(string file, IEnumerable<string> arguments)
    {
        // Caught before there is anybody to pass them on to: what comes in between waits, and is not lost.
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        var catching = PassedOn.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            _ = started.Task.ContinueWith(p => PassOn(p.Result, context.Signal), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        })).ToList();
        try
        {
            using var process = await Spawner.StartAsync(new ProcessStartInfo(file, arguments) { UseShellExecute = false }).ConfigureAwait(false);
            started.SetResult(process);
            await process.WaitForExitAsync().ConfigureAwait(false);
            return process.ExitCode;
        }
        finally
        {
            catching.ForEach(c => c.Dispose());
        }
    }

    private static void PassOn(Process process, PosixSignal signal)
    {
        try
        {
            if (!process.HasExited)
            {
                Posix.Signal(process.Id, signal switch
                {
                    PosixSignal.SIGHUP => 1,
                    PosixSignal.SIGINT => Posix.Interrupt,
                    PosixSignal.SIGQUIT => 3,
                    PosixSignal.SIGTERM => Posix.Terminate,
                    _ => Posix.Continue,
                });
            }
        }
        catch (InvalidOperationException)
        {
            // It has ended, and so do we.
        }
    }
}
