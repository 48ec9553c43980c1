using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>How a candidate ended.</summary>
public enum CandidateEnd
{
    /// <summary>It is not tested yet, or never was.</summary>
    Untested,

    /// <summary>Its gates passed.</summary>
    Green,

    /// <summary>A gate failed on it.</summary>
    Red,

    /// <summary>It was green, and is in the integrated work.</summary>
    Landed,

    /// <summary>It was green, and the target had moved.</summary>
    Overtaken,

    /// <summary>It was published, and the second look at it found a fault.</summary>
    Doubted,
}

/// <summary>A merge under test.</summary>
/// <param name="At">When it was made.</param>
/// <param name="Onto">The target's tip it was made on.</param>
/// <param name="Commit">The candidate; null when nothing merged.</param>
/// <param name="Merged">What it holds of the batch.</param>
/// <param name="Conflicts">What did not merge.</param>
/// <param name="Probe">Whether it was made to find the guilty of a red batch.</param>
public sealed record CandidateRecord(DateTimeOffset At, string Onto, string? Commit, Items<MilestoneId> Merged, Items<Conflict> Conflicts, bool Probe)
{
    /// <summary>The name of the order that tested it; the folder of the gates' output is called so.</summary>
    public Ticket? Test { get; init; }

    /// <summary>Its gates.</summary>
    public Items<GateResult> Results { get; init; }

    /// <summary>How it ended.</summary>
    public CandidateEnd End { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Why the target was left where it was; null when it moved.</summary>
    public string? Unlanded { get; init; }

    /// <summary>What a second look at it showed, once it was published.</summary>
    public Proof? Proof { get; init; }
}

/// <summary>A refusal of the provider, for as long as it stood.</summary>
/// <param name="Model">The model that was refused; null when it was the whole account.</param>
/// <param name="From">Since when.</param>
/// <param name="To">Until when; null while it stands.</param>
/// <param name="Message">What the provider said.</param>
public sealed record LimitSpan(string? Model, DateTimeOffset From, DateTimeOffset? To, string Message);

/// <summary>Milestones that were found to be red together, and when.</summary>
public sealed record Judgement(DateTimeOffset At, Culprits Culprits);

/// <summary>What is known of a run's way: one dossier for each milestone, and what concerns them all. A fold of the facts, like the state.</summary>
/// <param name="Milestones">One dossier for each milestone of the plan, in its order.</param>
public sealed record Chronicle(Paged<Dossier> Milestones)
{
    /// <summary>How many facts it was made of.</summary>
    public int Facts { get; init; }

    /// <summary>What happened to the run as a whole.</summary>
    public Items<Moment> Moments { get; init; }

    /// <summary>The candidates, in the order of their making.</summary>
    public Items<CandidateRecord> Candidates { get; init; }

    /// <summary>Who was found guilty of a red batch.</summary>
    public Items<Judgement> Judgements { get; init; }

    /// <summary>The provider's limits.</summary>
    public Items<LimitSpan> Limits { get; init; }

    /// <summary>Takes one fact in.</summary>
    /// <param name="chronicle">What is known so far; null before the first fact.</param>
    /// <param name="fact">What happened.</param>
    /// <param name="before">The state before it; null for the first.</param>
    /// <param name="after">The state that it led to.</param>
    /// <param name="at">When it was journalled.</param>
    public static Chronicle Take(Chronicle? chronicle, Event fact, RunState? before, RunState after, DateTimeOffset at)
    {
        chronicle ??= new Chronicle(new Paged<Dossier>(after.Plan.Milestones.Select(m => new Dossier(m.Id))));
        chronicle = chronicle with { Facts = chronicle.Facts + 1 };
        if (ReferenceEquals(before, after))
        {
            return chronicle; // the run has ended; nothing follows from it any more
        }

        var dossiers = chronicle.Milestones;
        var owner = OwnerOf(fact, before);
        foreach (var i in before is null ? [] : Concerned(fact, before).Union(after.Milestones.Differences(before.Milestones)))
        {
            var (then, now) = (before!.Milestones[i], after.Milestones[i]);
            var dossier = i == owner ? DossierFold.Take(dossiers[i], fact, before, after, i, at) : dossiers[i];
            dossier = QueueFold.Take(dossier, fact, before, at);
            dossier = ReferenceEquals(then.Phase, now.Phase) ? dossier : PhaseFold.Move(dossier, fact, then, now, at);
            dossiers = ReferenceEquals(dossier, dossiers[i]) ? dossiers : dossiers.With(i, dossier);
        }

        return RunFold.Take(chronicle with { Milestones = dossiers }, fact, before, after, at);
    }

    /// <summary>The place of the milestone whose order a fact answers; -1 when it answers none of a milestone's.</summary>
    public static int OwnerOf(Event fact, RunState? before)
    {
        if (before is null || fact.TicketOrNull is not { } ticket)
        {
            return -1;
        }

        foreach (var turn in before.Unmetered)
        {
            if (turn.Ticket == ticket)
            {
                return turn.Index;
            }
        }

        return before.Find(ticket);
    }

    /// <summary>The milestones that a fact concerns: the one whose order it answers, or those of the batch.</summary>
    public static IEnumerable<int> Concerned(Event fact, RunState? before)
    {
        if (OwnerOf(fact, before) is >= 0 and var owner)
        {
            return [owner];
        }

        var ids = fact switch
        {
            Event.CandidateBuilt e => e.Merged.Concat(e.Conflicts.Select(c => c.Id)),
            Event.GateFinished or Event.Published or Event.TargetMoved or Event.OrderFailed => QueueFold.BatchOf(fact, before).Select(item => item.Id),
            _ => [],
        };
        return ids.Select(id => before?.Plan.IndexOf(id)).OfType<int>();
    }
}
