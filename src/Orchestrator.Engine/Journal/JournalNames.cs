using Orchestrator.Core.Conducting;

namespace Orchestrator.Engine.Journal;

/// <summary>
/// How facts are spelled on disk. These names are the storage format: a type of Core may be renamed, a name here
/// may not.
/// </summary>
public static class JournalNames
{
    /// <summary>Each fact's type and its name.</summary>
    public static IReadOnlyList<(Type Type, string Name)> All { get; } =
    [
        (typeof(Event.RunStarted), "run.started"),
        (typeof(Event.Resumed), "run.resumed"),
        (typeof(Event.Woke), "run.woke"),
        (typeof(Event.MachineRead), "machine.read"),
        (typeof(Event.StopAsked), "stop.asked"),
        (typeof(Event.WorktreeReady), "worktree.ready"),
        (typeof(Event.TurnFinished), "turn.finished"),
        (typeof(Event.WorkCommitted), "work.committed"),
        (typeof(Event.GateFinished), "gate.finished"),
        (typeof(Event.CandidateBuilt), "candidate.built"),
        (typeof(Event.Published), "published"),
        (typeof(Event.TargetMoved), "target.moved"),
        (typeof(Event.OrderFailed), "order.failed"),
    ];

    private static readonly Dictionary<Type, string> Names = All.ToDictionary(p => p.Type, p => p.Name);
    private static readonly Dictionary<string, Type> Types = All.ToDictionary(p => p.Name, p => p.Type);

    /// <summary>The name of a fact.</summary>
    public static string Of(Event fact) => Names[fact.GetType()];

    /// <summary>The type of a name; null when this version does not know it.</summary>
    public static Type? TypeOf(string name) => Types.GetValueOrDefault(name);
}
