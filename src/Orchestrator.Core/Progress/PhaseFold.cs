using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>What a milestone's way from one phase to the next adds to its dossier, whatever fact led to it.</summary>
internal static class PhaseFold
{
    public static Dossier Move(Dossier dossier, Event fact, MilestoneState then, MilestoneState now, DateTimeOffset at)
    {
        dossier = then.Phase switch
        {
            Phase.Working { Step: Step.Turn } working => DossierFold.Close(dossier, working.Ticket, at, new TurnOutcome.Interrupted()),
            Phase.Parked or Phase.Accepted => EndWait(dossier, at),
            _ => dossier,
        };
        if (then.Phase is Phase.Accepted && now.Phase is not Phase.Integrated)
        {
            dossier = Fates.SentBack(dossier, fact, then, now, at);
            dossier = now.Phase is Phase.Working ? dossier.Note(at, $"sent back by the merge queue: {now.Reason}") : dossier; // it goes on at once
        }

        return now.Phase switch
        {
            Phase.Working { Step: Step.Turn turn } working => Begin(dossier, working.Ticket, turn.Brief, at),
            Phase.Parked { Reason: ParkReason.HeadStart or ParkReason.Slot } parked => Wait(dossier, KindOf(parked.Reason), parked.Message, at),
            Phase.Parked parked => Wait(dossier, KindOf(parked.Reason), parked.Message, at).Note(at, Words.Of(parked), parked.Reason is ParkReason.Limit or ParkReason.Backoff ? parked.Until : null),
            Phase.Accepted => Wait(dossier, WaitKind.Merge, "to be merged", at).Note(at, "accepted; waits to be merged"),
            Phase.Integrated { Earlier: false } landed => Fates.Landed(dossier, at).Note(at, $"landed in {DossierFold.Short(landed.Merge)}"),
            Phase.Failed failed => Fates.Failed(dossier, failed.Code, at).Note(at, $"failed ({failed.Code}): {failed.Message}"),
            Phase.Blocked blocked => dossier.Note(at, $"blocked: {blocked.By} will not be done in this run"),
            _ => dossier,
        };
    }

    private static Dossier Begin(Dossier dossier, Ticket ticket, TurnBrief brief, DateTimeOffset at) =>
        dossier with { Turns = [.. dossier.Turns, new TurnRecord(ticket, brief.Role, brief.Session, brief.Attempt, brief.Round, at)] };

    /// <summary>A wait that goes on for the same reason stays one wait.</summary>
    private static Dossier Wait(Dossier dossier, WaitKind kind, string text, DateTimeOffset at)
    {
        var last = dossier.Waits.Count - 1;
        return last >= 0 && dossier.Waits[last] is var before && before.Kind == kind && before.To == at
            ? dossier with { Waits = dossier.Waits.With(last, before with { To = null, Text = text }) }
            : dossier with { Waits = [.. dossier.Waits, new Wait(kind, at, null, text)] };
    }

    private static Dossier EndWait(Dossier dossier, DateTimeOffset at)
    {
        var last = dossier.Waits.Count - 1;
        return last >= 0 && dossier.Waits[last] is { To: null } open ? dossier with { Waits = dossier.Waits.With(last, open with { To = at }) } : dossier;
    }

    private static WaitKind KindOf(ParkReason reason) => reason switch
    {
        ParkReason.Limit => WaitKind.Limit,
        ParkReason.Backoff => WaitKind.Backoff,
        ParkReason.Queue => WaitKind.Queue,
        ParkReason.Budget => WaitKind.Budget,
        ParkReason.HeadStart => WaitKind.HeadStart,
        ParkReason.Slot => WaitKind.Slot,
        ParkReason.Interrupted => WaitKind.Interrupted,
        _ => throw new InvalidOperationException($"Unknown reason {reason}."),
    };
}
