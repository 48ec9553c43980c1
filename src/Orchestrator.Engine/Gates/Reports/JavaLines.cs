namespace Orchestrator.Engine.Gates.Reports;

/// <summary>Maven's surefire and failsafe, ant, gradle, and the console launchers of JUnit 4 and 5.</summary>
internal sealed class JavaLines : RunnerLines
{
    private readonly TallySum _classes = new();
    private readonly TallySum _totals = new();
    private (long Found, long Failed, long Skipped)? _launcher;
    private string _class = "";

    /// <inheritdoc/>
    public override void Take(string line)
    {
        var text = line.Trim();
        if (text.StartsWith('[') && text.IndexOf("] ", StringComparison.Ordinal) is > 0 and < 9 and var level)
        {
            text = text[(level + 2)..].TrimStart();
        }

        if (text.StartsWith("Tests run:", StringComparison.Ordinal))
        {
            TakeMaven(text);
        }
        else if (Array.Find([" <<< FAILURE!", " <<< ERROR!"], mark => text.Contains(mark, StringComparison.Ordinal)) is { } mark)
        {
            TakeRed(Before(text, mark));
        }
        else if (text.EndsWith(" FAILED", StringComparison.Ordinal) && !text.StartsWith('>') && text.Contains(" > ", StringComparison.Ordinal))
        {
            Sum.Name(text.AsSpan(0, text.Length - " FAILED".Length));
        }
        else if (text.Contains(" completed", StringComparison.Ordinal))
        {
            var figures = Figures.NumberFirst(text, ',');
            if (figures.Strangers == 0 && (figures.Has("tests completed") || figures.Has("test completed")))
            {
                Sum.Add(figures["tests completed", "test completed"], figures["failed"], figures["skipped"]);
            }
        }
        else if (text.EndsWith(']') && line.TrimStart().StartsWith('['))
        {
            TakeLauncher(line.AsSpan().Trim().Trim("[] "));
        }
        else if (text.StartsWith("OK (", StringComparison.Ordinal) && Figures.NumberFirst(text.AsSpan(4).TrimEnd(')'), ',') is { Strangers: 0 } fine && !fine.Has("assertions") && (fine.Has("tests") || fine.Has("test")))
        {
            Sum.Add(fine["tests", "test"], 0, 0);
        }
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        EndLauncher();
        if ((_totals.Tally() ?? _classes.Tally()) is { } maven)
        {
            Sum.Add(maven);
        }
    }

    /// <summary>A line with a time is of one class; the one without is the module's and says the same once more.</summary>
    private void TakeMaven(string text)
    {
        var figures = Figures.NameFirst(text);
        if (!figures.Has("Failures"))
        {
            return;
        }

        var ofClass = text.Contains("Time elapsed:", StringComparison.Ordinal);
        (ofClass ? _classes : _totals).Add(figures["Tests run"], figures["Failures", "Errors"], figures["Skipped"]);
        _class = text.LastIndexOf(" in ", StringComparison.Ordinal) is > 0 and var at ? text[(at + 4)..] : _class;
    }

    /// <summary>"com.x.FooTest.testBar -- Time elapsed: 0.01 s", "testBar(com.x.FooTest)  Time elapsed: ...", or the bare method.</summary>
    private void TakeRed(string text)
    {
        var name = Before(Before(text, " Time elapsed"), " --").Trim();
        if (name.EndsWith(')') && name.LastIndexOf('(') is > 0 and var open && name.IndexOf('.', open) > 0)
        {
            name = $"{name[(open + 1)..^1]}.{name[..open]}";
        }
        else if (!Before(name, "(").Contains('.', StringComparison.Ordinal) && _class.Length > 0)
        {
            name = $"{_class}.{name}";
        }

        Sum.Name(name);
    }

    private void TakeLauncher(ReadOnlySpan<char> text)
    {
        var figures = Figures.NumberFirst(text, ',');
        if (figures.Has("tests found"))
        {
            EndLauncher();
            _launcher = (figures["tests found"], 0, 0);
        }
        else if (_launcher is var (found, failed, skipped))
        {
            _launcher = (found, failed + figures["tests failed", "tests aborted"], skipped + figures["tests skipped"]);
        }
    }

    private void EndLauncher()
    {
        if (_launcher is var (found, failed, skipped))
        {
            Sum.Add(found, failed, skipped);
            _launcher = null;
        }
    }
}
