using System.Text.Json;

namespace Orchestrator.Cli.Tests;

public sealed class StopTests
{
    [Fact]
    public void A_second_run_is_refused_and_names_the_holder_while_status_answers()
    {
        using var repository = new SampleRepository("", ("1A", "fake: hang-once"));
        using var first = repository.Start("run");
        first.WaitForLine("1A   working: implementing");

        var (exit, _, error) = repository.Run("run");
        using var status = JsonDocument.Parse(repository.Run("status", "--json").Out);

        Assert.Equal(6, exit);
        Assert.Contains($"process {first.Id}", error, StringComparison.Ordinal);
        Assert.Equal("running", status.RootElement.GetProperty("state").GetString());
        Assert.Equal("implementing", status.RootElement.GetProperty("milestones")[0].GetProperty("waiting_for").GetString());
        first.Signal("TERM");
        Assert.Equal(4, first.WaitForExit(30));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public void A_stopped_run_goes_on_in_the_same_conversation_and_spends_no_attempt(string signal)
    {
        using var repository = new SampleRepository("", ("1A", "fake: hang-once"), ("1B", "fake: ok"));
        using (var run = repository.Start("run"))
        {
            run.WaitForLine("1A   working: implementing");
            run.WaitForLine("1B   accepted");
            AwaitAgent(repository, "1A");
            run.Signal(signal);
            Assert.Equal(4, run.WaitForExit(30));
        }

        Assert.Empty(repository.LeftOver());
        var (exit, output, error) = repository.Run("run", "--resume");

        Assert.True(exit == 0, output + error);
        Assert.Equal("1A 1B", repository.Merged());
        Assert.Equal("1A attempt 1 round 0\n", repository.Read("out/1A.txt"));
        var talks = Directory.EnumerateFiles(Path.Combine(repository.Home, ".fake-claude")).Select(File.ReadAllText).ToList();
        Assert.Contains("1A implement 1 0\n1A implement 1 0\n", talks);
    }

    /// <summary>An agent that hangs in its first life has to have had one.</summary>
    private static void AwaitAgent(SampleRepository repository, string milestone)
    {
        var runs = new DirectoryInfo(Path.Combine(repository.Folder, ".orchestrator", "runs"));
        HeldRun.Until(
            () => runs.EnumerateFiles("*.jsonl", SearchOption.AllDirectories).Any(file => file.Length > 0 && file.Directory!.Parent!.Name == milestone), 30, () => $"the agent of {milestone} says nothing");
    }

    [Fact]
    public void The_first_interrupt_lets_steps_end_and_the_second_stops_agents()
    {
        using var repository = new SampleRepository("\"max_parallel_tasks\": 2", ("1A", "fake: slow:1500"), ("1B", "fake: hang-once"));
        using var run = repository.Start("run");
        run.WaitForLine("1A   working: implementing");
        run.WaitForLine("1B   working: implementing");
        AwaitAgent(repository, "1B");
        run.Signal("INT");
        run.WaitForLine("1A   parked: Asked to end."); // it may have been parked before, for the other to go ahead: two signals at once are one
        Assert.False(run.HasExited);
        run.Signal("INT");

        Assert.Equal(4, run.WaitForExit(30));
        Assert.Empty(repository.LeftOver());
        Assert.Equal(0, repository.Run("run").Exit);
        Assert.Equal("1A 1B", repository.Merged());
    }

    [Fact]
    public void A_limit_is_waited_out_and_costs_no_attempt()
    {
        using var repository = new SampleRepository("", ("1A", "fake: limit:3"));

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Contains("parked: limit: You've hit your 5-hour limit until", output, StringComparison.Ordinal);
        Assert.Equal("1A attempt 1 round 0\n", repository.Read("out/1A.txt"));
    }

    [Fact]
    public void Single_ends_at_a_limit_with_its_own_code_and_the_time()
    {
        using var repository = new SampleRepository("", ("1A", "fake: limit:3600"));

        var (exit, output, _) = repository.Run("single");

        Assert.Equal(5, exit);
        Assert.Contains("Come back at", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_login_stops_the_run_instead_of_looping()
    {
        using var repository = new SampleRepository("", ("1A", "fake: login"), ("1B", "fake: login"));

        var (exit, output, _) = repository.Run("run");

        Assert.Equal(4, exit);
        Assert.Contains("Not logged in", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing", "without changing a file")]
    [InlineData("denied", "denied Write")]
    [InlineData("garbage", "no result")]
    public void What_is_not_success_is_not_taken_for_it(string mode, string said)
    {
        using var repository = new SampleRepository("\"retry_attempts\": 1", ("1A", $"fake: {mode}"));

        var (exit, output, _) = repository.Run("run");

        Assert.Equal(3, exit);
        Assert.Contains(said, output, StringComparison.Ordinal);
        Assert.Equal("", repository.Merged());
    }
}
