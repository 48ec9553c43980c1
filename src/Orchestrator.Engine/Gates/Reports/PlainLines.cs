namespace Orchestrator.Engine.Gates.Reports;

/// <summary>A line of nothing but <c>3 passed, 1 failed</c>, as scripts of a project's own say it.</summary>
internal sealed class PlainLines : RunnerLines
{
    private static readonly HashSet<string> Words = ["passed", "failed", "skipped"];
    private (long Passed, long Failed, long Skipped) _sum;
    private (long Passed, long Failed, long Skipped) _last;
    private bool _any;

    /// <inheritdoc/>
    public override void Take(string line)
    {
        if (line.Length > 80 || !line.Contains(" passed", StringComparison.Ordinal) || !line.Contains(" failed", StringComparison.Ordinal))
        {
            return;
        }

        var figures = Figures.NumberFirst(line.AsSpan().Trim().TrimEnd('.'), ',');
        if (figures.Only(Words))
        {
            _any = true;
            _last = (figures["passed"], figures["failed"], figures["skipped"]);
            _sum = (_sum.Passed + _last.Passed, _sum.Failed + _last.Failed, _sum.Skipped + _last.Skipped);
        }
    }

    /// <summary>A last line that is the sum of those before it is their total.</summary>
    protected override void Finish()
    {
        var (passed, failed, skipped) = _sum == (2 * _last.Passed, 2 * _last.Failed, 2 * _last.Skipped) ? _last : _sum;
        if (_any)
        {
            Sum.Add(passed + failed + skipped, failed, skipped);
        }
    }
}
