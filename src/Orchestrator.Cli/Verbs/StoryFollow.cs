using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Running;

namespace Orchestrator.Cli.Verbs;

/// <summary>Goes on with stories until what they are about has ended, or nobody works on it or reads any more.</summary>
/// <param name="around">What the verb was given.</param>
/// <param name="paper">Where it is written to.</param>
/// <param name="folder">The folder to act in.</param>
/// <param name="run">Another run than the latest.</param>
internal sealed class StoryFollow(Surroundings around, StoryPaper paper, string folder, string? run)
{
    private static readonly TimeSpan Rhythm = TimeSpan.FromMilliseconds(150);

    // A long journal takes long to read: then the looks at it rest in proportion, those at the transcripts do not.
    private const int Rest = 10;

    private string? _stamp;
    private TimeSpan _took;
    private long _readAt;

    /// <summary>One milestone's, or one turn of it.</summary>
    public Task<int> OneAsync(RunTale first, int index, StoryTail tail, long? turn, CancellationToken stop) => WhileAsync(first, tale =>
    {
        var dossier = tale.Tale.Chronicle.Milestones[index];
        paper.Write(tail.Look(dossier));
        return turn is not null ? dossier.Turns.Any(t => t.Ticket.Number == turn && t.Ended is not null) : IsOver(tale.Tale.State.Milestones[index].Phase);
    }, stop);

    /// <summary>Those of all agents, from where each turn under way began.</summary>
    public Task<int> AllAsync(RunTale first, CancellationToken stop)
    {
        var past = first.Tale.Chronicle.Milestones.SelectMany(d => d.Turns).Where(t => t.Ended is not null).Select(t => t.Ticket.Number).ToHashSet();
        var ids = first.Tale.State.Plan.Milestones.Select(m => m.Id).ToList();
        var wide = ids.Max(id => id.ToString().Length);
        var tails = ids.Select(id => new StoryTail(first.Evidence, id, ticket => !past.Contains(ticket))).ToList();
        var seen = new (int Begun, int Ended)[ids.Count];
        return WhileAsync(first, tale =>
        {
            for (var i = 0; i < ids.Count; i++)
            {
                var dossier = tale.Tale.Chronicle.Milestones[i];
                var now = (dossier.Turns.Count, dossier.Turns.Count(t => t.Ended is not null));
                if (now != seen[i] || now.Item1 > now.Item2)
                {
                    paper.Write(tails[i].Look(dossier), $"{ids[i].ToString().PadRight(wide)} ");
                    seen[i] = now;
                }
            }

            return false;
        }, stop);
    }

    private async Task<int> WhileAsync(RunTale first, Func<RunTale, bool> look, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Rhythm, around.Time);
        for (var tale = first; ;)
        {
            // In this order: what is over, or left alone, is written to its end.
            if (look(tale) || !tale.Alive || tale.Tale.State.Final is not null || paper.Gone)
            {
                return ExitCode.Done;
            }

            await timer.WaitForNextTickAsync(stop).ConfigureAwait(false);
            tale = Renew(tale);
        }
    }

    /// <summary>The run as it stands now; the journal is read again only when something was added to it.</summary>
    private RunTale Renew(RunTale old)
    {
        var alive = old.Alive && Lease.IsHeld(old.Places.Lease);
        if (alive && around.Time.GetElapsedTime(_readAt) < _took * Rest)
        {
            return old;
        }

        var stamp = JournalReader.StampOf(old.Places.Journal);
        if (alive && stamp == _stamp)
        {
            return old;
        }

        (_stamp, _readAt) = (stamp, around.Time.GetTimestamp());
        var (found, _) = RunTale.Read(around, folder, run ?? old.Tale.State.Run.Value);
        _took = around.Time.GetElapsedTime(_readAt);
        _readAt = around.Time.GetTimestamp();
        return (found ?? old) with { Alive = alive };
    }

    private static bool IsOver(Phase phase) => phase switch
    {
        Phase.Integrated or Phase.Failed or Phase.Blocked or Phase.LeftOut => true,
        Phase.Waiting or Phase.Working or Phase.Parked or Phase.Accepted => false,
        _ => throw new InvalidOperationException($"Unknown phase {phase.GetType().Name}."),
    };
}
