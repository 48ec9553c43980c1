using Orchestrator.Core.Plans;

namespace Orchestrator.Core.Progress;

/// <summary>When one milestone would be done.</summary>
/// <param name="Id">The milestone.</param>
/// <param name="Slot">In which slot, from 1; 0 for one that is accepted already and needs none.</param>
/// <param name="Begins">When it begins or goes on, from now.</param>
/// <param name="Ends">When it is accepted.</param>
/// <param name="Lands">When it is merged.</param>
public readonly record struct Placed(MilestoneId Id, int Slot, TimeSpan Begins, TimeSpan Ends, TimeSpan Lands);

/// <summary>What a timetable has to know of a milestone.</summary>
internal enum Stand
{
    /// <summary>To be begun.</summary>
    Open,

    /// <summary>Holds a slot.</summary>
    InWork,

    /// <summary>Waits to be merged.</summary>
    Accepted,

    /// <summary>Done.</summary>
    Landed,

    /// <summary>Will not be done; nor will what needs it.</summary>
    Out,
}

/// <summary>A milestone as a timetable begins with it.</summary>
/// <param name="Stand">Where it stands.</param>
/// <param name="Left">How much work is left.</param>
/// <param name="NotBefore">When it can go on at the earliest, from now.</param>
internal readonly record struct Share(Stand Stand, TimeSpan Left = default, TimeSpan NotBefore = default);

/// <summary>
/// Plays a plan as the conductor would: whoever has the longest chain behind it gets a free slot, what is accepted is merged one
/// batch at a time, a stage with barriers as a whole.
/// </summary>
internal sealed class Timetable
{
    private readonly Plan _plan;
    private readonly Share[] _shares;
    private readonly TimeSpan _merge;
    private readonly int[] _open, _order;
    private readonly List<int>[] _dependents;
    private readonly Placed[] _placed;
    private readonly List<bool> _slots;
    private readonly List<int> _merging = [];
    private TimeSpan _merged;
    private TimeSpan _now;

    private Timetable(Plan plan, IReadOnlyList<Share> shares, int slots, TimeSpan merge)
    {
        (_plan, _shares, _merge) = (plan, [.. shares], merge);
        _open = new int[_shares.Length];
        _order = [.. Enumerable.Range(0, _shares.Length).OrderByDescending(plan.HeightOf)];
        _dependents = [.. _shares.Select(_ => new List<int>())];
        _placed = new Placed[_shares.Length];
        _slots = [.. Enumerable.Repeat(false, Math.Max(1, slots))];
        for (var i = 0; i < _shares.Length; i++)
        {
            foreach (var need in plan.NeedsOf(i))
            {
                _dependents[need].Add(i);
                _open[i] += _shares[need].Stand == Stand.Landed ? 0 : 1;
            }
        }
    }

    /// <summary>Plays it to the end.</summary>
    /// <returns>Whoever gets done, in the order of beginning, and how many were in work at most.</returns>
    public static (Items<Placed> Placed, int Width) Play(Plan plan, IReadOnlyList<Share> shares, int slots, TimeSpan merge, IReadOnlyCollection<int>? merging = null)
    {
        var table = new Timetable(plan, shares, slots, merge);
        return table.Play(merging ?? []);
    }

    private (Items<Placed> Placed, int Width) Play(IReadOnlyCollection<int> merging)
    {
        for (var i = 0; i < _shares.Length; i++)
        {
            if (_shares[i].Stand == Stand.InWork)
            {
                TakeSlot(i); // it is in work, whatever the slots are now
            }
            else if (_shares[i].Stand == Stand.Accepted)
            {
                _placed[i] = new Placed(_plan.Milestones[i].Id, 0, _now, _now, default);
            }
        }

        Merge(merging);
        var width = 0;
        do
        {
            Finish();
            Begin();
            Merge(_merging.Count == 0 ? Batch() : []);
            width = Math.Max(width, _shares.Count(share => share.Stand == Stand.InWork));
        }
        while (Advance());

        var done = Enumerable.Range(0, _shares.Length).Where(i => _shares[i].Stand == Stand.Landed && _placed[i].Id != default).Select(i => _placed[i]);
        return (done.OrderBy(p => p.Begins).ThenBy(p => p.Slot).ThenBy(p => p.Id).ToItems(), width);
    }

    private void Finish()
    {
        for (var i = 0; i < _shares.Length; i++)
        {
            if (_shares[i].Stand == Stand.InWork && _placed[i].Ends <= _now)
            {
                _shares[i] = new Share(Stand.Accepted);
                _slots[_placed[i].Slot - 1] = false;
            }
        }

        if (_merging.Count > 0 && _merged <= _now)
        {
            foreach (var i in _merging)
            {
                _shares[i] = new Share(Stand.Landed);
                _placed[i] = _placed[i] with { Lands = _now };
                _dependents[i].ForEach(dependent => _open[dependent]--);
            }

            _merging.Clear();
        }
    }

    private void Begin()
    {
        foreach (var i in _order)
        {
            if (!_slots.Contains(false))
            {
                break;
            }

            if (CanBegin(i) && _shares[i].NotBefore <= _now)
            {
                TakeSlot(i);
            }
        }
    }

    private bool CanBegin(int i) => _shares[i].Stand == Stand.Open && _open[i] == 0;

    private void TakeSlot(int i)
    {
        var slot = _slots.IndexOf(false);
        if (slot < 0)
        {
            slot = _slots.Count;
            _slots.Add(true);
        }

        _slots[slot] = true;
        _placed[i] = new Placed(_plan.Milestones[i].Id, slot + 1, _now, _now + _shares[i].Left, default);
        _shares[i] = _shares[i] with { Stand = Stand.InWork };
    }

    /// <summary>What can be merged: with a barrier once no stage mate is in work or could begin.</summary>
    private List<int> Batch()
    {
        var busy = new HashSet<int>();
        var batch = new List<int>();
        for (var i = 0; i < _shares.Length; i++)
        {
            if (_plan.Milestones[i].Barrier && (_shares[i].Stand == Stand.InWork || CanBegin(i)))
            {
                busy.Add(_plan.Milestones[i].Id.Stage);
            }
        }

        for (var i = 0; i < _shares.Length; i++)
        {
            if (_shares[i].Stand == Stand.Accepted && !(_plan.Milestones[i].Barrier && busy.Contains(_plan.Milestones[i].Id.Stage)))
            {
                batch.Add(i);
            }
        }

        return batch;
    }

    private void Merge(IReadOnlyCollection<int> batch)
    {
        if (batch.Count > 0)
        {
            _merging.AddRange(batch);
            _merged = _now + _merge;
        }
    }

    /// <summary>To the next moment at which something changes; false when nothing does any more.</summary>
    private bool Advance()
    {
        TimeSpan? next = _merging.Count > 0 ? _merged : null;
        for (var i = 0; i < _shares.Length; i++)
        {
            TimeSpan? its = _shares[i].Stand == Stand.InWork ? _placed[i].Ends : CanBegin(i) && _shares[i].NotBefore > _now ? _shares[i].NotBefore : null;
            next = its is { } time && !(next <= time) ? time : next;
        }

        _now = next ?? _now;
        return next is not null;
    }
}
