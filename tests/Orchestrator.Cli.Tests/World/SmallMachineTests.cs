namespace Orchestrator.Cli.Tests.World;

/// <summary>A disk that fills up, one that cannot be written, and few open files. In a mount namespace of the test's own.</summary>
public sealed class SmallMachineTests
{
    [Theory]
    [InlineData("implement")]
    [InlineData("review")]
    public void A_full_disk_is_said_begins_nothing_new_and_is_waited_out(string role)
    {
        using var repository = new SampleRepository("", ("1A", $"fake: hold:{role}"), ("2A", "fake: ok"));
        using var disk = new SmallDisk(repository);
        using var run = disk.Start("run");
        repository.AwaitHeld(run);
        disk.Fill();
        repository.LetGo();
        HeldRun.Until(() => run.Error.Contains("Nothing new is begun", StringComparison.Ordinal) || run.HasExited, 30, () => run.Out + run.Error);
        Assert.False(run.HasExited, run.Out + run.Error);
        Assert.Contains("full", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("2A   working", run.Out, StringComparison.Ordinal);
        disk.Empty();

        Assert.True(run.WaitForExit(Around.Patience) == 0, run.Out + run.Error);
        disk.BringBack();
        repository.EndedWell("1A 2A");
    }

    [Fact]
    public void A_disk_that_stays_full_lets_the_user_end_the_run_and_go_on_later()
    {
        using var repository = new SampleRepository("", ("1A", "fake: hold:review"), ("2A", "fake: ok"));
        using var disk = new SmallDisk(repository);
        using (var run = disk.Start("run"))
        {
            repository.AwaitHeld(run);
            disk.Fill();
            repository.LetGo();
            HeldRun.Until(() => run.Error.Contains("Nothing new is begun", StringComparison.Ordinal) || run.HasExited, 30, () => run.Out + run.Error);
            run.Signal("INT");
            Around.IsPlain(run.WaitForExit(30), run.Out + run.Error);
        }

        using (var again = disk.Start("run"))
        {
            HeldRun.Until(() => again.Error.Contains("Nothing new is begun", StringComparison.Ordinal) || again.HasExited, 30, () => again.Out + again.Error);
            again.Signal("INT");
            Around.IsPlain(again.WaitForExit(30), again.Out + again.Error);
        }

        disk.Empty();
        using (var last = disk.Start("run"))
        {
            Assert.True(last.WaitForExit(Around.Patience) == 0, last.Out + last.Error);
        }

        disk.BringBack();
        repository.EndedWell("1A 2A");
    }

    [Theory]
    [InlineData(24)]
    [InlineData(40)]
    [InlineData(64)]
    [InlineData(100)]
    public void With_few_open_files_it_completes_or_says_so_and_later_completes(int files)
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"), ("1B", "fake: ok"), ("2A", "fake: ok"));
        using (var run = new RunningTool("/usr/bin/prlimit", repository.Folder, repository.Home, $"--nofile={files}:{files}", Tool.Program, "run"))
        {
            Around.EndsOrIsStopped(run);
            Assert.True(run.WaitForExit(1) == 0 || (run.Out + run.Error).Contains("oo many open files", StringComparison.Ordinal), run.Out + run.Error);
        }

        repository.Completes("1A 1B 2A");
        Assert.Equal("", repository.Git("status", "--porcelain"));
    }

    [Theory]
    [InlineData(".git")]
    [InlineData(".")]
    [InlineData(".orchestrator")]
    [InlineData(".worktree")]
    public void What_cannot_be_written_ends_plainly_and_later_it_completes(string folder)
    {
        using var repository = new SampleRepository("", Around.TwoStages);
        repository.StopHeld("TERM");
        var head = repository.Git("rev-parse", "main");
        using (var run = SmallDisk.Inside(repository, "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && cd . && exec \"$2\" -C \"$3\" run", Path.GetFullPath(folder, repository.Folder), Tool.Program, repository.Folder))
        {
            Assert.NotEqual(0, Around.EndsOrIsStopped(run));
        }

        Assert.Equal(head, repository.Git("rev-parse", "main"));
        repository.Completes("1A 2A");
    }
}
