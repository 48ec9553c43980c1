namespace Orchestrator.Engine.Gates.Reports;

/// <summary><c>cargo test</c> and cargo-nextest.</summary>
internal sealed class RustLines : RunnerLines
{
    private const string Red = " ... FAILED";
    private bool _named;

    /// <inheritdoc/>
    public override void Take(string line)
    {
        var text = line.Trim();
        if (After(text, "test result: ") is { } result)
        {
            var figures = Figures.NumberFirst(result.AsSpan(result.IndexOf(". ", StringComparison.Ordinal) + 1), ';');
            if (figures.Has("passed") && figures.Has("failed"))
            {
                Sum.Add(figures["passed", "failed", "ignored"], figures["failed"], figures["ignored"]);
            }
        }
        else if (After(text, "test ") is { } test && test.EndsWith(Red, StringComparison.Ordinal))
        {
            _named = true;
            Sum.Name(Before(test[..^Red.Length], " - should panic"));
        }
        else if (After(text, "Summary [") is { } summary && summary.IndexOf("] ", StringComparison.Ordinal) is > 0 and var at && summary.IndexOf(" run: ", StringComparison.Ordinal) is var run && run > at)
        {
            var figures = Figures.NumberFirst(summary.AsSpan(run + " run: ".Length), ',');
            Sum.Add(figures["passed", "failed", "timed out", "exec failed", "skipped"], figures["failed", "timed out", "exec failed"], figures["skipped"]);
        }
        else if (After(text, "FAIL [") is { } next && next.IndexOf("] ", StringComparison.Ordinal) is > 0 and var end && next[..end].EndsWith('s'))
        {
            Sum.Name(next.AsSpan(end + 2));
        }
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (!Sum.Any && _named)
        {
            Sum.Add(Sum.Names, Sum.Names, 0);
        }
    }
}
