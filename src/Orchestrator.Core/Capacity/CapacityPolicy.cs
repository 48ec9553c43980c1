using Orchestrator.Core.Limits;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Capacity;

/// <summary>What a reading of the machine says.</summary>
public enum Pressure
{
    /// <summary>Room enough.</summary>
    Calm,

    /// <summary>No further turn should begin.</summary>
    Tense,

    /// <summary>Not even one turn is safe.</summary>
    Critical,
}

/// <summary>What there is too little of.</summary>
public enum Scarce
{
    /// <summary>Nothing, or it was not said.</summary>
    None,

    /// <summary>Memory.</summary>
    Memory,

    /// <summary>Processors.</summary>
    Cpu,

    /// <summary>Room on a disk.</summary>
    Disk,

    /// <summary>Turns that all orchestrators together may run.</summary>
    Others,
}

/// <summary>A reading of the machine, already judged.</summary>
/// <param name="Pressure">How it stands.</param>
/// <param name="Room">How many turns it has room for.</param>
/// <param name="Reason">Why it bounds the run; empty when it does not.</param>
/// <param name="Scarce">What there is too little of.</param>
public sealed record MachineReading(Pressure Pressure, int Room, string Reason, Scarce Scarce = Scarce.None)
{
    /// <summary>Nothing was read yet: no bound from the machine.</summary>
    public static MachineReading Unknown { get; } = new(Pressure.Calm, int.MaxValue, "");
}

/// <summary>How many milestones may be in work.</summary>
public static class CapacityPolicy
{
    private const double NearEnd = 0.9;
    private const double LastPart = 0.97;

    /// <summary>
    /// The smallest of what the user allows and what the machine has room for; pressure may shrink it to one, to
    /// none only when the machine is critical.
    /// </summary>
    public static int Slots(Policy policy, MachineReading machine) => machine.Pressure switch
    {
        Pressure.Critical => 0,
        Pressure.Tense => 1,
        Pressure.Calm => Math.Max(1, Math.Min(policy.MaxParallel, machine.Room)),
        _ => throw new ArgumentOutOfRangeException(nameof(machine)),
    };

    /// <summary>
    /// The same, and fewer when the account comes near a wall: half of them from a warning or nine tenths on, one at
    /// a time at the very end. What is in work goes on; only what is new waits.
    /// </summary>
    public static int Slots(Policy policy, MachineReading machine, Items<LimitWindow> windows, DateTimeOffset at)
    {
        var slots = Slots(policy, machine);
        foreach (var window in windows.AsSpan())
        {
            if (Slows(window, at))
            {
                slots = Math.Min(slots, window.Used >= LastPart ? 1 : (slots + 1) / 2);
            }
        }

        return slots;
    }

    /// <summary>When the first window that slows the run begins anew; null when none does, or none says when.</summary>
    public static DateTimeOffset? SlowedUntil(Items<LimitWindow> windows, DateTimeOffset at)
    {
        DateTimeOffset? first = null;
        foreach (var window in windows.AsSpan())
        {
            if (Slows(window, at) && window.ResetsAt is { } reset && !(first <= reset))
            {
                first = reset;
            }
        }

        return first;
    }

    /// <summary>True while a window is nearly used up.</summary>
    public static bool Slows(LimitWindow window, DateTimeOffset at) =>
        !(window.ResetsAt <= at) && (window.Status == WindowStatus.Warning || window.Used >= NearEnd) && window.Status != WindowStatus.Rejected;
}
