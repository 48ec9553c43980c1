using Orchestrator.Core;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Evidence;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Verbs;

/// <summary>A run as <c>explain</c> and <c>report</c> read it, beside whoever writes it.</summary>
/// <param name="Places">The repository.</param>
/// <param name="Tale">The run.</param>
/// <param name="Evidence">Where its evidence lies.</param>
/// <param name="Alive">Whether a process works on it.</param>
/// <param name="Logs">The folder for what people read.</param>
internal sealed record RunTale(RepositoryPlaces Places, Tale Tale, EvidencePlaces Evidence, bool Alive, string Logs)
{
    private const int MostNamed = 5;

    /// <summary>Reads the latest run, or the one named; null and a problem when there is none.</summary>
    public static (RunTale? Found, Problem? Problem) Read(Surroundings around, string folder, string? wanted)
    {
        var found = StatusVerb.FindPlaces(folder);
        if (found is not null && JournalReader.Missing(found.Journal) is { } missing)
        {
            return (null, new Problem("journal.missing", missing, new Place(found.State), "Without it there is nothing to tell; what the evidence files hold is still in its folder 'runs'."));
        }

        using var journal = found is null ? null : JournalReader.Open(found.Journal);
        if (found is not { } places || journal?.LatestRun() is not { } latest)
        {
            return (null, new Problem("run.none", "There was no run here yet.", new Place(folder), "'orchestrator run' begins one; -C DIR names another folder."));
        }

        var run = wanted is null ? latest : new RunId(wanted);
        if (wanted is not null && !journal.Runs().Contains(run))
        {
            return (null, new Problem("run.unknown", $"There is no run '{wanted}'.", new Place("--run"), $"The latest are {string.Join(", ", journal.Runs().TakeLast(MostNamed).Reverse())}."));
        }

        var settings = SettingsReader.Load(places.Root, around.User).Settings;
        IReadOnlyList<GateCommand> gates = [.. settings?.Gates.Select(g => new GateCommand(g.Name, g.Run)) ?? []];
        return journal.TaleOf(run, gates) is { } tale
            ? (new RunTale(places, tale, new EvidencePlaces(places, run), run == latest && Lease.IsHeld(places.Lease), Path.GetFullPath(settings?.LogDir ?? "logs", places.Root)), null)
            : (null, new Problem("run.none", $"Run {run} has not begun yet.", new Place("--run"), "Look again in a moment."));
    }
}
