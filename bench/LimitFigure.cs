using System.Globalization;

namespace Orchestrator.Bench;

/// <summary>What a limit costs beyond itself: from the provider's reset to the first turn after it. A fixed wait of 300 s loses 150 s on average.</summary>
internal static class LimitFigure
{
    private const int Runs = 5;
    private const int Milestones = 4;

    public static IEnumerable<Figure> Measure(string root)
    {
        var lost = Enumerable.Range(1, Runs).Select(_ => Once(root)).Order().ToList();
        yield return new Figure($"time lost per limit, reset to first turn: median of {Runs}", lost[Runs / 2], 2, "s");
    }

    private static double Once(string root)
    {
        using var workshop = new Workshop();
        var home = workshop.Make("home");
        var folder = Repository.Make(workshop, home, "repository", Milestones, Path.Combine(root, "bench", "limit-agent.sh"));
        var reset = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 4;
        File.WriteAllText(Path.Combine(home, "until"), reset.ToString(CultureInfo.InvariantCulture));
        Clock.Run(folder, home, Path.Combine(root, "artifacts", "program", "orchestrator"), "run");
        var asked = File.ReadAllLines(Path.Combine(home, "asked")).Select(line => double.Parse(line, CultureInfo.InvariantCulture)).ToList();
        return asked.Count(time => time < reset) is >= 1 and <= Milestones
            ? asked.Where(time => time >= reset).Min() - reset
            : throw new InvalidOperationException($"{asked.Count(time => time < reset)} turns were begun before the reset, of {Milestones} milestones.");
    }
}
