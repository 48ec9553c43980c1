using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>Something that happened, as one plain sentence.</summary>
/// <param name="At">When.</param>
/// <param name="Text">What.</param>
/// <param name="Until">Until when it holds, where that is known.</param>
public readonly record struct Moment(DateTimeOffset At, string Text, DateTimeOffset? Until = null);

/// <summary>One agent process.</summary>
/// <param name="Ticket">Its order's name; its files begin with it.</param>
/// <param name="Role">What for.</param>
/// <param name="Session">The conversation.</param>
/// <param name="Attempt">Which try.</param>
/// <param name="Round">Which round.</param>
/// <param name="Begun">When it was begun.</param>
/// <param name="Ended">When it ended; null while it is under way.</param>
/// <param name="Outcome">How; null while it is under way.</param>
/// <param name="Usage">What it used.</param>
/// <param name="Models">The same by model.</param>
public sealed record TurnRecord(
    Ticket Ticket, Role Role, Guid Session, int Attempt, int Round, DateTimeOffset Begun, DateTimeOffset? Ended = null, TurnOutcome? Outcome = null,
    Usage Usage = default, Items<ModelUsage> Models = default);

/// <summary>What a milestone waited for.</summary>
public enum WaitKind
{
    /// <summary>The provider refused.</summary>
    Limit,

    /// <summary>Something passing went wrong.</summary>
    Backoff,

    /// <summary>Sent back; the batch it was part of came first.</summary>
    Queue,

    /// <summary>What was left of a budget was set aside for others.</summary>
    Budget,

    /// <summary>Another turn went a little ahead.</summary>
    HeadStart,

    /// <summary>Ready before there was a slot for it.</summary>
    Slot,

    /// <summary>The run was stopped, or had crashed.</summary>
    Interrupted,

    /// <summary>Accepted; it was to be merged.</summary>
    Merge,
}

/// <summary>A time in which nothing was done for a milestone that had begun.</summary>
/// <param name="Kind">What it waited for.</param>
/// <param name="From">Since when.</param>
/// <param name="To">Until when; null while it waits.</param>
/// <param name="Text">Why, in words.</param>
public sealed record Wait(WaitKind Kind, DateTimeOffset From, DateTimeOffset? To, string Text);

/// <summary>Who found something.</summary>
public enum FoundBy
{
    /// <summary>A reviewer.</summary>
    Review,

    /// <summary>The one who checked what a reviewer claimed.</summary>
    Check,

    /// <summary>The gates on its own commit.</summary>
    Gates,

    /// <summary>The look at a resolved conflict.</summary>
    Merge,

    /// <summary>The merge queue: it does not merge.</summary>
    Conflict,

    /// <summary>The merge queue: the gates fail on it merged with others, as bisection found.</summary>
    Bisection,
}

/// <summary>What became of a finding.</summary>
public enum Fate
{
    /// <summary>It stands.</summary>
    Open,

    /// <summary>Somebody claims it, and nobody else has looked yet.</summary>
    Claimed,

    /// <summary>The check saw it too, and says so in a finding of its own.</summary>
    Confirmed,

    /// <summary>Another one looked and did not see it.</summary>
    NotReproduced,

    /// <summary>Nobody came to look.</summary>
    Undecided,

    /// <summary>Whoever found it does not find it any more.</summary>
    Mended,

    /// <summary>The implementer left it as it is, and the milestone failed for it.</summary>
    LeftAsItIs,

    /// <summary>It is below the bar and blocks nothing.</summary>
    Remark,
}

/// <summary>A finding and what became of it.</summary>
/// <param name="Finding">What was found, as it was said last.</param>
/// <param name="By">By whom.</param>
/// <param name="Attempt">In which try.</param>
/// <param name="Round">In which round.</param>
/// <param name="At">When first.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="Settled">When that was clear; null while it stands.</param>
/// <param name="Times">How often it was found.</param>
public sealed record FoundFinding(Finding Finding, FoundBy By, int Attempt, int Round, DateTimeOffset At, Fate Fate, DateTimeOffset? Settled = null, int Times = 1)
{
    /// <summary>Whether it still stands in the way.</summary>
    public bool Stands => Fate is Fate.Open or Fate.LeftAsItIs;
}

/// <summary>A commit of a milestone's work.</summary>
/// <param name="At">When.</param>
/// <param name="After">The role of the turn that left it.</param>
/// <param name="Attempt">Which try.</param>
/// <param name="Round">Which round; attempt and round name the pin.</param>
/// <param name="Commit">The commit; null when nothing had changed.</param>
/// <param name="Files">How many paths changed.</param>
public sealed record CommitRecord(DateTimeOffset At, Role After, int Attempt, int Round, string? Commit, int Files);

/// <summary>One run of the gates on a milestone's commit.</summary>
/// <param name="At">When they ended.</param>
/// <param name="Ticket">The order's name; the folder of their output is called so.</param>
/// <param name="Commit">What they ran on.</param>
/// <param name="Results">One for each gate.</param>
public sealed record GateRun(DateTimeOffset At, Ticket Ticket, string Commit, Items<GateResult> Results);

/// <summary>What is known of one milestone's way through a run. What it came to stands in its state.</summary>
/// <param name="Id">The milestone.</param>
public sealed record Dossier(MilestoneId Id)
{
    /// <summary>What happened, in order.</summary>
    public Items<Moment> Moments { get; init; }

    /// <summary>Its agent processes.</summary>
    public Items<TurnRecord> Turns { get; init; }

    /// <summary>Its waits.</summary>
    public Items<Wait> Waits { get; init; }

    /// <summary>All that was found, by whomever.</summary>
    public Items<FoundFinding> Findings { get; init; }

    /// <summary>Its commits.</summary>
    public Items<CommitRecord> Commits { get; init; }

    /// <summary>Its gates.</summary>
    public Items<GateRun> Gates { get; init; }

    /// <summary>With one moment more.</summary>
    internal Dossier Note(DateTimeOffset at, string text, DateTimeOffset? until = null) => this with { Moments = [.. Moments, new Moment(at, text, until)] };
}
