namespace Orchestrator.Cli.Tests.World;

/// <summary>The user tidies up by hand among what is ours while a run works.</summary>
public sealed class MeddledWorktreeTests
{
    public static TheoryData<string> Acts =>
    [
        "rm -rf .worktree/2A",
        "rm -rf .worktree",
        "rm -rf .git/worktrees/2A",
        "rm -rf .git/worktrees",
        "rm -f .worktree/2A/.git",
        "rm -rf .worktree/2A && git worktree unlock .worktree/2A; git worktree prune",
        "git worktree prune && git gc -q --prune=now",
        "git worktree remove -f -f .worktree/2A",
        "git worktree move -f -f .worktree/2A .worktree/other",
        "git worktree remove -f -f .worktree/2A && git branch -q -D $(git for-each-ref --format='%(refname:short)' refs/heads/orchestrator/)",
        "git for-each-ref --format='delete %(refname)' refs/heads/orchestrator/ | git update-ref --stdin",
        "git pack-refs --all --prune && git reflog expire --expire=now --all && git gc -q --prune=now",
        "rm -rf .orchestrator/shadow.git",
    ];

    [Theory]
    [MemberData(nameof(Acts))]
    public void What_is_tidied_up_by_hand_costs_at_most_a_turn(string act)
    {
        using var repository = new SampleRepository("", Around.TwoStages);
        using var run = repository.StartHeld();
        var (done, _, refused) = Tool.Run("/bin/sh", repository.Folder, repository.Home, 60, "-c", act);
        Assert.True(done == 0, refused);
        repository.LetGo();

        if (Around.EndsOrIsStopped(run) != 0)
        {
            repository.Completes("1A 2A");
        }

        repository.EndedWell("1A 2A");
        Assert.Equal("", repository.Git("status", "--porcelain").Replace("?? .worktree/other/", "", StringComparison.Ordinal));
    }
}
