using System.Diagnostics;

namespace Orchestrator.Engine.Processes;

/// <summary>
/// A shell beside us that outlives a kill -9 of ours for the moment it takes to kill whatever we started: the kernel
/// ends our direct children with us, but not what fled from them. It reads a pipe that only we hold; the word 'end'
/// sends it home, the end of the pipe without that word means that we died, however. See decision 0009.
/// </summary>
internal static class Guardian
{
    /// <summary>Names the guardian itself, which bears none of the marks it looks for.</summary>
    public const string Marker = "ORCHESTRATOR_GUARDIAN";

    // Own signals are ignored, or a 'kill' of everything by name would leave the agents without it. Several empty looks,
    // because a process in the midst of an exec shows no environment. A bound, because one that hangs in the kernel
    // is killed by no signal.
    private const string Script = """
        trap '' HUP INT QUIT TERM TSTP
        exec >/dev/null 2>&1
        read -r word && [ "$word" = end ] && exit 0
        empty=0 round=0
        while [ $empty -lt 3 ] && [ $round -lt 1000 ]; do
            round=$((round + 1))
            found=$(grep -lszxF -e "$1" /proc/[0-9]*/environ)
            if [ -z "$found" ]; then
                empty=$((empty + 1))
                sleep 0.02
                continue
            fi
            empty=0
            for file in $found; do
                pid=${file#/proc/}
                kill -9 "${pid%/environ}"
            done
        done
        """;

    private static readonly SemaphoreSlim Turn = new(1, 1);
    private static Process? _process;

    /// <summary>Sees to it that one stands by; a guardian that somebody killed is replaced.</summary>
    /// <param name="mark">What the processes bear that it shall kill, as <c>NAME=value</c>.</param>
    public static async Task StandByAsync(string mark)
    {
        if (!Directory.Exists("/proc/self"))
        {
            return;
        }

        await Turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_process is { HasExited: false })
            {
                return;
            }

            if (_process is null)
            {
                AppDomain.CurrentDomain.ProcessExit += (_, _) => Dismiss();
            }

            List<string> call = ["/bin/sh", "-c", Script, "orchestrator-guardian", mark];
            if (LongProcess.Tool("setsid") is { } setsid)
            {
                call.Insert(0, setsid);
            }

            var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", [Marker] = mark };
            var info = ShortProcess.Info(new ProcessSpec(call[0], call[1..], "/", environment));
            info.RedirectStandardOutput = info.RedirectStandardError = false;
            _process = await Spawner.StartAsync(info).ConfigureAwait(false);
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>At our own end: nothing of ours is left, so it may go; but if something is, it shall see to that.</summary>
    private static void Dismiss()
    {
        try
        {
            if (!OurProcesses.AnyLive)
            {
                _process!.StandardInput.Write("end\n");
            }

            _process!.StandardInput.Close();
            _process.WaitForExit(1000);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It is gone already.
        }
    }
}
