using System.Diagnostics;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Fence;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Bench;

/// <summary>What a fence adds to a turn: its part of the repository made, and a process in it from its start to its end.</summary>
internal static class FenceFigure
{
    private const int Turns = 60;

    public static async Task<IEnumerable<Figure>> MeasureAsync()
    {
        var found = await FenceProbe.LookAsync(CancellationToken.None).ConfigureAwait(false);
        if (found.Fence is null)
        {
            throw new InvalidOperationException($"There is no fence to measure: {found.Why}.");
        }

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
        var fences = new Fences(repository, found.Fence, new FenceSetting(), []);
        var spec = new ProcessSpec("/usr/bin/true", [], repository.Places.Worktree(name), new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = home, [LongProcess.RepositoryMarker] = "bench" });

        async Task<double> RunAsync(bool fenced, int turn)
        {
            var watch = Stopwatch.StartNew();
            var around = fenced ? (await fences.AroundAsync(name, anew: false, CancellationToken.None).ConfigureAwait(false))(spec) : spec;
            using var process = await LongProcess.StartAsync(around, $"bench-{turn}-{fenced}", null, Path.Combine(workshop.Folder, "out"), Path.Combine(workshop.Folder, "err")).ConfigureAwait(false);
            var exit = await process.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            return exit == 0 ? watch.Elapsed.TotalMilliseconds : throw new InvalidOperationException(await File.ReadAllTextAsync(Path.Combine(workshop.Folder, "err")).ConfigureAwait(false));
        }

        var pairs = new List<(double Fenced, double Plain)>();
        for (var turn = -3; turn < Turns; turn++)
        {
            var pair = (await RunAsync(true, turn).ConfigureAwait(false), await RunAsync(false, turn).ConfigureAwait(false));
            if (turn >= 0)
            {
                pairs.Add(pair);
            }
        }

        double Median(Func<(double Fenced, double Plain), double> of) => pairs.Select(of).Order().ElementAt(pairs.Count / 2);
        return [new Figure("what a fence adds to a turn, medians", Median(p => p.Fenced) - Median(p => p.Plain), 30, "ms")];
    }
}
