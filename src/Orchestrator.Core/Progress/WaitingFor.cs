using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>The word for a milestone's state that people and programs see.</summary>
public enum ShownState
{
    /// <summary>Not begun.</summary>
    Waiting,

    /// <summary>A step is under way.</summary>
    Working,

    /// <summary>Laid aside until a time or an event.</summary>
    Parked,

    /// <summary>Reviewed and gated, not yet on the target.</summary>
    Accepted,

    /// <summary>On the target branch.</summary>
    Done,

    /// <summary>Given up, or blocked by one that was.</summary>
    Failed,
}

/// <summary>What a milestone does or waits for.</summary>
/// <param name="State">The word for it.</param>
/// <param name="Text">In words; empty when there is nothing to say.</param>
/// <param name="Until">Until when, if that is known.</param>
public readonly record struct Standing(ShownState State, string Text, DateTimeOffset? Until = null);

/// <summary>Says of each milestone what it does or what it waits for and until when. Nothing ever waits without a reason named here.</summary>
public static class WaitingFor
{
    /// <summary>The standing of the milestone at <paramref name="index"/>.</summary>
    public static Standing Of(RunState state, int index)
    {
        var milestone = state.Milestones[index];
        return milestone.Phase switch
        {
            Phase.Waiting => Waiting(state, index),
            Phase.LeftOut => new Standing(ShownState.Waiting, "left out by --stage or --milestone"),
            Phase.Working p => new Standing(ShownState.Working, Doing(p.Step) + Frozen(state, p.Ticket)),
            Phase.Parked { Reason: ParkReason.Limit } p => Limited(state, index, p),
            Phase.Parked { Reason: ParkReason.Slot } p => new Standing(ShownState.Waiting, Parked(p)),
            Phase.Parked p => new Standing(ShownState.Parked, Parked(p), p.Reason == ParkReason.Backoff ? p.Until : null),
            Phase.Accepted => Accepted(state, index),
            Phase.Integrated { Earlier: true } => new Standing(ShownState.Done, "done by an earlier run"),
            Phase.Integrated => state.Unlanded is { } why ? new Standing(ShownState.Accepted, why) : new Standing(ShownState.Done, ""),
            Phase.Failed p => new Standing(ShownState.Failed, p.Message),
            Phase.Blocked p => new Standing(ShownState.Failed, $"needs {p.By}, which will not be done in this run"),
            _ => throw new InvalidOperationException($"Unknown phase {milestone.Phase.GetType().Name}."),
        };
    }

    private static Standing Waiting(RunState state, int index)
    {
        var missing = new List<string>();
        foreach (var need in state.Plan.NeedsOf(index))
        {
            if (state.Milestones[need].Phase is not Phase.Integrated)
            {
                missing.Add(state.Plan.Milestones[need].Id.ToString());
            }
        }

        return missing.Count > 0 ? new Standing(ShownState.Waiting, $"needs {string.Join(", ", missing)}")
            : Bar(state, index) is { } limit ? new Standing(ShownState.Waiting, limit.Message, limit.Until)
            : state.Standstill is { } why ? new Standing(ShownState.Waiting, why)
            : state.Stop is { } stop ? new Standing(ShownState.Waiting, stop.Message)
            : Slowed(state) is { } slow ? new Standing(ShownState.Waiting, slow, CapacityPolicy.SlowedUntil(state.Windows, state.At))
            : new Standing(ShownState.Waiting, state.Machine.Reason.Length > 0 ? $"a free slot; the machine has room for {CapacityPolicy.Slots(state.Policy, state.Machine)}: {state.Machine.Reason}" : "a free slot");
    }

    private static string Frozen(RunState state, Ticket ticket)
    {
        foreach (var held in state.Held.AsSpan())
        {
            if (held.Turn == ticket)
            {
                return FormattableString.Invariant($", frozen since {held.Since.UtcDateTime:HH:mm:ss} UTC: {(state.PausedSince is not null ? "paused" : state.Machine.Reason.Length > 0 ? state.Machine.Reason : "another goes on first")}");
            }
        }

        return "";
    }

    private static string? Slowed(RunState state)
    {
        foreach (var window in state.Windows.AsSpan())
        {
            if (CapacityPolicy.Slows(window, state.At))
            {
                return window.Used is { } used
                    ? FormattableString.Invariant($"a free slot; there are fewer because the limit {window.Name} is {used * 100:0} % used")
                    : $"a free slot; there are fewer because the provider warns of the limit {window.Name}";
            }
        }

        return null;
    }

    private static Limit? Bar(RunState state, int index) => LimitGate.Bar(state, index, state.At);

    /// <summary>The limit may have been put off since it was parked; when its time has come, one turn tries first.</summary>
    private static Standing Limited(RunState state, int index, Phase.Parked parked)
    {
        var text = $"limit: {parked.Message}";
        return Bar(state, index) is not { } bar ? new Standing(ShownState.Parked, text, parked.Until)
            : bar.Until > state.At ? new Standing(ShownState.Parked, text, bar.Until)
            : new Standing(ShownState.Parked, $"{text}; one turn tries first whether it is over");
    }

    private static string Doing(Step step) => step switch
    {
        Step.Prepare => "preparing its worktree",
        Step.Turn { Brief: { Role: Role.Implement } brief } => brief.Attempt > 1 ? $"implementing (attempt {brief.Attempt})" : "implementing",
        Step.Turn { Brief: { Role: Role.Review } brief } => brief.Round > 0 ? $"in review (round {brief.Round + 1})" : "in review",
        Step.Turn { Brief: { Role: Role.Remediate } brief } => $"remediating (round {brief.Round})",
        Step.Turn { Brief.Role: Role.Check } => "checking what the review claims",
        Step.Turn => "resolving a conflict",
        Step.Commit => "committing",
        Step.Gate => "running its gates",
        _ => throw new InvalidOperationException($"Unknown step {step.GetType().Name}."),
    };

    private static string Parked(Phase.Parked parked) => parked.Reason switch
    {
        ParkReason.Backoff => $"tries again after: {parked.Message}",
        ParkReason.Queue => $"sent back by the merge queue: {parked.Message}",
        ParkReason.Interrupted or ParkReason.Budget or ParkReason.HeadStart or ParkReason.Slot => parked.Message,
        _ => throw new InvalidOperationException($"Unknown reason {parked.Reason}."),
    };

    /// <summary>Waits for the queue; what the queue itself waits for is said, and until when.</summary>
    private static Standing Accepted(RunState state, int index) => state.Integration switch
    {
        Integration.Idle { NotBefore: { } until, Trouble: { } trouble } => new Standing(ShownState.Accepted, $"to be merged, tries again after: {trouble}", until),
        Integration.Publishing { NotBefore: { } until, Trouble: { } trouble } => new Standing(ShownState.Accepted, $"to be published, tries again after: {trouble}", until),
        _ => new Standing(ShownState.Accepted, Queue(state, index)),
    };

    private static string Queue(RunState state, int index)
    {
        var id = state.Plan.Milestones[index].Id;
        bool In(Items<BatchItem> batch) => batch.Any(item => item.Id == id);
        return state.Integration switch
        {
            Integration.Building b when In(b.Batch) => "being merged",
            Integration.Testing t when In(t.Batch) => "in the candidate under test",
            Integration.Publishing p when In(p.Batch) => "being published",
            _ => "the rest of its stage",
        };
    }
}
