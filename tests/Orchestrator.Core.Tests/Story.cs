using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests;

/// <summary>
/// A run told in sentences: what happens to a milestone, then what is expected. Answers find their order by the
/// milestone, or the queue; time stands still unless it is said to pass.
/// </summary>
internal sealed class Story(Items<Milestone> plan)
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 22, 0, 0, TimeSpan.Zero);

    private Policy _policy = new();
    private Items<DoneMilestone> _done;
    private Items<MilestoneId> _leftOut;
    private int _commits;
    private Event? _last;
    private Notices _notices = Notices.Begin(null);

    /// <summary>False: turns that gave no answer are read only when the story says so.</summary>
    public bool Meters { get; init; } = true;

    /// <summary>What a person who is away wants to be told.</summary>
    public NoticeWishes Wishes { get; init; } = new(NoticeTopics.All, TimeSpan.FromMinutes(30), time => FormattableString.Invariant($"{time:HH:mm}"));

    /// <summary>And what was told.</summary>
    public List<Notice> Told { get; } = [];

    public DateTimeOffset Now { get; set; } = Start;

    public RunState State { get; private set; } = null!;

    /// <summary>The way here, folded from the same facts.</summary>
    public Chronicle Chronicle { get; private set; } = null!;

    public IReadOnlyList<Order> Orders { get; private set; } = [];

    public static Story Of(params string[] plan) => new(Sketch.Plan(plan));

    public Story Under(Policy policy)
    {
        _policy = policy;
        return this;
    }

    public Story Done(params string[] ids)
    {
        _done = ids.Select(id => new DoneMilestone(Sketch.Id(id), "old")).ToItems();
        return this;
    }

    public Story LeavingOut(params string[] ids)
    {
        _leftOut = Sketch.Ids(ids);
        return this;
    }

    public Story Begins() => Happens(new Event.RunStarted(new RunId("story"), plan, _policy, "refs/heads/main", "base", _done, _leftOut));

    public Story Happens(Event fact)
    {
        Decide(fact);
        _last = fact;
        foreach (var order in Orders.OfType<Order.Meter>().Where(_ => Meters).ToList())
        {
            Decide(new Event.TurnMetered(order.Ticket, default, default));
        }

        return this;
    }

    private void Decide(Event fact)
    {
        var before = State;
        (State, Orders) = Conductor.Decide(State, fact, Now);
        Chronicle = Chronicle.Take(Chronicle, fact, before, State, Now);
        (_notices, var told) = _notices.Take(fact, before, State, Now, Wishes);
        Told.AddRange(told);
    }

    /// <summary>The last fact comes a second time.</summary>
    public Story HappensAgain() => Happens(_last!);

    public Story Passes(TimeSpan time)
    {
        Now += time;
        return this;
    }

    /// <summary>Time passes until the run asked to be woken.</summary>
    public Story Wakes()
    {
        Now = Orders.OfType<Order.Wake>().Single().At;
        return Happens(new Event.Woke());
    }

    public Story Machine(Pressure pressure, int room = int.MaxValue) => Happens(new Event.MachineRead(new MachineReading(pressure, room, "read")));

    public Story Critical(Scarce scarce) => Happens(new Event.MachineRead(new MachineReading(Pressure.Critical, 0, $"no {scarce}", scarce)));

    public Story Asked(Urgency urgency) => Happens(new Event.StopAsked(new StopRequest(urgency, "operator", "You asked to stop.")));

    public Story Pauses(bool pause = true) => Happens(new Event.PauseAsked(pause));

    public Story Resumes(Policy? policy = null)
    {
        _notices = Notices.Begin(State);
        return Happens(new Event.Resumed(State.Incarnation + 1, policy ?? _policy));
    }

    // A milestone's orders.
    public Story Ready(string id, string? carried = null)
    {
        var order = Given<Order.Prepare>(id);
        return Happens(new Event.WorktreeReady(order.Ticket, order.Step.Base, carried));
    }

    /// <summary>The worktree stands, with the earlier work conflicting in a file.</summary>
    public Story ReadyInConflict(string id, string path = "a.txt")
    {
        var order = Given<Order.Prepare>(id);
        return Happens(new Event.WorktreeReady(order.Ticket, order.Step.Base, null, [path]));
    }

    public Story Ends(string id, TurnOutcome outcome, decimal cost = 0) =>
        Happens(new Event.TurnFinished(Given<Order.RunTurn>(id).Ticket, outcome, new Usage(cost, 0, 0)));

    public Story Fails(string id, FailureKind kind, decimal cost = 0) => Ends(id, new TurnOutcome.Failed(kind, $"agent.{kind}", $"{kind} trouble."), cost);

    public Story Limited(string id, DateTimeOffset? resets = null) => Ends(id, new TurnOutcome.Limited(resets, "Usage limit."));

    /// <summary>The provider answers a milestone's turn.</summary>
    public Story Answers(string id, params LimitWindow[] windows) => Happens(new Event.Answered(Given<Order.RunTurn>(id).Ticket, windows.ToItems()));

    public Story Completes(string id, decimal cost = 0) => Ends(id, new TurnOutcome.Completed("done"), cost);

    public Story Approved(string id) => Ends(id, new TurnOutcome.Approved("fine"));

    public Story ApprovedWithRemarks(string id) => Ends(id, new TurnOutcome.Approved("fine", [new Finding(FindingSeverity.Minor, "a.txt", 1, "a typo")]));

    public Story ChangesRequested(string id) => Ends(id, new TurnOutcome.ChangesRequested([new Finding(FindingSeverity.Major, "a.txt", 1, "wrong")]));

    public Story Commits(string id) => Happens(new Event.WorkCommitted(Given<Order.Commit>(id).Ticket, $"c{++_commits}", 1));

    /// <summary>A commit in which something of either side is not to be found.</summary>
    public Story CommitsLosing(string id, string? tree = null) =>
        Happens(new Event.WorkCommitted(Given<Order.Commit>(id).Ticket, $"c{++_commits}", 1, tree, [new Finding(FindingSeverity.Critical, "a.txt", 3, "The change of 1A is not in it.")]));

    /// <summary>A commit that bears a mark.</summary>
    public Story CommitsMarked(string id) => Happens(new Event.WorkCommitted(Given<Order.Commit>(id).Ticket, $"c{++_commits}", 1, null, default, [new Mark(MarkKind.FewerAssertions, "t.cs", "3 before, 2 now")]));

    /// <summary>A commit of this content.</summary>
    public Story CommitsTree(string id, string tree) => Happens(new Event.WorkCommitted(Given<Order.Commit>(id).Ticket, $"c{++_commits}", 1, tree));

    public Story CommitsNothing(string id) => Happens(new Event.WorkCommitted(Given<Order.Commit>(id).Ticket, null, 0));

    public Story Gates(string id, bool green = true) => Happens(new Event.GateFinished(Given<Order.RunGates>(id).Ticket, Results(green)));

    public Story Gates(string id, GateResult result, params CriterionProof[] proofs) => Happens(new Event.GateFinished(Given<Order.RunGates>(id).Ticket, [result], proofs.ToItems()));

    public Story Implements(params string[] ids) => ids.Aggregate(this, (story, id) => story.Ready(id).Completes(id).Commits(id));

    /// <summary>From the start to accepted, without a hitch.</summary>
    public Story Accepts(params string[] ids) => ids.Aggregate(this, (story, id) => story.Implements(id).Approved(id).Gates(id));

    // The queue's orders.
    public Story Builds(params string[] conflicting)
    {
        var order = Queued<Order.BuildCandidate>();
        var conflicts = conflicting.Select(id => new Conflict(Sketch.Id(id), ["a.txt"])).ToItems();
        var merged = order.Batch.Select(b => b.Id).Except(conflicts.Select(c => c.Id)).ToItems();
        return Happens(new Event.CandidateBuilt(order.Ticket, "base", State.Tip, merged.Count > 0 ? $"k{++_commits}" : null, merged, conflicts));
    }

    public Story Tests(bool green = true) => Happens(new Event.GateFinished(Queued<Order.TestCandidate>().Ticket, Results(green)));

    public Story Publishes(string? unlanded = null, Proof? proof = null, Offer? offer = null)
    {
        var order = Queued<Order.Publish>();
        return Happens(new Event.Published(order.Ticket, order.Candidate, unlanded, proof ?? Proof.Whole, offer));
    }

    public Story TargetMoves() => Happens(new Event.TargetMoved(Queued<Order.Publish>().Ticket, "moved"));

    public Story QueueBreaks(FailureKind kind = FailureKind.Transient) =>
        Happens(new Event.OrderFailed(Queued<Order>().TicketOrNull!.Value, kind, $"git.{kind}", $"{kind} trouble."));

    /// <summary>Candidate, green gates, publication.</summary>
    public Story Lands(string? unlanded = null) => Builds().Tests().Publishes(unlanded);

    /// <summary>What could not land is published once more, and again it cannot.</summary>
    public Story LandsAgain(string unlanded) => Happens(new Event.CandidateBuilt(Queued<Order.BuildCandidate>().Ticket, "base", State.Tip, State.Tip, [], [])).Publishes(unlanded);

    // What is seen.

    /// <summary>Each text is how the milestone's short form begins, e.g. <c>1A: parked Limit</c>.</summary>
    public Story Expect(params string[] texts)
    {
        foreach (var text in texts)
        {
            Assert.StartsWith(text, this[text[..text.IndexOf(':')]], StringComparison.Ordinal);
        }

        return this;
    }

    public string this[string id] => ShortForm.Milestone(State, State.Plan.IndexOf(Sketch.Id(id))!.Value);

    public MilestoneState Of(string id) => State.Milestones[State.Plan.IndexOf(Sketch.Id(id))!.Value];

    public Dossier Dossier(string id) => Chronicle.Milestones[State.Plan.IndexOf(Sketch.Id(id))!.Value];

    public TurnBrief Brief(string id) => Given<Order.RunTurn>(id).Brief;

    public Story Ends<T>()
        where T : Final
    {
        Assert.IsType<T>(State.Final);
        Assert.Empty(Orders);
        return this;
    }

    public T Given<T>(string id)
        where T : Order => Assert.Single(Orders.OfType<T>(), o => Owner(o) == Sketch.Id(id));

    public T Queued<T>()
        where T : Order => Assert.Single(Orders.OfType<T>(), o => o is Order.BuildCandidate or Order.TestCandidate or Order.Publish);

    public string Batch() => string.Join(" ", Queued<Order.BuildCandidate>().Batch.Select(b => b.Id));

    /// <summary>The milestones whose turns are ordered to be frozen, in the order in which they were.</summary>
    public string Frozen() => string.Join(' ', Orders.OfType<Order.Hold>().SingleOrDefault()?.Turns.Select(turn => Orders.OfType<Order.RunTurn>().Single(o => o.Ticket == turn).Milestone) ?? []);

    private static MilestoneId? Owner(Order order) => order switch
    {
        Order.Prepare o => o.Milestone,
        Order.RunTurn o => o.Milestone,
        Order.Commit o => o.Milestone,
        Order.RunGates o => o.Milestone,
        _ => null,
    };

    private static Items<GateResult> Results(bool green) => [new GateResult("test", green, green ? "" : "1 of 9 tests fails")];
}
