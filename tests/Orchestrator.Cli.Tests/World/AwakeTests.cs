namespace Orchestrator.Cli.Tests.World;

/// <summary>The machine is kept awake as long as a run goes on, and no longer, however it ends.</summary>
public sealed class AwakeTests
{
    private const string Inhibitor = """
        #!/bin/sh
        : >"$(dirname "$0")/held"
        shift 4
        "$@"
        : >"$(dirname "$0")/over"
        """;

    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public void It_may_sleep_again_when_the_run_is_gone(string signal)
    {
        using var repository = new SampleRepository("", Around.TwoStages);
        var folder = Fake(repository);
        using (var run = repository.Start(new Dictionary<string, string> { ["PATH"] = $"{folder}:/usr/bin:/bin" }, "run"))
        {
            repository.AwaitHeld(run);
            Assert.True(File.Exists(Path.Combine(folder, "held")));
            Assert.False(File.Exists(Path.Combine(folder, "over")));
            run.Signal(signal);
            run.WaitForExit(30);
        }

        HeldRun.Until(() => File.Exists(Path.Combine(folder, "over")), 10, () => "still kept awake");
        repository.LetGo();
    }

    [Fact]
    public void A_run_that_may_not_keep_it_awake_does_not()
    {
        using var repository = new SampleRepository("\"machine\": { \"keep_awake\": false }", ("1A", "fake: ok"));
        var folder = Fake(repository);
        using var run = repository.Start(new Dictionary<string, string> { ["PATH"] = $"{folder}:/usr/bin:/bin" }, "run");
        Assert.Equal(0, run.WaitForExit(60));
        Assert.False(File.Exists(Path.Combine(folder, "held")));
    }

    private static string Fake(SampleRepository repository)
    {
        var folder = Directory.CreateDirectory(Path.Combine(repository.Home, "bin")).FullName;
        var file = Path.Combine(folder, "systemd-inhibit");
        File.WriteAllText(file, Inhibitor);
        Assert.Equal(0, Tool.Run("/bin/chmod", folder, folder, 10, "700", file).Exit);
        return folder;
    }
}
