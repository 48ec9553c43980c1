using Orchestrator.Core.Capacity;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Conducting;

/// <summary>
/// When the machine runs out of memory or disk, turns are frozen, the youngest first, and go on when there is room; nothing
/// is killed, and nothing new begins as long as one is frozen. For want of memory one always goes on, for it has to end
/// before there is more; for want of disk all may have to wait.
/// </summary>
internal static class Freezing
{
    /// <summary>
    /// Takes a reading in. Each that is critical freezes one turn more. Once the run is to end it is laid aside instead:
    /// nobody knows when it could end its step.
    /// </summary>
    public static RunState MachineRead(RunState state, MachineReading reading, DateTimeOffset at)
    {
        state = reading == state.Machine ? state : state with { Machine = reading };
        if (reading.Pressure != Pressure.Critical || reading.Scarce is not (Scarce.Memory or Scarce.Disk) || (reading.Scarce == Scarce.Memory && Loose(state) < 2))
        {
            return state;
        }

        return Youngest(state) is not { } turn ? state
            : state.Stop is { } stop ? Stopping.LayAside(state, state.Find(turn), stop, at)
            : state with { Held = [.. state.Held.AsSpan(), new HeldTurn(turn, at)] };
    }

    /// <summary>Lets go on what has room, that which was frozen first before the others; and forgets what has ended.</summary>
    public static RunState Thaw(RunState state, DateTimeOffset at)
    {
        if (state.Held.Count == 0)
        {
            return state;
        }

        var held = state.Held.Where(turn => state.Find(turn.Turn) >= 0).ToItems();
        var free = state.PausedSince is not null ? 0 : RoomFor(state, at) - (Filling.Turning(state) - held.Count);
        return free <= 0 && held.Count == state.Held.Count ? state : state with { Held = free <= 0 ? held : held.Skip(free).ToItems() };
    }

    /// <summary>How many turns run, or wait for their process, that are not frozen.</summary>
    public static int LooseTurns(RunState state)
    {
        var count = 0;
        for (var i = state.Milestones.Next(PhaseKinds.Working); i >= 0; i = state.Milestones.Next(PhaseKinds.Working, i + 1))
        {
            count += state.Milestones[i].Phase is Phase.Working { Step: Step.Turn } working && !IsHeld(state, working.Ticket) ? 1 : 0;
        }

        return count;
    }

    private static int RoomFor(RunState state, DateTimeOffset at) => state.Machine switch
    {
        { Pressure: Pressure.Critical, Scarce: Scarce.Disk } => 0,
        { Pressure: Pressure.Critical } => 1,
        _ => CapacityPolicy.Slots(state.Policy, state.Machine, state.Windows, at),
    };

    /// <summary>How many milestones hold a slot, do not wait, and are not frozen.</summary>
    private static int Loose(RunState state) => Filling.Turning(state) - state.Held.Count;

    private static Ticket? Youngest(RunState state)
    {
        Ticket? youngest = null;
        var since = DateTimeOffset.MinValue;
        for (var i = state.Milestones.Next(PhaseKinds.Working); i >= 0; i = state.Milestones.Next(PhaseKinds.Working, i + 1))
        {
            var milestone = state.Milestones[i];
            if (milestone.Phase is Phase.Working { Step: Step.Turn } working && milestone.Since >= since && !IsHeld(state, working.Ticket))
            {
                (youngest, since) = (working.Ticket, milestone.Since); // of two that began together the later of the plan
            }
        }

        return youngest;
    }

    /// <summary>Whether a turn is frozen.</summary>
    public static bool IsHeld(RunState state, Ticket ticket)
    {
        foreach (var held in state.Held.AsSpan())
        {
            if (held.Turn == ticket)
            {
                return true;
            }
        }

        return false;
    }
}
