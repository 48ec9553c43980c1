namespace Orchestrator.Core.Agents;

/// <summary>How one gate ended.</summary>
/// <param name="Name">The gate's name.</param>
/// <param name="Passed">True when its command exited with 0 in time.</param>
/// <param name="Detail">The end of its output, for the finding; empty when it passed at once.</param>
/// <param name="Flaky">True when it failed first and passed when it was run once more on the same files.</param>
/// <param name="Tally">What its tests came to, where that can be read.</param>
/// <param name="Before">How it ended on the commit that the work began at; null when it was not run there, as for one that passes.</param>
public sealed record GateResult(string Name, bool Passed, string Detail, bool Flaky = false, TestTally? Tally = null, GateBefore? Before = null)
{
    /// <summary>Whether it stands in the way: it fails, and did not fail so before.</summary>
    public bool Blocks => !Passed && !Inherited;

    /// <summary>It fails as it failed before. Where tests are named, none may be new among the failing; where they are not, a gate that was red and is red proves nothing against the work.</summary>
    public bool Inherited => !Passed && Before is { Passed: false } before && (before.Tally, Tally) switch
    {
        ({ } then, { } now) => now.Failed <= then.Failed && NewlyFailing.Count == 0,
        ({ }, null) => false, // its tests ran before and do not now
        (null, _) => true,
    };

    /// <summary>The tests that fail now and did not before.</summary>
    public Items<string> NewlyFailing => Tally is null ? default : Tally.Failing.Except(Before?.Tally?.Failing ?? default).ToItems();
}

/// <summary>How a gate ended on the commit that the work began at.</summary>
/// <param name="Passed">True when its command exited with 0 in time, at once or when it was run once more.</param>
/// <param name="Tally">What its tests came to, where that can be read.</param>
public sealed record GateBefore(bool Passed, TestTally? Tally = null);

/// <summary>What proves that an exit criterion holds.</summary>
public enum ProvedBy
{
    /// <summary>A gate that passed.</summary>
    Gate,

    /// <summary>A file that exists in the commit.</summary>
    File,

    /// <summary>The reviewer, who says where it is to be seen.</summary>
    Reviewer,
}

/// <summary>The proof of one exit criterion.</summary>
/// <param name="Criterion">Which, from 1, in the order of the milestone's text.</param>
/// <param name="By">By what.</param>
/// <param name="Evidence">The gate, the file, or what the reviewer says.</param>
public sealed record CriterionProof(int Criterion, ProvedBy By, string Evidence);
