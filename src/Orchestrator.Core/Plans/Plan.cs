namespace Orchestrator.Core.Plans;

/// <summary>
/// All milestones in plan order, and what each needs. Positions in <see cref="Milestones"/> are the indices that
/// the run's state uses.
/// </summary>
public sealed class Plan : IEquatable<Plan>
{
    private readonly Dictionary<MilestoneId, int> _index = [];
    private readonly int[][] _needs;
    private readonly int[] _heights, _tallest;

    /// <summary>A plan of milestones whose needs exist and make no cycle; <see cref="PlanCheck"/> sees to both.</summary>
    /// <exception cref="ArgumentException">A need is unknown, an id stands twice, or the needs make a cycle.</exception>
    public Plan(Items<Milestone> milestones)
    {
        Milestones = milestones.OrderBy(m => m.Id).ToItems();
        for (var i = 0; i < Milestones.Count; i++)
        {
            if (!_index.TryAdd(Milestones[i].Id, i))
            {
                throw new ArgumentException($"{Milestones[i].Id} stands twice in the plan.", nameof(milestones));
            }
        }

        _needs = new int[Milestones.Count][];
        for (var i = 0; i < _needs.Length; i++)
        {
            _needs[i] = [.. Milestones[i].Needs.Select(id => IndexOf(id)
                ?? throw new ArgumentException($"{Milestones[i].Id} needs {id}, which is not in the plan.", nameof(milestones)))];
        }

        Order = TopologicalOrder() ?? throw new ArgumentException("The needs make a cycle.", nameof(milestones));
        (_heights, _tallest) = (new int[_needs.Length], new int[_needs.Length]);
        for (var at = Order.Count - 1; at >= 0; at--)
        {
            var i = Order[at];
            _heights[i]++; // what needs it has been counted
            foreach (var need in _needs[i])
            {
                _heights[need] = Math.Max(_heights[need], _heights[i]);
            }
        }

        for (var i = _needs.Length - 1; i >= 0; i--)
        {
            _tallest[i] = Math.Max(_heights[i], i + 1 < _needs.Length ? _tallest[i + 1] : 0);
        }
    }

    /// <summary>The milestones, ordered by id.</summary>
    public Items<Milestone> Milestones { get; }

    /// <summary>The indices ordered so that every milestone stands after what it needs.</summary>
    public Items<int> Order { get; }

    /// <summary>Where a milestone stands, or null when the plan has no such one.</summary>
    public int? IndexOf(MilestoneId id) => _index.TryGetValue(id, out var index) ? index : null;

    /// <summary>The indices of what the milestone at <paramref name="index"/> needs.</summary>
    public ReadOnlySpan<int> NeedsOf(int index) => _needs[index];

    /// <summary>How many milestones stand in the longest chain that begins with the one at <paramref name="index"/>, each needing the one before.</summary>
    public int HeightOf(int index) => _heights[index];

    /// <summary>The greatest height from <paramref name="index"/> on, in plan order.</summary>
    public int TallestFrom(int index) => _tallest[index];

    /// <inheritdoc/>
    public bool Equals(Plan? other) => other is not null && Milestones == other.Milestones;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Plan);

    /// <inheritdoc/>
    public override int GetHashCode() => Milestones.GetHashCode();

    private Items<int>? TopologicalOrder()
    {
        var order = new List<int>(_needs.Length);
        var placed = new bool[_needs.Length];
        while (order.Count < _needs.Length)
        {
            var before = order.Count;
            for (var i = 0; i < _needs.Length; i++)
            {
                if (!placed[i] && Array.TrueForAll(_needs[i], n => placed[n]))
                {
                    placed[i] = true;
                    order.Add(i);
                }
            }

            if (order.Count == before)
            {
                return null;
            }
        }

        return order.ToItems();
    }
}
