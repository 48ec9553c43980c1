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

/// <summary>A reading of the machine, already judged.</summary>
/// <param name="Pressure">How it stands.</param>
/// <param name="Room">How many turns it has room for.</param>
/// <param name="Reason">Why it is not calm; empty when it is.</param>
public sealed record MachineReading(Pressure Pressure, int Room, string Reason)
{
    /// <summary>Nothing was read yet: no bound from the machine.</summary>
    public static MachineReading Unknown { get; } = new(Pressure.Calm, int.MaxValue, "");
}

/// <summary>How many milestones may be in work.</summary>
public static class CapacityPolicy
{
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
}
