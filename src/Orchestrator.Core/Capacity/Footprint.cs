using Orchestrator.Core.Agents;

namespace Orchestrator.Core.Capacity;

/// <summary>What one turn took of the machine, its tools and builds included.</summary>
/// <param name="Memory">The most memory of its own that it held at once, in bytes.</param>
/// <param name="Cpu">Processor time.</param>
/// <param name="Wall">How long it took; not the time in which it was frozen.</param>
/// <param name="Disk">How big its worktree was at its end, in bytes; null when that was not looked at.</param>
public readonly record struct Footprint(long Memory, TimeSpan Cpu, TimeSpan Wall, long? Disk = null)
{
    // A turn that was there for a moment only tells of the start of the program, not of the work.
    private static readonly TimeSpan Telling = TimeSpan.FromSeconds(30);

    /// <summary>How many processors it used in the mean; null when it was too short to say.</summary>
    public double? Cores => Wall >= Telling ? Cpu / Wall : null;

    /// <summary>
    /// What to reckon with after another turn. Of memory and disk the larger of what it took and of what was reckoned with
    /// before, less a quarter of the difference: one hungry turn is remembered, and forgotten after some that are not. Of
    /// processors the mean, because too many make a machine slow but break nothing.
    /// </summary>
    public Footprint Then(Footprint next)
    {
        var (cpu, wall) = Cores is null ? (next.Cpu, next.Wall) : next.Cores is null ? (Cpu, Wall) : ((Cpu + next.Cpu) / 2, (Wall + next.Wall) / 2);
        return new Footprint(Decayed(Memory, next.Memory), cpu, wall, Disk is { } disk && next.Disk is { } another ? Decayed(disk, another) : next.Disk ?? Disk);
    }

    private static long Decayed(long known, long next) => next >= known ? next : known - ((known - next) / 4);
}

/// <summary>What turns of one role are reckoned with.</summary>
public readonly record struct RoleFootprint(Role Role, Footprint Footprint)
{
    /// <summary>The list with what a turn of a role took.</summary>
    public static Items<RoleFootprint> Enter(Items<RoleFootprint> known, Role role, Footprint took)
    {
        for (var i = 0; i < known.Count; i++)
        {
            if (known[i].Role == role)
            {
                return known.With(i, new RoleFootprint(role, known[i].Footprint.Then(took)));
            }
        }

        return [.. known.AsSpan(), new RoleFootprint(role, took)];
    }
}
