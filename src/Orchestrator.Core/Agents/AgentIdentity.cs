namespace Orchestrator.Core.Agents;

/// <summary>
/// Who an agent commits as, when it commits by itself. Such commits are kept, but they never become part of anything by
/// themselves; by this address they are known when one of them turns up where only the user commits.
/// </summary>
public static class AgentIdentity
{
    /// <summary>The address of every agent's commits.</summary>
    public const string Email = "agent@orchestrator.invalid";

    /// <summary>The name for an agent of a milestone.</summary>
    public static string NameOf(Plans.MilestoneId milestone) => $"Agent of {milestone}";
}
