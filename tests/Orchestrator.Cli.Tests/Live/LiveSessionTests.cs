using Orchestrator.Engine.Processes;

namespace Orchestrator.Cli.Tests.Live;

/// <summary>A person at a terminal: menu, live screen, following, pause, drain.</summary>
public sealed class LiveSessionTests
{
    private static SampleRepository Held() => new("\"review\": { \"level\": \"none\" }, \"max_parallel_tasks\": 1", ("1A", "fake: hold:implement"), ("1B", "fake: ok"));

    [Fact]
    public void From_the_menu_through_a_live_run_to_its_end()
    {
        using var repository = Held();
        using var terminal = new Tmux(repository, Tool.Program);
        terminal.Until("Your choice:");
        terminal.Press("s", "Enter").Until("Enter goes back");
        Assert.Contains("all merged", terminal.Screen, StringComparison.Ordinal);
        terminal.Press("Enter", "nonsense", "Enter").Until("There is no 'nonsense'");
        terminal.Press("1", "Enter").Until("1A  implementing");
        Assert.Contains("0 of 2 done", terminal.Screen, StringComparison.Ordinal);

        terminal.Press("Enter").Until("1A, turn 1, implement");
        terminal.Until("on it");
        terminal.Press("Escape").Until("Stage 1");

        terminal.Press("p").Until("main: paused");
        terminal.Until("implementing, frozen");
        var agent = Assert.Single(repository.LeftOver(), pid => File.ReadAllText($"/proc/{pid}/cmdline").Contains("--session-id", StringComparison.Ordinal));
        Assert.Contains(File.ReadAllText($"/proc/{agent}/stat").Split(") ")[1][..1], "Tt");
        terminal.Press("p").Until("main: running");

        terminal.Resize(50, 14).Until("enter follow  p pause");
        terminal.Resize(90, 24).Until("up, down choose");
        File.WriteAllText(Path.Combine(repository.Home, "go"), "");
        terminal.Until("ended with 0");
        Assert.Contains("2 of 2 done", terminal.Screen, StringComparison.Ordinal);
        Assert.Equal("1A 1B", string.Join(' ', repository.Merged().Split(' ').Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Draining_asks_twice_and_ends_after_the_steps_under_way()
    {
        using var repository = Held();
        using var terminal = new Tmux(repository, $"{Tool.Program} run");
        terminal.Until("1A  implementing");

        terminal.Press("d").Until("d again");
        terminal.Press("d").Until("main: stopping");
        File.WriteAllText(Path.Combine(repository.Home, "go"), "");
        terminal.Until("ended with 4");

        Assert.Contains("Stopped: Asked to end", terminal.Screen, StringComparison.Ordinal);
        Assert.Equal(0, repository.Run("run").Exit);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("menu")]
    public void When_the_terminal_is_closed_the_agents_are_stopped_and_the_program_ends(string verb)
    {
        using var repository = Held();
        using (var terminal = new Tmux(repository, $"{Tool.Program} {verb}"))
        {
            if (verb == "menu")
            {
                terminal.Until("Your choice");
                terminal.Press("1", "Enter");
            }

            terminal.Until("1A  implementing");
        }

        Assert.True(SpinWait.SpinUntil(() => repository.LeftOver().Count == 0 && !Works(repository), TimeSpan.FromSeconds(20)), "it goes on");
        File.WriteAllText(Path.Combine(repository.Home, "go"), "");
        Assert.Equal(0, repository.Run("run").Exit);
    }

    /// <summary>Whether the program is there still, in whatever state: its home is the repository's own.</summary>
    private static bool Works(SampleRepository repository) => ProcessSweep.Find("HOME", repository.Home).Any(pid => pid != Environment.ProcessId);

    [Fact]
    public void Whoever_looks_on_from_another_terminal_sees_the_same_without_keys()
    {
        using var repository = Held();
        using var run = repository.Start("run");
        run.WaitForLine("1A   working: implementing");
        using var terminal = new Tmux(repository, $"{Tool.Program} status --watch");
        terminal.Until("implementing");
        Assert.DoesNotContain("enter follow", terminal.Screen, StringComparison.Ordinal);

        terminal.Press("C-c").Until("ended with 0");
        Assert.False(run.HasExited);
        File.WriteAllText(Path.Combine(repository.Home, "go"), "");
        Assert.Equal(0, run.WaitForExit(60));
    }

    [Fact]
    public void For_programs_each_change_is_an_object_on_a_line()
    {
        using var repository = new SampleRepository("\"review\": { \"level\": \"none\" }", ("1A", "fake: ok"));
        var (exit, output, _) = repository.Run("run", "--json");

        Assert.Equal(0, exit);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement).ToList();
        Assert.Contains(lines, line => line.TryGetProperty("milestone", out var id) && id.GetString() == "1A" && line.GetProperty("state").GetString() == "done");
        Assert.Equal("completed", lines[^1].GetProperty("state").GetString());
    }
}
