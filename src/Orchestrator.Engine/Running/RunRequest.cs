using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>What the user asks of a run.</summary>
/// <param name="Folder">A folder in the repository.</param>
/// <param name="Stage">Only this stage, or null.</param>
/// <param name="Milestone">Only this milestone, or null.</param>
/// <param name="Resume">There has to be a run to go on with.</param>
/// <param name="OnePass">One pass: end at a limit instead of waiting.</param>
/// <param name="Anew">Give an unfinished run up and begin a new one.</param>
public sealed record RunRequest(string Folder, int? Stage = null, MilestoneId? Milestone = null, bool Resume = false, bool OnePass = false, bool Anew = false);

/// <summary>Gives the agents of a run their program and environment; asked once the settings are known.</summary>
/// <param name="settings">The settings.</param>
/// <param name="places">Where things lie.</param>
/// <param name="problems">Takes what is missing.</param>
/// <returns>Null when something is.</returns>
public delegate Task<(string Program, IReadOnlyDictionary<string, string> Environment)?> AgentSource(
    OrchestratorSettings settings, Git.RepositoryPlaces places, List<Problem> problems);

/// <summary>How asking for a run ended. A closed list.</summary>
public abstract record RunEnd
{
    private RunEnd()
    {
    }

    /// <summary>The user has something to mend first; nothing was begun.</summary>
    public sealed record Refused(IReadOnlyList<Problem> Problems) : RunEnd;

    /// <summary>Another process works on this repository.</summary>
    public sealed record Busy(LeaseHolder? Holder) : RunEnd;

    /// <summary>Nothing is left to do.</summary>
    public sealed record NothingToDo(IReadOnlyList<Problem> Warnings) : RunEnd;

    /// <summary>The run came to an end, whichever.</summary>
    public sealed record Ended(RunState State, string LogFile) : RunEnd;
}
