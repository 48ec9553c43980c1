namespace Orchestrator.Core.Agents;

/// <summary>What a test report says, or the summary lines of a test runner do.</summary>
/// <param name="Total">Tests that were run or skipped.</param>
/// <param name="Failed">Those that failed.</param>
/// <param name="Skipped">Those that were not run.</param>
/// <param name="Failing">The names of those that failed, sorted, each once, as far as they are told; at most <see cref="MostNames"/>.</param>
public sealed record TestTally(int Total, int Failed, int Skipped, Items<string> Failing)
{
    /// <summary>How many names are kept: they go into the journal and into prompts.</summary>
    public const int MostNames = 200;
}
