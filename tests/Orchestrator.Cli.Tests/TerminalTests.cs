using System.Diagnostics;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Cli.Tests;

/// <summary>What a terminal and a pipe do to a run: repeated Ctrl-C, Ctrl-Z, readers that go, and the terminal itself.</summary>
public sealed class TerminalTests
{
    [Theory]
    [InlineData("preparing")]
    [InlineData("in review")]
    [InlineData("testing the candidate")]
    public void A_second_interrupt_stops_what_the_first_waits_for(string phase)
    {
        using var held = new HeldRun(Moment.All[phase]);
        using var run = held.StartAndHold();
        Interrupt(run, "Ending after the steps under way");
        Assert.False(run.HasExited);
        Interrupt(run, "Stopping the agents");

        Assert.Equal(4, run.WaitForExit(12));
        held.GoesOnAsIfNothingHadBeen();
    }

    [Fact]
    public void One_that_is_deaf_to_requests_is_killed_within_twelve_seconds()
    {
        using var held = new HeldRun(Moment.All["running its gates"], deaf: true);
        using var run = held.StartAndHold();
        run.Signal("TERM");

        Assert.Equal(4, run.WaitForExit(12));
        held.GoesOnAsIfNothingHadBeen();
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void A_third_interrupt_ends_all_at_once(string first)
    {
        using var held = new HeldRun(Moment.All["running its gates"], deaf: true);
        using var run = held.StartAndHold();
        if (first == "INT")
        {
            Interrupt(run, "Ending after the steps under way");
            Interrupt(run, "Stopping the agents");
        }
        else
        {
            run.Signal(first);
        }

        var watch = Stopwatch.StartNew();
        run.Signal("INT");

        Assert.Equal(4, run.WaitForExit(5));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 3); // the gate alone would take eight
        held.GoesOnAsIfNothingHadBeen();
    }

    [Theory]
    [InlineData("publishing")]
    [InlineData("committing")]
    public void The_terminals_interrupt_does_not_reach_a_git_at_work(string phase)
    {
        using var held = new HeldRun(Moment.All[phase]);
        using var run = held.StartAndHold(leader: true);
        run.SignalGroup("INT");
        HeldRun.Until(() => run.HasExited || run.Error.Contains("Ending after the steps under way", StringComparison.Ordinal), 10, () => "not told");
        held.LetGo();

        Assert.InRange(run.WaitForExit(12), 0, 4);
        Assert.DoesNotContain("tries again after", run.Out, StringComparison.Ordinal);
        held.GoesOnAsIfNothingHadBeen();
    }

    [Theory]
    [InlineData("implementing")]
    [InlineData("testing the candidate")]
    public void A_suspended_run_freezes_its_agents_and_goes_on_with_them(string phase)
    {
        using var held = new HeldRun(Moment.All[phase]);
        using var run = held.StartAndHold();
        run.Signal("TSTP");
        HeldRun.Until(() => IsFrozen(run.Id), 10, () => "not stopped");
        Assert.NotEmpty(held.Repository.LeftOver());
        HeldRun.Until(() => held.Repository.LeftOver().All(IsFrozen), 5, () => "an agent goes on");
        HeldRun.Until(() => run.Error.Contains("are frozen", StringComparison.Ordinal), 10, () => "not told"); // what it said before it stopped may still be on its way to us
        run.Signal("CONT");
        HeldRun.Until(() => held.Repository.LeftOver() is { Count: > 0 } all && !all.Any(IsFrozen), 10, () => "not thawed");
        held.LetGo();

        Assert.Equal(0, run.WaitForExit(30));
        held.GoesOnAsIfNothingHadBeen();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Killed_it_takes_along_whatever_its_agents_started_even_frozen(bool frozen)
    {
        using var held = new HeldRun(new Moment("brood"));
        using var run = held.StartAndHold();
        Assert.InRange(held.Repository.LeftOver().Count, 6, 50); // the agent, and what fled from it
        var guardian = Guardian(run.Id);
        Assert.NotNull(guardian);
        if (frozen)
        {
            run.Signal("TSTP");
            HeldRun.Until(() => IsFrozen(run.Id), 10, () => "not stopped");
        }

        run.Kill();

        HeldRun.Until(() => held.Repository.LeftOver().Count == 0, 5, () => $"{held.Repository.LeftOver().Count} live on");
        HeldRun.Until(() => !Directory.Exists($"/proc/{guardian}/fd"), 5, () => "the guardian lives on");
    }

    [Fact]
    public void No_guardian_outlives_a_run_that_ends()
    {
        using var held = new HeldRun(Moment.All["implementing"]);
        using var run = held.StartAndHold();
        var guardian = Guardian(run.Id);
        Assert.NotNull(guardian);
        held.LetGo();

        Assert.Equal(0, run.WaitForExit(30));
        Assert.False(Directory.Exists($"/proc/{guardian}/task"));
    }

    [Theory]
    [InlineData("| head -n 1")]
    [InlineData("2>&1 | head -n 1")]
    [InlineData(">/dev/full 2>&1")]
    [InlineData(">&- 2>&- <&-")]
    public void A_reader_that_goes_neither_ends_a_run_nor_changes_its_code(string redirection)
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"), ("1B", "fake: ok"));

        Assert.Equal("0", CodeOf(repository, "run", redirection));
        Assert.Equal("1A 1B", repository.Merged());
        Assert.Equal("", repository.Git("status", "--porcelain"));
        Assert.Equal("", File.ReadAllText(Path.Combine(repository.Folder, ".git", "orchestrator.lock"))); // no line of ours went into a file that got a free number
    }

