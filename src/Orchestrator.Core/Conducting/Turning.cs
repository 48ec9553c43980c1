using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
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

        var role = turn.Brief.Role;
        state = Metering.Count(state, i, role, e.Usage, e.Models);
        if (e.Footprint is { } took)
        {
            state = state with { Footprints = RoleFootprint.Enter(state.Footprints, role, took) };
        }

        if (e.Outcome is TurnOutcome.Completed or TurnOutcome.Approved or TurnOutcome.ChangesRequested)
        {
            state = Admission.Warmed(LimitGate.Answered(state, e.Ticket), i, role, at); // it can only have ended so because it was answered
        }

        var ended = Follow(state, i, turn, e, at);
        return e.Metered ? ended : Metering.Unreadable(ended, i, "the agent did not say what it used.", at);
    }

    /// <summary>The provider answered a turn, and perhaps said how the account's windows stand.</summary>
    public static RunState Answered(RunState state, Event.Answered e, DateTimeOffset at)
    {
        var i = state.Find(e.Ticket);
        if (i < 0 || state.StepOf(i) is not Step.Turn turn)
        {
            return state;
        }

        state = Admission.Warmed(LimitGate.Answered(state, e.Ticket), i, turn.Brief.Role, at);
        return e.Windows.Count == 0 ? state : state with
        {
            Windows = state.Windows.Where(known => !e.Windows.Any(w => w.Name == known.Name)).Concat(e.Windows.Select(w => w.ResetsAt - at > Waits.Longest ? w with { ResetsAt = at + Waits.Longest } : w)).ToItems(),
        };
    }

    private static RunState Follow(RunState state, int i, Step.Turn turn, Event.TurnFinished e, DateTimeOffset at)
    {
        var milestone = state.Milestones[i];
        var judged = turn.Brief.Role.Judges();
        return e.Outcome switch
        {
            TurnOutcome.Completed when !judged => state.Work(i, milestone with { Stumbles = 0 }, new Step.Commit(turn.Brief.Role), at),
            TurnOutcome.Approved o when judged => state.Work(i, milestone with { Stumbles = 0, Findings = default, Remarks = o.Remarks, Proofs = o.Proofs }, new Step.Gate(milestone.Tip!), at),
            TurnOutcome.ChangesRequested o when turn.Brief.Role == Role.Review && LevelOf(state, i, milestone) == ReviewLevel.Strict =>
                state.BeginTurn(i, milestone, Role.Check, Ask.Begin, null, o.Findings, at), // what nobody else can see does not count
            TurnOutcome.ChangesRequested o when judged => Mend(state, i, milestone with { Seen = milestone.Tip }, o.Findings, Judge.Review, at),
            TurnOutcome.Limited o => LimitGate.Refused(state, i, milestone, turn, e.Ticket, o, at),
            TurnOutcome.Spent o => Spent(state, i, milestone, turn, o, at),
            TurnOutcome.Failed o => Failed(state, i, milestone, turn, o.Kind, o.Code, o.Message, at),
            TurnOutcome.Interrupted => Failed(state, i, milestone, turn, FailureKind.Transient, "agent.interrupted", "The agent was interrupted.", at),
            TurnOutcome.Completed or TurnOutcome.Approved or TurnOutcome.ChangesRequested =>
                AttemptFailed(state, i, milestone, turn, "agent.wrong-answer", $"A {turn.Brief.Role} turn ended as {e.Outcome.GetType().Name}.", at),
            _ => throw new InvalidOperationException($"Unknown outcome {e.Outcome.GetType().Name}."),
        };
    }

    /// <summary>How a milestone's change is reviewed. A mark on it makes that strict, whatever was asked for.</summary>
    public static ReviewLevel LevelOf(RunState state, int i, MilestoneState milestone) =>
        milestone.Marks.Count > 0 ? ReviewLevel.Strict : state.Plan.Milestones[i].Review ?? state.Policy.Review;

    /// <summary>
    /// Sends findings to the implementer while rounds are left. All judges share the rounds of an attempt. The same
    /// content refused twice by the same judge ends them: nobody is going to move.
    /// </summary>
    public static RunState Mend(RunState state, int i, MilestoneState milestone, Items<Finding> findings, Judge by, DateTimeOffset at)
    {
        var refused = new RefusedContent(milestone.Content ?? milestone.Tip!, by);
        var known = milestone.Wanting.Contains(refused);
        milestone = milestone with { Findings = findings, Wanting = known ? milestone.Wanting : milestone.Wanting.Append(refused).ToItems() };
        return by == Judge.Merge && (known || milestone.Round >= state.Policy.ReviewRounds)
                ? Unresolved(state, i, milestone, at)
            : milestone.Round >= state.Policy.ReviewRounds
                ? state.Fail(i, milestone, by == Judge.Gates ? "gate.rounds" : "review.rounds", $"Not accepted, remediation rounds used up ({milestone.Round}): {First(findings)}", at)
            : known
                ? state.Fail(i, milestone, "work.unchanged", $"Not accepted, and the implementer leaves it as it is: {First(findings)}", at)
            : state.BeginTurn(i, milestone with { Round = milestone.Round + 1 }, Role.Remediate, Ask.Begin, null, findings, at);
    }

    /// <summary>A remediation that leads back to what was refused before: the loop would go round for ever.</summary>
    public static RunState? Circling(RunState state, int i, MilestoneState milestone, DateTimeOffset at) =>
        !milestone.Wanting.Any(w => w.Content == milestone.Content) ? null
            : milestone.Resolving is not null ? Unresolved(state, i, milestone, at)
            : state.Fail(i, milestone, "work.repeated", $"Not accepted, and the remediation leads back to what was refused before: {First(milestone.Findings)}", at);

    /// <summary>A conflict that the agent cannot resolve is for a person.</summary>
    private static RunState Unresolved(RunState state, int i, MilestoneState milestone, DateTimeOffset at) =>
        state.Fail(i, milestone, "merge.unresolved", $"Its conflict with what was integrated could not be resolved so that the changes of both sides are kept: {First(milestone.Findings)}", at);

    private static string First(Items<Finding> findings) => findings.Count > 0 ? findings[0].Claim.Split('\n')[0] : "no reason given";

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
                return state.Park(i, stumbled, Waits.Backoff(at, stumbled.Stumbles), ParkReason.Backoff, message, step.Again(), at);
            case FailureKind.Attempt:
                return AttemptFailed(state, i, milestone, step, code, message, at);
            case FailureKind.Milestone:
                return state.Fail(i, milestone, code, message, at);
            case FailureKind.Run:
                var parked = state.Park(i, milestone, at, ParkReason.Interrupted, message, step.Again(), at);
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
            Step.Turn or Step.Commit when milestone is { Resolving: { } work, Tip: null } => state.Work(i, next, new Step.Prepare(state.Tip, work, next.Findings), at),
            Step.Turn { Brief.Role: Role.Review or Role.Check } => state.BeginTurn(i, next, Role.Review, Ask.TryAgain, message, default, at),
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
        next = milestone with { Attempt = milestone.Attempt + 1, Round = 0, Stumbles = 0, Reason = message, Wanting = default, Seen = null };
        return milestone.Attempt >= state.Policy.RetryAttempts
            ? state.Fail(i, milestone, code, $"{message} ({milestone.Attempt} attempts)", at)
            : null;
    }

    /// <summary>It used up its share. Whether there is more is for the budgets to say; a share that is used up again and again without a cent on the bill is no share.</summary>
    private static RunState Spent(RunState state, int i, MilestoneState milestone, Step.Turn turn, TurnOutcome.Spent o, DateTimeOffset at) =>
        turn.Brief.Cap.IsNone || turn.Brief.Delivery > state.Policy.Redeliveries
            ? AttemptFailed(state, i, milestone, turn, "budget.turn", o.Message, at)
            : state.Work(i, milestone, turn.Again(), at);
}
