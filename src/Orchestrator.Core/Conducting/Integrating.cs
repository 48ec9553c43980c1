using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>
/// The merge queue: candidate → gates on the candidate → publish exactly that commit. In a red batch the guilty are
/// looked for by bisection; the last of them goes back to its implementer and the rest lands.
/// </summary>
internal static class Integrating
{
    public static RunState CandidateBuilt(RunState state, Event.CandidateBuilt e, DateTimeOffset at)
    {
        if (state.Integration is Integration.Testing { Ahead: { Answered: false } ahead } testing && ahead.Ticket == e.Ticket)
        {
            // One that not all of the batch is in is not used: whether the rest conflicts is seen again once it is certain with what.
            return state with { Integration = testing with { Ahead = ahead with { Answered = true, Commit = e.Merged.Count == ahead.Batch.Count ? e.Candidate : null } } };
        }

        if (state.Integration is not Integration.Building building || building.Ticket != e.Ticket)
        {
            return state;
        }

        var landed = state.Landed?.Gated is { } gated && gated.Commit == e.Candidate ? gated : null;
        var probing = state.Bisection is { } b && b.Tip == e.Tip && e.Conflicts.Count == 0;
        state = state with { Tip = e.Tip, Bisection = probing ? state.Bisection : null };
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

        state = Working.WithKnown(state, e.Results);
        var green = GatedCommit.Of(testing.Candidate, e.Results) is { } gated ? new GreenPart(gated, testing.Onto, testing.Batch) : null;
        if (state.Bisection is { } bisection)
        {
            return Bisected(state, green is null ? bisection.SawRed(Working.Red(e.Results)) : bisection.SawGreen(green), at);
        }

        if (green is not null)
        {
            return Publish(state, green, testing.Ahead);
        }

        var red = Working.Red(e.Results);
        return testing.Batch.Count == 0
            ? state with { Integration = new Integration.Idle(), Unlanded = $"Merged with the target the gates fail: {red[0].Claim}" }
            : Bisected(state, Bisection.Of(testing.Batch, state.Tip, red, testing.Batch.Count(item => !WasGuilty(state, item.Id))), at);
    }

    /// <summary>The next part is tested; or the guilty are known, the last of them goes back, and what was seen green lands.</summary>
    private static RunState Bisected(RunState state, Bisection bisection, DateTimeOffset at)
    {
        state = state with { Integration = new Integration.Idle(), Bisection = bisection };
        if (!bisection.IsOver)
        {
            return state;
        }

        var culprits = new Culprits(bisection.Guilty, bisection.Findings.Count > 0 ? bisection.Findings[0].Claim.Split('\n')[0] : "");
        var why = culprits.Together.Count == 1
            ? "The gates fail on it merged with what is integrated."
            : $"The gates fail on it merged together with {string.Join(" and ", culprits.Together.Skip(1))}; without it they pass.";
        var findings = culprits.Together.Count == 1 ? bisection.Findings : bisection.Findings.Select(f => f with { Claim = $"{why}\n{f.Claim}" }).ToItems();
        state = state with { Bisection = null, Culprits = state.Culprits.Append(culprits).ToItems() };
        state = Return(state, culprits.SentBack, findings, why, at);
        return bisection.Landable is { } part ? Publish(state, part) : state;
    }

    private static RunState Publish(RunState state, GreenPart part, NextCandidate? ahead = null) => state with
    {
        NextTicket = state.NextTicket + 1,
        Integration = new Integration.Publishing(new Ticket(state.NextTicket), part.Batch, part.Onto, part.Candidate, Ahead: ahead),
    };

    private static bool WasGuilty(RunState state, MilestoneId id) => state.Culprits.Any(c => c.SentBack == id);

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

