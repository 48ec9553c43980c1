using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orchestrator.Engine.Processes;

/// <summary>
/// The one thread that starts processes, and never ends. A child that asks the kernel to die with its parent
/// (PR_SET_PDEATHSIG) dies with the thread that started it, so that no pool thread may start one.
/// </summary>
internal static class Spawner
{
    private static readonly BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)> Requests = [];

    static Spawner()
    {
        var thread = new Thread(Serve) { IsBackground = true, Name = "spawner" };
        thread.Start();
    }

    /// <summary>Starts a process.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program is missing or may not be run.</exception>
    public static Task<Process> StartAsync(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Requests.Add((info, started));
        return started.Task;
    }

    private static void Serve()
    {
        foreach (var (info, started) in Requests.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        }
    }
}
