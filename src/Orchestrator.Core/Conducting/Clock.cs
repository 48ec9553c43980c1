using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>
/// The clock of the machine may be set back, by a minute or by a year. What is parked until a time keeps the length of
/// its wait then; otherwise a wrong clock that was mended could park a run for ever. A clock that goes forward, as
/// after a laptop's sleep, needs nothing: what is due is due.
/// </summary>
internal static class Clock
{
    /// <summary>Takes note of the time a fact came with.</summary>
    public static RunState Seen(RunState state, DateTimeOffset at)
    {
        var back = state.At - at;
        return (back > TimeSpan.Zero ? SetBack(state, back) : state) with { At = at };
    }

    private static RunState SetBack(RunState state, TimeSpan by)
    {
        for (var i = 0; i < state.Milestones.Count; i++)
        {
            var milestone = state.Milestones[i];
            state = milestone.Phase switch
            {
                Phase.Parked parked => state.With(i, milestone with { Phase = parked with { Until = parked.Until - by } }),
                Phase.Working => state.With(i, milestone with { Since = milestone.Since - by }), // a head start is counted from it
                _ => state,
            };
        }

        return state with
        {
            Limits = state.Limits.Select(limit => limit with { Until = limit.Until - by }).ToItems(),
            Windows = state.Windows.Select(window => window with { ResetsAt = window.ResetsAt - by }).ToItems(),
            Held = state.Held.Select(held => held with { Since = held.Since - by }).ToItems(),
            Warm = state.Warm.Select(warm => warm with { Until = warm.Until - by }).ToItems(),
            Integration = state.Integration switch
            {
                Integration.Idle { NotBefore: { } time } idle => idle with { NotBefore = time - by },
                Integration.Publishing { NotBefore: { } time } publishing => publishing with { NotBefore = time - by },
                var other => other,
            },
        };
    }
}
