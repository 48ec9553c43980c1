using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>
/// When what is still to be done would be done. An estimate: limits that are yet to come, failed attempts and conflicts
/// are not in it.
/// </summary>
/// <param name="Milestones">Who begins when, in the order of beginning; without those that will not be done.</param>
/// <param name="Total">How long it takes, from now.</param>
/// <param name="Chain">The longest chain of milestones that wait for each other.</param>
/// <param name="ChainTime">How long it takes however many slots there are.</param>
/// <param name="Slots">How many slots there are.</param>
/// <param name="Width">How many slots would be of use.</param>
/// <param name="Pace">On what it rests.</param>
public sealed record Forecast(Items<Placed> Milestones, TimeSpan Total, Items<MilestoneId> Chain, TimeSpan ChainTime, int Slots, int Width, Pace Pace)
{
    // Who takes longer than expected tells nothing about when it ends: a fifth of the whole is taken to be ahead.
    private const int Overdue = 5;

    /// <summary>What the milestones that need a slot cost, as if none had begun; null when that is not known.</summary>
    public decimal? CostUsd => Pace.CostUsd is { } each ? Math.Round(each * Milestones.Count(p => p.Slot > 0), 2) : null;

    /// <summary>The forecast of a plan before it runs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="slots">How many milestones may be in work at once.</param>
    /// <param name="pace">How long things take.</param>
    /// <param name="done">What is done already.</param>
    /// <param name="leftOut">What is not to be done.</param>
    public static Forecast Of(Plan plan, int slots, Pace pace, IReadOnlySet<MilestoneId>? done = null, IReadOnlySet<MilestoneId>? leftOut = null) => Of(
        plan, slots, pace, plan.Milestones.Select(m => done?.Contains(m.Id) == true ? new Share(Stand.Landed) : leftOut?.Contains(m.Id) == true ? new Share(Stand.Out) : new Share(Stand.Open, pace.Milestone)).ToItems(), []);

    /// <summary>
    /// The forecast of what is left of a run: <see cref="Total"/> from <paramref name="at"/> on is its estimated end. Null for
    /// a run that has ended or is asked to stop.
    /// </summary>
    /// <param name="state">The run.</param>
    /// <param name="pace">How long things take.</param>
    /// <param name="at">Now.</param>
    public static Forecast? Of(RunState state, Pace pace, DateTimeOffset at)
    {
        if (state.Final is not null || state.Stop is not null)
        {
            return null;
        }

        var merging = state.Integration switch
        {
            Integration.Idle => default,
            Integration.Building i => i.Batch,
            Integration.Testing i => i.Batch,
            Integration.Publishing i => i.Batch,
            _ => throw new InvalidOperationException($"Unknown stand of the queue {state.Integration.GetType().Name}."),
        };
        var shares = Enumerable.Range(0, state.Milestones.Count).Select(i => ShareOf(state, i, pace, at)).ToItems();
        var batch = merging.Select(item => state.Plan.IndexOf(item.Id)!.Value).Where(i => shares[i].Stand == Stand.Accepted).ToList();
        return Of(state.Plan, Math.Max(1, CapacityPolicy.Slots(state.Policy, state.Machine, state.Windows, at)), pace, shares, batch);
    }

    private static Forecast Of(Plan plan, int slots, Pace pace, Items<Share> shares, List<int> merging)
    {
        var (placed, _) = Timetable.Play(plan, shares, slots, pace.Merge, merging);
        var (free, width) = Timetable.Play(plan, shares, Math.Max(1, plan.Milestones.Count), pace.Merge, merging);
        return new Forecast(placed, End(placed), PlanAdvice.LongestChain(plan, i => shares[i].Stand is not (Stand.Landed or Stand.Out)), End(free), slots, width, pace);
    }

    private static TimeSpan End(Items<Placed> placed) => placed.Select(p => p.Lands).DefaultIfEmpty().Max();

    private static Share ShareOf(RunState state, int index, Pace pace, DateTimeOffset at)
    {
        var milestone = state.Milestones[index];
        var barred = After(LimitGate.Bar(state, index, at)?.Until ?? at, at);
        return milestone.Phase switch
        {
            Phase.Waiting => new Share(Stand.Open, pace.Milestone, barred),
            Phase.Working working => new Share(Stand.InWork, Left(pace.LeftAt(working.Step), After(at, milestone.Since))),
            Phase.Parked { Reason: ParkReason.HeadStart } parked => new Share(Stand.InWork, pace.LeftAt(parked.Step)),
            Phase.Parked { Reason: ParkReason.Limit or ParkReason.Backoff } parked => new Share(Stand.Open, pace.LeftAt(parked.Step), After(parked.Until, at) is var until && until > barred ? until : barred),
            Phase.Parked parked => new Share(Stand.Open, pace.LeftAt(parked.Step), barred),
            Phase.Accepted => new Share(Stand.Accepted),
            Phase.Integrated => new Share(Stand.Landed),
            Phase.LeftOut or Phase.Failed or Phase.Blocked => new Share(Stand.Out),
            _ => throw new InvalidOperationException($"Unknown phase {milestone.Phase.GetType().Name}."),
        };
    }

    private static TimeSpan Left(TimeSpan whole, TimeSpan gone) => whole - gone > whole / Overdue ? whole - gone : whole / Overdue;

    private static TimeSpan After(DateTimeOffset time, DateTimeOffset at) => time > at ? time - at : TimeSpan.Zero;
}
