using Orchestrator.Cli.Screens;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Evidence;

namespace Orchestrator.Cli.Verbs;

/// <summary>A piece of a story as it is shown at once.</summary>
/// <param name="Head">The headline before it; null where the turn has one already.</param>
/// <param name="Lines">What was added.</param>
internal sealed record StoryPart(StoryHead? Head, IReadOnlyList<StoryLine> Lines);

/// <summary>The turns of one milestone, read on one after the other while they are told.</summary>
/// <param name="places">Where the run's transcripts lie.</param>
/// <param name="id">The milestone.</param>
/// <param name="wanted">Which turns, by their tickets' numbers.</param>
internal sealed class StoryTail(EvidencePlaces places, MilestoneId id, Func<long, bool> wanted)
{
    private Transcript? _current;
    private StoryFile? _file;
    private bool _closed;

    /// <summary>What was added since the look before.</summary>
    /// <param name="dossier">What the journal says; read before, so that what it calls ended is written to its end.</param>
    public IEnumerable<StoryPart> Look(Dossier dossier)
    {
        var all = places.Transcripts(id);
        var numbers = all.Select(t => t.Ticket).Distinct().ToList();
        var from = _current is null ? 0 : Math.Max(0, IndexOf(all, _current));
        for (var i = from; i < all.Count; i++)
        {
            var transcript = all[i];
            if (!wanted(transcript.Ticket))
            {
                continue;
            }

            var record = dossier.Turns.LastOrDefault(t => t.Ticket.Number == transcript.Ticket);
            var head = transcript == _current ? null : new StoryHead(id, numbers.IndexOf(transcript.Ticket) + 1, transcript, record);
            if (head is not null)
            {
                (_current, _file, _closed) = (transcript, new StoryFile(transcript.File), false);
            }

            var lines = _closed ? [] : _file!.ReadOn();
            var isLast = i + 1 == all.Count || all[i + 1].Ticket != transcript.Ticket;
            if (!_closed && record?.Ended is not null && isLast)
            {
                _closed = true;
                lines = StoryScreen.Verdict(record.Outcome, _file!.Ended) is { } verdict ? [.. lines, verdict] : lines;
            }

            if (head is not null || lines.Count > 0)
            {
                yield return new StoryPart(head, lines);
            }
        }
    }

    private static int IndexOf(IReadOnlyList<Transcript> all, Transcript one)
    {
        for (var i = all.Count - 1; i >= 0; i--)
        {
            if (all[i] == one)
            {
                return i;
            }
        }

        return -1;
    }
}
