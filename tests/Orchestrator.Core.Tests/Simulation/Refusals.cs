using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>The part of the books that says what the provider refused, and whom.</summary>
internal sealed class Refusals
{
    private readonly Dictionary<string, (DateTimeOffset Until, long Canary)> _known = [];

    /// <summary>While the provider refuses no turn begins that it concerns; afterwards one at a time, until one is answered.</summary>
    public void Check(Order order, IReadOnlyList<Order> orders, DateTimeOffset at, Func<MilestoneId, string> modelOf)
    {
        if (order is not Order.RunTurn turn)
        {
            return;
        }

        foreach (var key in new[] { "", KeyOf(modelOf(turn.Milestone)) })
        {
            if (_known.TryGetValue(key, out var refusal))
            {
                Books.Demand(at >= refusal.Until, "no turn begins before the provider's reset time");
                Books.Demand(!orders.Any(o => o is Order.RunTurn && o.TicketOrNull!.Value.Number == refusal.Canary), "after a limit one turn goes first, alone");
                _known[key] = refusal with { Canary = turn.Ticket.Number };
            }
        }
    }

    /// <summary>A turn was refused; only the one that went first brings a new time.</summary>
    public void Enter(TurnOutcome.Limited limited, Order.RunTurn turn, string model, DateTimeOffset at)
    {
        var key = limited.Scope == LimitScope.Account ? "" : KeyOf(model);
        var told = limited.ResetsAt is { } reset && reset > at && reset <= at.AddDays(8) ? reset : default;
        var (until, canary) = _known.GetValueOrDefault(key);
        _known[key] = canary == turn.Ticket.Number ? (told, 0) : (told > until ? told : until, canary);
    }

    /// <summary>The provider answered a turn.</summary>
    public void Passed(long ticket)
    {
        foreach (var (key, refusal) in _known.ToList())
        {
            if (refusal.Canary == ticket)
            {
                _known.Remove(key);
            }
        }
    }

    /// <summary>Waits keep their length when the clock goes back; when it goes forward, what is due is due.</summary>
    public void ClockSet(TimeSpan by)
    {
        foreach (var (key, refusal) in _known.ToList())
        {
            _known[key] = refusal with { Until = by > TimeSpan.Zero || refusal.Until == default ? default : refusal.Until + by };
        }
    }

    private static string KeyOf(string model) => model + "!";
}
