using System.Diagnostics;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Fence;
using Orchestrator.Engine.Gateway;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Bench;

/// <summary>What a fence adds to a turn: its part of the repository made, and a process in it from its start to its end.</summary>
internal static class FenceFigure
{
    private const int Turns = 60;

    public static async Task<IEnumerable<Figure>> MeasureAsync(string root)
    {
        var found = await FenceProbe.LookAsync(CancellationToken.None).ConfigureAwait(false);
        if (found.Fence is null)
        {
            throw new InvalidOperationException($"There is no fence to measure: {found.Why}.");
        }

        var relay = Path.Combine(root, "artifacts", "program", "orchestrator");
        using var workshop = new Workshop();
        var home = workshop.Make("home");
        var folder = Bench.Repository.Make(workshop, home, "fenced", 1, null);
        var user = new UserEnvironment(new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = home });
        var (repository, _) = await Engine.Git.Repository.OpenAsync(folder, user, CancellationToken.None).ConfigureAwait(false);
        await StateFolder.EnsureAsync(repository!, Path.Combine(folder, "logs"), CancellationToken.None).ConfigureAwait(false);
        var tip = await repository!.CommitOfAsync("HEAD", CancellationToken.None).ConfigureAwait(false);
        await new Worktrees(repository).EnsureAsync(new WorkPlace("bench", MilestoneId.First(1)), tip!, renew: true, CancellationToken.None).ConfigureAwait(false);
        var name = MilestoneId.First(1).ToString();
        Directory.CreateDirectory(repository.Places.Temporary(name));

        // Nobody asks the provider anything; what is measured is the way there.
        var access = new ModelAccess(new Uri("http://127.0.0.1:9/"), ModelCredential.Key("none"), "ANTHROPIC_API_KEY", null, []);
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = home, ["ANTHROPIC_API_KEY"] = "none", [LongProcess.RepositoryMarker] = "bench" };
        var spec = new ProcessSpec("/usr/bin/true", [], repository.Places.Worktree(name), environment) { Model = new ModelShare() };
        await using var shared = new WaysOut(access, shared: true, [], relay, TimeProvider.System);
        await using var alone = new WaysOut(access, shared: false, [], relay, TimeProvider.System);
        var levels = new Dictionary<int, Fences>
        {
            [2] = new(repository, found.Fence, new FenceSetting(), [], shared),
            [3] = new(repository, found.Fence, new FenceSetting { Network = FenceNetwork.Model }, [], alone),
        };

        async Task<double> RunAsync(int level, int turn)
        {
            var watch = Stopwatch.StartNew();
            var around = levels.TryGetValue(level, out var fences) ? (await fences.AroundAsync(name, anew: false, CancellationToken.None).ConfigureAwait(false))(spec) : spec;
            using var process = await LongProcess.StartAsync(around, $"bench-{turn}-{level}", null, Path.Combine(workshop.Folder, "out"), Path.Combine(workshop.Folder, "err")).ConfigureAwait(false);
            var exit = await process.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            return exit == 0 ? watch.Elapsed.TotalMilliseconds : throw new InvalidOperationException(await File.ReadAllTextAsync(Path.Combine(workshop.Folder, "err")).ConfigureAwait(false));
        }

        var rounds = new List<double[]>();
        for (var turn = -3; turn < Turns; turn++)
        {
            double[] round = [await RunAsync(1, turn).ConfigureAwait(false), await RunAsync(2, turn).ConfigureAwait(false), await RunAsync(3, turn).ConfigureAwait(false)];
            if (turn >= 0)
            {
                rounds.Add(round);
            }
        }

        double Median(int level) => rounds.Select(round => round[level - 1]).Order().ElementAt(rounds.Count / 2);
        return [new Figure("what a fence adds to a turn, medians", Median(2) - Median(1), 30, "ms"), new Figure("the same without a network, relay and all", Median(3) - Median(1), 30, "ms")];
    }
}
