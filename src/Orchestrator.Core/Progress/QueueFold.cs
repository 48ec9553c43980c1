using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>What the merge queue's facts add to the dossiers of the milestones in the batch.</summary>
internal static class QueueFold
{
    public static Dossier Take(Dossier dossier, Event fact, RunState? before, DateTimeOffset at)
    {
        switch (fact)
        {
            case Event.CandidateBuilt e when e.Candidate is not null && e.Merged.Contains(dossier.Id) && IsAwaited(e, before):
                var others = e.Merged.Where(id => id != dossier.Id).ToList();
                return dossier.Note(at, $"merged into the candidate {DossierFold.Short(e.Candidate)}{(others.Count > 0 ? $" with {string.Join(", ", others)}" : "")}");
            case Event.CandidateBuilt e when e.Conflicts.FirstOrDefault(c => c.Id == dossier.Id) is { } conflict && IsAwaited(e, before):
                return dossier.Note(at, $"does not merge with what was integrated: {string.Join(", ", conflict.Paths.Take(5))}");
            case Event.GateFinished e when BatchOf(e, before).Any(item => item.Id == dossier.Id):
                return dossier.Note(at, $"the candidate's {DossierFold.Gates(e.Results)}");
            default:
                return dossier;
        }
    }

    /// <summary>The batch whose order a fact answers; empty when it answers none of the queue's.</summary>
    public static Items<BatchItem> BatchOf(Event fact, RunState? before) => before?.Integration switch
    {
        Integration.Building q when q.Ticket == fact.TicketOrNull => q.Batch,
        Integration.Testing q when q.Ticket == fact.TicketOrNull => q.Batch,
        Integration.Publishing q when q.Ticket == fact.TicketOrNull => q.Batch,
        _ => default,
    };

    /// <summary>Whether the queue waits for this candidate; a late answer says nothing.</summary>
    public static bool IsAwaited(Event.CandidateBuilt e, RunState? before) => before?.Integration is Integration.Building building && building.Ticket == e.Ticket;
}
