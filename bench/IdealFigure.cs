using System.Globalization;

namespace Orchestrator.Bench;

/// <summary>
/// A run with agents of two seconds against what no scheduler can beat: the longest chain of the plan, or all work divided
/// by the slots, whichever is more.
/// </summary>
internal static class IdealFigure
{
    private const int Milestones = 100;
    private const int Slots = 4;
    private const double Takes = 2;

    public static IEnumerable<Figure> Measure(string root)
    {
        yield return Of(root, "wide: one stage", null);
        yield return Of(root, "deep: 4 chains of 25", Enumerable.Range(0, Milestones).Select(i => i < Slots ? Array.Empty<int>() : [i - Slots]).ToArray());
        yield return Of(root, "a DAG", Random());
    }

    private static Figure Of(string root, string shape, int[][]? needs)
    {
        var seconds = Clock.Shortest(2, () =>
        {
            using var workshop = new Workshop();
            var home = workshop.Make("home");
            var folder = Repository.Make(workshop, home, "repository", Milestones, Path.Combine(root, "bench", "sleeper-agent.sh"), text: i => TextOf(needs?[i]));
            return Clock.Run(folder, home, Path.Combine(root, "artifacts", "program", "orchestrator"), "run");
        });
        var ideal = Ideal(needs);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{shape}: {seconds:0.00} s, ideal {ideal:0.00} s"));
        return new Figure($"{Milestones} milestones of {Takes} s, {shape}, against the ideal", seconds / ideal, 1.05, "×");
    }

    private static string TextOf(int[]? needs) =>
        $"{(needs is null ? "" : $"---\ndepends_on: [{string.Join(", ", needs.Select(Repository.IdOf))}]\n---\n")}# Sleeps\n\ntakes: {Takes.ToString(CultureInfo.InvariantCulture)}\n";

    private static double Ideal(int[][]? needs)
    {
        var ends = new double[Milestones];
        for (var i = 0; i < Milestones; i++)
        {
            ends[i] = Takes + (needs?[i] ?? []).Select(need => ends[need]).DefaultIfEmpty().Max();
        }

        return Math.Max(ends.Max(), Milestones * Takes / Slots);
    }

    /// <summary>Up to three needs each, of those a little way before; the same every time.</summary>
    private static int[][] Random()
    {
        var random = new Random(6);
        return [.. Enumerable.Range(0, Milestones).Select(i => Enumerable.Range(0, i == 0 ? 0 : random.Next(4)).Select(_ => random.Next(Math.Max(0, i - 30), i)).Distinct().ToArray())];
    }
}
