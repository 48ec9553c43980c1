namespace Orchestrator.Engine.Gates.Reports;

/// <summary>rspec and minitest.</summary>
internal sealed class RubyLines : RunnerLines
{
    private bool _expectName;

    /// <inheritdoc/>
    public override void Take(string line)
    {
        var text = line.Trim();
        if (After(text, "rspec ") is { } spec && spec.IndexOf(" # ", StringComparison.Ordinal) is > 0 and var at)
        {
            // A line's number would make another test of it whenever something above changes.
            var place = spec[..at];
            var mark = place.IndexOfAny([':', '[']);
            Sum.Name((mark < 0 ? place : place[..mark]) + spec[at..]);
        }
        else if (_expectName)
        {
            var bracket = text.IndexOf(" [", StringComparison.Ordinal);
            Sum.Name(bracket > 0 ? text[..bracket] : text.TrimEnd(':'));
        }
        else if (text.Length > 0 && char.IsAsciiDigit(text[0]) && text.Contains(", ", StringComparison.Ordinal))
        {
            TakeFigures(text);
        }

        _expectName = text.Length < 20 && (text.EndsWith(") Failure:", StringComparison.Ordinal) || text.EndsWith(") Error:", StringComparison.Ordinal));
    }

    private void TakeFigures(string text)
    {
        var figures = Figures.NumberFirst(text, ',');
        if (figures.Strangers > 0)
        {
            return;
        }

        if ((figures.Has("examples") || figures.Has("example")) && (figures.Has("failures") || figures.Has("failure")))
        {
            var outside = figures["error occurred outside of examples", "errors occurred outside of examples"];
            Sum.Add(figures["examples", "example"] + outside, figures["failures", "failure"] + outside, figures["pending"]);
        }
        else if (figures.Has("assertions") && figures.Has("failures") && figures.Has("errors"))
        {
            Sum.Add(figures["runs", "tests"], figures["failures", "errors"], figures["skips"]);
        }
    }
}
