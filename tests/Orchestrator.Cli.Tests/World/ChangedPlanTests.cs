namespace Orchestrator.Cli.Tests.World;

/// <summary>The user changes their mind, or the plan, between a stop and the next run.</summary>
public sealed class ChangedPlanTests
{
    [Fact]
    public void A_run_given_up_loses_nothing_and_only_the_unmerged_is_done_anew()
    {
        using var repository = new SampleRepository("", Around.TwoStages);
        repository.StopHeld("TERM");
        repository.Write(".worktree/2A/draft.txt", "the agent's, in no commit\n");
        var before = repository.OurRefs();

        var said = repository.Completes("1A 2A", "run", "--new");

        Assert.DoesNotContain("1A   working", said, StringComparison.Ordinal);
        repository.KeepsAll(before);
        Assert.Contains("draft.txt", repository.Git("log", "--all", "--name-only", "--format="), StringComparison.Ordinal);
        Assert.Equal(2, repository.OurRefs().Keys.Where(name => name.EndsWith("/2A", StringComparison.Ordinal)).Count()); // a branch in each run
        Assert.Contains("All chosen milestones are done", repository.Run("run").Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("deleted")]
    [InlineData("added")]
    public void A_run_goes_on_with_the_plan_it_began_with_and_says_so(string what)
    {
        using var repository = new SampleRepository("", Around.TwoStages);
        repository.StopHeld("TERM");
        var file = what == "added" ? "milestones/2B.md" : "milestones/2A.md";
        if (what == "deleted")
        {
            repository.Git("rm", "-q", file);
        }
        else
        {
            repository.Write(file, "# Another title\n\nfake: crash\n");
            repository.Git("add", file);
        }

        repository.Git("commit", "-q", "-m", what);
        var said = repository.Completes("1A 2A");

        if (what == "added")
        {
            repository.Write(file, "# Another title\n\nfake: ok\n");
            repository.Git("commit", "-q", "-a", "-m", "mended");
            repository.Completes("1A 2A 2B");
        }
        else
        {
            Assert.Contains("2A changed since this run began", said, StringComparison.Ordinal);
            Assert.Contains("Title of 2A", repository.Git("log", "--format=%s", "main"), StringComparison.Ordinal);
            repository.Completes("1A 2A");
        }
    }
}