        state = state with
        {
            Tip = e.Commit,
            Landed = landed,
            Unlanded = e.Unlanded,
            Offer = e.Offer is { } offer ? offer with { PullRequest = offer.PullRequest ?? state.Offer?.PullRequest } : null,
            Integration = new Integration.Idle(),
            Bisection = null,
            Rebuilds = 0,
            QueueFailures = 0,
        };
        return publishing.Ahead is { Commit: not null } next && e.Unlanded is null && state.Stop is null
            ? state with
            {
                NextTicket = state.NextTicket + 1,
                Integration = new Integration.Testing(new Ticket(state.NextTicket), next.Batch, e.Commit, next.Commit),
            }
            : state;
    }

    /// <summary>While a candidate is under test, the next one is made on top of it.</summary>
    public static RunState PrepareNext(RunState state)
    {
        if (state is not { Bisection: null, Stop: null, Integration: Integration.Testing { Ahead: null, Batch.Count: > 0 } testing })
        {
            return state;
        }

        var batch = Batch(state).Where(item => !testing.Batch.Contains(item)).ToItems();
        return batch.Count == 0 ? state : state with
        {
            NextTicket = state.NextTicket + 1,
            Integration = testing with { Ahead = new NextCandidate(new Ticket(state.NextTicket), batch) },
        };
    }

    public static RunState TargetMoved(RunState state, Event.TargetMoved e, DateTimeOffset at)
    {
        if (state.Integration is not Integration.Publishing publishing || publishing.Ticket != e.Ticket)
        {
            return state;
        }

        state = state with { Integration = new Integration.Idle(), Rebuilds = state.Rebuilds + 1, LandingTried = false };
        return state.Rebuilds <= state.Policy.Rebuilds
            ? state
            : Stopping.StopAsked(state, new StopRequest(Urgency.Drain, "target.moving", $"The target branch moved {state.Rebuilds} times while a candidate was under test."), at);
    }

    /// <summary>An order of the queue could not be carried out: waits and tries again, or stops the run.</summary>
    public static RunState QueueFailed(RunState state, Event.OrderFailed e, DateTimeOffset at)
    {
        if (state.Integration is Integration.Testing { Ahead: { Answered: false } ahead } prepared && ahead.Ticket == e.Ticket)
        {
            return state with { Integration = prepared with { Ahead = ahead with { Answered = true } } };
        }

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
    /// While the guilty of a red batch are looked for: the part of it to be tested next.
    /// </summary>
    public static Items<BatchItem> Batch(RunState state)
    {
        if (state.Bisection is { } bisection)
        {
            return bisection.Probe;
        }

        List<BatchItem>? batch = null;
        (int Stage, bool IsQuiet) latest = default;
        for (var i = state.Milestones.Next(PhaseKinds.Accepted); i >= 0; i = state.Milestones.Next(PhaseKinds.Accepted, i + 1))
        {
            var planned = state.Plan.Milestones[i];
            if (planned.Barrier && planned.Id.Stage != latest.Stage)
            {
                latest = (planned.Id.Stage, StageIsQuiet(state, i)); // asked once: the whole stage may be accepted
            }

            if (state.Milestones[i].Phase is Phase.Accepted accepted && (!planned.Barrier || latest.IsQuiet))
            {
                batch ??= [];
                batch.Add(new BatchItem(planned.Id, accepted.Tip));
            }
        }

        return batch is null ? default
            : state.Culprits.Count == 0 ? batch.ToItems()
            : batch.OrderBy(item => WasGuilty(state, item.Id)).ToItems(); // if it is red again, they are asked first
    }

    private const PhaseKinds Unquiet = PhaseKinds.Working | PhaseKinds.Parked | PhaseKinds.Waiting;

    /// <summary>Whether nobody in the stage of the milestone at <paramref name="index"/> is in work or could start. In plan order a stage stands together.</summary>
    private static bool StageIsQuiet(RunState state, int index)
    {
        var stage = state.Plan.Milestones[index].Id.Stage;
        var first = index;
        while (first > 0 && state.Plan.Milestones[first - 1].Id.Stage == stage)
        {
            first--;
        }

        for (var i = state.Milestones.Next(Unquiet, first); i >= 0 && state.Plan.Milestones[i].Id.Stage == stage; i = state.Milestones.Next(Unquiet, i + 1))
        {
            if (state.Plan.Milestones[i].Barrier && (state.Milestones[i].Phase is Phase.Working or Phase.Parked { Reason: not ParkReason.Queue } || Advancing.Startable(state, i)))
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
