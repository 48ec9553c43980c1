using System.Collections;

namespace Orchestrator.Core.Runs;

/// <summary>
/// The states of all milestones in plan order. It knows of each of its pages which phases there are, so that whoever
/// asks for the few in work need not look at the thousands that wait or are done. Compares by content.
/// </summary>
public sealed class Roster : IReadOnlyList<MilestoneState>, IEquatable<Roster>
{
    private readonly Paged<MilestoneState> _states;
    private readonly PhaseKinds[] _kinds;

    /// <summary>A roster of the given states, in their order.</summary>
    public Roster(IEnumerable<MilestoneState> states)
    {
        _states = new Paged<MilestoneState>(states);
        _kinds = new PhaseKinds[_states.Pages];
        for (var page = 0; page < _kinds.Length; page++)
        {
            _kinds[page] = KindsOf(_states.Page(page));
        }
    }

    private Roster(Paged<MilestoneState> states, PhaseKinds[] kinds) => (_states, _kinds) = (states, kinds);

    /// <inheritdoc/>
    public int Count => _states.Count;

    /// <inheritdoc/>
    public MilestoneState this[int index] => _states[index];

    /// <summary>A copy in which the milestone at <paramref name="index"/> is in another state.</summary>
    public Roster With(int index, MilestoneState state)
    {
        var before = _states[index].Phase.Kind;
        var (states, kinds) = (_states.With(index, state), _kinds);
        if (before == state.Phase.Kind)
        {
            return new Roster(states, kinds);
        }

        var page = index / Paged<MilestoneState>.PageSize;
        if (KindsOf(states.Page(page)) is var now && now != kinds[page])
        {
            kinds = (PhaseKinds[])kinds.Clone();
            kinds[page] = now;
        }

        return new Roster(states, kinds);
    }

    /// <summary>The first milestone at <paramref name="from"/> or later in a phase of these kinds; -1 when there is none.</summary>
    public int Next(PhaseKinds kinds, int from = 0)
    {
        for (var page = from / Paged<MilestoneState>.PageSize; page < _kinds.Length; page++)
        {
            if ((_kinds[page] & kinds) == 0)
            {
                continue;
            }

            var states = _states.Page(page);
            for (var i = Math.Max(0, from - (page * Paged<MilestoneState>.PageSize)); i < states.Length; i++)
            {
                if ((states[i].Phase.Kind & kinds) != 0)
                {
                    return (page * Paged<MilestoneState>.PageSize) + i;
                }
            }
        }

        return -1;
    }

    /// <summary>How many milestones are in a phase of these kinds.</summary>
    public int CountOf(PhaseKinds kinds)
    {
        var count = 0;
        for (var i = Next(kinds); i >= 0; i = Next(kinds, i + 1))
        {
            count++;
        }

        return count;
    }

    /// <summary>Whose state is another than in a roster that this one was made of, in order.</summary>
    public IEnumerable<int> Differences(Roster other) => _states.Differences(other._states);

    /// <inheritdoc/>
    public bool Equals(Roster? other) => other is not null && _states.Equals(other._states);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Roster);

    /// <inheritdoc/>
    public override int GetHashCode() => _states.GetHashCode();

    /// <inheritdoc/>
    public IEnumerator<MilestoneState> GetEnumerator() => _states.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static PhaseKinds KindsOf(ReadOnlySpan<MilestoneState> states)
    {
        var kinds = PhaseKinds.None;
        foreach (var state in states)
        {
            kinds |= state.Phase.Kind;
        }

        return kinds;
    }
}
