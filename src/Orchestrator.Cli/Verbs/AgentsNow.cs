using Orchestrator.Cli.Screens;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Evidence;
using Orchestrator.Engine.Git;

namespace Orchestrator.Cli.Verbs;

/// <summary>What the agents of a run do right now, read on from their transcripts; of one of them all that it said.</summary>
/// <param name="places">The repository.</param>
internal sealed class AgentsNow(RepositoryPlaces places)
{
    private const int MostLines = 2000;

    private readonly Dictionary<Ticket, StoryFile> _files = [];
    private readonly List<string> _told = [];
    private (int Index, Ticket Ticket, int Width) _followed;
    private StoryFile? _story;

    /// <summary>A line for each milestone with a turn under way whose agent has said something.</summary>
    public Dictionary<int, string> Look(RunState state)
    {
        var doing = new Dictionary<int, string>();
        var under = new HashSet<Ticket>();
        foreach (var (i, ticket) in Turns(state))
        {
            under.Add(ticket);
            if (!_files.TryGetValue(ticket, out var file) && FileOf(state, i, ticket) is { } found)
            {
                _files[ticket] = file = new StoryFile(found);
            }

            file?.ReadOn();
            if (file?.Now is { } now)
            {
                doing[i] = now;
            }
        }

        foreach (var gone in _files.Keys.Where(ticket => !under.Contains(ticket)).ToList())
        {
            _files.Remove(gone);
        }

        return doing;
    }

    /// <summary>What the agent of a milestone said in its latest turn, in lines of at most so many columns.</summary>
    public IReadOnlyList<string> Story(RunState state, int index, int width, Ink ink, TimeZoneInfo zone)
    {
        var evidence = new EvidencePlaces(places, state.Run);
        var id = state.Plan.Milestones[index].Id;
        var latest = evidence.Transcripts(id) is [.., var last] ? last : null;
        var ticket = new Ticket(latest?.Ticket ?? 0);
        if (latest is null)
        {
            return [$"{id} has had no turn yet."];
        }

        var screen = new StoryScreen(width, ink, zone);
        if (_followed != (index, ticket, width))
        {
            if (_followed.Index != index || _followed.Width != width || _story is null)
            {
                _told.Clear();
            }

            (_followed, _story) = ((index, ticket, width), new StoryFile(latest.File));
            _told.Add(screen.Head(new StoryHead(id, evidence.Transcripts(id).Select(t => t.Ticket).Distinct().Count(), latest, null)).TrimEnd('\n'));
        }

        _told.AddRange(screen.Lines(_story!.ReadOn()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        if (_told.Count > MostLines)
        {
            _told.RemoveRange(0, _told.Count - MostLines);
        }

        return _told;
    }

    private static IEnumerable<(int Index, Ticket Ticket)> Turns(RunState state)
    {
        for (var i = state.Milestones.Next(PhaseKinds.Working); i >= 0; i = state.Milestones.Next(PhaseKinds.Working, i + 1))
        {
            if (state.Milestones[i].Phase is Phase.Working { Step: Step.Turn } working)
            {
                yield return (i, working.Ticket);
            }
        }
    }

    private string? FileOf(RunState state, int index, Ticket ticket) =>
        new EvidencePlaces(places, state.Run).TranscriptOf(state.Plan.Milestones[index].Id, ticket)?.File;
}
