using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Capacity;

/// <summary>What a run asks of the machine at the moment.</summary>
/// <param name="Footprints">What turns took before.</param>
/// <param name="Loose">How many run that are not frozen.</param>
public readonly record struct Load(Items<RoleFootprint> Footprints, int Loose)
{
    /// <summary>The load of a run.</summary>
    public static Load Of(RunState state) => new(state.Footprints, Freezing.LooseTurns(state));
}

/// <summary>
/// Turns looks at the machine into readings that are told. What is worse is told at once. What is better is told when it
/// has been so without a break for a while, and then no better than the worst of that time: a machine that goes up and
/// down is taken for what it is at its worst, and nothing is begun and frozen by turns. While a machine stays critical
/// that is told again every few seconds, as long as there is a turn left to freeze. That it is another thing that is scarce
/// is told as well, though not more than twice a minute.
/// </summary>
/// <param name="Limits">What the machine is held to.</param>
public sealed record Gauge(GaugeLimits Limits)
{
    /// <summary>How long it has to be better.</summary>
    public static readonly TimeSpan Steady = TimeSpan.FromSeconds(30);

    /// <summary>The same for a disk, on which room neither comes nor goes by itself.</summary>
    public static readonly TimeSpan SteadyDisk = TimeSpan.FromSeconds(5);

    /// <summary>After how long a critical reading is told again: at the next look, for memory goes fast.</summary>
    public static readonly TimeSpan Again = TimeSpan.FromSeconds(1.5);

    /// <summary>The reading that was told last.</summary>
    public MachineReading Told { get; init; } = MachineReading.Unknown;

    private DateTimeOffset ToldAt { get; init; } = DateTimeOffset.MinValue;

    /// <summary>The worst of what is better than what was told, and since when it has been better.</summary>
    private (MachineReading Worst, DateTimeOffset Since)? Better { get; init; }

    /// <summary>Takes a look.</summary>
    /// <returns>The gauge after it, and what is to be told; null for nothing.</returns>
    public (Gauge Gauge, MachineReading? Reading) Look(MachineSample sample, Load load, DateTimeOffset at)
    {
        var judged = Judgement.Of(sample, load, Limits);
        var order = Compare(judged, Told);
        if (order > 0)
        {
            return Tell(judged, at);
        }

        if (order == 0)
        {
            var again = judged.Pressure == Pressure.Critical && (at - ToldAt >= Again || at < ToldAt) && load.Loose > (judged.Scarce == Scarce.Disk ? 0 : 1);
            var otherwise = judged.Scarce != Told.Scarce && (at - ToldAt >= Steady || at < ToldAt); // whoever reads the reason is to clear up where it helps
            return again || otherwise ? Tell(judged, at) : (this with { Better = null }, null);
        }

        var (worst, since) = Better is { } better && better.Since <= at ? (Compare(judged, better.Worst) > 0 ? judged : better.Worst, better.Since) : (judged, at);
        return at - since >= (Told.Scarce == Scarce.Disk ? SteadyDisk : Steady) ? Tell(worst, at) : (this with { Better = (worst, since) }, null);
    }

    private (Gauge, MachineReading?) Tell(MachineReading reading, DateTimeOffset at) => (this with { Told = reading, ToldAt = at, Better = null }, reading);

    /// <summary>Above zero when the one is worse than the other. A full disk is worse than full memory: no turn may go on. Words make no difference, nor what else is scarce.</summary>
    private static int Compare(MachineReading one, MachineReading other)
    {
        var order = Rank(one).CompareTo(Rank(other));
        return order != 0 ? order : other.Room.CompareTo(one.Room);
    }

    private static int Rank(MachineReading reading) => ((int)reading.Pressure * 2) + (reading is { Pressure: Pressure.Critical, Scarce: Scarce.Disk } ? 1 : 0);
}
