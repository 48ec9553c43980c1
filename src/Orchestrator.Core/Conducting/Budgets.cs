using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>What a turn may spend.</summary>
/// <param name="Cap">How much.</param>
/// <param name="Gone">Whose budget is used up, as a code; null when there is something left.</param>
/// <param name="Message">That as one sentence.</param>
/// <param name="Held">True when what is left is set aside for turns under way, and may come back.</param>
internal readonly record struct Allowance(Cap Cap, string? Gone = null, string Message = "", bool Held = false);

/// <summary>
/// Divides what is left of the budgets among the turns. Each turn gets its share beforehand and what it does not use
/// comes back, so that turns side by side cannot spend the same dollar twice.
/// </summary>
internal static class Budgets
{
    /// <summary>Smaller shares than this are not made, as long as there is that much: a turn could do nothing with them.</summary>
    private static readonly Cap Least = new(0.50m, 200_000);

    /// <summary>What a turn of this milestone may spend now.</summary>
    public static Allowance Of(RunState state, int index, MilestoneState milestone)
    {
        var planned = state.Plan.Milestones[index];
        var own = planned.BudgetUsd is { } usd ? state.Policy.Budget.Milestone with { Usd = usd } : state.Policy.Budget.Milestone;
        if (own.IsNone && state.Policy.Budget.IsNone)
        {
            return default;
        }

        if (IsBeingRead(state, index))
        {
            return new Allowance(default, Held: true, Message: "what an earlier turn used is being read");
        }

        var cap = own.Less(milestone.Usage);
        if (cap.IsGone)
        {
            return new Allowance(cap, "budget.milestone", $"Its budget of {Words(own)} is spent.");
        }

        var stage = Share(state, index, milestone, state.Policy.Budget.Stage, i => state.Plan.Milestones[i].Id.Stage == planned.Id.Stage, "budget.stage", $"The budget of stage {planned.Id.Stage}");
        var run = Share(state, index, milestone, state.Policy.Budget.Run, _ => true, "budget.run", "The budget of the run");
        return run.Gone is not null ? run
            : stage.Gone is not null ? stage
            : new Allowance(cap.And(stage.Cap).And(run.Cap), Held: run.Held || stage.Held, Message: "what is left of the budget is set aside for turns under way");
    }

    /// <summary>True when a bound stands over what this milestone spends.</summary>
    public static bool Bind(RunState state, int index) => state.Plan.Milestones[index].BudgetUsd is not null || !state.Policy.Budget.IsNone;

    private static Allowance Share(RunState state, int index, MilestoneState milestone, Cap limit, Func<int, bool> belongs, string code, string what)
    {
        if (limit.IsNone)
        {
            return default;
        }

        var spent = milestone.Usage;
        var reserved = default(Cap);
        int open = 1, turns = 0;
        for (var i = 0; i < state.Milestones.Count; i++)
        {
            if (i == index)
            {
                continue;
            }

            var turn = state.Milestones[i].Phase is Phase.Working { Step: Step.Turn t } ? t : null;
            turns += turn is null ? 0 : 1;
            if (belongs(i))
            {
                spent = spent.Add(state.Milestones[i].Usage);
                reserved = turn is null ? reserved : reserved.Plus(turn.Brief.Cap);
                open += turn is null && state.Milestones[i].Phase is Phase.Waiting or Phase.Parked or Phase.Working ? 1 : 0;
            }
        }

        if (limit.Less(spent).IsGone)
        {
            return new Allowance(default, code, $"{what}, {Words(limit)}, is spent.");
        }

        var left = limit.Less(spent).Less(reserved);
        var parts = Math.Clamp(CapacityPolicy.Slots(state.Policy, state.Machine) - turns, 1, open);
        return left.IsGone
            ? new Allowance(default, Held: true)
            : new Allowance(new Cap(
                left.Usd is { } usd ? Math.Max(usd / parts, Math.Min(usd, Least.Usd!.Value)) : null,
                left.Tokens is { } tokens ? Math.Max(tokens / parts, Math.Min(tokens, Least.Tokens!.Value)) : null));
    }

    /// <summary>A turn of the same purse ended without an answer: until its transcript is read, nobody knows what is left.</summary>
    private static bool IsBeingRead(RunState state, int index)
    {
        foreach (var turn in state.Unmetered.AsSpan())
        {
            var mates = state.Plan.Milestones[turn.Index].Id.Stage == state.Plan.Milestones[index].Id.Stage;
            if (turn.Index == index || !state.Policy.Budget.Run.IsNone || (mates && !state.Policy.Budget.Stage.IsNone))
            {
                return true;
            }
        }

        return false;
    }

    private static string Words(Cap cap) => string.Join(" and ", new[]
    {
        cap.Usd is { } usd ? FormattableString.Invariant($"{usd:0.##} USD") : null,
        cap.Tokens is { } tokens ? FormattableString.Invariant($"{tokens} tokens") : null,
    }.OfType<string>());
}
