using System.Text.Json;

namespace Orchestrator.Cli.Tests.World;

/// <summary>What a milestone takes for granted, from its file to the end of the run.</summary>
public sealed class EntryTests
{
    private static string Entry(params string[] lines) => $"## Entry Requirements\n{string.Join('\n', lines.Select(line => $"- {line}"))}\n\n## Tasks\nfake: ok";

    [Fact]
    public void Unmet_it_does_not_start_and_the_others_go_on()
    {
        using var repository = new SampleRepository(
            "", ("1A", Entry("`git` is installed", "`README.md` exists", "The moon is full")), ("1B", Entry("`no-such-tool` is installed", "`none/here` exists")),
            ("1C", Entry("`notes/local.txt` exists")),
            ("2A", "fake: ok"), ("2B", "---"));
        repository.Write("notes/local.txt", "not committed\n");
        repository.Write("milestones/2B.md", "---\ndepends_on: [1A]\n---\n# 2B: Next\n\n" + Entry("`out/1A.txt` exists"));

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 3, output + error);
        Assert.Equal("1A 2B", repository.Merged()); // 2B finds what 1A made
        Assert.Contains("warning: milestones/1B.md: 'no-such-tool' is not on the PATH of the agents", error, StringComparison.Ordinal);
        using var status = JsonDocument.Parse(repository.Run("status", "--json").Out);
        var waits = status.RootElement.GetProperty("milestones").EnumerateArray().Single(m => m.GetProperty("id").GetString() == "1B").GetProperty("waiting_for").GetString();
        Assert.Contains("'none/here' is not in the commit", waits, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(repository.Folder, ".worktree", "1B")));
        Assert.Contains("'notes/local.txt' is not in the commit", repository.Run("explain", "1C").Out, StringComparison.Ordinal);
        Assert.Contains("Provide it", repository.Run("explain", "1B").Out, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(repository.Folder, ".orchestrator", "runs"), "*implement*", SearchOption.AllDirectories), file => file.Contains("/1B/", StringComparison.Ordinal));
    }

    [Fact]
    public void Validation_shows_what_becomes_of_each()
    {
        using var repository = new SampleRepository("", ("1A", Entry("`no-such-tool` is installed", "node ≥ 20", "`src/api` exists", "The moon is full")));

        var (exit, output, error) = repository.Run("run", "--validate-only");

        Assert.Equal(0, exit);
        Assert.Contains("looked for on PATH before it starts: no-such-tool", output, StringComparison.Ordinal);
        Assert.Contains("looked for on PATH before it starts: node or nodejs (the agent verifies that it is 20 or newer)", output, StringComparison.Ordinal);
        Assert.Contains("looked for in the commit before it starts: src/api", output, StringComparison.Ordinal);
        Assert.Contains("the agent verifies: The moon is full", output, StringComparison.Ordinal);
        Assert.Contains("warning: milestones/1A.md: 'no-such-tool'", error, StringComparison.Ordinal);
    }
}
