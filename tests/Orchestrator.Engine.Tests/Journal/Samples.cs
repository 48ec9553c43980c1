using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Tests.Journal;

/// <summary>Samples of every fact: one with everything said, and where it matters one with as little as there can be.</summary>
internal static class Samples
{
    private static readonly MilestoneId One = MilestoneId.Parse("1A");
    private static readonly MilestoneId Two = MilestoneId.Parse("10AB");
    private static readonly Ticket Ticket = new(7);

    public static Event.RunStarted Start { get; } = new(
        new RunId("20261123-001522-a1b2c3"),
        [
            new Milestone(One, "Parser – 日本", "abc", default, true, ["make test", "echo \"<&>\""], "opus", 2.50m, TimeSpan.FromMinutes(90), ReviewLevel.Strict),
            new Milestone(Two, "Printer", "def", [One], false, default, null, null, null, ReviewLevel.None, default, ["It prints."], ["`frob` is installed"]),
        ],
        new Policy(2, 1, 0, ReviewLevel.None, false, TimeSpan.FromSeconds(90), 3, 4, PublishMode.Branch), "refs/heads/main", "base", [new DoneMilestone(One, "merge")], [Two]);

    public static IReadOnlyList<Event> All { get; } =
    [
        Start,
        new Event.RunStarted(new RunId("r"), [], new Policy(), "refs/heads/main", "base", default, default),
        new Event.Resumed(2, new Policy()),
        new Event.Resumed(4, new Policy(Model: "opus", Budget: new Budget(new Cap(1.5m, 5_000_000_000), new Cap(Tokens: 7), new Cap(20)), HeadStart: TimeSpan.FromSeconds(10))),
        new Event.Resumed(5, new Policy(ReviewBar: FindingSeverity.Critical)),
        new Event.Resumed(6, new Policy(Ahead: 2, Fence: FenceLevel.SharedNetwork)),
        new Event.Resumed(3, new Policy(1, 1, 0, ReviewLevel.None, false, TimeSpan.Zero, 0, 0, PublishMode.FastForward)),
        new Event.Woke(),
        new Event.Published(Ticket, "commit", "", new Proof(default)),
        new Event.TurnFinished(Ticket, new TurnOutcome.ChangesRequested([new Finding(FindingSeverity.Minor, "", null, "")]), default),
        new Event.MachineRead(new MachineReading(Pressure.Tense, 0, "2 GiB free")),
        new Event.MachineRead(MachineReading.Unknown),
        .. Enum.GetValues<Scarce>().Select(scarce => new Event.MachineRead(new MachineReading(Pressure.Critical, 0, "little room", scarce))),
        new Event.Resumed(7, new Policy(), new MachineReading(Pressure.Calm, 2, "two", Scarce.Cpu)),
        new Event.RunStarted(new RunId("r"), [], new Policy(), "refs/heads/main", "base", default, default, new MachineReading(Pressure.Tense, 1, "busy", Scarce.Memory)),
        new Event.TurnFinished(Ticket, new TurnOutcome.Completed("done"), default, Footprint: new Footprint(1 << 30, TimeSpan.FromMilliseconds(1234), TimeSpan.FromMilliseconds(60_001), 5_000_000_000)),
        new Event.TurnFinished(Ticket, new TurnOutcome.Completed("done"), default, Footprint: new Footprint(7, TimeSpan.Zero, TimeSpan.FromSeconds(3))),
        new Event.PauseAsked(true),
        new Event.PauseAsked(false),
        new Event.StopAsked(new StopRequest(Urgency.Stop, "operator", "Ctrl-C")),
        new Event.StopAsked(new StopRequest(Urgency.Drain, "operator", "")),
        new Event.WorktreeReady(Ticket, "base", "carried"),
        new Event.WorktreeReady(Ticket, "base", null),
        new Event.WorktreeReady(Ticket, "base", null, ["a.txt", "ü b"]),
        new Event.TurnFinished(Ticket, new TurnOutcome.Completed("done"), new Usage(1.234567m, 5_000_000_000, 3)),
        new Event.TurnFinished(Ticket, new TurnOutcome.Approved(""), default),
        new Event.TurnFinished(Ticket, new TurnOutcome.Approved("fine", [new Finding(FindingSeverity.Minor, "a.cs", 7, "typo", "read it"), new Finding(FindingSeverity.Major, null, null, "slow")]), default),
        new Event.TurnFinished(Ticket, new TurnOutcome.ChangesRequested([new Finding(FindingSeverity.Critical, "a b.cs", 7, "wrong\nand \"quoted\""), new Finding(FindingSeverity.Minor, null, null, "")]), default),
        new Event.TurnFinished(Ticket, new TurnOutcome.Limited(new DateTimeOffset(2026, 11, 23, 0, 5, 18, TimeSpan.Zero), "limit"), default),
        new Event.TurnFinished(Ticket, new TurnOutcome.Limited(null, "limit"), default),
        .. Enum.GetValues<FailureKind>().Select(kind => new Event.TurnFinished(Ticket, new TurnOutcome.Failed(kind, "agent.x", "why"), default)),
        new Event.TurnFinished(Ticket, new TurnOutcome.Limited(null, "limit", LimitScope.Model), default),
        new Event.TurnFinished(Ticket, new TurnOutcome.Spent("spent"), new Usage(1, 2, 3, 4, 5), [new ModelUsage("claude-x", new Usage(1, 2, 3, 4, 5))], Metered: false),
        new Event.TurnFinished(Ticket, new TurnOutcome.Interrupted(), default),
        new Event.Answered(Ticket, default),
        new Event.Answered(Ticket, [new LimitWindow("five_hour", WindowStatus.Warning, 0.92, new DateTimeOffset(2026, 11, 23, 0, 5, 0, TimeSpan.Zero)), new LimitWindow("seven_day", WindowStatus.Allowed, null, null)]),
        new Event.TurnMetered(Ticket, new Usage(1, 2, 3), [new ModelUsage("claude-x", new Usage(1, 2, 3))]),
        new Event.WorkCommitted(Ticket, "commit", 3),
        new Event.WorkCommitted(Ticket, "commit", 3, "tree"),
        new Event.WorkCommitted(Ticket, null, 0),
        new Event.WorkCommitted(Ticket, "commit", 3, "tree", [new Finding(FindingSeverity.Critical, "a.txt", 7, "lost")], [.. Enum.GetValues<MarkKind>().Select(kind => new Mark(kind, "a.txt", "why"))]),
        new Event.GateFinished(Ticket, [new GateResult("tests", true, ""), new GateResult("lint", false, "line 1\nline 2"), new GateResult("e2e", true, "timed out", Flaky: true)]),
        new Event.GateFinished(Ticket, default),
        new Event.GateFinished(
            Ticket,
            [new GateResult("tests", false, "red", false, new TestTally(9, 2, 1, ["A.B", "A.C"]), new GateBefore(false, new TestTally(8, 1, 0, ["A.B"]))), new GateResult("lint", false, "red", Before: new GateBefore(true))],
            [.. Enum.GetValues<ProvedBy>().Select(by => new CriterionProof(1, by, "evidence"))]),
        new Event.TurnFinished(Ticket, new TurnOutcome.Approved("fine", default, [new CriterionProof(2, ProvedBy.Reviewer, "a.cs:7")]), default),
        new Event.CandidateBuilt(Ticket, "onto", "tip", "candidate", [One], [new Conflict(Two, ["a.txt", "ü.txt"])]),
        new Event.CandidateBuilt(Ticket, "onto", "tip", null, default, default),
        new Event.Published(Ticket, "commit", "the checkout was left alone", Proof.Whole),
        new Event.Published(Ticket, "commit", null, new Proof([new ProofCheck(ProofKind.OnlyTheirPaths, false, "a.txt changed")])),
        new Event.Published(Ticket, "commit", "it waits in a pull request", Proof.Whole, new Offer(true, "address")),
        new Event.Published(Ticket, "commit", "it could not be pushed", Proof.Whole, new Offer(false, null)),
        new Event.Resumed(6, new Policy(Publish: PublishMode.PullRequest)),
        new Event.Abandoned("The user asked for a new run."),
        new Event.TargetMoved(Ticket, "tip"),
        new Event.OrderFailed(new Ticket(0), FailureKind.Transient, "hands", "why"),
    ];
}
