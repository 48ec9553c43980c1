using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>
/// The merge queue: candidate → gates on the candidate → publish exactly that commit. A red batch is halved until
/// the guilty milestone stands alone; it goes back to its implementer and the rest lands.
/// </summary>
internal static class Integrating
{
    public static RunState CandidateBuilt(RunState state, Event.CandidateBuilt e, DateTimeOffset at)
    {
        if (state.Integration is not Integration.Building building || building.Ticket != e.Ticket)
        {
            return state;
        }

        var landed = state.Landed?.Gated is { } gated && gated.Commit == e.Candidate ? gated : null;
        state = state with { Tip = e.Tip };
        foreach (var conflict in e.Conflicts)
        {
            var paths = string.Join(", ", conflict.Paths.Take(5));
            var finding = new Finding(FindingSeverity.Critical, conflict.Paths.Count > 0 ? conflict.Paths[0] : null, null, $"The work does not merge with what was integrated meanwhile: {paths}");
            state = Return(state, conflict.Id, [finding], $"It conflicts in {paths}.", at);
        }

        if (e.Candidate is null)
        {
            return state with { Integration = new Integration.Idle() };
        }

        var merged = building.Batch.Where(b => e.Merged.Contains(b.Id)).ToItems();
        var ticket = new Ticket(state.NextTicket);
        state = state with { NextTicket = state.NextTicket + 1 };
        return state with
        {
            Integration = landed is not null
                ? new Integration.Publishing(ticket, merged, e.Onto, landed) // the tip itself was tested when it became the tip
                : new Integration.Testing(ticket, merged, e.Onto, e.Candidate),
        };
    }

    public static RunState CandidateTested(RunState state, Event.GateFinished e, DateTimeOffset at)
    {
        if (state.Integration is not Integration.Testing testing || testing.Ticket != e.Ticket)
        {
            return state;
        }

        state = Working.WithFlaky(state, e.Results);
        if (GatedCommit.Of(testing.Candidate, e.Results) is { } gated)
        {
            return state with
            {
                NextTicket = state.NextTicket + 1,
                Integration = new Integration.Publishing(new Ticket(state.NextTicket), testing.Batch, testing.Onto, gated),
            };
        }

        var red = Working.Red(e.Results);
        state = state with { Integration = new Integration.Idle() };
        return testing.Batch.Count switch
        {
            0 => state with { Unlanded = $"Merged with the target the gates fail: {red[0].Claim}" },
            1 => Return(state, testing.Batch[0].Id, red, "The gates fail on it merged with the others.", at),
            _ => state with { BatchLimit = testing.Batch.Count / 2 },
        };
    }

    /// <summary>What is published and proved is done. What cannot be proved stops the run, and is looked at again by the next start.</summary>
    public static RunState Published(RunState state, Event.Published e, DateTimeOffset at)
    {
        if (state.Integration is not Integration.Publishing publishing || publishing.Ticket != e.Ticket || publishing.Candidate.Commit != e.Commit)
        {
            return state;
        }

        if (LandedCommit.Of(publishing.Candidate, e.Commit, e.Proof) is not { } landed)
        {
            state = state with { NextTicket = state.NextTicket + 1, Integration = publishing with { Ticket = new Ticket(state.NextTicket), NotBefore = Waits.Backoff(at, 1) } };
            return Stopping.StopAsked(state, new StopRequest(Urgency.Stop, "proof.failed", $"What was published is not what it should be: {e.Proof.Doubt}."), at);
        }

        foreach (var item in publishing.Batch)
        {
            var i = state.Plan.IndexOf(item.Id)!.Value;
            state = state.With(i, state.Milestones[i] with { Phase = Phase.Integrated.In(landed), Since = at, Reason = null });
        }

        return state with
        {
            Tip = e.Commit,
            Landed = landed,
            Unlanded = e.Unlanded,
            Offer = e.Offer is { } offer ? offer with { PullRequest = offer.PullRequest ?? state.Offer?.PullRequest } : null,
            Integration = new Integration.Idle(),
            BatchLimit = 0,
            Rebuilds = 0,
            QueueFailures = 0,
        };
    }

