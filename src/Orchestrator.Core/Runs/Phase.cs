using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;

namespace Orchestrator.Core.Runs;

/// <summary>One thing to be done for a milestone. A closed list.</summary>
public abstract record Step
{
    private Step()
    {
    }

    /// <summary>Make the worktree at <paramref name="Base"/>; carry the work of an earlier tip along when there is one.</summary>
    /// <param name="Base">The commit to start from.</param>
    /// <param name="Carry">A milestone commit whose change is to be laid on top, or null.</param>
    /// <param name="Findings">What an integration found wrong with the carried work.</param>
    public sealed record Prepare(string Base, string? Carry = null, Items<Finding> Findings = default) : Step;

    /// <summary>Run one agent process.</summary>
    public sealed record Turn(TurnBrief Brief) : Step;

    /// <summary>Commit what the turn of this role left in the worktree.</summary>
    public sealed record Commit(Role After) : Step;

    /// <summary>Run the gates on this commit, in the milestone's worktree.</summary>
    public sealed record Gate(string Tip) : Step;
}

/// <summary>Why a milestone is parked.</summary>
public enum ParkReason
{
    /// <summary>The provider refuses until a time.</summary>
    Limit,

    /// <summary>Something passing went wrong; backing off.</summary>
    Backoff,

    /// <summary>Sent back by the merge queue; goes on when the batch it was part of is through.</summary>
    Queue,

    /// <summary>What is left of a budget is set aside for turns under way.</summary>
    Budget,

    /// <summary>Another turn goes a little ahead and fills the provider's cache. Keeps its slot.</summary>
    HeadStart,

    /// <summary>Made ready before there was a slot for it.</summary>
    Slot,

    /// <summary>A stop or a crash came between; goes on as soon as there is a slot.</summary>
    Interrupted,
}

/// <summary>Kinds of phases, to ask for several at once.</summary>
[Flags]
public enum PhaseKinds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><see cref="Phase.Waiting"/>.</summary>
    Waiting = 1,

    /// <summary><see cref="Phase.LeftOut"/>.</summary>
    LeftOut = 2,

    /// <summary><see cref="Phase.Working"/>.</summary>
    Working = 4,

    /// <summary><see cref="Phase.Parked"/>.</summary>
    Parked = 8,

    /// <summary><see cref="Phase.Accepted"/>.</summary>
    Accepted = 16,

    /// <summary><see cref="Phase.Integrated"/>.</summary>
    Integrated = 32,

    /// <summary><see cref="Phase.Failed"/>.</summary>
    Failed = 64,

    /// <summary><see cref="Phase.Blocked"/>.</summary>
    Blocked = 128,
}

/// <summary>Where a milestone stands. A closed list; the catch-all arm of a switch over it only throws.</summary>
public abstract record Phase
{
    private Phase(PhaseKinds kind) => Kind = kind;

    /// <summary>Which of the kinds it is, without asking for one after the other.</summary>
    internal PhaseKinds Kind { get; }

    /// <summary>Not begun: waits for its needs or for a slot.</summary>
    public sealed record Waiting() : Phase(PhaseKinds.Waiting);

    /// <summary>Not chosen by <c>--stage</c> or <c>--milestone</c>.</summary>
    public sealed record LeftOut() : Phase(PhaseKinds.LeftOut);

    /// <summary>A step is under way. It holds a slot, but for <see cref="Step.Prepare"/>.</summary>
    public sealed record Working(Ticket Ticket, Step Step) : Phase(PhaseKinds.Working);

    /// <summary>Holds no slot; takes up <paramref name="Step"/> at <paramref name="Until"/> or later.</summary>
    public sealed record Parked(DateTimeOffset Until, ParkReason Reason, string Message, Step Step) : Phase(PhaseKinds.Parked);

    /// <summary>Reviewed and gated; waits to be integrated.</summary>
    public sealed record Accepted(string Tip) : Phase(PhaseKinds.Accepted);

    /// <summary>
    /// Done. There are two ways here only: a commit that passed its gates, was published and proved, or a merge that
    /// stood in the target's history when the run began.
    /// </summary>
    public sealed record Integrated : Phase
    {
        private Integrated(string merge, bool earlier)
            : base(PhaseKinds.Integrated) => (Merge, Earlier) = (merge, earlier);

        /// <summary>The commit that holds it.</summary>
        public string Merge { get; }

        /// <summary>True when an earlier run did it.</summary>
        public bool Earlier { get; }

        /// <summary>Done by this run.</summary>
        public static Integrated In(LandedCommit landed) => new(landed.Gated.Commit, earlier: false);

        /// <summary>Done before it.</summary>
        public static Integrated Before(DoneMilestone done) => new(done.Merge, earlier: true);
    }

    /// <summary>Given up.</summary>
    public sealed record Failed(string Code, string Message) : Phase(PhaseKinds.Failed);

    /// <summary>Something it needs will not be integrated in this run.</summary>
    public sealed record Blocked(Plans.MilestoneId By) : Phase(PhaseKinds.Blocked);
}
