using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests;

/// <summary>
/// One sample of every case of every closed hierarchy. The catch-all arm of a switch only throws, so walking all
/// samples through the switches finds a case that was added and forgotten; a case without a sample fails too.
/// </summary>
public sealed class EveryCase
{
    /// <summary>The ticket of the milestone's step, and the one of the queue's order.</summary>
    private static readonly Ticket Mine = new(1), Queued = new(2);
    private static readonly Items<BatchItem> Batch = [new BatchItem(Sketch.Id("1A"), "c1")];
    private static readonly GatedCommit Gated = GatedCommit.Of("k1", [])!;
    private static readonly Items<Finding> Findings = [new Finding(FindingSeverity.Major, "a", 1, "wrong")];
    private static readonly Items<Milestone> Plan = Sketch.Plan("1A", "1B", "2A");

    private static IEnumerable<TurnOutcome> Outcomes =>
    [
        new TurnOutcome.Completed("done"), new TurnOutcome.Approved("fine"), new TurnOutcome.Approved("fine", Findings), new TurnOutcome.ChangesRequested(Findings),
        new TurnOutcome.Limited(null, "limit"), new TurnOutcome.Spent("spent"), new TurnOutcome.Interrupted(),
        .. Enum.GetValues<FailureKind>().Select(kind => new TurnOutcome.Failed(kind, "code", "message")),
    ];

    private static IEnumerable<Step> Steps =>
    [
        new Step.Prepare("base", "c1", Findings), new Step.Gate("c1"),
        .. Enum.GetValues<Role>().Select(role => new Step.Commit(role)),
        .. Enum.GetValues<Role>().Select(role => new Step.Turn(Brief(role))),
    ];

    private static IEnumerable<Phase> Phases =>
    [
        new Phase.Waiting(), new Phase.LeftOut(), new Phase.Accepted("c1"), Phase.Integrated.In(LandedCommit.Of(Gated, "k1", Proof.Whole)!), Phase.Integrated.Before(new DoneMilestone(Sketch.Id("1A"), "k0")),
        new Phase.Failed("code", "message"), new Phase.Blocked(Sketch.Id("1B")),
        .. Steps.Select(step => new Phase.Working(Mine, step)),
        .. from reason in Enum.GetValues<ParkReason>() from step in Steps select new Phase.Parked(Story.Start, reason, "message", step),
    ];

    private static IEnumerable<Integration> Queues =>
    [
        new Integration.Idle(), new Integration.Building(Queued, Batch), new Integration.Testing(Queued, Batch, "base", "k1"), new Integration.Testing(Queued, Batch, "base", "k1", new NextCandidate(new Ticket(3), Batch)),
        new Integration.Publishing(Queued, Batch, "base", Gated),
    ];

    private static IEnumerable<Final> Finals =>
    [
        new Final.Completed(), new Final.WithFailures(), new Final.Stopped("code", "message"), new Final.Abandoned("given up"), new Final.LimitReached(Story.Start, "limit"),
    ];

    private static IEnumerable<Order> Orders =>
    [
        new Order.Prepare(Mine, Sketch.Id("1A"), 1, new Step.Prepare("base")), new Order.RunTurn(Mine, Sketch.Id("1A"), Brief(Role.Review), "base", "c1"), new Order.Meter(Mine, Sketch.Id("1A"), Queued),
        new Order.Commit(Mine, Sketch.Id("1A"), Role.Implement, 1, 0, "base", "c1"), new Order.RunGates(Mine, Sketch.Id("1A"), "c1", "base"),
        new Order.BuildCandidate(Mine, Batch, "base"), new Order.TestCandidate(Mine, "k1", Sketch.Ids("1A"), "base"),
        new Order.Publish(Mine, "base", "k1", Batch, ["k0"]), new Order.Wake(Story.Start), new Order.Hold([Mine]),
    ];

