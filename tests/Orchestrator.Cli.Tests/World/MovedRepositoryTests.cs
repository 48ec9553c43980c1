namespace Orchestrator.Cli.Tests.World;

/// <summary>The folder of the repository is moved between two runs.</summary>
public sealed class MovedRepositoryTests
{
    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public void Moved_as_a_whole_it_goes_on_and_what_stood_in_the_worktree_is_kept(string signal)
    {
        using var repository = new SampleRepository("", Around.TwoStages);
        repository.StopHeld(signal);
        repository.Write(".worktree/2A/draft.txt", "the agent's, in no commit\n");
        repository.Git("-C", ".worktree/2A", "checkout", "-q", "--detach");
        repository.Write(".worktree/2A/own.txt", "the agent's own commit\n");
        repository.Git("-C", ".worktree/2A", "add", "own.txt");
        repository.Git("-C", ".worktree/2A", "commit", "-q", "-m", "by itself");
        var own = repository.Git("-C", ".worktree/2A", "rev-parse", "HEAD");
        var before = repository.OurRefs();

        var moved = Path.Combine(repository.Home, "elsewhere");
        Directory.Move(repository.Folder, moved);
        var (exit, output, error) = Tool.Run(Tool.Program, moved, repository.Home, 60, "run");
        Assert.Empty(Engine.Processes.ProcessSweep.Find(Engine.Processes.LongProcess.RepositoryMarker, Path.Combine(moved, ".git")));
        Directory.Move(moved, repository.Folder); // so that the usual looks find it

        Assert.True(exit == 0, output + error);
        repository.EndedWell("1A 2A");
        repository.KeepsAll(before);
        repository.KeepsCommits([own]);
        Assert.Contains("draft.txt", repository.Git("log", "--all", "--glob=refs/orchestrator/*", "--name-only", "--format="), StringComparison.Ordinal);
        Assert.DoesNotContain("prunable", repository.Git("worktree", "list", "--porcelain"), StringComparison.Ordinal);
    }
}
