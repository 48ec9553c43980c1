using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>
/// Decides which facts a person who is away should hear of, and remembers what was told, so that nothing is told twice: a
/// milestone's failure once, a limit once for as long as it stands, the end of a run once.
/// </summary>
public sealed record Notices
{
    /// <summary>The limits that were told and still stand; those of the account are the empty name.</summary>
    private Items<string> Limits { get; init; }

    /// <summary>When a standstill was told last.</summary>
    private DateTimeOffset? Standstill { get; init; }

    /// <summary>Nothing was told yet, but what stood when the program was started is known already.</summary>
    /// <param name="before">The state of a run that goes on; null for a new one.</param>
    public static Notices Begin(RunState? before) => new() { Limits = before is null ? default : before.Limits.Select(NameOf).ToItems() };

    /// <summary>Takes one fact in, which happened now and not in a former life.</summary>
    /// <param name="fact">What happened.</param>
    /// <param name="before">The state before it; null for the first.</param>
    /// <param name="after">The state that it led to.</param>
    /// <param name="at">When.</param>
    /// <param name="wishes">What a person wants to be told.</param>
    /// <returns>What is remembered from now on, and what is to be told, in this order; mostly nothing.</returns>
    public (Notices Notices, Items<Notice> Told) Take(Event fact, RunState? before, RunState after, DateTimeOffset at, NoticeWishes wishes)
    {
        var told = new List<Notice>();
        var ends = after.Final is not null && before?.Final is null;
        if (before is not null)
        {
            Failed(told, before, after, ends, at);
        }

        var notices = ends ? this : TakeLimits(told, after, at, wishes).TakeStandstill(told, fact, before, after, at, wishes);
        if (ends && NoticeText.OfEnd(after, at, wishes.Show) is { } end)
        {
            told.Add(end);
        }

        return (notices, told.Where(notice => (notice.Topics & wishes.On) != 0).ToItems());
    }

    /// <summary>A milestone that fails with the end of the run is named there.</summary>
    private static void Failed(List<Notice> told, RunState before, RunState after, bool ends, DateTimeOffset at)
    {
        foreach (var i in after.Milestones.Differences(before.Milestones))
        {
            if (after.Milestones[i].Phase is Phase.Failed failed && before.Milestones[i].Phase is not Phase.Failed && (!ends || failed.Code == "merge.unresolved"))
            {
                told.Add(NoticeText.OfFailure(after, i, failed, at));
            }
        }
    }

    /// <summary>A run that does not wait is about to end for the limit, and that is told then.</summary>
    private Notices TakeLimits(List<Notice> told, RunState after, DateTimeOffset at, NoticeWishes wishes)
    {
        if (after.Limits.Count == 0)
        {
            return Limits.Count == 0 ? this : this with { Limits = default };
        }

        var known = Limits.Where(name => after.Limits.Any(limit => NameOf(limit) == name)).ToList();
        foreach (var limit in after.Limits.Where(limit => after.Policy.AutoResume && limit.Until - at >= wishes.Limit && !known.Contains(NameOf(limit))))
        {
            told.Add(NoticeText.OfLimit(limit, at, wishes.Show));
            known.Add(NameOf(limit));
        }

        return this with { Limits = known.ToItems() };
    }

    /// <summary>
    /// Room on a disk does not come by itself. Memory mostly does, and while a turn is under way that one goes on; so it
    /// counts only when nothing is.
    /// </summary>
    private Notices TakeStandstill(List<Notice> told, Event fact, RunState? before, RunState after, DateTimeOffset at, NoticeWishes wishes)
    {
        var stands = fact is Event.MachineRead or Event.RunStarted or Event.Resumed && Stands(after) && (fact is not Event.MachineRead || before is null || !Stands(before));
        if (!stands || (Standstill is { } last && at - last < wishes.Limit))
        {
            return this;
        }

        told.Add(NoticeText.OfStandstill(after, at));
        return this with { Standstill = at };
    }

    private static bool Stands(RunState state) =>
        state.Machine is { Pressure: Pressure.Critical } machine && (machine.Scarce == Scarce.Disk || state.Milestones.Next(PhaseKinds.Working) < 0);

    private static string NameOf(Limit limit) => limit.Model is null ? "" : $"model {limit.Model}";
}
