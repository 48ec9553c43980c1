namespace Orchestrator.Core.Tests.Simulation;

/// <summary>A small seeded generator: the same seed gives the same run on every machine.</summary>
internal sealed class Rng(ulong seed)
{
    private ulong _state = seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03;

    public int Below(int bound)
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)(((z ^ (z >> 31)) >> 33) % (ulong)bound);
    }

    public bool Percent(int chance) => Below(100) < chance;
}
