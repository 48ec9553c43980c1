using Orchestrator.Core.Agents;

namespace Orchestrator.Core.Runs;

/// <summary>What is looked at again after a publication. A closed list.</summary>
public enum ProofKind
{
    /// <summary>The merges, made once more from their parents, give the very tree that was published.</summary>
    SameTree,

    /// <summary>Every milestone's commit is an ancestor of what was published.</summary>
    HoldsTips,

    /// <summary>Only paths changed that a milestone of the batch changed, and the list of tasks.</summary>
    OnlyTheirPaths,

    /// <summary>All that was integrated before is an ancestor of what was published.</summary>
    HoldsEarlier,
}

/// <summary>One look at what was published.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Holds">Whether it is so.</param>
/// <param name="Detail">What is not; empty when it holds.</param>
public sealed record ProofCheck(ProofKind Kind, bool Holds, string Detail = "");

/// <summary>The result of all looks at a publication.</summary>
public sealed record Proof(Items<ProofCheck> Checks)
{
    private static readonly ProofKind[] Kinds = Enum.GetValues<ProofKind>();

    /// <summary>A proof in which everything holds.</summary>
    public static Proof Whole { get; } = new(Kinds.Select(kind => new ProofCheck(kind, true)).ToItems());

    /// <summary>True when every kind was looked at, and holds. What was not looked at is not proved.</summary>
    public bool Holds => Array.TrueForAll(Kinds, kind => Checks.Any(c => c.Kind == kind)) && Checks.All(c => c.Holds);

    /// <summary>What does not hold, as one sentence.</summary>
    public string Doubt => string.Join("; ", Checks.Where(c => !c.Holds).Select(c => c.Detail.Length > 0 ? c.Detail : c.Kind.ToString()));
}

/// <summary>A candidate that passed its gates. Nothing but green results makes one.</summary>
public sealed record GatedCommit
{
    private GatedCommit(string commit) => Commit = commit;

    /// <summary>The candidate.</summary>
    public string Commit { get; }

    /// <summary>The candidate as gated; null when a gate blocks.</summary>
    public static GatedCommit? Of(string candidate, Items<GateResult> results) => !results.Any(r => r.Blocks) ? new GatedCommit(candidate) : null;
}

/// <summary>A gated commit that is published, and proved to hold what it should. Nothing else makes a milestone done.</summary>
public sealed record LandedCommit
{
    private LandedCommit(GatedCommit gated) => Gated = gated;

    /// <summary>The commit, with the evidence of its gates.</summary>
    public GatedCommit Gated { get; }

    /// <summary>The commit as landed; null when another one was published, or when its proof does not hold.</summary>
    public static LandedCommit? Of(GatedCommit gated, string published, Proof proof) => published == gated.Commit && proof.Holds ? new LandedCommit(gated) : null;
}