    [Theory]
    [InlineData("status", "| head -n 1", "0")]
    [InlineData("status --json", "| head -c 1", "0")]
    [InlineData("help", "| head -n 1", "0")]
    [InlineData("status --json", ">/dev/full", "1")]
    [InlineData("status", ">&-", "0")]
    public void A_reader_that_goes_is_no_fault_of_a_question_but_a_full_disk_is(string verb, string redirection, string code)
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"));
        Assert.Equal(0, repository.Run("run").Exit);

        Assert.Equal(code, CodeOf(repository, verb, redirection));
    }

    [Fact]
    public void A_terminal_that_closes_stops_the_run()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "needs script(1) for a terminal");
        using var held = new HeldRun(Moment.All["implementing"]);
        var repository = held.Repository;
        repository.Write("../home/in-terminal.sh", $"trap : HUP\n'{Tool.Program}' run\necho $? > \"$HOME/code\"\n");
        using (var terminal = new RunningTool("/usr/bin/script", repository.Folder, repository.Home, "-q", "-c", $"/bin/sh '{repository.Home}/in-terminal.sh'", "/dev/null"))
        {
            HeldRun.Until(() => File.Exists(Path.Combine(repository.Home, "held")), 30, () => $"not held:\n{terminal.Out}");
            terminal.Kill();
        }

        HeldRun.Until(() => File.Exists(Path.Combine(repository.Home, "code")) && File.ReadAllText(Path.Combine(repository.Home, "code")).Length > 1, 15, () => "it goes on");
        Assert.Equal("4\n", File.ReadAllText(Path.Combine(repository.Home, "code")));
        held.GoesOnAsIfNothingHadBeen();
    }

    [Fact]
    public void Under_nohup_a_hang_up_is_nobodys_business()
    {
        using var held = new HeldRun(Moment.All["implementing"]);
        using var run = new RunningTool("/usr/bin/nohup", held.Repository.Folder, held.Repository.Home, Tool.Program, "run");
        run.WaitForLine("implementing");
        run.Signal("HUP");
        run.Signal("INT");
        HeldRun.Until(() => run.Error.Contains("Ending after the steps under way", StringComparison.Ordinal), 10, () => "not told"); // so the hang-up has been seen, too
        held.LetGo();

        run.WaitForExit(30);
        Assert.DoesNotContain("SIGHUP", run.Out, StringComparison.Ordinal);
        held.GoesOnAsIfNothingHadBeen();
    }

    private static void Interrupt(RunningTool run, string answer)
    {
        run.Signal("INT");
        HeldRun.Until(() => run.Error.Contains(answer, StringComparison.Ordinal), 10, () => $"'{answer}' did not come:\n{run.Out}\n{run.Error}");
    }

    private static string CodeOf(SampleRepository repository, string verb, string redirection)
    {
        var code = Path.Combine(repository.Home, "code");
        var (exit, _, error) = Tool.Run("/bin/sh", repository.Folder, repository.Home, 60, "-c", $"{{ '{Tool.Program}' {verb}; echo $? >'{code}'; }} {redirection}");
        Assert.True(exit == 0, error);
        return File.ReadAllText(code).Trim();
    }

    private static bool IsFrozen(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat") is var stat && stat[stat.LastIndexOf(')')..].StartsWith(") T", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The shell that stands by a run.</summary>
    private static int? Guardian(int run) => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Select(name => int.TryParse(name, out var pid) ? pid : 0)
        .Where(pid => pid > 0 && Text($"/proc/{pid}/stat") is var stat && stat.Contains($" {run} ", StringComparison.Ordinal) && Text($"/proc/{pid}/cmdline").Contains("orchestrator-guardian", StringComparison.Ordinal))
        .Select(pid => (int?)pid).FirstOrDefault();

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return ""; // it ended meanwhile
        }
    }
}