    private static IEnumerable<Event> Facts =>
    [
        new Event.RunStarted(new RunId("every"), Plan, new Policy(), "refs/heads/main", "base", [], []),
        new Event.Resumed(2, new Policy()), new Event.Woke(), new Event.Answered(Mine, []), new Event.TurnMetered(Mine, default, default),
        new Event.WorktreeReady(Mine, "base", null), new Event.WorktreeReady(Mine, "base", "c2"), new Event.WorktreeReady(Mine, "base", null, ["a.txt"]),
        new Event.WorkCommitted(Mine, "c2", 1), new Event.WorkCommitted(Mine, "c3", 1, "t3"), new Event.WorkCommitted(Mine, "c4", 1, "t4", [new Finding(FindingSeverity.Critical, "a", 1, "lost")], [new Mark(MarkKind.FewerTests, "a", "fewer")]), new Event.WorkCommitted(Mine, null, 0),
        new Event.CandidateBuilt(Queued, "base", "base", "k1", Sketch.Ids("1A"), []),
        new Event.CandidateBuilt(Queued, "base", "base", null, [], [new Conflict(Sketch.Id("1A"), ["a"])]),
        new Event.Published(Queued, "k1", null, Proof.Whole), new Event.Published(Queued, "k1", "offered", Proof.Whole, new Offer(false, null)), new Event.Abandoned("given up"), new Event.TargetMoved(Queued, "x"),
        .. Enum.GetValues<Pressure>().Select(pressure => new Event.MachineRead(new MachineReading(pressure, 1, "read"))),
        .. from pressure in Enum.GetValues<Pressure>() from scarce in Enum.GetValues<Scarce>() select new Event.MachineRead(new MachineReading(pressure, 1, "read", scarce)),
        new Event.PauseAsked(true),
        new Event.PauseAsked(false),
        .. Enum.GetValues<Urgency>().Select(urgency => new Event.StopAsked(new StopRequest(urgency, "code", "message"))),
        .. Outcomes.Select(outcome => new Event.TurnFinished(Mine, outcome, default, Footprint: new Footprint(1, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)))),
        .. from ticket in new[] { Mine, Queued } from green in new[] { true, false } select new Event.GateFinished(ticket, [new GateResult("test", green, "")]),
        .. from ticket in new[] { Mine, Queued } from kind in Enum.GetValues<FailureKind>() select new Event.OrderFailed(ticket, kind, "code", "message"),
    ];

    public static TheoryData<Type, Type[]> Hierarchies => new()
    {
        { typeof(TurnOutcome), Types(Outcomes) }, { typeof(Step), Types(Steps) }, { typeof(Phase), Types(Phases) }, { typeof(Integration), Types(Queues) },
        { typeof(Final), Types(Finals) }, { typeof(Order), Types(Orders) }, { typeof(Event), Types(Facts) },
    };

    [Theory]
    [MemberData(nameof(Hierarchies), DisableDiscoveryEnumeration = true)]
    public void Every_case_has_a_sample_and_the_hierarchy_is_closed(Type hierarchy, Type[] sampled)
    {
        var cases = hierarchy.GetNestedTypes().Where(t => t.IsSubclassOf(hierarchy)).ToList();
        Assert.Equal(cases.Select(t => t.Name).Order(StringComparer.Ordinal), sampled.Select(t => t.Name).Order(StringComparer.Ordinal));
        Assert.All(cases, t => Assert.True(t.IsSealed, $"{t} is not sealed."));
        Assert.Empty(hierarchy.GetConstructors());
        Assert.Empty(hierarchy.Assembly.GetTypes().Where(t => t.IsSubclassOf(hierarchy)).Except(cases));
    }

    [Fact]
    public void Every_fact_is_taken_in_by_every_state()
    {
        var walked = 0;
        foreach (var state in States())
        {
            foreach (var fact in Facts)
            {
                var (next, orders) = Conductor.Decide(state, fact, Story.Start.AddHours(1));
                Assert.NotEmpty(ShortForm.Of(next, orders));
                var chronicle = Chronicle.Take(null, fact, state, next, Story.Start.AddHours(1));
                Assert.All(Enumerable.Range(0, next.Milestones.Count), i => Assert.NotEmpty(NextSteps.Of(next, i, alive: false).Sentences));
                Assert.Equal(next.Milestones.Count, chronicle.Milestones.Count);
                Assert.True(next.Final is null || orders.Count == 0);
                walked++;
            }
        }

        Assert.True(walked > 30_000, $"Only {walked} were walked.");
    }

    [Fact]
    public void Every_order_but_those_without_an_answer_has_its_ticket() =>
        Assert.All(Orders, order => Assert.Equal(order is Order.Wake or Order.Hold ? null : Mine, order.TicketOrNull));

    [Fact]
    public void Everything_in_a_chronicle_has_its_word()
    {
        Assert.All(Enum.GetValues<MarkKind>(), kind => Assert.NotEmpty(Words.Of(kind)));
        Assert.All(Enum.GetValues<FoundBy>(), by => Assert.NotEmpty(Words.Of(by)));
        Assert.All(Enum.GetValues<Fate>(), fate => Assert.NotEmpty(Words.Of(fate)));
        Assert.All(Enum.GetValues<WaitKind>(), kind => Assert.NotEmpty(Words.Of(kind)));
        Assert.All(Enum.GetValues<CandidateEnd>(), end => Assert.NotEmpty(Words.Of(end)));
    }

    [Fact]
    public void Every_pressure_of_the_machine_has_its_slots()
    {
        Assert.All(Enum.GetValues<Pressure>(), pressure => CapacityPolicy.Slots(new Policy(), new MachineReading(pressure, 1, "")));
        Assert.Throws<ArgumentOutOfRangeException>(() => CapacityPolicy.Slots(new Policy(), new MachineReading((Pressure)99, 1, "")));
    }

    /// <summary>Every phase of a milestone with every state of the queue, running, stopping, limited, machine critical, and ended.</summary>
    private static IEnumerable<RunState> States() =>
        from phase in Phases
        from queue in Queues
        where queue is Integration.Idle || phase is Phase.Accepted or Phase.Working
        from state in Variants(new RunState
        {
            Run = new RunId("every"),
            Plan = new Plan(Plan),
            Policy = new Policy(),
            Target = "refs/heads/main",
            Base = "base",
            Tip = "base",
            StartedAt = Story.Start, At = Story.Start,
            NextTicket = 10,
            Integration = queue,
            Milestones = new Roster(
            [
                new MilestoneState(phase, Story.Start, Attempt: 1, Sessions: 1, Writer: Brief(Role.Implement).Session, Base: "base", Tip: "c1"),
                new MilestoneState(new Phase.Accepted("c0"), Story.Start, Attempt: 1), new MilestoneState(new Phase.Waiting(), Story.Start),
            ]),
        })
        select state;

    private static IEnumerable<RunState> Variants(RunState state) =>
    [
        state,
        state with { Stop = new StopRequest(Urgency.Drain, "code", "message") },
        state with { Limits = [new Limit(null, Story.Start.AddHours(5), "limit")] },
        state with { Limits = [new Limit("", Story.Start.AddHours(5), "limit", Canary: Mine)], Policy = state.Policy with { AutoResume = false, Budget = new Budget(Run: new Cap(1)), HeadStart = TimeSpan.FromSeconds(10) } },
        state with { Policy = state.Policy with { Publish = PublishMode.PullRequest }, Unlanded = "offered", Offer = new Offer(false, "address") },
        state with { Unmetered = [new UnmeteredTurn(Queued, Mine, 0, Role.Implement)] },
        state with { Machine = new MachineReading(Pressure.Critical, 0, "memory") },
        state with { Machine = new MachineReading(Pressure.Critical, 0, "memory", Scarce.Memory), Held = [new HeldTurn(Mine, Story.Start)] },
        state with { Policy = state.Policy with { RetryAttempts = 1, ReviewRounds = 0, Redeliveries = 0, Rebuilds = 0 } },
        .. Finals.Select(final => state with { Final = final }),
    ];

    private static TurnBrief Brief(Role role) => new(role, Ask.Begin, Sessions.Name(new RunId("every"), Sketch.Id("1A"), 1), false, 1, 0, 1);

    private static Type[] Types<T>(IEnumerable<T> samples) => [.. samples.Select(s => s!.GetType()).Distinct()];
}
