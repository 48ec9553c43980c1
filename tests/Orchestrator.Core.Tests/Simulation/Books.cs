using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>
/// The world's own books. They are kept from the orders that go out and the answers that come in, never from what
/// the conductor says of itself; the laws are checked against them after every step.
/// </summary>
internal sealed class Books(Scenario scenario)
{
    private readonly Dictionary<long, Order> _orders = [];
    private readonly HashSet<long> _running = [];
    private readonly HashSet<long> _current = [];
    private readonly Dictionary<MilestoneId, int> _index = scenario.Milestones.Select((m, i) => (m.Id, i)).ToDictionary(p => p.Id, p => p.i);
    private readonly Ledger[] _ledgers = [.. scenario.Milestones.Select(_ => new Ledger())];
    private readonly HashSet<string> _accepted = [];
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(8) + TimeSpan.FromMinutes(1);

    private readonly Refusals _refusals = new();
    private readonly SlotBook _slots = new(scenario.Policy.Ahead);
    private readonly Purse _purse = new(scenario);
    private readonly QueueBook _queue = new(scenario.Milestones.Length);
    private bool _stopping;
    private bool _asked;

    /// <summary>Whether the user has the run paused.</summary>
    public bool Paused { get; private set; }

    public bool Merged(int i) => _queue.Merged[i];

    public int IndexOf(MilestoneId id) => _index[id];

    public static void Demand(bool holds, string law)
    {
        if (!holds)
        {
            throw new LawBroken(law);
        }
    }

    /// <summary>Looks at all that is ordered after a step. Returns the orders that are new.</summary>
    public List<Order> TakeOrders(RunState state, IReadOnlyList<Order> orders, int slots, DateTimeOffset at)
    {
        var fresh = new List<Order>();
        var underWay = false;
        foreach (var order in orders)
        {
            underWay = true;
            if (order.TicketOrNull is not { } ticket)
            {
                Demand(order is not Order.Wake wake || wake.At - at <= LongestWait, "no wait is longer than the longest that is believed");
                continue;
            }

            if (!_orders.TryAdd(ticket.Number, order))
            {
                Demand(_orders[ticket.Number].Equals(order), "a ticket names one order only");
            }

            if (_running.Add(ticket.Number))
            {
                fresh.Add(order);
                Demand(!_stopping || order is Order.Commit or Order.Meter, "nothing but a commit is begun once the run is asked to stop");
                Demand(!Paused || order is Order.Commit or Order.Meter or Order.TestCandidate or Order.Publish, "nothing but a commit and what is left to do for a candidate is begun while the run is paused");
                CheckOrder(order);
                _refusals.Check(order, orders, at, ModelOf);
            }
        }

        _slots.Check(orders, slots);
        Demand(state.Final is null || orders.Count == 0, "a final run gives no orders");
        Demand(state.Final is not null || underWay, "a run that is not final has an order or a timer");
        return fresh;
    }

    /// <summary>An answer comes in. Returns whether its ticket is the one of an order under way.</summary>
    public bool TakeAnswer(Event fact)
    {
        if (Whose.TicketOf(fact) is not { } ticket)
        {
            return true;
        }

        return _running.Contains(ticket.Number) && _current.Contains(ticket.Number);
    }

    /// <summary>What the merge queue is at.</summary>
    public string QueueAt { get; private set; } = "idle";

    /// <summary>Notes which tickets are asked for now; an answer to any other is stale.</summary>
    public void NoteCurrent(IReadOnlyList<Order> orders)
    {
        _current.Clear();
        QueueAt = "idle";
        foreach (var order in orders)
        {
            if (order.TicketOrNull is { } ticket)
            {
                _current.Add(ticket.Number);
                QueueAt = order switch { Order.BuildCandidate => "building", Order.TestCandidate => "testing", Order.Publish => "publishing", _ => QueueAt };
            }
        }
    }

