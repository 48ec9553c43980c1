using Orchestrator.Core.Plans;

namespace Orchestrator.Core.Progress;

/// <summary>What a notice is about.</summary>
public enum NoticeKind
{
    /// <summary>The run is over and every chosen milestone is done.</summary>
    Finished,

    /// <summary>The run is over and some milestones are not done.</summary>
    WithFailures,

    /// <summary>A milestone was given up; the run goes on.</summary>
    MilestoneFailed,

    /// <summary>A milestone was given up for a conflict that only a person can resolve.</summary>
    Unresolved,

    /// <summary>The run is over, and its work could not reach the user's branch.</summary>
    Unlanded,

    /// <summary>The run stopped for a reason that only a person lifts.</summary>
    Stopped,

    /// <summary>Nothing goes on until there is room on the machine again.</summary>
    Standstill,

    /// <summary>A part of the program failed, or the journal is refused.</summary>
    Alarm,

    /// <summary>The provider refuses for a long time; the run waits.</summary>
    Limit,

    /// <summary>The provider refuses, and the run ended instead of waiting.</summary>
    AtLimit,
}

/// <summary>What a person can ask to be told of.</summary>
[Flags]
public enum NoticeTopics
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>That a run is over.</summary>
    Finished = 1,

    /// <summary>That something failed.</summary>
    Failed = 2,

    /// <summary>That it does not go on without a person.</summary>
    Person = 4,

    /// <summary>That a limit lasts long.</summary>
    Limit = 8,

    /// <summary>All of it.</summary>
    All = Finished | Failed | Person | Limit,
}

/// <summary>What a person wants to be told, and how.</summary>
/// <param name="On">Of what.</param>
/// <param name="Limit">A limit that lasts less is no news, and a standstill is not told again before.</param>
/// <param name="Show">How a time is written: the person's own time of day.</param>
public sealed record NoticeWishes(NoticeTopics On, TimeSpan Limit, Func<DateTimeOffset, string> Show);

/// <summary>Something that a person who is away should know.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="At">When it happened.</param>
/// <param name="Title">In a few words.</param>
/// <param name="Text">Plain sentences, the last of which says what to do.</param>
public sealed record Notice(NoticeKind Kind, DateTimeOffset At, string Title, string Text)
{
    /// <summary>In a few words; one line, fit to be shown, whatever it quotes.</summary>
    public string Title { get; init; } = Plain.Whole(Title);

    /// <summary>Plain sentences; one line, fit to be shown, whatever they quote.</summary>
    public string Text { get; init; } = Plain.Whole(Text);

    /// <summary>The milestone; null when it is about the run as a whole.</summary>
    public MilestoneId? Milestone { get; init; }

    /// <summary>The stable short name of the reason, as <c>docs/reference/failures.md</c> lists them; null where there is none.</summary>
    public string? Code { get; init; }

    /// <summary>Until when it lasts; null where that is not known.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Those who want to be told one of these are told it.</summary>
    public NoticeTopics Topics => Kind switch
    {
        NoticeKind.Finished => NoticeTopics.Finished,
        NoticeKind.WithFailures => NoticeTopics.Finished | NoticeTopics.Failed,
        NoticeKind.MilestoneFailed => NoticeTopics.Failed,
        NoticeKind.Unresolved => NoticeTopics.Failed | NoticeTopics.Person,
        NoticeKind.Unlanded => NoticeTopics.Finished | NoticeTopics.Person,
        NoticeKind.Stopped or NoticeKind.Standstill or NoticeKind.Alarm => NoticeTopics.Person,
        NoticeKind.Limit => NoticeTopics.Limit,
        NoticeKind.AtLimit => NoticeTopics.Limit | NoticeTopics.Person,
        _ => throw new InvalidOperationException($"Unknown notice {Kind}."),
    };

    /// <summary>The kind as programs read it.</summary>
    public string Word => Kind switch
    {
        NoticeKind.Finished => "finished",
        NoticeKind.WithFailures => "finished-with-failures",
        NoticeKind.MilestoneFailed => "failed",
        NoticeKind.Unresolved => "unresolved",
        NoticeKind.Unlanded => "unlanded",
        NoticeKind.Stopped => "stopped",
        NoticeKind.Standstill => "standstill",
        NoticeKind.Alarm => "alarm",
        NoticeKind.Limit => "limit",
        NoticeKind.AtLimit => "ended-at-limit",
        _ => throw new InvalidOperationException($"Unknown notice {Kind}."),
    };
}
