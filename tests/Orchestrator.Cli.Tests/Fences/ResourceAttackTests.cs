using System.Text.Json;

namespace Orchestrator.Cli.Tests.Fences;

/// <summary>Who takes too much of the machine is ended; the others go on as if it had never been there.</summary>
public sealed class ResourceAttackTests
{
    private const string Once = "\"isolation\": \"required\", \"retry_attempts\": 1, \"gates\": []";

    [Theory]
    [InlineData("b() { b | b & }; b; sleep 600", "more than 4096 processes")]
    [InlineData("while :; do sleep 600 & done", "more than 4096 processes")]
    [InlineData("yes > /proc/$PPID/fd/1", "printed more than 256 MiB")]
    [InlineData("head -c 10G /dev/zero > /proc/$PPID/fd/2", "printed more than 256 MiB")] // one line without an end
    public void An_agent_that_runs_wild_is_ended_and_the_others_land(string attack, string why)
    {
        using var repository = Make(("1A", $"fake: do {attack}"), ("1B", "fake: ok"), ("1C", "fake: slow:2000"));

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 3, output + error);
        Assert.Equal("1B 1C", repository.Merged());
        var explained = repository.Run("explain", "1A").Out;
        Assert.Contains(why, explained, StringComparison.Ordinal);
        Assert.Contains("agent.excess", explained, StringComparison.Ordinal);
        Assert.Empty(repository.LeftOver());
    }

    /// <summary>What it wrote stays for whoever wants to look, and there is room enough for the others.</summary>
    [Theory]
    [InlineData("head -c 700M /dev/zero > out/big; sleep 600")]
    [InlineData("head -c 700M /dev/zero > ~/big; sleep 600")]
    [InlineData("seq 1 200000 | (cd $TMPDIR && xargs touch) && head -c 700M /dev/zero > $TMPDIR/big; sleep 600")]
    public void Who_fills_the_disk_is_ended_before_the_others_are_held_back(string attack)
    {
        using var repository = Make(("1A", $"fake: do mkdir -p out; {attack}"), ("1B", "fake: ok"), ("1C", "fake: slow:2000"));
        using var disk = new World.SmallDisk(repository, 800);

        using var run = disk.Start("run");

        Assert.True(run.WaitForExit(60) == 3, run.Out + run.Error);
        Assert.Contains("were left on the disk", run.Out, StringComparison.Ordinal);
        disk.BringBack();
        Assert.Equal("1B 1C", repository.Merged());
    }

    [Theory]
    [InlineData("while :; do sleep 600 & done", "more than 4096 processes")]
    [InlineData("yes", "printed more than 256 MiB")]
    public void A_gate_that_runs_wild_is_red(string attack, string why)
    {
        using var repository = Make($"\"isolation\": \"required\", \"retry_attempts\": 1, \"review\": {{ \"rounds\": 0 }}, \"gates\": [ {{ \"name\": \"wild\", \"run\": \"test ! -f out/1A.txt || {{ {attack}; }}\" }} ]", ("1A", "fake: ok"));

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 3, output + error);
        Assert.Contains(why, repository.Run("explain", "1A").Out, StringComparison.Ordinal);
        Assert.Empty(repository.LeftOver());
    }

    private static SampleRepository Make(params (string Id, string Text)[] milestones) => Make(Once, milestones);

    private static SampleRepository Make(string settings, params (string Id, string Text)[] milestones)
    {
        FencedRunTests.SkipWithoutFence();
        return new SampleRepository(settings, milestones);
    }
}
