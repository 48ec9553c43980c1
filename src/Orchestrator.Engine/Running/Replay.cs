using Orchestrator.Core.Conducting;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Evidence;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Journal;

namespace Orchestrator.Engine.Running;

/// <summary>Gives back the state of a run from its journal. The live run, <c>status</c> and the report are this same fold.</summary>
public static class Replay
{
    private const int RunsForPace = 5;

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

    /// <summary>The state of a run and the way to it; null when it has no facts.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="run">The run.</param>
    /// <param name="gates">The gates of the settings.</param>
    /// <exception cref="JournalException">A fact cannot be read.</exception>
    public static Tale? TaleOf(this JournalReader journal, RunId run, IReadOnlyList<GateCommand> gates)
    {
        RunState? state = null;
        Chronicle? chronicle = null;
        foreach (var (fact, at) in journal.Read(run))
        {
            var next = Conductor.Fold(state, fact, at);
            chronicle = Chronicle.Take(chronicle, fact, state, next, at);
            state = next;
        }

        return state is null ? null : new Tale(state, chronicle!, gates);
    }

    /// <summary>How long things took in the latest runs; an assumption when there were none, or when they cannot be read.</summary>
    public static Pace PaceOf(RepositoryPlaces places)
    {
        try
        {
            using var journal = JournalReader.Open(places.Journal);
            return journal is null ? Pace.Assumed : Pace.Of(journal.Runs().TakeLast(RunsForPace).Select(run => journal.TaleOf(run, [])?.Chronicle).OfType<Chronicle>());
        }
        catch (JournalException)
        {
            return Pace.Assumed; // an estimate is not what tells of damage
        }
    }

    /// <summary>Makes the evidence of a run anew, and the keeper that goes on with it.</summary>
    public static EvidenceKeeper EvidenceOf(this JournalReader journal, RunId run, EvidencePlaces places, IReadOnlyList<GateCommand> gates)
    {
        var keeper = new EvidenceKeeper(places, gates);
        var facts = journal.Read(run);
        var owners = new List<IReadOnlyList<int>>(facts.Count);
        RunState? state = null;
        foreach (var (fact, at) in facts)
        {
            owners.Add([.. Chronicle.Concerned(fact, state)]);
            state = Conductor.Fold(state, fact, at);
            keeper.Recall(fact, state, at);
        }

        keeper.WriteAll(facts, owners);
        return keeper;
    }
}
