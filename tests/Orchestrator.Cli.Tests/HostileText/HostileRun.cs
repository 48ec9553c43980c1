using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Evidence;

namespace Orchestrator.Cli.Tests.HostileText;

/// <summary>A run in memory in which everything that others can say is said: by titles, agents, reviewers, gates, git and the provider.</summary>
internal sealed class HostileRun
{
    private readonly List<(Event Fact, RunState State, DateTimeOffset At)> _facts = [];
    private readonly Func<string> _text;
    private readonly bool _limited;
    private RunState? _state;
    private Chronicle? _chronicle;
    private DateTimeOffset _at = DateTimeOffset.UnixEpoch;

    /// <param name="text">Gives the texts.</param>
    /// <param name="number">Which way it goes.</param>
    public HostileRun(Func<string> text, int number)
    {
        (_text, _limited) = (text, number % 4 == 1);
        var plan = Enumerable.Range(0, 4).Select(i => new Milestone(
            MilestoneId.Parse($"1{(char)('A' + i)}"), text(), text(), default, Verify: [OneLine()], Criteria: [text(), text()], Entry: [text()])).ToItems();
        Take(new Event.RunStarted(new RunId("run"), plan, new Policy(ReviewRounds: 1, RetryAttempts: 1, RateLimitWait: TimeSpan.FromMinutes(1)), "refs/heads/main", "base", default, default));
        for (var step = 0; step < 40 && _state!.Final is null; step++)
        {
            foreach (var order in OrdersNow())
            {
                Take(Answer(order));
            }

            if (step == 8 && number % 4 == 2)
            {
                Take(new Event.StopAsked(new StopRequest(Urgency.Stop, "signal", text())));
            }
        }

        if (number % 4 == 3 && _state!.Final is null)
        {
            Take(new Event.Abandoned(text()));
        }

        Tale = new Tale(_state!, _chronicle!, [new GateCommand(text(), OneLine())]);
    }

    public Tale Tale { get; }

    public RunState State => Tale.State;

    /// <summary>All that happened, with the state it led to.</summary>
    public IReadOnlyList<(Event Fact, RunState State, DateTimeOffset At)> Facts => _facts;

    private void Take(Event fact)
    {
        _at += TimeSpan.FromSeconds(1);
        var next = Conductor.Fold(_state, fact, _at);
        _chronicle = Chronicle.Take(_chronicle, fact, _state, next, _at);
        _state = next;
        _facts.Add((fact, next, _at));
    }

    // A fact that changes nothing brings the orders of the state.
    private IReadOnlyList<Order> OrdersNow() => [.. Conductor.Decide(_state, new Event.Woke(), _at).Orders.Where(o => o is not Order.Wake)];

    private Event Answer(Order order) => order switch
    {
        Order.Prepare { Milestone.Task: "D" } o when !_limited => new Event.OrderFailed(o.Ticket, FailureKind.Milestone, "entry.unmet", _text()),
        Order.Prepare o => new Event.WorktreeReady(o.Ticket, "base", null),
        Order.RunTurn { Brief.Role: Role.Review, Milestone.Task: "A" } o => new Event.TurnFinished(o.Ticket, new TurnOutcome.Approved(_text(), [Found()], [new CriterionProof(1, ProvedBy.Reviewer, _text())]), default, [new ModelUsage(_text(), new Usage(1, 1, 1))]),
        Order.RunTurn { Brief.Role: Role.Review or Role.Check } o => new Event.TurnFinished(o.Ticket, new TurnOutcome.ChangesRequested([Found(), Found()]), default),
        Order.RunTurn { Milestone.Task: "C" } o => new Event.TurnFinished(o.Ticket, new TurnOutcome.Failed(FailureKind.Milestone, "agent.refused", _text()), default),
        Order.RunTurn { Milestone.Task: "D" } o => new Event.TurnFinished(o.Ticket, new TurnOutcome.Limited(_at + TimeSpan.FromHours(1), _text()), default),
        Order.RunTurn o => new Event.TurnFinished(o.Ticket, new TurnOutcome.Completed(_text()), default),
        Order.Commit o => new Event.WorkCommitted(o.Ticket, $"c{o.Ticket}", 1, null, default, [new Mark(MarkKind.OutsideScope, _text(), _text())]),
        Order.RunGates o => new Event.GateFinished(o.Ticket, [new GateResult(_text(), true, _text(), Flaky: true), new GateResult(_text(), false, _text(), Tally: new TestTally(1, 1, 0, [_text()]), Before: new GateBefore(false, new TestTally(1, 1, 0, [_text()])))]),
        Order.BuildCandidate o => new Event.CandidateBuilt(o.Ticket, "base", "base", "k1", o.Batch.Select(b => b.Id).ToItems(), default),
        Order.TestCandidate o => new Event.GateFinished(o.Ticket, [new GateResult(_text(), true, _text(), Flaky: true)]),
        Order.Publish o => new Event.Published(o.Ticket, o.Candidate, _text(), Proof.Whole),
        Order.Meter o => new Event.TurnMetered(o.Ticket, default, default),
        _ => throw new InvalidOperationException($"Unknown order {order}."),
    };

    // A command of many lines is shown as it is, to be copied: the user wrote it.
    private string OneLine() => _text().ReplaceLineEndings(" ");

    private Finding Found() => new(FindingSeverity.Critical, _text(), 1, _text(), _text());
}
