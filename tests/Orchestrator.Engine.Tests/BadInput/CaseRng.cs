namespace Orchestrator.Engine.Tests.BadInput;

/// <summary>A small seeded generator: a case is its room and its number, on every machine.</summary>
internal sealed class CaseRng
{
    private ulong _state;

    /// <summary>The generator of one case.</summary>
    public CaseRng(string room, int number)
    {
        _state = 0xD1B54A32D192ED03;
        foreach (var c in room)
        {
            _state = (_state ^ c) * 0x100000001B3;
        }

        _state += (ulong)number * 0x9E3779B97F4A7C15;
        Below(2);
    }

    public int Below(int bound)
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)(((z ^ (z >> 31)) >> 33) % (ulong)bound);
    }

    public bool Percent(int chance) => Below(100) < chance;

    public T Of<T>(IReadOnlyList<T> items) => items[Below(items.Count)];
}
