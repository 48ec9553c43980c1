using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>
/// The user wants quiet for a while: all turns are frozen and nothing begins, until he says go on. Steps of ours that are
/// under way, which are short, gates, and a candidate that is made come to their end.
/// </summary>
internal static class Pausing
{
    public static RunState Asked(RunState state, bool pause, DateTimeOffset at)
    {
        if (!pause || state.Stop is not null || state.PausedSince is not null)
        {
            return pause ? state : state with { PausedSince = null };
        }

        var held = state.Held.ToList();
        for (var i = state.Milestones.Next(PhaseKinds.Working); i >= 0; i = state.Milestones.Next(PhaseKinds.Working, i + 1))
        {
            if (state.Milestones[i].Phase is Phase.Working { Step: Step.Turn } working && !Freezing.IsHeld(state, working.Ticket))
            {
                held.Add(new HeldTurn(working.Ticket, at));
            }
        }

        return state with { PausedSince = at, Held = held.ToItems() };
    }
}
