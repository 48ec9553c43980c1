namespace Orchestrator.Engine.Gates.Reports;

/// <summary>VSTest, the Microsoft.Testing.Platform, the terminal logger, xunit's and NUnit's own consoles.</summary>
internal sealed class DotnetLines : RunnerLines
{
    private readonly TallySum _blocks = new();
    private (long Total, long Failed, long Skipped)? _block;
    private bool _named;
    private bool _expectName;

    /// <inheritdoc/>
    public override void Take(string line)
    {
        var text = line.Trim();
        if (_block is not null && InBlock(text))
        {
            return;
        }

        EndBlock();
        if (text.StartsWith("Total tests:", StringComparison.Ordinal))
        {
            _block = (Figures.Number(text.AsSpan("Total tests:".Length).Trim()) ?? 0, 0, 0);
        }
        else if (text.StartsWith("Test run summary:", StringComparison.Ordinal))
        {
            _block = (0, 0, 0);
        }
        else if (!TakeFigures(text))
        {
            TakeName(line, text);
        }
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        EndBlock();
        if (!Sum.Any && _blocks.Tally() is { } blocks) // the lines of the assemblies say the same
        {
            Sum.Add(blocks);
        }

        if (!Sum.Any && _named)
        {
            Sum.Add(Sum.Names, Sum.Names, 0);
        }
    }

    private bool InBlock(string text)
    {
        var figures = Figures.NameFirst(text);
        var (total, failed, skipped) = _block!.Value;
        if (figures.Strangers > 0 || text.Length == 0)
        {
            return text.StartsWith("duration:", StringComparison.Ordinal);
        }

        _block = (Math.Max(total, figures["total"]), failed + figures["failed"], skipped + figures["skipped"]);
        return true;
    }

    private void EndBlock()
    {
        if (_block is var (total, failed, skipped))
        {
            _blocks.Add(total, failed, skipped);
            _block = null;
        }
    }

    private bool TakeFigures(string text)
    {
        // "Failed!  - Failed:     1, Passed:     2, Skipped:     0, Total:     3, Duration: 12 ms - Foo.dll (net10.0)"
        var dash = text.IndexOf("! ", StringComparison.Ordinal);
        if (dash is 6 or 7 && text[..dash] is "Failed" or "Passed" or "Skipped" && text.IndexOf("- Failed:", StringComparison.Ordinal) is > 0 and var begin)
        {
            var assembly = Figures.NameFirst(text.AsSpan(begin + 2));
            Sum.Add(assembly["Total"], assembly["Failed"], assembly["Skipped"]);
            return true;
        }

        if (After(text, "Test summary: ") is { } terminal && Figures.NameFirst(terminal) is var logger && logger.Has("total"))
        {
            Sum.Add(logger["total"], logger["failed"], logger["skipped"]);
            return true;
        }

        // "   Orchestrator.Core.Tests  Total: 407, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 1.2s"
        if (text.Contains(", Errors: ", StringComparison.Ordinal) && text.IndexOf("Total: ", StringComparison.Ordinal) is >= 0 and var at && (at == 0 || text[at - 1] == ' '))
        {
            var xunit = Figures.NameFirst(text.AsSpan(at));
            if (xunit.Has("Total") && xunit.Has("Failed"))
            {
                Sum.Add(xunit["Total"], xunit["Failed", "Errors"], xunit["Skipped"]);
                return true;
            }
        }

        if (text.StartsWith("Test Count: ", StringComparison.Ordinal) && Figures.NameFirst(text) is var nunit && nunit.Has("Passed"))
        {
            Sum.Add(nunit["Test Count"], nunit["Failed"], nunit["Skipped", "Inconclusive"]);
            return true;
        }

        return false;
    }

    private void TakeName(string line, string text)
    {
        if (_expectName && text.Length > 0)
        {
            _expectName = false;
            Sum.Name(Before(text, " ("));
        }
        else if (text.EndsWith(" [FAIL]", StringComparison.Ordinal))
        {
            var adapter = text.StartsWith("[xUnit.net ", StringComparison.Ordinal);
            _named |= adapter;
            Sum.Name(text.AsSpan(adapter ? Math.Max(text.IndexOf(']') + 1, 0) : 0)[..^7]);
        }
        else if (After(text, "Failed ") is { } vstest && WithoutDuration(vstest, '[', ']') is { } name)
        {
            _named = true;
            Sum.Name(name);
        }
        else if (After(line, "failed ") is { } platform && WithoutDuration(platform, '(', ')') is { } test)
        {
            Sum.Name(test);
        }
        else if (text.IndexOf("error TESTERROR:", StringComparison.Ordinal) is >= 0 and var at)
        {
            var rest = text.AsSpan(at + "error TESTERROR:".Length).Trim();
            _expectName = rest.IsEmpty;
            Sum.Name(Before(rest.ToString(), " ("));
        }
        else if (text.IndexOf(") Failed : ", StringComparison.Ordinal) is > 0 and < 8 and var nunit)
        {
            Sum.Name(text.AsSpan(nunit + ") Failed : ".Length));
        }
    }
}
