using Orchestrator.Core.Runs;
using Orchestrator.Engine.Fence;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Support;

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
    public async Task The_settings_open_what_they_name_and_nothing_more()
    {
        await using var scene = await FencedScene.MakeAsync();
        var setting = new FenceSetting { Read = ["~/.aws"], Write = ["~/.docker"] };

        var (_, said) = await scene.ActAsync("cat ~/.aws/credentials; echo; echo x > ~/.aws/credentials; echo x > ~/.docker/config.json; cat ~/.netrc", setting);

        Assert.Equal(FencedScene.Canary, said.Split('\n')[0]);
        Assert.Single(said.Split(FencedScene.Canary)[1..]);
        Assert.Equal(FencedScene.Canary, Read(scene, ".aws/credentials"));
        Assert.Equal("x\n", Read(scene, ".docker/config.json"));
    }

    [Fact]
    public async Task The_login_of_the_CLI_is_not_seen()
    {
        await using var scene = await FencedScene.MakeAsync();
        Files.Write(scene.Home, ".claude/.credentials.json", "old\n");

        var (_, said) = await scene.ActAsync("mkdir -p ~/.claude; cat ~/.claude/.credentials.json; echo new > ~/.claude/.credentials.json");

        Assert.DoesNotContain("old", said, StringComparison.Ordinal);
        Assert.Equal("old\n", Read(scene, ".claude/.credentials.json"));
    }

    [Fact]
    public async Task What_eats_room_meets_a_bound_and_the_others_go_on()
    {
        await using var scene = await FencedScene.MakeAsync();

        var (exit, said) = await scene.ActAsync("""
            head -c 200M /dev/zero > /tmp/x; echo "tmp $(stat -c %s /tmp/x)"
            head -c 200M /dev/zero > /dev/shm/x; echo "shm $(stat -c %s /dev/shm/x)"
            (trap 'exit 0' XFSZ; truncate -s 1T big 2>/dev/null); echo "sparse $(stat -c %s big)"
            head -c 30M /dev/zero > /run/x; echo x > /x
            """);

        Assert.True(exit is not null, said);
        var sizes = said.Split('\n').Select(line => line.Split(' ')).Where(words => words is ["tmp" or "shm" or "sparse", _]).ToDictionary(words => words[0], words => long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(sizes["tmp"], 1, 64 << 20);
        Assert.InRange(sizes["shm"], 1, 64 << 20);
        Assert.InRange(sizes["sparse"], 0, 32L << 30);
    }

    /// <summary>Root is exempt from the bound on processes, whatever namespace it is in.</summary>
    [Fact]
    public async Task A_plain_users_fork_bomb_is_bounded_and_ends_with_its_fence()
    {
        await using var scene = await FencedScene.MakeAsync();
        using var process = await scene.StartAsync("i=0; while [ $i -lt 5000 ]; do sleep 600 & i=$((i+1)); done; wait", user: Environment.IsPrivilegedProcess ? FencedScene.Nobody : FencedScene.Me);
        while (await process.WaitAsync(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken) is null && scene.Left().Count < 2000)
        {
            // It is either refused or has grown enough to be a nuisance.
        }

        await process.StopAsync();

        Assert.Empty(scene.Left());
    }

    private static string Read(FencedScene scene, string path) => File.ReadAllText(Path.Combine(scene.Home, path));

    [Fact]
    public async Task The_machine_that_tests_this_has_a_fence() =>
        Assert.Equal((FenceLevel.SharedNetwork, null), (await FenceProbe.LookAsync(TestContext.Current.CancellationToken)) is var found ? (found.Level, found.Why) : default);
}
