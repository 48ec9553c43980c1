namespace Orchestrator.Cli.Tests.Stories;

/// <summary><c>logs</c>, with the published program and fake agents.</summary>
public sealed class LogsTests
{
    [Fact]
    public void A_milestone_is_told_turn_by_turn()
    {
        using var repository = new SampleRepository("", ("1A", "fake: changes-then-approve"), ("1B", "fake: ok"));
        Assert.Equal(0, repository.Run("run").Exit);

        var (exit, story, error) = repository.Run("logs", "1A");
        Assert.True(exit == 0, error);
        var heads = story.Split('\n').Where(line => line.StartsWith("== ", StringComparison.Ordinal)).Select(line => line[..line.IndexOf(", begun", StringComparison.Ordinal)]);
        Assert.Equal(["== 1A, turn 1, implement, attempt 1", "== 1A, turn 2, review, attempt 1", "== 1A, turn 3, remediate, attempt 1, round 1", "== 1A, turn 4, review, attempt 1, round 1"], heads);
        Assert.Contains("\n* begins, Claude Code 0.0.0-fake\n  on it\n= done, 0.01 USD, 10 tokens in, 5 out\n", story, StringComparison.Ordinal);
        Assert.Contains("\n= changes requested, 0.01 USD, 10 tokens in, 5 out\n  looked\n  - major out/x:1: not good enough\n", story, StringComparison.Ordinal);
        Assert.DoesNotContain("under way", story, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', story); // no terminal

        var one = repository.Run("logs", "1A", "--turn", "2").Out;
        Assert.StartsWith("== 1A, turn 2, review", one, StringComparison.Ordinal);
        Assert.DoesNotContain("turn 3", one, StringComparison.Ordinal);
        Assert.Equal(story, repository.Run("logs", "1A", "--follow").Out); // nobody works on it: told to its end

        var list = repository.Run("logs").Out;
        Assert.Contains(": completed\n", list, StringComparison.Ordinal);
        Assert.Contains("\n1A  done       4\n1B  done       2\n", list, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_under_way_is_followed_to_its_end()
    {
        using var held = new HeldRun(Moment.All["in review"]);
        using var run = held.StartAndHold();
        using var one = held.Repository.Start("logs", "1A", "--follow");
        using var all = held.Repository.Start("logs", "-f");
        using var turn = held.Repository.Start("logs", "1A", "-f", "--turn", "2");
        one.WaitForLine("  done\n\n== 1A, turn 2, review, attempt 1, begun ");
        one.WaitForLine("under way\n* begins, Claude Code 0.0.0-fake\n  on it");
        all.WaitForLine("1A == 1A, turn 2, review");
        turn.WaitForLine("== 1A, turn 2, review");
        Assert.Contains("1A  working      2  ", held.Repository.Run("logs").Out, StringComparison.Ordinal);
        Assert.Contains(": on it", held.Repository.Run("logs").Out, StringComparison.Ordinal);
        Assert.False(one.HasExited || all.HasExited || turn.HasExited);

        held.LetGo();

        Assert.Equal([0, 0, 0, 0], new[] { run, one, all, turn }.Select(tool => tool.WaitForExit(60)));
        Assert.Equal(2, one.Out.Split("\n= ").Length - 1);
        Assert.EndsWith("\n= approved, 0.01 USD, 10 tokens in, 5 out\n  looked", one.Out, StringComparison.Ordinal);
        Assert.EndsWith("\n1A = approved, 0.01 USD, 10 tokens in, 5 out\n1A   looked", all.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("turn 1", all.Out, StringComparison.Ordinal); // it had ended before
        Assert.DoesNotContain("turn 1", turn.Out, StringComparison.Ordinal);
        Assert.Equal("", one.Error + all.Error + turn.Error);
    }

    [Fact]
    public void Who_follows_a_run_that_is_killed_is_told_what_there_is_and_let_go()
    {
        using var held = new HeldRun(Moment.All["implementing"]);
        using var run = held.StartAndHold();
        using var one = held.Repository.Start("logs", "1A", "--follow");
        one.WaitForLine("  on it");
        run.Kill();
        Assert.Equal(0, one.WaitForExit(30));
    }

    [Fact]
    public void What_is_not_there_is_a_problem_with_a_hint()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"), ("1B", "fake: ok"), ("2A", "fake: ok"));
        Refused("There was no run here yet.\n       'orchestrator run' begins one", "logs");
        Refused("There was no run here yet.", "logs", "1A", "--follow");
        Assert.Equal(0, repository.Run("run", "--stage", "1").Exit);
        Refused("has no milestone '1C'.\n       It has 1A, 1B, ….", "logs", "1C");
        Refused("has no milestone '1b'.\n       Perhaps you mean 1B.", "logs", "1b");
        Refused("has no milestone '../1A'.\n       It has 1A, 1B, 2A.", "logs", "../1A");
        Refused("1A has no turn 3 in run 20", "logs", "1A", "--turn", "3");
        Refused("It had 2: --turn 1 to --turn 2.", "logs", "1A", "--turn", "0");
        Refused("Name the milestone too", "logs", "--turn", "1");
        Refused("There is no run 'x'.", "logs", "1A", "--run", "x");
        Assert.Equal("2A had no turn yet. Waiting: left out by --stage or --milestone.\n", repository.Run("logs", "2A").Out + "\n");

        void Refused(string says, params string[] arguments)
        {
            var (exit, output, error) = repository.Run(arguments);
            Assert.Equal((2, ""), (exit, output));
            Assert.Contains(says, error, StringComparison.Ordinal);
        }
    }
}
