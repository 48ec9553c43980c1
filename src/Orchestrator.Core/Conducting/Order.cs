using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>
/// A thing to do going out. Carried out in the background, answered with an event that returns the ticket.
/// Handing out the same order twice does no harm: under its ticket it is idempotent. A closed list.
/// </summary>
public abstract record Order
{
    private Order()
    {
    }

    /// <summary>Make or heal a milestone's worktree. Answer: <see cref="Event.WorktreeReady"/>.</summary>
    public sealed record Prepare(Ticket Ticket, MilestoneId Milestone, int Attempt, Step.Prepare Step) : Order;

    /// <summary>Run one agent process to its end. Answer: <see cref="Event.TurnFinished"/>.</summary>
    /// <param name="Ticket">Its name.</param>
    /// <param name="Milestone">Which milestone.</param>
    /// <param name="Brief">What for.</param>
    /// <param name="Base">The commit the worktree began at.</param>
    /// <param name="Tip">The latest commit of the milestone; the base before the first.</param>
    /// <param name="Seen">For a review, the commit that the one before it refused; null for the first of an attempt.</param>
    /// <param name="Resolving">The milestone's earlier work, while its conflict with <paramref name="Base"/> is to be resolved.</param>
    public sealed record RunTurn(Ticket Ticket, MilestoneId Milestone, TurnBrief Brief, string Base, string Tip, string? Seen = null, string? Resolving = null) : Order;

    /// <summary>Read from its transcript what a turn used that gave no answer. Answer: <see cref="Event.TurnMetered"/>.</summary>
    /// <param name="Ticket">Its name.</param>
    /// <param name="Milestone">Which milestone.</param>
    /// <param name="Turn">The turn's ticket.</param>
    public sealed record Meter(Ticket Ticket, MilestoneId Milestone, Ticket Turn) : Order;

    /// <summary>Commit the worktree's content. Answer: <see cref="Event.WorkCommitted"/>.</summary>
    /// <param name="Ticket">Its name.</param>
    /// <param name="Milestone">Which milestone.</param>
    /// <param name="After">The role of the turn that left it.</param>
    /// <param name="Attempt">Which try.</param>
    /// <param name="Round">Which round.</param>
    /// <param name="Base">The commit the worktree began at.</param>
    /// <param name="Tip">The latest commit of the milestone; the base before the first.</param>
    /// <param name="Resolving">Earlier work that conflicted with <paramref name="Base"/>: the commit has to hold the changes of both.</param>
    public sealed record Commit(Ticket Ticket, MilestoneId Milestone, Role After, int Attempt, int Round, string Base, string Tip, string? Resolving = null) : Order;

    /// <summary>Run the gates on a milestone's commit; one that fails also on <paramref name="Base"/>. Answer: <see cref="Event.GateFinished"/>.</summary>
    public sealed record RunGates(Ticket Ticket, MilestoneId Milestone, string Tip, string Base) : Order;

    /// <summary>Merge a batch into a candidate. Answer: <see cref="Event.CandidateBuilt"/>.</summary>
    /// <param name="Ticket">Its name.</param>
    /// <param name="Batch">What to merge.</param>
    /// <param name="Tip">What to build on: the tip of the run's work, or a candidate that is under test.</param>
    /// <param name="Ahead">What <paramref name="Tip"/> holds that is not integrated yet.</param>
    public sealed record BuildCandidate(Ticket Ticket, Items<BatchItem> Batch, string Tip, Items<MilestoneId> Ahead = default) : Order;

    /// <summary>Run the gates on a candidate; one that fails also on <paramref name="Base"/>. Answer: <see cref="Event.GateFinished"/>.</summary>
    public sealed record TestCandidate(Ticket Ticket, string Candidate, Items<MilestoneId> Milestones, string Base) : Order;

    /// <summary>Make a tested candidate the tip, move the target if it still stands at <paramref name="Onto"/>, and prove it. Answer: <see cref="Event.Published"/> or <see cref="Event.TargetMoved"/>.</summary>
    /// <param name="Ticket">Its name.</param>
    /// <param name="Onto">Where the target stood when the candidate was built.</param>
    /// <param name="Candidate">The tested commit.</param>
    /// <param name="Batch">What it holds beyond that.</param>
    /// <param name="Earlier">The base of the run, and merge and commit of each milestone that is integrated: all of them must be in it.</param>
    public sealed record Publish(Ticket Ticket, string Onto, string Candidate, Items<BatchItem> Batch, Items<string> Earlier) : Order;

    /// <summary>Bring a <see cref="Event.Woke"/> at this time or a little later.</summary>
    public sealed record Wake(DateTimeOffset At) : Order;

    /// <summary>Exactly these turns are frozen; all others go on. Has no answer.</summary>
    public sealed record Hold(Items<Ticket> Turns) : Order;

    /// <summary>The order's ticket; null for <see cref="Wake"/> and <see cref="Hold"/>, which have no answer of their own.</summary>
    public Ticket? TicketOrNull => this switch
    {
        Prepare o => o.Ticket,
        RunTurn o => o.Ticket,
        Meter o => o.Ticket,
        Commit o => o.Ticket,
        RunGates o => o.Ticket,
        BuildCandidate o => o.Ticket,
        TestCandidate o => o.Ticket,
        Publish o => o.Ticket,
        Wake or Hold => null,
        _ => throw new InvalidOperationException($"Unknown order {GetType().Name}."),
    };
}
