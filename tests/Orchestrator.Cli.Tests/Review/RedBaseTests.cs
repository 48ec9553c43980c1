using System.Text.Json;

namespace Orchestrator.Cli.Tests.Review;

/// <summary>A project whose gates are red before anybody works on it.</summary>
public sealed class RedBaseTests
{
    // As pytest words it. Each file of broken/ is a test that fails.
    private const string Gate = """
        { "name": "tests", "run": "cd broken && for t in *; do echo \"FAILED tests/test_$t.py::it - broken\"; done; echo \"$(ls | wc -l) failed, 3 passed in 0.01s\"; exit 1" }
        """;

    [Fact]
    public void A_base_that_is_red_blocks_nothing_that_it_did_not_break()
    {
        using var repository = Red(("1A", "fake: ok"), ("1B", "fake: ok"));

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Equal("1A 1B", repository.Merged());
        Assert.Contains("Gates that were red before, and block nothing for it: tests.", repository.Run("status").Out, StringComparison.Ordinal);
        using var status = JsonDocument.Parse(repository.Run("status", "--json").Out);
        Assert.Equal("tests", Assert.Single(status.RootElement.GetProperty("inherited_gates").EnumerateArray()).GetString());
        Assert.Empty(status.RootElement.GetProperty("flaky_gates").EnumerateArray());
    }

    [Fact]
    public void What_it_did_break_blocks_and_is_named()
    {
        using var repository = Red(("1A", "fake: do touch broken/new"), ("1B", "fake: ok"));

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 3, output + error);
        Assert.Equal("1B", repository.Merged());
        Assert.Contains("1 new failing tests: tests/test_new.py::it", repository.Run("status").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_milestone_itself_asks_for_is_not_excused_by_failing_before()
    {
        using var repository = Red(("1A", "fake: ok"));
        repository.Write("milestones/1A.md", "---\nverify: test -f never\n---\n# 1A: Verified\n\nfake: ok\n");
        repository.Git("commit", "-q", "-a", "-m", "verify");

        Assert.Equal(3, repository.Run("run").Exit);
        Assert.Equal("", repository.Merged());
    }

    private static SampleRepository Red(params (string Id, string Text)[] milestones)
    {
        var repository = new SampleRepository($"\"retry_attempts\": 1, \"review\": {{ \"level\": \"none\", \"rounds\": 0 }}, \"gates\": [ {Gate} ]", milestones);
        repository.Write("broken/old", "");
        repository.Git("add", "-A");
        repository.Git("commit", "-q", "-m", "broken");
        return repository;
    }
}
