namespace Orchestrator.Cli.Tests.World;

/// <summary>The user goes on with the target branch while a run works for it.</summary>
public sealed class TargetBranchTests
{
    public static TheoryData<string> Moments => ["implementing", "testing the candidate", "update-ref", "read-tree"];

    [Theory]
    [MemberData(nameof(Moments))]
    public void A_commit_of_the_users_meanwhile_is_kept_and_everything_merged_on_it_once(string moment)
    {
        // The last two: git is held in the midst of publishing, from the tested candidate on.
        var publishing = moment is "update-ref" or "read-tree";
        using var held = new HeldRun(Moment.All[publishing ? "testing the candidate" : moment]);
        using var run = held.StartAndHold();
        var hold = Path.Combine(held.Repository.Home, $"hold-{moment}");
        if (publishing)
        {
            File.Delete(Path.Combine(held.Repository.Home, "held"));
            File.WriteAllText(hold, "");
            held.LetGo();
            held.Repository.AwaitHeld(run);
        }

        var mine = held.Repository.UserCommits("mine.txt", "mine\n");
        held.Repository.Write("edited.txt", "not committed\n");
        File.Delete(hold);
        held.LetGo();

        Assert.True(run.WaitForExit(Around.Patience) == 0, run.Out + run.Error);
        held.Repository.EndedWell("1A");
        held.Repository.Git("merge-base", "--is-ancestor", mine, "main");
        Assert.Equal("mine\n", held.Repository.Read("mine.txt"));
        Assert.Equal("?? edited.txt", held.Repository.Git("status", "--porcelain"));
    }

    [Theory]
    [InlineData("the message")]
    [InlineData("the content")]
    [InlineData("the only commit")]
    public void What_the_user_amends_meanwhile_is_what_the_work_is_merged_with(string what)
    {
        using var repository = new SampleRepository("", ("1A", "fake: hold:implement"));
        if (what != "the only commit")
        {
            repository.UserCommits("mine.txt", "first\n");
        }

        using var run = repository.StartHeld();
        if (what == "the content")
        {
            repository.Write("mine2.txt", "added by amending\n");
            repository.Git("add", "mine2.txt");
        }

        repository.Git("commit", "-q", "--amend", "-m", "amended");
        var amended = repository.Git("rev-parse", "main");
        repository.LetGo();

        var exit = run.WaitForExit(Around.Patience);
        if (exit == 4 && what == "the only commit")
        {
            Assert.Contains("Stopped: refs/heads/main", run.Out, StringComparison.Ordinal); // nothing in common: a person has to say what is meant
            return;
        }

        Assert.True(exit == 0, run.Out + run.Error);
        repository.EndedWell("1A");
        repository.Git("merge-base", "--is-ancestor", amended, "main");
        Assert.Equal("", repository.Git("status", "--porcelain"));
    }

    [Fact]
    public void A_target_rewritten_into_a_conflict_stops_the_run_and_keeps_both_sides()
    {
        using var repository = new SampleRepository("", Around.TwoStages);
        var begin = repository.Git("rev-parse", "HEAD");
        using var run = repository.StartHeld();
        var integrated = repository.Git("rev-parse", "main");
        repository.Git("reset", "-q", "--hard", begin);
        var mine = repository.UserCommits("out/1A.txt", "mine\n");
        repository.LetGo();

        Assert.Equal(4, run.WaitForExit(Around.Patience));
        Assert.Contains("out/1A.txt", run.Out, StringComparison.Ordinal);
        Assert.Equal(mine, repository.Git("rev-parse", "main"));
        Assert.Equal("mine\n", repository.Read("out/1A.txt"));
        var branch = Assert.Single(repository.OurRefs().Keys, name => name.EndsWith("/integration", StringComparison.Ordinal));
        Assert.Equal(integrated, repository.Git("rev-parse", branch));

        // The user merges it, for that is what the run cannot do.
        var merge = Tool.Run("/usr/bin/git", repository.Folder, repository.Home, 30, "merge", branch);
        Assert.True(File.Exists(Path.Combine(repository.Folder, ".git", "MERGE_HEAD")), merge.Out + merge.Error);
        repository.Write("out/1A.txt", "1A attempt 1, and mine\n");
        repository.Git("add", "out/1A.txt");
        repository.Git("commit", "-q", "-m", "both");
        repository.Completes("1A 2A");
        repository.Git("merge-base", "--is-ancestor", mine, "main");
    }

    [Fact]
    public void A_deleted_target_stops_the_run_and_made_anew_it_goes_on()
    {
        using var repository = new SampleRepository("", Around.TwoStages);
        using (var run = repository.StartHeld())
        {
            repository.Git("switch", "-q", "-c", "other");
            repository.Git("branch", "-q", "-D", "main");
            repository.LetGo();
            Assert.Equal(4, run.WaitForExit(Around.Patience));
            Assert.Contains("main is gone", run.Out, StringComparison.Ordinal);
        }

        var before = repository.OurRefs();
        var (exit, output, error) = repository.Run("run");
        Assert.True(exit is 2 or 4, output + error);
        Assert.Contains("main", output + error, StringComparison.Ordinal);
        Assert.Contains("gone", output + error, StringComparison.Ordinal);
        Assert.DoesNotContain("refs/heads/main", repository.Git("for-each-ref"), StringComparison.Ordinal);

        repository.Git("branch", "main", "other");
        repository.Completes("1A 2A");
        repository.KeepsAll(before);
        Assert.Equal("refs/heads/other", repository.Git("symbolic-ref", "HEAD"));
    }

    [Fact]
    public void Another_branch_checked_out_meanwhile_is_left_alone_and_the_target_still_gets_the_work()
    {
        using var repository = new SampleRepository("", Around.TwoStages);
        using var run = repository.StartHeld();
        repository.Write("README.md", "# Edited\n");
        repository.Git("switch", "-q", "-c", "other");
        var mine = repository.UserCommits("mine.txt", "mine\n");
        repository.LetGo();

        Assert.True(run.WaitForExit(Around.Patience) == 0, run.Out + run.Error);
        repository.EndedWell("1A 2A");
        Assert.Equal("refs/heads/other", repository.Git("symbolic-ref", "HEAD"));
        Assert.Equal(mine, repository.Git("rev-parse", "other"));
        Assert.Equal("# Edited\n", repository.Read("README.md"));
        Assert.False(File.Exists(Path.Combine(repository.Folder, "out", "2A.txt")));
        repository.Git("stash", "-q");
        repository.Git("switch", "-q", "main");
        Assert.Equal("2A attempt 1 round 0\n", repository.Read("out/2A.txt"));
    }
}
