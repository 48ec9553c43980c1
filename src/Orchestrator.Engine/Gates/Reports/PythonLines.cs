namespace Orchestrator.Engine.Gates.Reports;

/// <summary>pytest and unittest.</summary>
internal sealed class PythonLines : RunnerLines
{
    private static readonly HashSet<string> Words =
    [
        "failed", "passed", "skipped", "error", "errors", "xfailed", "xpassed", "deselected", "warning", "warnings", "rerun", "subtests passed", "subtests failed",
    ];

    private int? _ran;
    private bool _rule;
    private bool _named;

    /// <inheritdoc/>
    public override void Take(string line)
    {
        var text = line.Trim();
        if (TakePytest(text) || text.Length == 0)
        {
            return;
        }

        if (After(text, "Ran ") is { } ran && ran.Contains(" in ", StringComparison.Ordinal) && Before(ran, " ") is var count && After(ran, count) is { } rest && rest.StartsWith(" test", StringComparison.Ordinal))
        {
            EndRun();
            _ran = Figures.Number(count);
        }
        else if (_ran is { } tests && (text == "OK" || text.StartsWith("OK (", StringComparison.Ordinal) || text.StartsWith("FAILED (", StringComparison.Ordinal)))
        {
            var figures = Figures.NameFirst(text.AsSpan(text.IndexOf('(') + 1).TrimEnd(')'), '=');
            Sum.Add(tests, figures["failures", "errors", "unexpected successes"], figures["skipped", "expected failures"]);
            _ran = null;
        }
        else if (_rule && (After(text, "FAIL: ") ?? After(text, "ERROR: ")) is { } test)
        {
            _named = true;
            Sum.Name(Qualified(test));
        }

        _rule = text.Length >= 40 && !text.AsSpan().ContainsAnyExcept('=');
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        EndRun();
        if (!Sum.Any && _named)
        {
            Sum.Add(Sum.Names, Sum.Names, 0);
        }
    }

    /// <summary>A run of unittest whose last line is missing.</summary>
    private void EndRun()
    {
        if (_ran is { } tests)
        {
            Sum.Add(tests, 0, 0);
            _ran = null;
        }
    }

    private bool TakePytest(string text)
    {
        var bare = text.AsSpan().Trim("= ");
        if (bare.LastIndexOf(" in ") is > 0 and var at && bare.Length > at + 4 && char.IsAsciiDigit(bare[at + 4]) && bare[(at + 4)..].Contains('s'))
        {
            var figures = Figures.NumberFirst(bare[..at], ',');
            if (figures.Only(Words))
            {
                Sum.Add(figures["failed", "passed", "skipped", "error", "errors", "xfailed", "xpassed"], figures["failed", "error", "errors"], figures["skipped", "xfailed"]);
                return true;
            }

            if (bare[..at].SequenceEqual("no tests ran"))
            {
                Sum.Add(0, 0, 0);
                return true;
            }
        }

        // "FAILED tests/test_a.py::test_b[x - y] - AssertionError: ...", "ERROR tests/test_c.py"
        if ((After(text, "FAILED ") ?? After(text, "ERROR ")) is { } test && test.Contains(".py", StringComparison.Ordinal))
        {
            var reason = test.IndexOf(" - ", StringComparison.Ordinal);
            var bracket = test.IndexOf('[', StringComparison.Ordinal);
            var close = bracket >= 0 && bracket < reason ? test.IndexOf("] - ", StringComparison.Ordinal) : -1;
            var name = close > 0 ? test[..(close + 1)] : reason > 0 && (bracket < 0 || reason < bracket || !test.EndsWith(']')) ? test[..reason] : test;
            if (!Before(name, "[").Contains(' ', StringComparison.Ordinal))
            {
                _named = true;
                Sum.Name(name);
                return true;
            }
        }

        return false;
    }

    /// <summary>"test_x (mod.Class.test_x) (i=1)", or as older ones spell it "test_x (mod.Class)".</summary>
    private static string Qualified(string test)
    {
        var open = test.IndexOf(" (", StringComparison.Ordinal);
        var close = open < 0 ? -1 : test.IndexOf(')', open);
        if (close < 0)
        {
            return test;
        }

        var (name, where) = (test[..open], test[(open + 2)..close]);
        return (where.EndsWith("." + name, StringComparison.Ordinal) ? where : $"{where}.{name}") + test[(close + 1)..];
    }
}
