using System.Globalization;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Journal;

namespace Orchestrator.Bench;

/// <summary><c>status</c> of a run with 50 milestones, against <c>git --version</c> in the same minute; and its memory.</summary>
internal static class StatusFigure
{
    public static IEnumerable<Figure> Measure(string root)
    {
        using var workshop = new Workshop();
        var program = Path.Combine(root, "artifacts", "program", "orchestrator");
        WriteJournal(workshop.Folder);
        double Status() => Clock.Run(workshop.Folder, workshop.Folder, program, "status");
        double Git() => Clock.Run(workshop.Folder, workshop.Folder, "/usr/bin/git", "--version");
        Status();
        Git();

        // Interleaved, so that a busy moment of the machine falls on both.
        var pairs = Enumerable.Range(0, 60).Select(_ => (Status: Status(), Git: Git())).ToList();
        yield return new Figure("status of 50 milestones, wall time against git --version", pairs.Min(p => p.Status) / pairs.Min(p => p.Git), 5, "×");
        yield return new Figure("the same, medians", Median(pairs.Select(p => p.Status)) / Median(pairs.Select(p => p.Git)), 5, "×");
        yield return new Figure("status of 50 milestones, peak memory", PeakMebibytes(workshop.Folder, program), 40, "MiB");
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private static double PeakMebibytes(string folder, string program)
    {
        // The kernel's own count, asked by the shell's parent of the child that ended.
        var script = Path.Combine(folder, "peak.py");
        File.WriteAllText(script, "import resource, subprocess, sys\nsubprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, check=True)\nopen(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))\n");
        var result = Path.Combine(folder, "peak");
        Clock.Run(folder, folder, "/usr/bin/env", "python3", script, result, program, "status");
        return double.Parse(File.ReadAllText(result), CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>A run as it would stand in the morning: 5 stages of 10, each milestone reviewed once and remediated once.</summary>
    private static void WriteJournal(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, ".orchestrator"));
        using var journal = RunJournal.OpenToWrite(Path.Combine(folder, ".orchestrator", "journal.db"), DateTimeOffset.UnixEpoch);
        var run = new RunId("20261123-000000-bench0");
        var at = new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);
        var milestones = new List<Milestone>();
        Items<MilestoneId> before = default;
        for (var stage = 1; stage <= 5; stage++)
        {
            var ids = Enumerable.Range(0, 10).Select(i => MilestoneId.Parse(string.Create(CultureInfo.InvariantCulture, $"{stage}{(char)('A' + i)}"))).ToItems();
            milestones.AddRange(ids.Select(id => new Milestone(id, $"Title of {id}", new string('0', 64), before)));
            before = ids;
        }

        var entries = new List<Entry>();
        RunState? state = null;
        void Happen(Event fact)
        {
            at = at.AddSeconds(30);
            entries.Add(new Entry(fact, at));
            var decision = Conductor.Decide(state, fact, at);
            state = decision.State;
        }

        Happen(new Event.RunStarted(run, milestones.ToItems(), new Policy(), "refs/heads/main", new string('a', 40), [], []));
        while (state!.Final is null)
        {
            var order = Conductor.Decide(state, new Event.Woke(), at).Orders[0];
            Happen(order switch
            {
                Order.Prepare o => new Event.WorktreeReady(o.Ticket, o.Step.Base, null),
                Order.RunTurn { Brief: { Role: Role.Review, Round: 0 } } o => new Event.TurnFinished(o.Ticket, new TurnOutcome.ChangesRequested([new Finding(FindingSeverity.Major, "src/file.cs", 12, "Something is to be mended here, and said in a sentence.")]), new Usage(0.1m, 1000, 100)),
                Order.RunTurn { Brief.Role: Role.Review } o => new Event.TurnFinished(o.Ticket, new TurnOutcome.Approved("Fine."), new Usage(0.1m, 1000, 100)),
                Order.RunTurn o => new Event.TurnFinished(o.Ticket, new TurnOutcome.Completed("Done, with tests and documents, as the milestone asks."), new Usage(0.4m, 90_000, 9000)),
                Order.Commit o => new Event.WorkCommitted(o.Ticket, new string('b', 40), 7),
                Order.RunGates o => new Event.GateFinished(o.Ticket, [new GateResult("tests", true, "")]),
                Order.BuildCandidate o => new Event.CandidateBuilt(o.Ticket, state.Tip, state.Tip, $"{o.Ticket.Number:0000000000000000000000000000000000000000}", o.Batch.Select(b => b.Id).ToItems(), []),
                Order.TestCandidate o => new Event.GateFinished(o.Ticket, [new GateResult("tests", true, "")]),
                Order.Publish o => new Event.Published(o.Ticket, o.Candidate, null, Proof.Whole),
                _ => throw new InvalidOperationException(order.GetType().Name),
            });
        }

        journal.Append(run, entries);
    }
}
