using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;

namespace Orchestrator.Engine.Gates.Reports;

/// <summary>Adds up what reports or lines say, and keeps the names of failing tests fit to be shown and bounded in number.</summary>
internal sealed class TallySum
{
    // More than are told, so that a runner without a summary can be counted by its names.
    private const int MostKept = 10_000;
    private const int MostCharacters = 300;
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private long _total;
    private long _failed;
    private long _skipped;

    /// <summary>True when something was understood.</summary>
    public bool Any { get; private set; }

    /// <summary>How many different names there are.</summary>
    public int Names => _names.Count;

    /// <summary>Adds figures; they count as understood even when all are zero.</summary>
    public void Add(long total, long failed, long skipped)
    {
        Any = true;
        _total = Math.Min(int.MaxValue, _total + total);
        _failed = Math.Min(int.MaxValue, _failed + failed);
        _skipped = Math.Min(int.MaxValue, _skipped + skipped);
    }

    /// <summary>Adds what another source says.</summary>
    public void Add(TestTally tally)
    {
        Add(tally.Total, tally.Failed, tally.Skipped);
        foreach (var name in tally.Failing)
        {
            Name(name);
        }
    }

    /// <summary>Adds the name of a test that failed; true when it is a new one.</summary>
    public bool Name(ReadOnlySpan<char> name)
    {
        if (Clean(name) is not { Length: > 0 } clean || !_names.Add(clean))
        {
            return false;
        }

        if (_names.Count > MostKept)
        {
            _names.Remove(_names.Max!);
        }

        return true;
    }

    /// <summary>The sum; null when nothing was understood.</summary>
    public TestTally? Tally() => Any
        ? new TestTally((int)Math.Min(int.MaxValue, Math.Max(_total, _failed + _skipped)), (int)_failed, (int)_skipped, _names.Take(TestTally.MostNames).ToItems())
        : null;

    private static string Clean(ReadOnlySpan<char> name)
    {
        var clean = new StringBuilder();
        name = name.Trim();
        for (var i = 0; i < name.Length && clean.Length <= MostCharacters; i++)
        {
            if (i + 1 < name.Length && char.IsSurrogatePair(name[i], name[i + 1]))
            {
                clean.Append(name[i]).Append(name[++i]);
            }
            else if (name[i] is '\t' or '\n' or '\r')
            {
                clean.Append(' ');
            }
            else if (!Plain.IsUnfit(name[i]))
            {
                clean.Append(name[i]);
            }
        }

        return Plain.Cut(clean.ToString().Trim(), MostCharacters - 1);
    }
}
