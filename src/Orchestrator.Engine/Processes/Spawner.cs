using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orchestrator.Engine.Processes;

/// <summary>
/// The threads that start processes, and never end. A child that asks the kernel to die with its parent
/// (PR_SET_PDEATHSIG) dies with the thread that started it, so that no pool thread may start one. A child also has the
/// signals blocked that the thread which started it has blocked: that is how git is kept from hearing the terminal's
/// Ctrl-C, without another program before it that would give it a session of its own.
/// </summary>
internal static class Spawner
{
    private static readonly Line Plain = new("spawner", deaf: false);
    private static readonly Line Deaf = new("deaf spawner", deaf: true);

    /// <summary>Starts a process.</summary>
    /// <param name="info">What to start.</param>
    /// <param name="deaf">Whether it is not to hear what a terminal, or whoever ends a group of processes, asks.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program is missing or may not be run.</exception>
    public static Task<Process> StartAsync(ProcessStartInfo info, bool deaf = false) => (deaf ? Deaf : Plain).StartAsync(info);

    private sealed class Line
    {
        private readonly BlockingCollection<(ProcessStartInfo Info, TaskCompletionSource<Process> Started)> _requests = [];

        public Line(string name, bool deaf)
        {
            var thread = new Thread(() => Serve(deaf)) { IsBackground = true, Name = name };
            thread.Start();
        }

        public Task<Process> StartAsync(ProcessStartInfo info)
        {
            var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
            _requests.Add((info, started));
            return started.Task;
        }

        private void Serve(bool deaf)
        {
            if (deaf)
            {
                Posix.BlockRequests();
            }

            foreach (var (info, started) in _requests.GetConsumingEnumerable())
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
}
