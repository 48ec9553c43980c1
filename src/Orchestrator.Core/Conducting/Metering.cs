using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>Counts what turns used, those included that gave no answer.</summary>
internal static class Metering
{
    /// <summary>What a turn said that it used.</summary>
    public static RunState Count(RunState state, int index, Role role, Usage usage, Items<ModelUsage> models)
    {
        if (usage == default && models.Count == 0)
        {
            return state;
        }

        var milestone = state.Milestones[index];
        var spent = milestone.Spent;
        foreach (var model in models.Count > 0 ? models : [new ModelUsage("", usage)])
        {
            spent = Enter(spent, new Spending(state.Plan.Milestones[index].Id, role, model.Model, model.Usage));
        }

        return state with
        {
            Usage = state.Usage.Add(usage),
            Milestones = state.Milestones.With(index, milestone with { Usage = milestone.Usage.Add(usage), Spent = spent }),
        };
    }

    /// <summary>A replay comes here for every turn of the night, so it is written without detours.</summary>
    private static Items<Spending> Enter(Items<Spending> spent, Spending entry)
    {
        for (var i = 0; i < spent.Count; i++)
        {
            if (spent[i].Role == entry.Role && spent[i].Model == entry.Model)
            {
                return spent.With(i, entry with { Usage = spent[i].Usage.Add(entry.Usage) });
            }
        }

        return [.. spent.AsSpan(), entry];
    }

    /// <summary>The turn of a milestone is ended without an answer: what it used has to be read from its transcript.</summary>
    public static RunState Abandon(RunState state, int index) => state.Milestones[index].Phase is Phase.Working { Step: Step.Turn turn } working
        ? state with
        {
            NextTicket = state.NextTicket + 1,
            Unmetered = state.Unmetered.Append(new UnmeteredTurn(new Ticket(state.NextTicket), working.Ticket, index, turn.Brief.Role)).ToItems(),
        }
        : state;

    /// <summary>It was read.</summary>
    public static RunState Metered(RunState state, Event.TurnMetered e) => Take(state, e.Ticket, out var turn)
        ? Count(state with { Unmetered = state.Unmetered.Where(t => t.Ticket != e.Ticket).ToItems() }, turn.Index, turn.Role, e.Usage, e.Models)
        : state;

    /// <summary>It could not be read. Where money is bounded, a run that does not know what it spends has to stop.</summary>
    /// <returns>Null when the ticket is not that of a turn to be read.</returns>
    public static RunState? Failed(RunState state, Event.OrderFailed e, DateTimeOffset at)
    {
        if (!Take(state, e.Ticket, out var turn))
        {
            return null;
        }

        state = state with { Unmetered = state.Unmetered.Where(t => t.Ticket != e.Ticket).ToItems() };
        return Unreadable(state, turn.Index, e.Message, at);
    }

    /// <summary>What a turn used is not known.</summary>
    public static RunState Unreadable(RunState state, int index, string why, DateTimeOffset at) => Budgets.Bind(state, index)
        ? Stopping.StopAsked(state, new StopRequest(Urgency.Stop, "budget.unreadable", $"What {state.Plan.Milestones[index].Id} used cannot be read, and a budget is set: {why}"), at)
        : state;

    private static bool Take(RunState state, Ticket ticket, out UnmeteredTurn turn)
    {
        turn = state.Unmetered.FirstOrDefault(t => t.Ticket == ticket);
        return turn.Ticket == ticket && ticket != default;
    }
}
