using Orchestrator.Cli.Screens;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Running;

namespace Orchestrator.Cli.Verbs;

/// <summary><c>status</c>: reads the journal beside whoever writes it. Starts no process, so that it is instant.</summary>
internal static class StatusVerb
{
    public static async Task<int> RunAsync(Surroundings around, string folder, bool json, bool watch, CancellationToken stop)
    {
        if (watch && !json && new Terminal(around.User).CanDraw)
        {
            await LiveStatus.WatchAsync(around, folder, stop).ConfigureAwait(false);
            watch = false; // how it stands in the end stays on the terminal
        }

        while (true)
        {
            var found = FindPlaces(folder);
            if (found is not null && JournalReader.Missing(found.Journal) is { } missing)
            {
                around.Error.WriteLine($"error: {missing}");
                return ExitCode.Problems;
            }

            if (found is not { } places || Read(places) is not { } state)
            {
                around.Out.WriteLine(json ? "null" : "There was no run here yet. 'orchestrator run' begins one.");
                return ExitCode.Done;
            }

            var alive = Lease.IsHeld(places.Lease);
            var machine = RunSession.ProbeOf(places).Look();
            around.Out.Write(json ? StatusScreen.Json(state, alive, machine) : StatusScreen.Text(state, alive, around.Time, machine));
            if (around.Out is InertWriter { Inner: SteadyWriter { Lost: { } why } })
            {
                around.Error.WriteLine($"error: standard output cannot be written: {why}");
                return ExitCode.Bug; // half an answer must not look like a whole one
            }

            if (!watch || !alive || state.Final is not null)
            {
                return ExitCode.Done;
            }

            await Task.Delay(TimeSpan.FromSeconds(2), around.Time, stop).ConfigureAwait(false);
            around.Out.WriteLine();
        }
    }

    /// <summary>The nearest folder upwards that has a state folder of ours; no git is asked.</summary>
    internal static RepositoryPlaces? FindPlaces(string folder)
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            var places = new RepositoryPlaces(at, Path.Combine(at, ".git"));
            if (File.Exists(places.Journal) || JournalReader.Missing(places.Journal) is not null)
            {
                return places;
            }
        }

        return null;
    }

    internal static RunState? Read(RepositoryPlaces places)
    {
        using var journal = JournalReader.Open(places.Journal);
        return journal?.LatestRun() is { } run ? journal.StateOf(run) : null;
    }
}
