using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>Whom orders and answers belong to. The world has lists of its own, for it trusts nothing of the conductor's.</summary>
internal static class Whose
{
    public static MilestoneId? MilestoneOf(Order order) => order switch
    {
        Order.Prepare o => o.Milestone,
        Order.RunTurn o => o.Milestone,
        Order.Commit o => o.Milestone,
        Order.RunGates o => o.Milestone,
        _ => null,
    };

    public static Ticket? TicketOf(Event fact) => fact switch
    {
        Event.WorktreeReady e => e.Ticket,
        Event.Answered e => e.Ticket,
        Event.TurnFinished e => e.Ticket,
        Event.TurnMetered e => e.Ticket,
        Event.WorkCommitted e => e.Ticket,
        Event.GateFinished e => e.Ticket,
        Event.CandidateBuilt e => e.Ticket,
        Event.Published e => e.Ticket,
        Event.TargetMoved e => e.Ticket,
        Event.OrderFailed e => e.Ticket,
        _ => null,
    };
}
