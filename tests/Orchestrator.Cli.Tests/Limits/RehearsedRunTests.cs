namespace Orchestrator.Cli.Tests.Limits;

public sealed class RehearsedRunTests
{
    [Fact]
    public void A_rehearsal_of_the_program_itself_plays_a_limit_as_a_subscriber_meets_it()
    {
        using var repository = new SampleRepository("", ("1A", "Write a file."));
        repository.Write("orchestrator.config.json", $$"""{ "claude": { "path": "{{Tool.RealClaude}}", "rehearsal": "script.json" } }""");
        repository.Write("script.json", """
            { "limits": [ { "after": { "role": "implement" }, "lasts_s": 1, "kind": "five_hour" } ],
              "conversations": [
                { "when": { "role": "review" }, "steps": [ { "verdict": { "verdict": "approved", "summary": "looked", "findings": [] } } ] },
                { "steps": [ { "bash": "echo done > done.txt" } ] } ] }
            """);

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Contains("1A   parked: limit: You've hit your", output, StringComparison.Ordinal);
        Assert.Equal("1A", repository.Merged());
    }
}
