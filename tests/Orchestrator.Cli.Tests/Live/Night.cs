using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Tests.Live;

/// <summary>A run that is made of facts, for screens to show.</summary>
internal sealed class Night
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 22, 0, 0, TimeSpan.Zero);

    private IReadOnlyList<Order> _orders = [];

    public Night(Policy policy, params string[] milestones)
    {
        var plan = milestones.Select(text =>
        {
            var words = text.Split(": ");
            return new Milestone(MilestoneId.Parse(words[0]), words[1], "hash", default);
        }).ToItems();
        var ids = plan.Select(m => m.Id).ToList();
        var staged = plan.Select(m => m with { Needs = ids.Where(id => id.Stage < m.Id.Stage).ToItems(), Barrier = true }).ToItems();
        Take(new Event.RunStarted(new RunId("20261123-220000-abc123"), staged, policy, "refs/heads/main", "b0", default, default));
    }

    public RunState State { get; private set; } = null!;

    public DateTimeOffset Now { get; private set; } = Start;

    public Night After(TimeSpan time)
    {
        Now += time;
        return this;
    }

    public Night Take(Event fact)
    {
        var decision = Conductor.Decide(State, fact, Now);
        (State, _orders) = (decision.State, decision.Orders);
        return this;
    }

    public Night Ready(params string[] ids) => Each<Order.Prepare>(ids, o => o.Milestone, o => new Event.WorktreeReady(o.Ticket, o.Step.Base, null));

    public Night Ends(string id, TurnOutcome outcome, decimal cost = 0.42m) => Each<Order.RunTurn>([id], o => o.Milestone, o => new Event.TurnFinished(o.Ticket, outcome, new Usage(cost, 120_000, 4_000)));

    public Night Commits(string id) => Each<Order.Commit>([id], o => o.Milestone, o => new Event.WorkCommitted(o.Ticket, $"c{o.Ticket.Number}", 3));

    public Night Gates(string id) => Each<Order.RunGates>([id], o => o.Milestone, o => new Event.GateFinished(o.Ticket, default));

    public Night Accepted(params string[] ids)
    {
        foreach (var id in ids)
        {
            Ready(id).Ends(id, new TurnOutcome.Completed("done")).Commits(id).Ends(id, new TurnOutcome.Approved("fine")).Gates(id);
        }

        return this;
    }

    public Night Built()
    {
        var order = _orders.OfType<Order.BuildCandidate>().Single();
        return Take(new Event.CandidateBuilt(order.Ticket, State.Tip, State.Tip, "k1", order.Batch.Select(b => b.Id).ToItems(), default));
    }

    public Night Landed()
    {
        Built();
        var test = _orders.OfType<Order.TestCandidate>().Single();
        Take(new Event.GateFinished(test.Ticket, default));
        var publish = _orders.OfType<Order.Publish>().Single();
        return Take(new Event.Published(publish.Ticket, publish.Candidate, null, Whole));
    }

    private static Proof Whole => new(Enum.GetValues<ProofKind>().Select(kind => new ProofCheck(kind, true, "")).ToItems());

    private Night Each<T>(IEnumerable<string> ids, Func<T, MilestoneId> whose, Func<T, Event> answer)
        where T : Order
    {
        foreach (var id in ids)
        {
            Take(answer(_orders.OfType<T>().Single(order => whose(order).ToString() == id)));
        }

        return this;
    }
}
