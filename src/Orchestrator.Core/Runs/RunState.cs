using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;

namespace Orchestrator.Core.Runs;

/// <summary>What a run knows about one milestone.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Since">When it came there.</param>
/// <param name="Attempt">Which try, from 1; 0 before the first.</param>
/// <param name="Round">Which review round of this attempt, from 0.</param>
/// <param name="Sessions">How many conversations there were.</param>
/// <param name="Writer">The implementer's conversation of this attempt.</param>
/// <param name="Base">The commit its worktree began at.</param>
/// <param name="Tip">Its latest commit; null before the first.</param>
/// <param name="Stumbles">How often in a row its step failed in passing.</param>
/// <param name="Usage">What its turns used.</param>
/// <param name="Reason">Why the latest attempt failed.</param>
/// <param name="Findings">The latest findings.</param>
/// <param name="Spent">What its turns used, by role and model.</param>
/// <param name="Content">What its latest commit holds: the tree, or the commit where the tree is not known.</param>
/// <param name="Wanting">What was refused in this attempt.</param>
/// <param name="Seen">The commit that the latest review of this attempt refused.</param>
/// <param name="Resolving">Its earlier work, which conflicts with <paramref name="Base"/>, until a commit holds the changes of both.</param>
/// <param name="Marks">What in its change has to be looked at twice.</param>
/// <param name="Proofs">Which of its exit criteria are proved for the latest commit, and by what.</param>
/// <param name="Remarks">Findings of the latest approval that block nothing.</param>
public sealed record MilestoneState(
    Phase Phase,
    DateTimeOffset Since,
    int Attempt = 0,
    int Round = 0,
    int Sessions = 0,
    Guid Writer = default,
    string? Base = null,
    string? Tip = null,
    int Stumbles = 0,
    Usage Usage = default,
    string? Reason = null,
    Items<Finding> Findings = default,
    Items<Spending> Spent = default,
    string? Content = null,
    Items<RefusedContent> Wanting = default,
    string? Seen = null,
    string? Resolving = null,
    Items<Mark> Marks = default,
    Items<CriterionProof> Proofs = default,
    Items<Finding> Remarks = default);

/// <summary>Who refuses work.</summary>
public enum Judge
{
    /// <summary>A reviewer.</summary>
    Review,

    /// <summary>The gates.</summary>
    Gates,

    /// <summary>The check that a resolved conflict holds the changes of both sides.</summary>
    Merge,
}

/// <summary>Content that was refused.</summary>
/// <param name="Content">The tree, or the commit where the tree is not known.</param>
/// <param name="By">By whom.</param>
public readonly record struct RefusedContent(string Content, Judge By);

/// <summary>A milestone and the commit of it that is to be merged.</summary>
public readonly record struct BatchItem(MilestoneId Id, string Tip);

/// <summary>Where the merge queue stands. A closed list.</summary>
public abstract record Integration
{
    private Integration()
    {
    }

    /// <summary>Nothing under way; not before <paramref name="NotBefore"/> after a passing failure, of which <paramref name="Trouble"/> tells.</summary>
    public sealed record Idle(DateTimeOffset? NotBefore = null, string? Trouble = null) : Integration;

    /// <summary>A candidate is being made of the batch.</summary>
    public sealed record Building(Ticket Ticket, Items<BatchItem> Batch) : Integration;

    /// <summary>The gates run on the candidate; <paramref name="Ahead"/> is made ready meanwhile.</summary>
    public sealed record Testing(Ticket Ticket, Items<BatchItem> Batch, string Onto, string Candidate, NextCandidate? Ahead = null) : Integration;

    /// <summary>
    /// The tested candidate is being published; an empty batch publishes again what could not land before. Once
    /// begun it may have happened, whatever became of the answer, so that only its own answer ends it: when the
    /// order fails, of which <paramref name="Trouble"/> tells, it is given again, not before <paramref name="NotBefore"/>.
    /// </summary>
    public sealed record Publishing(Ticket Ticket, Items<BatchItem> Batch, string Onto, GatedCommit Candidate, DateTimeOffset? NotBefore = null, string? Trouble = null, NextCandidate? Ahead = null) : Integration;
}

