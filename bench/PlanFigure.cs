using System.Diagnostics;
using System.Globalization;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Evidence;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Logs;
using Orchestrator.Engine.Ports;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Bench;

/// <summary>
/// What deciding, journal, log, figures, TASKS.md and evidence cost for each milestone, in CPU time, when the plan is
/// long; everything is real but the hands, which answer at once. Each plan has a process of its own.
/// </summary>
internal static class PlanFigure
{
    private const int Few = 100;
    private const int Many = 10_000;
    private const int InStage = 20;

    public static IEnumerable<Figure> Measure()
    {
        var (few, many) = (Ask(Few), Ask(Many));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"CPU for each milestone: {few.Milliseconds:0.00} ms of {Few}, {many.Milliseconds:0.00} ms of {Many}"));
        yield return new Figure($"cost of a milestone, plan of {Many} against {Few}", many.Milliseconds / few.Milliseconds, 1.3, "×");
        yield return new Figure($"plan of {Many}: peak memory", many.Mebibytes, 200, "MiB");
    }

    /// <summary>The measurement itself: prints milliseconds of CPU for each milestone, and the peak memory in MiB.</summary>
    public static int Child(int milestones)
    {
        using var workshop = new Workshop(inMemory: true);
        var number = 0;
        double Cost(int plan)
        {
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            var name = $"run{++number}";
            Run(workshop, name, plan).GetAwaiter().GetResult();
            Directory.Delete(Path.Combine(workshop.Folder, name), recursive: true);
            return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / plan;
        }

        for (var i = 0; i < 10; i++)
        {
            Cost(Few); // until the compiler has done what it does
        }

        var costs = Enumerable.Range(0, Math.Max(1, 1000 / milestones)).Select(_ => Cost(milestones)).ToList();
        var peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{costs.Min()} {double.Parse(peak, CultureInfo.InvariantCulture) / 1024}"));
        return 0;
    }

    private static (double Milliseconds, double Mebibytes) Ask(int milestones)
    {
        var info = new ProcessStartInfo(Environment.ProcessPath!, ["--plan", milestones.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true };
        info.Environment["DOTNET_GCgen0size"] = "400000"; // as the program has it; by itself it follows the processor's cache
        using var process = Process.Start(info)!;
        var words = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        return (double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    private static async Task Run(Workshop workshop, string name, int count)
    {
        var folder = workshop.Make(name);
        Clock.Run(folder, workshop.Folder, "/usr/bin/git", "init", "-q", "-b", "main");
        Clock.Run(folder, workshop.Folder, "/usr/bin/git", "-c", "user.name=Bench", "-c", "user.email=bench@localhost", "commit", "-q", "--allow-empty", "-m", "begin");
        var (repository, _) = await Repository(folder).ConfigureAwait(false);
        var places = repository!.Places;
        var logs = Path.Combine(folder, "logs");
        await StateFolder.EnsureAsync(repository, logs, CancellationToken.None).ConfigureAwait(false);
        Directory.CreateDirectory(logs);
        var run = new RunId("20261123-000000-bench0");
        using var journal = RunJournal.OpenToWrite(places.Journal, TimeProvider.System.GetUtcNow());
        using var log = new LogFile(logs, TimeProvider.System.GetLocalNow(), Engine.Settings.LogLevel.Info);
        var evidence = journal.Reader.EvidenceOf(run, new EvidencePlaces(places, run), []);
        IReadOnlyList<IObserver> observers = [new TasksObserver(new LiveTasks(places)), log, new MetricsFile(logs), evidence];
        var loop = new RunLoop(journal, new InstantHands(), observers, TimeProvider.System, text => throw new InvalidOperationException(text));
        var ended = await loop.RunAsync(run, null, new Event.RunStarted(run, Plan(count), new Policy(), "refs/heads/main", new string('a', 40), [], [])).ConfigureAwait(false);
        if (ended.Final is not Final.Completed)
        {
            throw new InvalidOperationException($"The run ended as {ended.Final}.");
        }
    }

    private static Task<(Engine.Git.Repository? Repository, IReadOnlyList<Problem> Problems)> Repository(string folder) =>
        Engine.Git.Repository.OpenAsync(folder, new UserEnvironment(new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = folder }), CancellationToken.None);

    /// <summary>Stages of 20, each of which needs all of the one before.</summary>
    private static Items<Milestone> Plan(int count)
    {
        var milestones = new List<Milestone>(count);
        Items<MilestoneId> before = default;
        for (var stage = 1; milestones.Count < count; stage++)
        {
            var ids = Enumerable.Range(0, InStage).Select(i => MilestoneId.Parse(string.Create(CultureInfo.InvariantCulture, $"{stage}{(char)('A' + i)}"))).ToItems();
            milestones.AddRange(ids.Select(id => new Milestone(id, $"Title of {id}", new string('0', 64), before)));
            before = ids;
        }

        return milestones.ToItems();
    }

    /// <summary>Answers each order at once, as if all went well.</summary>
    private sealed class InstantHands : IHands
    {
        public Task<Event?> CarryOutAsync(Order order, CancellationToken cancellation) => Task.FromResult<Event?>(order switch
        {
            Order.Prepare o => new Event.WorktreeReady(o.Ticket, o.Step.Base, null),
            Order.RunTurn { Brief.Role: Role.Review } o => new Event.TurnFinished(o.Ticket, new TurnOutcome.Approved("Fine."), new Usage(0.1m, 1000, 100)),
            Order.RunTurn o => new Event.TurnFinished(o.Ticket, new TurnOutcome.Completed("Done, with tests and documents, as the milestone asks."), new Usage(0.4m, 90_000, 9000)),
            Order.Commit o => new Event.WorkCommitted(o.Ticket, Commit(o.Ticket, 'b'), 7),
            Order.RunGates o => new Event.GateFinished(o.Ticket, [new GateResult("tests", true, "")]),
            Order.BuildCandidate o => new Event.CandidateBuilt(o.Ticket, o.Tip, o.Tip, Commit(o.Ticket, 'c'), o.Batch.Select(b => b.Id).ToItems(), []),
            Order.TestCandidate o => new Event.GateFinished(o.Ticket, [new GateResult("tests", true, "")]),
            Order.Publish o => new Event.Published(o.Ticket, o.Candidate, null, Proof.Whole),
            _ => throw new InvalidOperationException(order.GetType().Name),
        });

        public void Hold(IReadOnlyCollection<Ticket> turns)
        {
            // Nothing runs that could be frozen.
        }

        private static string Commit(Ticket ticket, char first) => first + ticket.Number.ToString("x39", CultureInfo.InvariantCulture);
    }
}
