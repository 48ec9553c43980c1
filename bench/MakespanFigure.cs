namespace Orchestrator.Bench;

/// <summary>
/// The overhead of a whole run with an agent that does next to nothing, against the plain script beside this file; and
/// what a slow milestone costs those beside it.
/// </summary>
internal static class MakespanFigure
{
    private const int Milestones = 32;

    public static IEnumerable<Figure> Small(string root)
    {
        yield return Measure(root, "no-op agent", "no-op-agent.sh", pairs: 4, bar: 1.5, (50, 2000));
    }

    public static IEnumerable<Figure> Large(string root)
    {
        yield return Measure(root, "5,000 files, 50 MB", "no-op-agent.sh", pairs: 2, bar: 0.35, (5000, 10_000), inMemory: true);
        yield return Measure(root, "50,000 files", "no-op-agent.sh", pairs: 1, bar: 0.2, (50_000, 200), inMemory: true);
    }

    /// <summary>Whoever runs fixed batches waits for the slowest of each.</summary>
    public static IEnumerable<Figure> Uneven(string root)
    {
        yield return Measure(root, "every fourth 4 s, the rest 0.5 s", "sleeper-agent.sh", pairs: 2, bar: 1.05, (50, 2000), i => $"# Sleeps\n\ntakes: {(i % 4 == 0 ? "4" : "0.5")}\n");
    }

    private static Figure Measure(string root, string what, string agentName, int pairs, double bar, (int Files, int Bytes) size, Func<int, string>? text = null, bool inMemory = false)
    {
        using var workshop = new Workshop(inMemory);
        var home = workshop.Make("home");
        var agent = Path.Combine(root, "bench", agentName);
        var program = Path.Combine(root, "artifacts", "program", "orchestrator");
        var pristine = Repository.Make(workshop, home, "pristine", Milestones, agent, text: text, size: size);
        double Timed(Func<string, double> run)
        {
            var folder = Repository.Copy(workshop, home, pristine, $"copy-{Guid.NewGuid():N}");
            var seconds = run(folder);
            workshop.Discard(folder);
            return seconds;
        }

        // Interleaved, so that a busy moment of the machine falls on both.
        var times = Enumerable.Range(0, pairs).Select(_ => (
            Ours: Timed(folder => Clock.Run(folder, home, program, "run")),
            Script: Timed(folder => Clock.Run(folder, home, "/bin/sh", Path.Combine(root, "bench", "baseline.sh"), agent)))).ToList();
        Console.Error.WriteLine(string.Join("; ", times.Select(p => FormattableString.Invariant($"ours {p.Ours:0.00} s, script {p.Script:0.00} s"))));
        return new Figure($"{Milestones} milestones, {what}, against the script", times.Min(p => p.Ours) / times.Min(p => p.Script), bar, "×");
    }
}
