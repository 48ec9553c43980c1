using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>A milestone that the target branch's history shows as done.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Merge">The commit that merged it.</param>
public readonly record struct DoneMilestone(MilestoneId Id, string Merge);

/// <summary>A milestone that did not merge, and where.</summary>
public sealed record Conflict(MilestoneId Id, Items<string> Paths);

/// <summary>
/// A fact coming in. Facts are journalled, intentions are not. A closed list: a test walks a sample of each
/// through every switch, the journal's codec and the docs.
/// </summary>
public abstract record Event
{
    private Event()
    {
    }

    /// <summary>The run began. Always the first.</summary>
    /// <param name="Run">Its name.</param>
    /// <param name="Plan">The milestones in plan order.</param>
    /// <param name="Policy">The user's decisions.</param>
    /// <param name="Target">The branch to publish to, as a full ref.</param>
    /// <param name="Base">The target's commit.</param>
    /// <param name="Done">What its history shows as done.</param>
    /// <param name="LeftOut">What the options leave out.</param>
    /// <param name="Machine">How the machine stood; null for no bound.</param>
    public sealed record RunStarted(
        RunId Run, Items<Milestone> Plan, Policy Policy, string Target, string Base, Items<DoneMilestone> Done, Items<MilestoneId> LeftOut, MachineReading? Machine = null) : Event;

    /// <summary>The program was started again on this run; whatever was under way is not any more.</summary>
    /// <param name="Incarnation">Which start this is, from 2.</param>
    /// <param name="Policy">The settings may have changed meanwhile.</param>
    /// <param name="Machine">How the machine stood; null for no bound.</param>
    public sealed record Resumed(int Incarnation, Policy Policy, MachineReading? Machine = null) : Event;

    /// <summary>The run is given up; a new one may begin.</summary>
    /// <param name="Message">Why, as one sentence.</param>
    public sealed record Abandoned(string Message) : Event;

    /// <summary>A time that something waited for has come.</summary>
    public sealed record Woke : Event;

    /// <summary>The machine was looked at.</summary>
    public sealed record MachineRead(MachineReading Reading) : Event;

    /// <summary>Somebody wants the run to stop.</summary>
    public sealed record StopAsked(StopRequest Request) : Event;

    /// <summary>Somebody wants the run to pause, or to go on.</summary>
    public sealed record PauseAsked(bool Pause) : Event;

    /// <summary>The worktree stands.</summary>
    /// <param name="Ticket">The order's.</param>
    /// <param name="Base">The commit it began at.</param>
    /// <param name="Carried">The commit that carries the earlier work; null when there was none or it did not fit.</param>
    /// <param name="Conflicts">The files in which it did not fit; they stand in the worktree with both sides and what they came from.</param>
    public sealed record WorktreeReady(Ticket Ticket, string Base, string? Carried, Items<string> Conflicts = default) : Event;

    /// <summary>The provider answered a turn for the first time, or said something new about the account's windows.</summary>
    /// <param name="Ticket">The turn's.</param>
    /// <param name="Windows">What it said; empty when it said nothing of them.</param>
    public sealed record Answered(Ticket Ticket, Items<LimitWindow> Windows) : Event;

    /// <summary>An agent process ended.</summary>
    /// <param name="Ticket">The order's.</param>
    /// <param name="Outcome">How.</param>
    /// <param name="Usage">What it used, all models together.</param>
    /// <param name="Models">The same by model; empty when the agent did not say.</param>
    /// <param name="Metered">False when what it used could not be read, so that <paramref name="Usage"/> is too little.</param>
    /// <param name="Footprint">What it took of the machine; null when it was too short to be looked at, or the machine does not tell.</param>
    public sealed record TurnFinished(Ticket Ticket, TurnOutcome Outcome, Usage Usage, Items<ModelUsage> Models = default, bool Metered = true, Footprint? Footprint = null) : Event;

    /// <summary>What a turn used that gave no answer: one that was stopped, or that died with the program.</summary>
    /// <param name="Ticket">The turn's.</param>
    /// <param name="Usage">All models together, as far as its transcript tells.</param>
    /// <param name="Models">The same by model.</param>
    public sealed record TurnMetered(Ticket Ticket, Usage Usage, Items<ModelUsage> Models) : Event;

    /// <summary>The worktree's content is committed.</summary>
    /// <param name="Ticket">The order's.</param>
    /// <param name="Commit">The milestone's new tip; null when there was nothing new.</param>
    /// <param name="Files">How many paths changed.</param>
    /// <param name="Tree">The content of the commit, whatever its history; null when it is not said.</param>
    /// <param name="Lost">Of a resolved conflict: what of either side's change is not in it.</param>
    /// <param name="Marks">What in the whole change of the milestone has to be looked at twice.</param>
    public sealed record WorkCommitted(Ticket Ticket, string? Commit, int Files, string? Tree = null, Items<Finding> Lost = default, Items<Mark> Marks = default) : Event;

    /// <summary>Gates ended, of a milestone or of a candidate.</summary>
    /// <param name="Ticket">The order's.</param>
    /// <param name="Results">One for each gate.</param>
    /// <param name="Proofs">Of a milestone: which exit criteria a gate or a file proves.</param>
    public sealed record GateFinished(Ticket Ticket, Items<GateResult> Results, Items<CriterionProof> Proofs = default) : Event;

    /// <summary>A candidate was built.</summary>
    /// <param name="Ticket">The order's.</param>
    /// <param name="Onto">The target's tip when it was built.</param>
    /// <param name="Tip">The tip of the run's integrated work, moved forward to <paramref name="Onto"/> where that holds it.</param>
    /// <param name="Candidate">The commit; null when nothing merged.</param>
    /// <param name="Merged">What it holds of the batch.</param>
    /// <param name="Conflicts">What did not merge.</param>
    public sealed record CandidateBuilt(
        Ticket Ticket, string Onto, string Tip, string? Candidate, Items<MilestoneId> Merged, Items<Conflict> Conflicts) : Event;

    /// <summary>The candidate is the tip of the run's integrated work.</summary>
    /// <param name="Ticket">The order's.</param>
    /// <param name="Commit">The candidate.</param>
    /// <param name="Unlanded">Why the target branch was left where it was; null when it moved.</param>
    /// <param name="Proof">What a second look at it showed.</param>
    /// <param name="Offer">How it was offered in a pull request; null when it was not to be.</param>
    public sealed record Published(Ticket Ticket, string Commit, string? Unlanded, Proof Proof, Offer? Offer = null) : Event;

    /// <summary>The target moved while the candidate was under test; nothing was published.</summary>
    public sealed record TargetMoved(Ticket Ticket, string Tip) : Event;

    /// <summary>An order could not be carried out.</summary>
    public sealed record OrderFailed(Ticket Ticket, FailureKind Kind, string Code, string Message) : Event;

    /// <summary>The ticket of the order that the fact answers; null for a fact that answers none.</summary>
    public Ticket? TicketOrNull => this switch
    {
        WorktreeReady e => e.Ticket,
        Answered e => e.Ticket,
        TurnFinished e => e.Ticket,
        TurnMetered e => e.Ticket,
        WorkCommitted e => e.Ticket,
        GateFinished e => e.Ticket,
        CandidateBuilt e => e.Ticket,
        Published e => e.Ticket,
        TargetMoved e => e.Ticket,
        OrderFailed e => e.Ticket,
        RunStarted or Resumed or Abandoned or Woke or MachineRead or StopAsked or PauseAsked => null,
        _ => throw new InvalidOperationException($"Unknown fact {GetType().Name}."),
    };
}
