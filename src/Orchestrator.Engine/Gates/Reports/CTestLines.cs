namespace Orchestrator.Engine.Gates.Reports;

/// <summary>CMake's ctest.</summary>
internal sealed class CTestLines : RunnerLines
{
    private enum Part
    {
        None,
        Figures,
        NotRun,
        Failed,
    }

    private Part _part;

    /// <inheritdoc/>
    public override void Take(string line)
    {
        var text = line.Trim();
        if (text.IndexOf("% tests passed, ", StringComparison.Ordinal) is > 0 and < 4 and var at && text.IndexOf(" failed out of ", StringComparison.Ordinal) is > 0 and var of)
        {
            // "50% tests passed, 1 tests failed out of 2"
            var failed = Figures.Number(Before(text[(at + "% tests passed, ".Length)..], " "));
            if (failed is { } red && Figures.Number(text.AsSpan(of + " failed out of ".Length)) is { } total)
            {
                Sum.Add(total, red, 0);
                _part = Part.Figures;
            }
        }
        else if (_part != Part.None)
        {
            TakeList(line, text);
        }
    }

    private void TakeList(string line, string text)
    {
        if (text == "The following tests did not run:")
        {
            _part = Part.NotRun;
        }
        else if (text == "The following tests FAILED:")
        {
            _part = Part.Failed;
        }
        else if (_part != Part.Figures && line.StartsWith('\t') && text.IndexOf(" - ", StringComparison.Ordinal) is > 0 and var dash && text.LastIndexOf(" (", StringComparison.Ordinal) is var reason && reason > dash)
        {
            if (_part == Part.Failed)
            {
                Sum.Name(text.AsSpan(dash + 3, reason - dash - 3));
            }
            else
            {
                // What is disabled is in no other figure.
                Sum.Add(text.EndsWith("(Disabled)", StringComparison.Ordinal) ? 1 : 0, 0, 1);
            }
        }
    }
}
