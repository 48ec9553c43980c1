using Orchestrator.Core.Conducting;

namespace Orchestrator.Engine.Journal;

/// <summary>
/// How facts are named on disk. These names are the storage format: a type of Core may be renamed, a name here
/// may not.
/// </summary>
public static class JournalNames
{
    internal const string RunStarted = "run.started";
    internal const string Resumed = "run.resumed";
    internal const string Abandoned = "run.abandoned";
    internal const string Woke = "run.woke";
    internal const string MachineRead = "machine.read";
    internal const string StopAsked = "stop.asked";
    internal const string PauseAsked = "pause.asked";
    internal const string WorktreeReady = "worktree.ready";
    internal const string Answered = "turn.answered";
    internal const string Metered = "turn.metered";
    internal const string TurnFinished = "turn.finished";
    internal const string WorkCommitted = "work.committed";
    internal const string GateFinished = "gate.finished";
    internal const string CandidateBuilt = "candidate.built";
    internal const string Published = "published";
    internal const string TargetMoved = "target.moved";
    internal const string OrderFailed = "order.failed";

    /// <summary>Each fact's type and its name.</summary>
    public static IReadOnlyList<(Type Type, string Name)> All { get; } =
    [
        (typeof(Event.RunStarted), RunStarted),
        (typeof(Event.Resumed), Resumed),
        (typeof(Event.Abandoned), Abandoned),
        (typeof(Event.Woke), Woke),
        (typeof(Event.MachineRead), MachineRead),
        (typeof(Event.StopAsked), StopAsked),
        (typeof(Event.PauseAsked), PauseAsked),
        (typeof(Event.WorktreeReady), WorktreeReady),
        (typeof(Event.Answered), Answered),
        (typeof(Event.TurnMetered), Metered),
        (typeof(Event.TurnFinished), TurnFinished),
        (typeof(Event.WorkCommitted), WorkCommitted),
        (typeof(Event.GateFinished), GateFinished),
        (typeof(Event.CandidateBuilt), CandidateBuilt),
        (typeof(Event.Published), Published),
        (typeof(Event.TargetMoved), TargetMoved),
        (typeof(Event.OrderFailed), OrderFailed),
    ];

    private static readonly Dictionary<Type, string> Names = All.ToDictionary(p => p.Type, p => p.Name);

    /// <summary>The name of a fact.</summary>
    public static string Of(Event fact) => Names[fact.GetType()];
}
