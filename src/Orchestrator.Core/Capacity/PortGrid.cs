namespace Orchestrator.Core.Capacity;

/// <summary>Ports from the first to the last, both among them.</summary>
public readonly record struct PortRange(int First, int Last);

/// <summary>
/// Where blocks of ports may lie, the same for every orchestrator of the machine, whatever the size of its blocks: so two
/// blocks are either the same or have nothing in common. Whoever has a block holds the port it lies at, which belongs to
/// nobody else, and gives away those after it.
/// </summary>
public static class PortGrid
{
    /// <summary>The most ports that a block can have.</summary>
    public const int Most = 60;

    private const int Lowest = 20_000;
    private const int Highest = 65_535;
    private const int Stride = 64;

    /// <summary>
    /// The ports at which blocks may lie, in the order in which they are to be tried: those that meet the range that the
    /// system itself gives away come last, because a port of theirs may be in use by anybody for a moment.
    /// </summary>
    /// <param name="count">How many ports each is to have.</param>
    /// <param name="ephemeral">What the system gives away; null when it does not tell.</param>
    public static IEnumerable<int> Places(int count, PortRange? ephemeral)
    {
        var all = Enumerable.Range(0, (Highest - Lowest) / Stride).Select(i => Lowest + (i * Stride)).Where(place => place + count <= Highest).ToList();
        return all.Where(place => !Meets(place)).Concat(all.Where(Meets));

        bool Meets(int place) => ephemeral is { } range && place <= range.Last && place + count >= range.First;
    }
}
