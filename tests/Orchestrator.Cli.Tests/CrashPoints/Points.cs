using System.Collections.Concurrent;

namespace Orchestrator.Cli.Tests.CrashPoints;

/// <summary>
/// Draws points and plays them. A test draws its points by a fixed seed; with ORCHESTRATOR_ALL_POINTS=1 it takes them
/// all, with ORCHESTRATOR_ALL_POINTS=200-300 all of these.
/// </summary>
internal static class Points
{
    private const int Seed = 3;
    private static readonly int[]? Range = Environment.GetEnvironmentVariable("ORCHESTRATOR_ALL_POINTS") is { } text ? text == "1" ? [1, int.MaxValue] : [.. text.Split('-').Select(int.Parse)] : null;

    private static readonly Lazy<CrashScene> Scene = new(() => new CrashScene(
        "\"gates\": [ { \"name\": \"there\", \"run\": \"test -d out && date > gate.log && rm gate.log\" } ]", "",
        ("1A", "fake: ok"), ("1B", "fake: changes-then-approve"), ("2A", "fake: ok"), ("2B", "fake: ok")));

    /// <summary>True when all points are asked for.</summary>
    public static bool All => Range is not null;

    /// <summary>A whole run of two stages, with a remediation and gates.</summary>
    public static CrashScene TwoStages => Scene.Value;

    /// <summary>Points of it spread evenly over the run, each anywhere in its part.</summary>
    public static IEnumerable<(Fault, int)> Draw(Fault fault, int number)
    {
        var points = TwoStages.PointsFor(fault);
        var random = new Random(Seed + (int)fault);
        return (All ? points.Where(at => at >= Range![0] && at <= Range[1]) : Enumerable.Range(0, number).Select(i => points[(int)((i + random.NextDouble()) * points.Count / number)])).Select(at => (fault, at));
    }

    /// <summary>Plays some cases at the same time; none may break a law.</summary>
    public static async Task PlayAsync(CrashScene scene, int together, IReadOnlyList<(Fault Fault, int At)> cases, int atLeast = 50)
    {
        Assert.True(scene.Points >= atLeast, $"Only {scene.Points} calls were seen: the library is not in the processes.");
        var broken = new ConcurrentBag<string>();
        var played = 0;
        await Parallel.ForEachAsync(cases, new ParallelOptions { MaxDegreeOfParallelism = together }, (point, _) =>
        {
            foreach (var law in scene.Play(point.Fault, point.At))
            {
                broken.Add(law);
                Tell(law);
            }

            if (Interlocked.Increment(ref played) % 50 == 0)
            {
                Tell($"{played} of {cases.Count} points played, the latest {point.Fault} {point.At}; {broken.Count} laws broken");
            }

            return ValueTask.CompletedTask;
        });

        Assert.True(broken.IsEmpty, $"{broken.Count} laws broken, {cases.Count} cases played:\n{string.Join('\n', broken.Order(StringComparer.Ordinal))}");
    }

    /// <summary>All points take an hour and more: it is told meanwhile.</summary>
    private static void Tell(string line)
    {
        if (All)
        {
            Console.Error.WriteLine(line);
        }
    }
}
