using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;

namespace Orchestrator.Core.Runs;

/// <summary>A candidate that was green while the guilty were looked for: it can land as it is.</summary>
/// <param name="Candidate">The tested commit.</param>
/// <param name="Onto">Where the target stood when it was built.</param>
/// <param name="Batch">What it holds.</param>
public sealed record GreenPart(GatedCommit Candidate, string Onto, Items<BatchItem> Batch);

/// <summary>Milestones that are red together and were sent back for it.</summary>
/// <param name="Together">All that it takes, the one that was sent back first.</param>
/// <param name="Claim">What the gates said, its first line.</param>
public sealed record Culprits(Items<MilestoneId> Together, string Claim)
{
    /// <summary>The one that was sent back; the others land.</summary>
    public MilestoneId SentBack => Together[0];
}

/// <summary>
/// The search in a batch that is red together for the fewest milestones that are red together: one guilty, or a pair
/// of which each is fine alone. The prefix of the batch that turns red is found by halves; its last one is guilty.
/// If it is not red alone, the shortest prefix that is red with it is found in the same way, and so on. Of 16, one
/// guilty is found in 5 tests and a pair in 10; of n, at most 1 + log2 n for each of them.
/// </summary>
/// <param name="Batch">What is red together, in the order of merging; those that were guilty before come last.</param>
/// <param name="Tip">What the tests stand on: results for another tip are worth nothing.</param>
/// <param name="Findings">What the gates said of the smallest red part so far.</param>
/// <param name="Green">The longest prefix known to be green with the guilty; -1 while they were not tested alone.</param>
/// <param name="Red">The shortest prefix known to be red with the guilty.</param>
/// <param name="Unsuspected">How many of the batch were never guilty before: the first prefix to test.</param>
/// <param name="Guilty">Those found so far, the latest in the batch first.</param>
/// <param name="Landable">The longest green prefix.</param>
public sealed record Bisection(
    Items<BatchItem> Batch, string Tip, Items<Finding> Findings, int Green, int Red, int Unsuspected = 0, Items<MilestoneId> Guilty = default, GreenPart? Landable = null)
{
    // Four that are each fine in threes do not happen; a gate that is red now and then does.
    private const int MostGuilty = 3;

    /// <summary>Begins with a batch that is red.</summary>
    public static Bisection Of(Items<BatchItem> batch, string tip, Items<Finding> findings, int unsuspected) =>
        new Bisection(batch, tip, findings, 0, batch.Count, unsuspected).Narrowed();

    /// <summary>True when <see cref="Guilty"/> is all.</summary>
    public bool IsOver => Red == 0 || Guilty.Count == MostGuilty;

    /// <summary>What to test next.</summary>
    public Items<BatchItem> Probe => Batch.Where((item, i) => i < Size || Guilty.Contains(item.Id)).ToItems();

    private int Size => Green < 0 ? 0 : Guilty.Count == 0 && Green < Unsuspected && Unsuspected < Red ? Unsuspected : (Green + Red) / 2;

    /// <summary>The probe was red.</summary>
    public Bisection SawRed(Items<Finding> findings) => (this with { Red = Size, Findings = findings }).Narrowed();

    /// <summary>The probe was green.</summary>
    public Bisection SawGreen(GreenPart part) => (this with { Green = Size, Landable = Guilty.Count == 0 ? part : Landable }).Narrowed();

    /// <summary>Where one prefix is green and the next is red, the last of the latter is guilty.</summary>
    private Bisection Narrowed() => IsOver || Red - Green > 1
        ? this
        : (this with { Guilty = Guilty.Append(Batch[Red - 1].Id).ToItems(), Red = Red - 1, Green = -1 }).Narrowed();
}
