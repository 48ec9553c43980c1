namespace Orchestrator.Core.Agents;

/// <summary>What shows whether a turn is alive. Each time is how long ago, in time that counts: not while we were frozen.</summary>
/// <param name="SinceBegin">Since the agent was started.</param>
/// <param name="SinceStream">Since it last printed anything; the waiting that it announced is not counted.</param>
/// <param name="SinceCpu">Since it or anything that it started last used the processor for more than a heartbeat.</param>
/// <param name="SinceChange">Since something last changed in its worktree.</param>
/// <param name="SinceResult">Since it gave its result; null when it gave none, or went on after it.</param>
/// <param name="ToolPending">A tool was called and has not answered.</param>
/// <param name="ToolRuns">Something that it started is running.</param>
/// <param name="Refused">The provider refuses it for the moment, and it waits for that by itself.</param>
public readonly record struct TurnSigns(
    TimeSpan SinceBegin, TimeSpan SinceStream, TimeSpan SinceCpu, TimeSpan SinceChange, TimeSpan? SinceResult = null, bool ToolPending = false, bool ToolRuns = false, bool Refused = false)
{
    /// <summary>Since the last sign of life of any kind.</summary>
    public TimeSpan Quiet => Liveness.Least(SinceStream, Liveness.Least(SinceCpu, SinceChange));
}

/// <summary>How long a turn may take.</summary>
/// <param name="Idle">Without any sign of life. More than the agent's own limits for a tool and for an answer, which are ten minutes each.</param>
/// <param name="Wall">In all.</param>
/// <param name="ResultGrace">In silence after its result.</param>
public readonly record struct LivenessLimits(TimeSpan Idle, TimeSpan Wall, TimeSpan ResultGrace);

/// <summary>How it stands with a turn.</summary>
public enum Life
{
    /// <summary>It prints, computes or changes files.</summary>
    Working,

    /// <summary>It is still, and waits for the model.</summary>
    Thinking,

    /// <summary>It waits for a tool that runs.</summary>
    RunningTool,

    /// <summary>The provider refuses it, and it waits for that by itself.</summary>
    Limited,

    /// <summary>It waits for a permission that nobody gives: a tool is called, and nothing runs for it.</summary>
    PromptParked,

    /// <summary>It shows no sign of life.</summary>
    Hung,

    /// <summary>It gave its result and does not end.</summary>
    DoneButAlive,

    /// <summary>It took longer than any turn may.</summary>
    OverTime,
}

/// <summary>What is done about a turn.</summary>
/// <param name="Stops">It is ended.</param>
/// <param name="Why">What it is ended for; null when it goes on, or when the result that it gave counts.</param>
public readonly record struct LifeAction(bool Stops, TurnOutcome.Failed? Why);

/// <summary>
/// Judges whether a turn is alive. No single sign can: an agent prints nothing while a tool runs or the model thinks, a
/// tool that downloads needs no processor, one that computes changes no file. Only when all are missing it is hung.
/// </summary>
public static class Liveness
{
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(10);

    /// <summary>How it stands with the turn.</summary>
    public static Life Judge(TurnSigns signs, LivenessLimits limits)
    {
        var over = signs.SinceBegin >= limits.Wall;
        if (signs.SinceResult is { } since)
        {
            // What it prints after its result may be a further result, so the grace counts from the last it printed.
            return over || Least(since, signs.SinceStream) >= limits.ResultGrace ? Life.DoneButAlive : Life.Working;
        }

        if (over || signs.Refused)
        {
            return over ? Life.OverTime : Life.Limited;
        }

        if (signs.Quiet >= limits.Idle)
        {
            return signs is { ToolPending: true, ToolRuns: false } ? Life.PromptParked : Life.Hung;
        }

        return signs is { ToolPending: true, ToolRuns: true } ? Life.RunningTool
            : signs.ToolPending || signs.Quiet < Lately ? Life.Working
            : Life.Thinking;
    }

    /// <summary>What is done about it.</summary>
    public static LifeAction ActionOf(Life life, LivenessLimits limits) => life switch
    {
        Life.Working or Life.Thinking or Life.RunningTool or Life.Limited => default,
        Life.DoneButAlive => new LifeAction(true, null),
        Life.Hung => Stop(FailureKind.Transient, "agent.hung", $"The agent showed no sign of life for {Words(limits.Idle)}."),
        Life.PromptParked => Stop(FailureKind.Attempt, "agent.prompt", $"The agent waited {Words(limits.Idle)} for a tool that did not run; it may have asked for a permission that nobody gives."),
        Life.OverTime => Stop(FailureKind.Attempt, "agent.timeout", $"The turn took longer than {Words(limits.Wall)}."),
        _ => throw new ArgumentOutOfRangeException(nameof(life)),
    };

    internal static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static LifeAction Stop(FailureKind kind, string code, string message) => new(true, new TurnOutcome.Failed(kind, code, message));

    private static string Words(TimeSpan time) =>
        time < TimeSpan.FromMinutes(2) ? FormattableString.Invariant($"{time.TotalSeconds:0} seconds") : FormattableString.Invariant($"{time.TotalMinutes:0} minutes");
}
