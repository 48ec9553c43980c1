using Orchestrator.Core.Agents;

namespace Orchestrator.Engine.Gates.Reports;

/// <summary>
/// Understands the plain text of one family of test runners, line by line. Each line is short and free of colours; no
/// way of reading it may take longer than its length. Nothing is said to be understood without a line that only a test
/// run prints.
/// </summary>
internal abstract class RunnerLines
{
    /// <summary>What was added up so far.</summary>
    protected TallySum Sum { get; } = new();

    /// <summary>Takes a line in.</summary>
    public abstract void Take(string line);

    /// <summary>What all lines came to; null when they were of no test run.</summary>
    public TestTally? End()
    {
        Finish();
        return Sum.Tally();
    }

    /// <summary>Counts what the last line left open.</summary>
    protected virtual void Finish()
    {
    }

    /// <summary>The text without a duration at its end, e.g. <c>name [12 ms]</c> or <c>name (0.00s)</c>; null when it has none.</summary>
    protected static string? WithoutDuration(string text, char open, char close)
    {
        var at = text.EndsWith(close) ? text.LastIndexOf(open) : -1;
        if (at < 1)
        {
            return null;
        }

        var inner = text.AsSpan(at + 1, text.Length - at - 2);
        return inner.Length is > 1 and < 24 && (char.IsAsciiDigit(inner[0]) || inner[0] == '<') && inner[^1] is 's' or 'm' or 'h' ? text[..at].TrimEnd() : null;
    }

    /// <summary>The text after a prefix; null when it begins otherwise.</summary>
    protected static string? After(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;

    /// <summary>The text before a mark; the whole of it when the mark is not there.</summary>
    protected static string Before(string text, string mark) => text.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at ? text[..at] : text;
}
