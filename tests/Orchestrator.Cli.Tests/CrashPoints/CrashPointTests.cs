using System.Collections.Concurrent;

namespace Orchestrator.Cli.Tests.CrashPoints;

/// <summary>
/// The whole program, its gits and its agents, stopped at calls that change files. A test draws its points by a fixed
/// seed; with ORCHESTRATOR_ALL_POINTS=1 it takes them all, with ORCHESTRATOR_ALL_POINTS=200-300 all of these.
/// </summary>
public sealed class CrashPointTests
{
    private const int Seed = 3;
    private static readonly int[]? Range = Environment.GetEnvironmentVariable("ORCHESTRATOR_ALL_POINTS") is { } text ? text == "1" ? [1, int.MaxValue] : [.. text.Split('-').Select(int.Parse)] : null;
    private static readonly bool All = Range is not null;

    private static readonly Lazy<CrashScene> TwoStages = new(() => new CrashScene(
        "\"gates\": [ { \"name\": \"there\", \"run\": \"test -d out && date > gate.log && rm gate.log\" } ]", "",
        ("1A", "fake: ok"), ("1B", "fake: changes-then-approve"), ("2A", "fake: ok"), ("2B", "fake: ok")));

    [Fact]
    public async Task Killed_at_any_point_of_the_journal_a_run_goes_on_to_the_same_end()
    {
        _ = CrashLibrary.Path;
        var scene = new CrashScene("\"review\": { \"level\": \"none\" }", "journal.db", ("1A", "fake: ok"));

        await PlayAsync(scene, 2, [.. scene.PointsFor(Fault.Kill).Select(at => (Fault.Kill, at)), .. scene.PointsFor(Fault.Torn).Select(at => (Fault.Torn, at))]);
    }

    [Fact]
    public async Task Killed_at_any_point_a_run_of_two_stages_goes_on_to_the_same_end()
    {
        _ = CrashLibrary.Path;
        await PlayAsync(TwoStages.Value, 2, [.. Draw(Fault.Kill, 55), .. Draw(Fault.Torn, 55)]);
    }

    [Fact]
    public async Task Refused_by_the_disk_at_any_point_a_run_of_two_stages_loses_nothing()
    {
        _ = CrashLibrary.Path;

        // Most of its time such a run only waits: for room, or before it tries again.
        await PlayAsync(TwoStages.Value, All ? 16 : 6, [.. Draw(Fault.Enospc, 16), .. Draw(Fault.Eio, 16), .. Draw(Fault.EnospcForever, 8)]);
    }

    /// <summary>Points spread evenly over the run, each anywhere in its part.</summary>
    private static IEnumerable<(Fault, int)> Draw(Fault fault, int number)
    {
        var points = TwoStages.Value.PointsFor(fault);
        var random = new Random(Seed + (int)fault);
        return (All ? points.Where(at => at >= Range![0] && at <= Range[1]) : Enumerable.Range(0, number).Select(i => points[(int)((i + random.NextDouble()) * points.Count / number)])).Select(at => (fault, at));
    }

    /// <summary>All points take an hour and more: it is told meanwhile.</summary>
    private static void Tell(string line)
    {
        if (All)
        {
            Console.Error.WriteLine(line);
        }
    }

    private static async Task PlayAsync(CrashScene scene, int together, IReadOnlyList<(Fault Fault, int At)> cases)
    {
        Assert.True(scene.Points > 50, $"Only {scene.Points} calls were seen: the library is not in the processes.");
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
}