    /// <summary>True when a milestone was never begun, all it needs is merged, and nothing at all is under way.</summary>
    public bool SomethingCouldStart()
    {
        if (_current.Count > 0 || _queue.Open)
        {
            return false;
        }

        for (var i = 0; i < _ledgers.Length; i++)
        {
            if (!_ledgers[i].Begun && !_queue.Merged[i] && i != scenario.LeftOut && scenario.Milestones[i].Needs.All(need => _queue.Merged[IndexOf(need)]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The clock was set. Waits keep their length when it goes back; when it goes forward, what is due is due.</summary>
    public void ClockSet(TimeSpan by) => _refusals.ClockSet(by);

    /// <summary>The model that turns of a milestone ask for.</summary>
    public string ModelOf(MilestoneId id) => scenario.Milestones[IndexOf(id)].Model ?? scenario.Policy.Model ?? "";

    /// <summary>A turn costs something, whether its answer is heard or not.</summary>
    public void Spend(Order.RunTurn turn, decimal cost) => _purse.Spend(IndexOf(turn.Milestone), cost);

    /// <summary>The program died: nothing is under way.</summary>
    public void Crash()
    {
        (_stopping, _asked, Paused) = (false, false, false);
        foreach (var number in _running)
        {
            if (_orders[number] is Order.RunTurn turn && _current.Contains(number))
            {
                Redelivered(IndexOf(turn.Milestone));
            }
        }

        _running.Clear();
    }

    /// <summary>An accepted answer becomes true in the books.</summary>
    public void Enter(Event fact, DateTimeOffset at)
    {
        _stopping |= fact is Event.StopAsked { Request.Urgency: Urgency.Stop };
        Paused = fact switch
        {
            Event.PauseAsked e => e.Pause && !_asked,
            Event.StopAsked => false,
            _ => Paused,
        };
        _asked |= fact is Event.StopAsked;
        if (Whose.TicketOf(fact) is not { } ticket || !_orders.TryGetValue(ticket.Number, out var order))
        {
            return;
        }

        switch (fact)
        {
            case Event.Answered when order is Order.RunTurn turn:
                _refusals.Passed(turn.Ticket.Number);
                break;
            case Event.TurnFinished e when order is Order.RunTurn turn:
                EnterTurn(_ledgers[IndexOf(turn.Milestone)], turn, e, at);
                break;
            case Event.WorkCommitted e when order is Order.Commit commit:
                var ledger = _ledgers[IndexOf(commit.Milestone)];
                ledger.Redeliveries = 0;
                ledger.Tip = e.Commit ?? ledger.Tip;
                ledger.Verdicts.Commit(e, commit.After);
                ledger.Marked = e.Commit is null ? ledger.Marked : e.Marks.Count > 0;
                ledger.Lost = e.Lost.Count > 0;
                ledger.Unchecked = false;
                if (ledger.Tip is null)
                {
                    AttemptFailed(ledger);
                }
                else if (ledger.Lost)
                {
                    ledger.Verdicts.Refuse(Judge.Merge);
                }

                break;
            case Event.WorktreeReady e when order is Order.Prepare prepare:
                _ledgers[IndexOf(prepare.Milestone)].Redeliveries = 0;
                _ledgers[IndexOf(prepare.Milestone)].Tip = e.Carried;
                _ledgers[IndexOf(prepare.Milestone)].Verdicts.Begin(e.Carried);
                _ledgers[IndexOf(prepare.Milestone)].Lost = false;
                break;
            case Event.GateFinished e when order is Order.RunGates gates:
                var gated = _ledgers[IndexOf(gates.Milestone)];
                gated.Redeliveries = 0;
                if (e.Results.All(r => r.Passed))
                {
                    Demand(!(gated.Marked || Reviewed(gates.Milestone)) || gated.Reviewed == gates.Tip, "gates follow an approved review of the same commit");
                    Demand(!gated.Lost, "a resolved conflict holds the changes of both sides");
                    _accepted.Add(gates.Tip);
                }
                else
                {
                    gated.Verdicts.Refuse(Judge.Gates);
                }

                break;
            case Event.GateFinished e when order is Order.TestCandidate test:
                _queue.Tested(test, e.Results.All(r => r.Passed));
                break;
            case Event.Published e when order is Order.Publish publish:
                _queue.Published(e.Commit, publish.Batch.Select(item => IndexOf(item.Id)), e.Proof.Checks.All(c => c.Holds));
                break;
            case Event.TargetMoved:
                _queue.Open = false;
                break;
            case Event.CandidateBuilt e when order is Order.BuildCandidate { Ahead.Count: 0 }: // with what is only hoped for, no conflict counts
                _queue.Trials.On(e.Tip, e.Conflicts.Count > 0);
                foreach (var conflict in e.Conflicts)
                {
                    AttemptFailed(_ledgers[IndexOf(conflict.Id)]);
                }

                break;
            case Event.OrderFailed { Kind: FailureKind.Attempt } when Whose.MilestoneOf(order) is { } id:
                AttemptFailed(_ledgers[IndexOf(id)]);
                break;
            case Event.OrderFailed { Kind: FailureKind.Transient } when Whose.MilestoneOf(order) is { } id:
                Redelivered(IndexOf(id));
                break;
            default:
                break;
        }
    }

    /// <summary>A publication happened in the world.</summary>
    public void EnterPublished(IEnumerable<MilestoneId> milestones)
    {
        foreach (var id in milestones)
        {
            Demand(!Merged(IndexOf(id)), "each milestone is merged exactly once");
            _queue.Merged[IndexOf(id)] = true;
        }
    }

    /// <summary>The end: what the run says must be what the world has.</summary>
    public void CheckEnd(RunState state)
    {
        for (var i = 0; i < _ledgers.Length; i++)
        {
            var phase = state.Milestones[i].Phase;
            Demand(phase is Phase.Integrated == _queue.Merged[i] || _queue.Open, "integrated says what is merged");
            Demand(phase is not Phase.Integrated || _queue.Proved[i], "done means published and proved");
            Demand(state.Final is not (Final.Completed or Final.WithFailures) || state.Usage.CostUsd == _purse.Spent, "all that turns used is counted, once");
            Demand(state.Final is not Final.Completed || _queue.Merged[i] || i == scenario.LeftOut, "completed means all is merged");
            Demand(state.Final is not (Final.Completed or Final.WithFailures) || phase is Phase.Integrated or Phase.Failed or Phase.Blocked or Phase.LeftOut, "an ended run left nothing open");
        }
    }

    private bool Reviewed(MilestoneId id) => (scenario.Milestones[IndexOf(id)].Review ?? scenario.Policy.Review) != ReviewLevel.None;

    private bool IsStrict(Ledger ledger, MilestoneId id) => ledger.Marked || (scenario.Milestones[IndexOf(id)].Review ?? scenario.Policy.Review) == ReviewLevel.Strict;

    private void CheckOrder(Order order)
    {
        switch (order)
        {
            case Order.Prepare o:
                foreach (var need in scenario.Milestones[IndexOf(o.Milestone)].Needs)
                {
                    Demand(_queue.Merged[IndexOf(need)], "nothing starts before its needs are integrated");
                }

                _ledgers[IndexOf(o.Milestone)].Begun = true;
                if (o.Attempt == _ledgers[IndexOf(o.Milestone)].AttemptFailures + 2)
                {
                    _queue.Trials.SentBack(o.Milestone);
                    AttemptFailed(_ledgers[IndexOf(o.Milestone)]);
                }

                Demand(IndexOf(o.Milestone) != scenario.LeftOut, "what is left out does not start");
                break;
            case Order.RunTurn o:
                var ledger = _ledgers[IndexOf(o.Milestone)];
                Demand(++ledger.Turns <= 4000, "turns are bounded");
                Demand(!ledger.Verdicts.Stuck, "nobody is asked to judge or mend what was refused before");
                Demand(o.Brief.Attempt <= ledger.AttemptFailures + 1, "only a failed try spends an attempt");
                if (o.Brief is { Role: Role.Remediate, Ask: Ask.Begin } && _ledgers[IndexOf(o.Milestone)].Returned is false)
                {
                    Demand(++ledger.Rounds <= scenario.Policy.ReviewRounds, "rounds are bounded");
                }

                Demand(o.Brief.Role != Role.Remediate || !ledger.Unchecked, "what a strict review claims is checked before it counts");
                ledger.Returned = false;
                break;
            case Order.RunGates o:
                Demand(_ledgers[IndexOf(o.Milestone)].Tip == o.Tip, "the gates run on the latest commit");
                break;
            case Order.BuildCandidate o:
                foreach (var item in o.Batch)
                {
                    Demand(_accepted.Contains(item.Tip), "only accepted commits are merged");
                }

                break;
            case Order.Publish o:
                _queue.Begin(o);
                break;
            default:
                break;
        }
    }

    private void EnterTurn(Ledger ledger, Order.RunTurn turn, Event.TurnFinished e, DateTimeOffset at)
    {
        if (e.Outcome is TurnOutcome.Completed or TurnOutcome.Approved or TurnOutcome.ChangesRequested)
        {
            _refusals.Passed(turn.Ticket.Number);
            ledger.Redeliveries = 0;
        }

        switch (e.Outcome)
        {
            case TurnOutcome.Approved:
                ledger.Unchecked = false;
                ledger.Reviewed = turn.Tip;
                break;
            case TurnOutcome.Failed { Kind: FailureKind.Attempt }:
                AttemptFailed(ledger);
                break;
            case TurnOutcome.Spent when turn.Brief.Cap.IsNone || turn.Brief.Delivery > scenario.Policy.Redeliveries:
                AttemptFailed(ledger);
                break;
            case TurnOutcome.Failed { Kind: FailureKind.Transient } or TurnOutcome.Interrupted:
                Redelivered(IndexOf(turn.Milestone));
                break;
            case TurnOutcome.ChangesRequested:
                ledger.Unchecked = turn.Brief.Role == Role.Review && IsStrict(ledger, turn.Milestone);
                if (!ledger.Unchecked)
                {
                    ledger.Verdicts.Refuse(Judge.Review);
                }

                break;
            default:
                break; // nothing more, or the run or the milestone ends by it
        }

        if (e.Outcome is TurnOutcome.Limited limited)
        {
            _refusals.Enter(limited, turn, ModelOf(turn.Milestone), at);
        }
    }

    /// <summary>One more passing failure in a row; past the bound it counts as an attempt.</summary>
    private void Redelivered(int i)
    {
        var ledger = _ledgers[i];
        if (++ledger.Redeliveries > scenario.Policy.Redeliveries)
        {
            AttemptFailed(ledger);
        }
    }

    private void AttemptFailed(Ledger ledger)
    {
        ledger.Redeliveries = 0;
        ledger.Rounds = 0;
        ledger.Verdicts.Forget();
        ledger.Returned = true;
        Demand(++ledger.AttemptFailures <= scenario.Policy.RetryAttempts, "attempts are bounded");
    }
}
