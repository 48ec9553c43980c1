using Orchestrator.Core.Agents;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>What a red gate is worth that was red before, and what proves an exit criterion.</summary>
public sealed class GateSentences
{
    private static GateResult Now(TestTally? now, bool passedBefore, TestTally? before) => new("test", false, "red", Tally: now, Before: new GateBefore(passedBefore, before));

    private static TestTally Failing(params string[] names) => new(10, names.Length, 0, names.ToItems());

    [Fact]
    public void A_gate_that_was_green_before_blocks() => Assert.True(Now(Failing("A"), true, Failing()).Blocks);

    [Fact]
    public void A_gate_that_nobody_ran_before_blocks() => Assert.True(new GateResult("test", false, "red").Blocks);

    [Fact]
    public void The_same_tests_that_failed_before_block_nothing() => Assert.False(Now(Failing("A", "B"), false, Failing("A", "B")).Blocks);

    [Fact]
    public void Fewer_failing_tests_than_before_block_nothing() => Assert.False(Now(Failing("A"), false, Failing("A", "B")).Blocks);

    [Fact]
    public void One_new_failing_test_blocks_though_another_was_mended() => Assert.True(Now(Failing("A", "C"), false, Failing("A", "B")).Blocks);

    [Fact]
    public void More_failing_tests_than_before_block_though_nobody_names_them() =>
        Assert.True(Now(new TestTally(10, 3, 0, default), false, new TestTally(10, 2, 0, default)).Blocks);

    [Fact]
    public void Tests_that_ran_before_and_do_not_now_block() => Assert.True(Now(null, false, Failing("A")).Blocks);

    [Fact]
    public void A_gate_without_tests_that_was_red_and_is_red_blocks_nothing() => Assert.False(Now(null, false, null).Blocks);

    [Fact]
    public void What_was_red_before_stops_nothing_and_is_remembered()
    {
        var story = Story.Of("1A").Begins().Implements("1A").Approved("1A").Gates("1A", Now(Failing("A"), false, Failing("A"))).Expect("1A: accepted");
        Assert.Equal("test", Assert.Single(story.State.Inherited));
        Assert.Empty(story.State.Flaky);
    }

    [Fact]
    public void The_finding_names_the_tests_that_are_new_among_the_failing()
    {
        var story = Story.Of("1A").Begins().Implements("1A").Approved("1A").Gates("1A", Now(Failing("A", "B.C"), false, Failing("A")));
        Assert.StartsWith("The gate 'test' fails, 1 new failing tests: B.C:", story.Brief("1A").Findings[0].Claim, StringComparison.Ordinal);
    }

    [Fact]
    public void What_proves_the_exit_criteria_is_kept_for_the_commit_that_is_accepted()
    {
        var seen = new CriterionProof(1, ProvedBy.Reviewer, "a.cs:7");
        var file = new CriterionProof(2, ProvedBy.File, "docs/a.md");
        var story = Story.Of("1A").Begins().Implements("1A").Ends("1A", new TurnOutcome.Approved("fine", default, [seen])).Gates("1A", green: false);
        story.Completes("1A").Commits("1A");
        Assert.Empty(story.Of("1A").Proofs); // it was another commit
        story.Ends("1A", new TurnOutcome.Approved("fine", default, [seen])).Gates("1A", new GateResult("test", true, ""), file);
        Assert.Equal([seen, file], story.Of("1A").Proofs);
    }
}
