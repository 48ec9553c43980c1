namespace Orchestrator.Engine.Processes;

/// <summary>What a worktree gives to the processes in it: agents, gates, setup and teardown.</summary>
/// <param name="Variables">What goes before their own environment.</param>
/// <param name="Around">Builds the fence around one; the process itself where there is none.</param>
public sealed record Workplace(IReadOnlyDictionary<string, string> Variables, Func<ProcessSpec, ProcessSpec> Around)
{
    /// <summary>A worktree with nothing of its own, and no fence.</summary>
    public static readonly Workplace Bare = new(new Dictionary<string, string>(), spec => spec);
}