/// <summary>
/// The candidate after the one under test, made on top of it in the hope that it is green, so that its own test begins at once.
/// </summary>
/// <param name="Ticket">The order that makes it.</param>
/// <param name="Batch">What it is made of.</param>
/// <param name="Answered">Whether that order was answered.</param>
/// <param name="Commit">The commit; null while it is not made, or when not all of the batch merged.</param>
public sealed record NextCandidate(Ticket Ticket, Items<BatchItem> Batch, bool Answered = false, string? Commit = null);

/// <summary>How hard a run is asked to stop; a stronger one replaces a weaker one.</summary>
public enum Urgency
{
    /// <summary>Nothing new is begun; what is under way ends its step.</summary>
    Drain,

    /// <summary>Agents are stopped; nothing is lost, no attempt is spent.</summary>
    Stop,
}

/// <summary>That and why a run is asked to stop.</summary>
/// <param name="Urgency">How hard.</param>
/// <param name="Code">A stable short name, e.g. <c>operator</c>, <c>agent.login</c>.</param>
/// <param name="Message">Why, as one sentence.</param>
public sealed record StopRequest(Urgency Urgency, string Code, string Message);

/// <summary>A refusal of the provider that stands until a turn gets through.</summary>
/// <param name="Model">The model that is refused, as turns ask for it; null when it is the whole account.</param>
/// <param name="Until">When the next turn may try.</param>
/// <param name="Message">What the provider said.</param>
/// <param name="Refusals">How often in a row a turn tried in vain.</param>
/// <param name="Canary">The turn that tries; none before <paramref name="Until"/>.</param>
public readonly record struct Limit(string? Model, DateTimeOffset Until, string Message, int Refusals = 1, Ticket Canary = default);

/// <summary>What one role used of one model for one milestone.</summary>
public readonly record struct Spending(MilestoneId Milestone, Role Role, string Model, Usage Usage);

/// <summary>A turn that ended without an answer; what it used is to be read from its transcript.</summary>
/// <param name="Ticket">The name of the order that reads it.</param>
/// <param name="Turn">The turn's own.</param>
/// <param name="Index">Its milestone's place in the plan.</param>
/// <param name="Role">What it was for.</param>
public readonly record struct UnmeteredTurn(Ticket Ticket, Ticket Turn, int Index, Role Role);

/// <summary>A turn that is frozen because the machine has no room for it.</summary>
/// <param name="Turn">Its ticket.</param>
/// <param name="Since">Since when.</param>
public readonly record struct HeldTurn(Ticket Turn, DateTimeOffset Since);

/// <summary>A request prefix that the provider has in its cache: turns with the same model and the same tools share it.</summary>
public readonly record struct WarmPrefix(string Model, bool Review, DateTimeOffset Until);

/// <summary>How a run ended. A closed list.</summary>
public abstract record Final
{
    private Final()
    {
    }

    /// <summary>Every chosen milestone is integrated.</summary>
    public sealed record Completed : Final;

    /// <summary>Some milestones failed or were blocked; the others are integrated.</summary>
    public sealed record WithFailures : Final;

    /// <summary>Stopped before the end; can go on.</summary>
    public sealed record Stopped(string Code, string Message) : Final;

    /// <summary>Given up, because the user wished so or its journal was damaged. It does not go on; what it merged counts, the rest is kept.</summary>
    public sealed record Abandoned(string Message) : Final;

    /// <summary>The provider's limit is reached and the run does not wait; come back at <paramref name="Until"/>.</summary>
    public sealed record LimitReached(DateTimeOffset Until, string Message) : Final;
}

/// <summary>The whole state of a run: the fold of its journal.</summary>
public sealed record RunState
{
    /// <summary>The run's name.</summary>
    public required RunId Run { get; init; }

    /// <summary>What is to be done.</summary>
    public required Plan Plan { get; init; }

    /// <summary>How.</summary>
    public required Policy Policy { get; init; }

    /// <summary>The branch to publish to, as a full ref.</summary>
    public required string Target { get; init; }

    /// <summary>The target's commit when the run began.</summary>
    public required string Base { get; init; }

