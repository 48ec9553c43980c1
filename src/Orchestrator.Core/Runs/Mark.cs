namespace Orchestrator.Core.Runs;

/// <summary>What somebody should look at twice, whatever the tests say.</summary>
public enum MarkKind
{
    /// <summary>A file outside the milestone's <c>scope</c>.</summary>
    OutsideScope,

    /// <summary>A file by which the work is judged: what a gate runs, or its configuration.</summary>
    GateChanged,

    /// <summary>A file of continuous integration.</summary>
    CiChanged,

    /// <summary>A test was given a marker by which it is not run, or runs alone.</summary>
    TestSkipped,

    /// <summary>There are fewer tests than before.</summary>
    FewerTests,

    /// <summary>There are fewer assertions than before.</summary>
    FewerAssertions,

    /// <summary>A file that no milestone may change was changed, and put back.</summary>
    PutBack,
}

/// <summary>A mark on a milestone's change: it is reviewed strictly, and the report says so.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Path">The file, relative to the repository.</param>
/// <param name="Detail">What was found, as one short sentence.</param>
public sealed record Mark(MarkKind Kind, string Path, string Detail);
