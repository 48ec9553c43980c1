using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;

namespace Orchestrator.Engine.Running;

/// <summary>A specification to make a plan of.</summary>
/// <param name="Folder">A folder in the repository.</param>
/// <param name="Name">How the specification is called.</param>
/// <param name="Spec">Its text.</param>
/// <param name="Target">The folder the milestones are to go to, from the repository's root.</param>
/// <param name="Sample">The sample milestone that <c>init</c> writes: untouched, it does not count as somebody's plan.</param>
public sealed record PlanRequest(string Folder, string Name, string Spec, string Target, string Sample);

/// <summary>A plan that was made, as files in a folder of ours.</summary>
/// <param name="Root">The repository's root.</param>
/// <param name="Folder">The folder of the files.</param>
/// <param name="Reading">What checking them came to.</param>
/// <param name="Advice">What is not wrong and yet worth a word.</param>
public sealed record PlanDraft(string Root, string Folder, PlanReading Reading, Items<Problem> Advice);

/// <summary>What planning used.</summary>
/// <param name="Usage">Dollars and tokens of all turns.</param>
/// <param name="Turns">How many there were.</param>
/// <param name="Metered">False when the true figure is higher.</param>
public sealed record PlanSpending(Usage Usage, int Turns, bool Metered);

/// <summary>How asking for a plan ended. A closed list.</summary>
public abstract record PlanEnd
{
    private PlanEnd()
    {
    }

    /// <summary>There is something to mend first; nothing was spent.</summary>
    public sealed record Refused(IReadOnlyList<Problem> Problems) : PlanEnd;

    /// <summary>There is a plan; with errors when the agent could not mend them.</summary>
    public sealed record Drafted(PlanDraft Draft, PlanSpending Spent) : PlanEnd;

    /// <summary>The agent gave none.</summary>
    /// <param name="Why">What happened, and what to do.</param>
    /// <param name="Spent">What it used.</param>
    /// <param name="Folder">Where prompt and transcript lie.</param>
    /// <param name="AtLimit">True when the provider refuses for a while.</param>
    public sealed record Failed(Problem Why, PlanSpending Spent, string Folder, bool AtLimit = false) : PlanEnd;

    /// <summary>Somebody stopped it.</summary>
    /// <param name="Folder">Where prompt and transcript lie.</param>
    public sealed record Stopped(string Folder) : PlanEnd;
}
