using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Journal;

namespace Orchestrator.Engine.Running;

/// <summary>Gives back the state of a run from its journal. The live run, <c>status</c> and the report are this same fold.</summary>
public static class Replay
{
    /// <summary>The state of a run; null when it has no facts.</summary>
    /// <exception cref="JournalException">A fact cannot be read.</exception>
    public static RunState? StateOf(this JournalReader journal, RunId run)
    {
        RunState? state = null;
        foreach (var (fact, at) in journal.Read(run))
        {
            state = Conductor.Fold(state, fact, at);
        }

        return state;
    }
}
