namespace Orchestrator.Engine.Gates.Reports;

/// <summary>jest, vitest, mocha, and node's own runner in its readable form.</summary>
internal sealed class JavaScriptLines : RunnerLines
{
    private static readonly string[] NoTests = ["Console", "Cannot log after", "Deprecation Warning", "Validation Warning", "Validation Error", "Multiple configurations", "Unhandled"];
    private readonly TallySum _leaves = new();
    private readonly TallySum _suites = new();
    private readonly List<string> _block = [];
    private string _file = "";
    private string _place = "";
    private bool _mocha;
    private bool _failing;
    private bool _list;
    private (long Total, long Failed, long Skipped)? _node;
    private int _redSuites;

    /// <inheritdoc/>
    public override void Take(string line)
    {
        var text = line.Trim();
        if (!TakeFigures(text) && !TakeNode(text))
        {
            TakeName(text);
        }
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        EndNode();
        if (!Sum.Any)
        {
            return;
        }

        // Only the leaf's own name; of use where no line says more.
        foreach (var name in Sum.Names == 0 && _leaves.Tally() is { } leaves ? leaves.Failing : default)
        {
            Sum.Name(name);
        }

        if (_suites.Tally() is { } suites)
        {
            Sum.Add(suites with { Total = _redSuites, Failed = _redSuites });
        }
    }

    private bool TakeFigures(string text)
    {
        if (After(text, "Tests:") is { } jest)
        {
            var figures = Figures.NumberFirst(jest, ',');
            if (figures.Has("total"))
            {
                Sum.Add(figures["total"], figures["failed"], figures["skipped", "todo"]);
            }

            return figures.Has("total");
        }

        // "Tests  1 failed | 5 passed | 1 skipped (7)"
        if (After(text, "Tests ") is { } vitest && vitest.EndsWith(')') && vitest.LastIndexOf('(') is > 0 and var at && Figures.Number(vitest.AsSpan(at + 1, vitest.Length - at - 2)) is { } total)
        {
            var figures = Figures.NumberFirst(vitest.AsSpan(0, at), '|');
            if (figures.Strangers == 0)
            {
                Sum.Add(total, figures["failed"], figures["skipped", "todo"]);
                return true;
            }
        }

        return TakeMocha(text);
    }

    private bool TakeMocha(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space is < 1 or > 9 || Figures.Number(text.AsSpan(0, space)) is not { } count)
        {
            return false;
        }

        var what = text[(space + 1)..];
        if (WithoutDuration(what, '(', ')') == "passing")
        {
            (_mocha, _failing) = (true, false);
            Sum.Add(count, 0, 0);
        }
        else if (_mocha && what == "pending")
        {
            Sum.Add(count, 0, count);
        }
        else if (_mocha && what == "failing")
        {
            (_failing, _mocha) = (true, false);
            Sum.Add(count, count, 0);
        }
        else
        {
            return false;
        }

        return true;
    }

    private bool TakeNode(string text)
    {
        if (After(text, "ℹ ") is { } figure && Before(figure, " ") is var name && Figures.Number(figure.AsSpan(Math.Min(figure.Length, name.Length + 1))) is { } count)
        {
            if (name == "tests")
            {
                EndNode();
                _node = (count, 0, 0);
            }
            else if (_node is var (total, failed, skipped))
            {
                _node = (total, failed + (name is "fail" or "cancelled" ? count : 0), skipped + (name is "skipped" or "todo" ? count : 0));
            }

            return true;
        }

        _list |= text.StartsWith("✖ failing tests:", StringComparison.Ordinal);
        if (_list && After(text, "test at ") is { } place)
        {
            _place = Before(place, ":");
        }
        else if (_list && _place.Length > 0 && After(text, "✖ ") is { } red && WithoutDuration(red, '(', ')') is { } test)
        {
            Sum.Name($"{_place} > {test}");
            _place = "";
        }
        else
        {
            return false;
        }

        return true;
    }

    private void EndNode()
    {
        if (_node is var (total, failed, skipped))
        {
            Sum.Add(total, failed, skipped);
            _node = null;
        }
    }

    private void TakeName(string text)
    {
        if (_failing && TakeMochaBlock(text))
        {
            return;
        }

        if (After(text, "● ") is { } jest)
        {
            if (jest.Contains("Test suite failed to run", StringComparison.Ordinal))
            {
                RedSuite(_file);
            }
            else if (!Array.Exists(NoTests, n => jest.StartsWith(n, StringComparison.Ordinal)))
            {
                Sum.Name(jest);
            }
        }
        else if (After(text, "FAIL ") is { } file)
        {
            var vitest = file.Trim();
            _file = WithoutDuration(vitest, '(', ')') ?? vitest;
            if (vitest.Contains(" > ", StringComparison.Ordinal))
            {
                Sum.Name(vitest);
            }
            else if (vitest.IndexOf(" [ ", StringComparison.Ordinal) is > 0 and var at && vitest.EndsWith(" ]", StringComparison.Ordinal))
            {
                RedSuite(vitest[..at]);
            }
        }
        else if ((After(text, "✕ ") ?? After(text, "× ")) is { } name)
        {
            _leaves.Add(0, 0, 0);
            var space = name.LastIndexOf(' ');
            _leaves.Name(WithoutDuration(name, '(', ')') ?? (space > 0 && name.EndsWith("ms", StringComparison.Ordinal) && char.IsAsciiDigit(name[space + 1]) ? name[..space] : name));
        }
    }

    /// <summary>A file that cannot be run is in no figure of tests; its name comes more than once.</summary>
    private void RedSuite(string file)
    {
        if (_suites.Name(file))
        {
            _suites.Add(0, 0, 0);
            _redSuites++;
        }
    }

    /// <summary>"1) suite", "inner", "name:" each on a line of its own.</summary>
    private bool TakeMochaBlock(string text)
    {
        var bracket = text.IndexOf(") ", StringComparison.Ordinal);
        if (bracket is > 0 and < 6 && Figures.Number(text.AsSpan(0, bracket)) is not null)
        {
            _block.Clear();
            text = text[(bracket + 2)..];
        }
        else if (_block.Count is 0 or > 20 || text.Length == 0)
        {
            _block.Clear();
            return false;
        }

        _block.Add(text);
        if (text.EndsWith(':'))
        {
            Sum.Name(string.Join(' ', _block).TrimEnd(':'));
            _block.Clear();
        }

        return true;
    }
}