    /// <summary>When the run began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the latest fact was journalled.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>One state for each milestone of the plan, in its order.</summary>
    public required Roster Milestones { get; init; }

    /// <summary>The tip of the run's integrated work; new worktrees begin here.</summary>
    public required string Tip { get; init; }

    /// <summary>The latest commit that landed; <see cref="Tip"/> is it, or the target gone on from it. Null before the first.</summary>
    public LandedCommit? Landed { get; init; }

    /// <summary>The merge queue.</summary>
    public Integration Integration { get; init; } = new Integration.Idle();

    /// <summary>The search for the guilty of a red batch; null when there is none.</summary>
    public Bisection? Bisection { get; init; }

    /// <summary>Who was found to be red together, in the order of finding.</summary>
    public Items<Culprits> Culprits { get; init; }

    /// <summary>How often in a row the target moved under a candidate.</summary>
    public int Rebuilds { get; init; }

    /// <summary>How often in a row an order of the queue failed in passing.</summary>
    public int QueueFailures { get; init; }

    /// <summary>Why <see cref="Tip"/> has not reached the target; null when it has.</summary>
    public string? Unlanded { get; init; }

    /// <summary>How <see cref="Tip"/> was offered in a pull request; null when it was not to be.</summary>
    public Offer? Offer { get; init; }

    /// <summary>True while another try could bring the work to where the policy wants it.</summary>
    public bool IsUndelivered => Policy.Publish switch
    {
        PublishMode.FastForward => Unlanded is not null,
        PublishMode.Branch => false,
        PublishMode.PullRequest => Offer is { Made: false },
        _ => throw new InvalidOperationException($"Unknown way to publish {Policy.Publish}."),
    };

    /// <summary>True once the run tried to land what could not land before, so that it ends.</summary>
    public bool LandingTried { get; init; }

    /// <summary>The gates that failed and then passed on the same commit, each once.</summary>
    public Items<string> Flaky { get; init; }

    /// <summary>The gates that fail and failed so before the work began, each once: they block nothing.</summary>
    public Items<string> Inherited { get; init; }

    /// <summary>What the machine allows.</summary>
    public MachineReading Machine { get; init; } = MachineReading.Unknown;

    /// <summary>The turns that are frozen, in the order in which they were.</summary>
    public Items<HeldTurn> Held { get; init; }

    /// <summary>
    /// What turns took of the machine, for each role that was measured: of memory and disk the largest, forgotten by and
    /// by (<see cref="Footprint.Then"/>).
    /// </summary>
    public Items<RoleFootprint> Footprints { get; init; }

    /// <summary>The provider's refusals that stand.</summary>
    public Items<Limit> Limits { get; init; }

    /// <summary>What the provider said last about each of the account's windows.</summary>
    public Items<LimitWindow> Windows { get; init; }

    /// <summary>The prefixes that are in the provider's cache.</summary>
    public Items<WarmPrefix> Warm { get; init; }

    /// <summary>What was used, by milestone, role and model.</summary>
    public IEnumerable<Spending> Ledger => Milestones.SelectMany(m => m.Spent);

    /// <summary>The turns whose use is still to be read.</summary>
    public Items<UnmeteredTurn> Unmetered { get; init; }

    /// <summary>Since when the user has it paused; null when he has not.</summary>
    public DateTimeOffset? PausedSince { get; init; }

    /// <summary>That the run is to stop; null when it is not.</summary>
    public StopRequest? Stop { get; init; }

    /// <summary>How the run ended; null while it has not.</summary>
    public Final? Final { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The number of the next ticket.</summary>
    public long NextTicket { get; init; } = 1;

    /// <summary>Which start of the program this is, from 1.</summary>
    public int Incarnation { get; init; } = 1;

    /// <summary>What all turns used together.</summary>
    public Usage Usage { get; init; }

    /// <summary>Why nothing runs although something could; null in the ordinary case.</summary>
    public string? Standstill => PausedSince is not null ? "paused" : Machine.Pressure == Pressure.Critical ? Machine.Reason : Held.Count > 0 ? "frozen turns go on first" : null;
}
