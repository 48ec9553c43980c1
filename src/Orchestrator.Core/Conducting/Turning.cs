using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>What follows when an agent process has ended.</summary>
internal static class Turning
{
    public static RunState TurnFinished(RunState state, Event.TurnFinished e, DateTimeOffset at)
    {
        var i = state.Find(e.Ticket);
        if (i < 0 || state.StepOf(i) is not Step.Turn turn)
        {
            return state;
        }

        var milestone = state.Milestones[i];
        milestone = milestone with { Usage = milestone.Usage.Add(e.Usage) };
        state = state with { Usage = state.Usage.Add(e.Usage) };
        var review = turn.Brief.Role == Role.Review;
        return e.Outcome switch
        {
            TurnOutcome.Completed when !review => state.Work(i, milestone with { Stumbles = 0 }, new Step.Commit(turn.Brief.Role), at),
            TurnOutcome.Approved when review => state.Work(i, milestone with { Stumbles = 0, Findings = default }, new Step.Gate(milestone.Tip!), at),
            TurnOutcome.ChangesRequested o when review => Mend(state, i, milestone, o.Findings, "review.rounds", at),
            TurnOutcome.Limited o => Limited(state, i, milestone, turn, o, at),
            TurnOutcome.Spent o => Failed(state, i, milestone, turn, FailureKind.Milestone, "budget.turn", o.Message, at),
            TurnOutcome.Failed o => Failed(state, i, milestone, turn, o.Kind, o.Code, o.Message, at),
            TurnOutcome.Interrupted => Failed(state, i, milestone, turn, FailureKind.Transient, "agent.interrupted", "The agent was interrupted.", at),
            TurnOutcome.Completed or TurnOutcome.Approved or TurnOutcome.ChangesRequested =>
                AttemptFailed(state, i, milestone, turn, "agent.wrong-answer", $"A {turn.Brief.Role} turn ended as {e.Outcome.GetType().Name}.", at),
            _ => throw new InvalidOperationException($"Unknown outcome {e.Outcome.GetType().Name}."),
        };
    }

    /// <summary>Sends findings to the implementer while rounds are left. Review and gates share the rounds of an attempt.</summary>
    public static RunState Mend(RunState state, int i, MilestoneState milestone, Items<Finding> findings, string code, DateTimeOffset at)
    {
        if (milestone.Round >= state.Policy.ReviewRounds)
        {
            var first = findings.Count > 0 ? findings[0].Claim.Split('\n')[0] : "no reason given";
            return state.Fail(i, milestone with { Findings = findings }, code, $"Not accepted, remediation rounds used up ({milestone.Round}): {first}", at);
        }

        var next = milestone with { Round = milestone.Round + 1, Findings = findings };
        return OverBudget(state, i, next, at) ?? state.BeginTurn(i, next, Role.Remediate, Ask.Begin, null, findings, at);
    }

    /// <summary>What a failed step of a milestone leads to, by whose trouble it is.</summary>
    public static RunState Failed(
        RunState state, int i, MilestoneState milestone, Step step, FailureKind kind, string code, string message, DateTimeOffset at)
    {
        switch (kind)
        {
            case FailureKind.Transient:
                if (milestone.Stumbles >= state.Policy.Redeliveries)
                {
                    return AttemptFailed(state, i, milestone, step, code, message, at);
                }

                var stumbled = milestone with { Stumbles = milestone.Stumbles + 1 };
                return state.Park(i, stumbled, Waits.Backoff(at, stumbled.Stumbles), ParkReason.Backoff, message, step.Again(stumbled.Stumbles), at);
            case FailureKind.Attempt:
                return AttemptFailed(state, i, milestone, step, code, message, at);
            case FailureKind.Milestone:
                return state.Fail(i, milestone, code, message, at);
            case FailureKind.Run:
                var parked = state.Park(i, milestone, at, ParkReason.Interrupted, message, step.Again(milestone.Stumbles), at);
                return Stopping.StopAsked(parked, new StopRequest(Urgency.Stop, code, message), at);
            default:
                throw new InvalidOperationException($"Unknown kind {kind}.");
        }
    }

    /// <summary>Counts the attempt and begins the next, or gives the milestone up.</summary>
    public static RunState AttemptFailed(
        RunState state, int i, MilestoneState milestone, Step step, string code, string message, DateTimeOffset at) =>
        NextAttempt(state, i, milestone, code, message, at, out var next) ?? step switch
        {
            Step.Prepare or Step.Gate => state.Work(i, next, step, at),
            Step.Turn { Brief.Role: Role.Review } => state.BeginTurn(i, next, Role.Review, Ask.TryAgain, message, default, at),
            Step.Turn or Step.Commit => state.BeginTurn(i, next, Role.Implement, Ask.TryAgain, message, next.Findings, at),
            _ => throw new InvalidOperationException($"Unknown step {step.GetType().Name}."),
        };

    /// <summary>
    /// Counts an attempt: the only place where attempts grow. Returns the state in which the milestone is given up,
    /// or null and the milestone as its next attempt begins with it.
    /// </summary>
    public static RunState? NextAttempt(
        RunState state, int i, MilestoneState milestone, string code, string message, DateTimeOffset at, out MilestoneState next)
    {
        next = milestone with { Attempt = milestone.Attempt + 1, Round = 0, Stumbles = 0, Reason = message };
        return milestone.Attempt >= state.Policy.RetryAttempts
            ? state.Fail(i, milestone, code, $"{message} ({milestone.Attempt} attempts)", at)
            : OverBudget(state, i, next, at);
    }

    /// <summary>What is left of the milestone's budget, in US dollars; null when it has none.</summary>
    public static decimal? BudgetLeft(Milestone planned, MilestoneState milestone) =>
        planned.BudgetUsd is { } budget ? Math.Max(0, budget - milestone.Usage.CostUsd) : null;

    private static RunState? OverBudget(RunState state, int i, MilestoneState milestone, DateTimeOffset at) =>
        BudgetLeft(state.Plan.Milestones[i], milestone) is <= 0
            ? state.Fail(i, milestone, "budget.milestone", $"Its budget of {state.Plan.Milestones[i].BudgetUsd} USD is spent.", at)
            : null;

    private static RunState Limited(RunState state, int i, MilestoneState milestone, Step.Turn turn, TurnOutcome.Limited o, DateTimeOffset at)
    {
        var stumbled = milestone with { Stumbles = milestone.Stumbles + 1 };
        var until = Waits.AfterLimit(state.Policy, at, o.ResetsAt, stumbled.Stumbles);
        if (state.Limit is not { } known || known.Until < until)
        {
            state = state with { Limit = new Limit(until, o.Message) };
        }

        if (stumbled.Stumbles > state.Policy.Redeliveries)
        {
            return AttemptFailed(state, i, milestone, turn, "limit.again", $"Refused {stumbled.Stumbles} times in a row: {o.Message}", at);
        }

        return state.Park(i, stumbled, until, ParkReason.Limit, o.Message, turn.Again(stumbled.Stumbles), at);
    }
}
