using Orchestrator.Core.Runs;
using Orchestrator.Engine.Fence;

namespace Orchestrator.Engine.Tests.Fence;

/// <summary>What those in a fence can do as ever.</summary>
public sealed class FenceTests
{
    [Fact]
    public async Task Work_goes_on_as_ever_in_a_fence()
    {
        await using var scene = await FencedScene.MakeAsync();
        var before = scene.Outside();

        var (exit, said) = await scene.ActAsync("""
            set -e
            echo more >> src/app.txt && echo new > new.txt
            git status --short && git diff --stat
            git add -A && git commit -q -m mine && git log --oneline | wc -l
            git reset -q --hard HEAD~1 && git merge -q --ff-only ORIG_HEAD && git diff HEAD --quiet
            mktemp && echo x > "$HOME/.note" && echo y > /tmp/y && id -u
            """);

        Assert.True(exit == 0, said);
        Assert.Equal(before, scene.Outside());
        Assert.Equal("", scene.Check());
        Assert.Equal("new\n", await File.ReadAllTextAsync(Path.Combine(scene.Worktree, "new.txt"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_machine_that_tests_this_has_a_fence() =>
        Assert.Equal((FenceLevel.SharedNetwork, null), (await FenceProbe.LookAsync(TestContext.Current.CancellationToken)) is var found ? (found.Level, found.Why) : default);
}