    public static RunState TargetMoved(RunState state, Event.TargetMoved e)
    {
        if (state.Integration is not Integration.Publishing publishing || publishing.Ticket != e.Ticket)
        {
            return state;
        }

        state = state with { Integration = new Integration.Idle(), Rebuilds = state.Rebuilds + 1, LandingTried = false };
        return state.Rebuilds <= state.Policy.Rebuilds
            ? state
            : state with { Stop = new StopRequest(Urgency.Drain, "target.moving", $"The target branch moved {state.Rebuilds} times while a candidate was under test.") };
    }

    /// <summary>An order of the queue could not be carried out: waits and tries again, or stops the run.</summary>
    public static RunState QueueFailed(RunState state, Event.OrderFailed e, DateTimeOffset at)
    {
        var ticket = state.Integration switch
        {
            Integration.Building b => b.Ticket,
            Integration.Testing t => t.Ticket,
            Integration.Publishing p => p.Ticket,
            Integration.Idle => default,
            _ => throw new InvalidOperationException($"Unknown queue state {state.Integration.GetType().Name}."),
        };
        if (ticket != e.Ticket)
        {
            return state;
        }

        var failures = state.QueueFailures + 1;
        var again = e.Kind == FailureKind.Transient && failures <= state.Policy.Rebuilds;
        var until = Waits.Backoff(at, failures);
        state = state with
        {
            QueueFailures = failures,
            LandingTried = false,
            NextTicket = state.NextTicket + 1,
            Integration = state.Integration is Integration.Publishing publishing
                ? publishing with { Ticket = new Ticket(state.NextTicket), NotBefore = until, Trouble = e.Message }
                : new Integration.Idle(again ? until : null, again ? e.Message : null),
        };
        return again ? state : Stopping.StopAsked(state, new StopRequest(Urgency.Stop, e.Code, e.Message), at);
    }

    /// <summary>
    /// What is ready to be merged. With a stage barrier the batch waits while a stage mate is in work or could
    /// start; what waits for needs of its own, was sent back, or failed, holds nobody up. Without a barrier: at once.
    /// </summary>
    public static Items<BatchItem> Batch(RunState state)
    {
        List<BatchItem>? batch = null;
        for (var i = 0; i < state.Milestones.Count; i++)
        {
            if (state.Milestones[i].Phase is Phase.Accepted accepted && (!state.Plan.Milestones[i].Barrier || StageIsQuiet(state, state.Plan.Milestones[i].Id.Stage)))
            {
                batch ??= [];
                batch.Add(new BatchItem(state.Plan.Milestones[i].Id, accepted.Tip));
                if (batch.Count == state.BatchLimit)
                {
                    break;
                }
            }
        }

        return batch is null ? default : batch.ToItems();
    }

    private static bool StageIsQuiet(RunState state, int stage)
    {
        for (var i = 0; i < state.Milestones.Count; i++)
        {
            var planned = state.Plan.Milestones[i];
            if (planned.Barrier && planned.Id.Stage == stage && (state.Milestones[i].Phase is Phase.Working or Phase.Parked { Reason: not ParkReason.Queue } || Advancing.Startable(state, i)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Sends accepted work back: once the batch is through it is laid on the new tip, with what is wrong as a
    /// finding. Spends an attempt, so it ends.
    /// </summary>
    private static RunState Return(RunState state, MilestoneId id, Items<Finding> findings, string reason, DateTimeOffset at)
    {
        var i = state.Plan.IndexOf(id)!.Value;
        var milestone = state.Milestones[i];
        if (milestone.Phase is not Phase.Accepted accepted)
        {
            return state;
        }

        return Turning.NextAttempt(state, i, milestone with { Findings = findings }, "integration.rejected", reason, at, out var next)
            ?? state.Park(i, next, at, ParkReason.Queue, reason, new Step.Prepare(state.Tip, accepted.Tip, findings), at);
    }
}
