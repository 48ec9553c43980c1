using Orchestrator.Core.Conducting;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>How the program around the conductor may be wrong; the planted bugs of the loop.</summary>
internal enum LoopBug
{
    None,

    /// <summary>It decides and acts before the fact is safe.</summary>
    ActsBeforeSync,

    /// <summary>It acts on a fact that the full disk refused.</summary>
    ActsOnRefused,

    /// <summary>It forgets the last fact when it begins again.</summary>
    ForgetsTheLast,
}

/// <summary>
/// The disk under the journal: full at times, and what was written but not synced is dropped or comes out of order
/// when the power goes. Whoever reads it back takes the records up to the first that does not follow the one before.
/// </summary>
internal sealed class Disk(Rng rng, LoopBug bug)
{
    private readonly List<(int Number, Event Fact, DateTimeOffset At)> _safe = [];
    private readonly List<(int Number, Event Fact, DateTimeOffset At)> _unsynced = [];

    public int Unsynced => _unsynced.Count;

    public void Append(Event fact, DateTimeOffset at)
    {
        Write(fact, at);
        if (bug != LoopBug.ActsBeforeSync || rng.Percent(20))
        {
            Sync();
        }
    }

    /// <summary>Written, but the power may go before it is synced.</summary>
    public void Write(Event fact, DateTimeOffset at) => _unsynced.Add((_safe.Count + _unsynced.Count, fact, at));

    public void Sync()
    {
        _safe.AddRange(_unsynced);
        _unsynced.Clear();
    }

    /// <summary>The power goes. Returns whether all that was written survived.</summary>
    public bool Crash()
    {
        var written = _safe.Count + _unsynced.Count;
        while (_unsynced.Count > 0)
        {
            var i = rng.Below(_unsynced.Count);
            if (rng.Percent(50))
            {
                _safe.Add(_unsynced[i]);
            }

            _unsynced.RemoveAt(i);
        }

        for (var i = 0; i < _safe.Count; i++)
        {
            if (_safe[i].Number != i)
            {
                _safe.RemoveRange(i, _safe.Count - i); // the chain is broken here
            }
        }

        if (bug == LoopBug.ForgetsTheLast && _safe.Count > 1)
        {
            _safe.RemoveAt(_safe.Count - 1);
        }

        return _safe.Count == written;
    }

    /// <summary>How many records can be read.</summary>
    public int Count => _safe.Count + _unsynced.Count;

    public IEnumerable<(Event Fact, DateTimeOffset At)> Read(int from = 0) => _safe.Concat(_unsynced).Skip(from).Select(record => (record.Fact, record.At));
}
