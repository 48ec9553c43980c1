using System.Diagnostics;
using System.Globalization;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Bench;

/// <summary>
/// How long after a kill -9 the last process of the agents is gone, children in sessions of their own included; and how
/// long after the next start, with a plan of 50 milestones, the first agent is at work again.
/// </summary>
internal static class RecoveryFigure
{
    private const int Slots = 4;

    /// <summary>Of each agent: itself, and four that fled.</summary>
    private const int Heads = 5;

    public static IEnumerable<Figure> Measure(string root)
    {
        using var workshop = new Workshop();
        var rounds = Enumerable.Range(1, 5).Select(round => OnceMore(workshop, round, root)).ToList();
        yield return new Figure("kill -9: until the last process of the agents is gone, longest of 5", rounds.Max(r => r.Gone), 1, "s");
        yield return new Figure("start after it, 50 milestones: until an agent works, longest of 5", rounds.Max(r => r.Working), 2, "s");
    }

    private static (double Gone, double Working) OnceMore(Workshop workshop, int round, string root)
    {
        var home = workshop.Make(string.Create(CultureInfo.InvariantCulture, $"home{round}"));
        var folder = Repository.Make(workshop, home, string.Create(CultureInfo.InvariantCulture, $"repository{round}"), 50, Path.Combine(root, "bench", "brood-agent.sh"));
        var program = Path.Combine(root, "artifacts", "program", "orchestrator");
        var mark = Path.Combine(folder, ".git");
        try
        {
            using var run = Start(folder, home, program);
            Until(() => Brood(home) == Slots * Heads);
            var watch = Stopwatch.StartNew();
            run.Kill();
            Until(() => ProcessSweep.Find(LongProcess.RepositoryMarker, mark).Count == 0);
            var gone = watch.Elapsed.TotalSeconds;
            run.WaitForExit();

            File.Delete(Path.Combine(home, "brood"));
            watch.Restart();
            using var again = Start(folder, home, program);
            Until(() => Brood(home) > 0);
            var working = watch.Elapsed.TotalSeconds;
            again.Kill();
            again.WaitForExit();
            return (gone, working);
        }
        finally
        {
            ProcessSweep.KillAll(LongProcess.RepositoryMarker, mark);
        }
    }

    private static int Brood(string home) => File.Exists(Path.Combine(home, "brood")) ? File.ReadAllLines(Path.Combine(home, "brood")).Length : 0;

    private static void Until(Func<bool> isSo)
    {
        for (var watch = Stopwatch.StartNew(); !isSo(); Thread.Sleep(1))
        {
            if (watch.Elapsed.TotalSeconds > 60)
            {
                throw new InvalidOperationException("What is waited for did not come within a minute.");
            }
        }
    }

    private static Process Start(string folder, string home, string program)
    {
        var info = new ProcessStartInfo(program, ["run"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment.Clear();
        info.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        info.Environment["HOME"] = home;
        var process = Process.Start(info)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
