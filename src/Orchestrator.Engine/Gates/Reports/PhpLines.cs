namespace Orchestrator.Engine.Gates.Reports;

/// <summary>PHPUnit.</summary>
internal sealed class PhpLines : RunnerLines
{
    /// <inheritdoc/>
    public override void Take(string line)
    {
        if (After(line, "OK (") is { } green && Figures.NumberFirst(green.AsSpan().TrimEnd(')'), ',') is var fine && fine.Has("assertions"))
        {
            Sum.Add(fine["tests", "test"], 0, 0);
        }
        else if (line.StartsWith("Tests: ", StringComparison.Ordinal) && Figures.NameFirst(line.AsSpan().TrimEnd('.')) is var red && red.Has("Assertions"))
        {
            Sum.Add(red["Tests"], red["Failures", "Errors"], red["Skipped", "Incomplete"]);
        }
        else if (line.IndexOf(") ", StringComparison.Ordinal) is > 0 and < 6 and var at && Figures.Number(line.AsSpan(0, at)) is not null && line.Contains("::", StringComparison.Ordinal))
        {
            Sum.Name(line.AsSpan(at + 2));
        }
    }
}
