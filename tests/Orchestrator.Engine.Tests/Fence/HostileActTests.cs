using System.Diagnostics;

namespace Orchestrator.Engine.Tests.Fence;

/// <summary>None of the acts has an effect outside of the worktree, whoever runs the program.</summary>
public sealed class HostileActTests
{
    public static TheoryData<string, bool> Scenes => new(
        from user in Environment.IsPrivilegedProcess ? [FencedScene.Me, FencedScene.Nobody] : new[] { FencedScene.Me }
        from network in new[] { true, false }
        select (user, network));

    [Theory]
    [MemberData(nameof(Scenes))]
    public async Task No_act_has_an_effect_outside(string user, bool network)
    {
        await using var scene = await FencedScene.MakeAsync(network);
        using var outsider = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec sleep 600 # outsider"]) { Environment = { ["ORCHESTRATOR_CANARY"] = FencedScene.Canary } })!;
        var effects = new List<string>();
        try
        {
            await scene.ActAsync("true", user: user);
            var before = scene.Outside();
            foreach (var (name, script) in HostileActs.OnFiles.Concat(HostileActs.OnTheMachine).Concat(network ? [] : NetworkActs.All))
            {
                var (_, said) = await scene.ActAsync($"{(network ? "" : NetworkActs.Words + scene.Closed!.Listeners)}OUTSIDER={outsider.Id}\n{script}\ntrue", user: user);
                var after = scene.Outside();
                effects.AddRange(new[]
                {
                    (said.Contains(FencedScene.Canary, StringComparison.Ordinal), "a canary was printed"),
                    (after != before, "something outside is not what it was"),
                    (outsider.HasExited, "the one outside is gone"),
                    (scene.SomebodyStays(), "somebody is left"),
                    (scene.Closed?.Reached() is { } reached, $"it got through: {scene.Closed?.Reached()}"),
                }.Where(effect => effect.Item1).Select(effect => $"{name}: {effect.Item2}"));
                before = after;
            }
        }
        finally
        {
            outsider.Kill();
        }

        Assert.True(effects.Count == 0, string.Join('\n', effects));
        Assert.Equal("", scene.Check());
    }

    /// <summary>What was refused above would prove nothing at a door that is shut.</summary>
    [Fact]
    public async Task Without_a_network_an_agent_is_heard_by_the_model_and_a_gate_by_nobody()
    {
        await using var scene = await FencedScene.MakeAsync(network: false);

        var (_, agent) = await scene.ActAsync(NetworkActs.Words + "ask $M \"$(message $ANTHROPIC_API_KEY)\"");
        var (_, gate) = await scene.ActAsync(NetworkActs.Words + "ls /run/orchestrator; let_in $M \"$(message x)\"; env | grep ANTHROPIC", gate: true);

        Assert.StartsWith("HTTP/1.1 200 OK", agent, StringComparison.Ordinal);
        Assert.Equal((1, null), (scene.Closed!.Messages(), scene.Closed.Reached()));
        Assert.Equal("feeds\nobjects\n", gate);
    }

    /// <summary>The program writes a dummy of the login into the home that the agent had to itself before.</summary>
    [Theory]
    [InlineData("ln -sf \"$USERHOME/.bashrc\" ~/.claude/.credentials.json", true)]
    [InlineData("rm -rf ~/.claude; ln -s \"$USERHOME/.ssh\" ~/.claude", true)]
    [InlineData("rm -rf ~/.claude; ln -s \"$USERHOME/nowhere\" ~/.claude", false)]
    [InlineData("rm -rf ~/.claude; mkdir -p ~/.claude/.credentials.json/x", false)]
    [InlineData("rm -rf ~/.claude; echo x > ~/.claude", true)]
    public async Task A_link_in_an_agents_home_leads_nothing_of_ours_outside(string script, bool network)
    {
        await using var scene = await FencedScene.MakeAsync(network, gateway: true, login: """{ "claudeAiOauth": { "accessToken": "canary-7f3a91", "expiresAt": 99999999999999 } }""");
        await scene.ActAsync("true");
        var before = scene.Outside();

        await scene.ActAsync(script);
        var (_, said) = await scene.ActAsync("cat ~/.claude/.credentials.json");

        Assert.Equal(before, scene.Outside());
        Assert.Contains("sk-ant-dummy-1A", said, StringComparison.Ordinal);
        Assert.DoesNotContain(FencedScene.Canary, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_network_is_shared_each_worktree_has_a_gateway_that_hears_it_alone()
    {
        await using var scene = await FencedScene.MakeAsync(gateway: true);

        var (_, own) = await scene.ActAsync(NetworkActs.Words + "ask ${ANTHROPIC_BASE_URL#http://} \"$(message $ANTHROPIC_API_KEY)\"");
        var (_, others) = await scene.ActAsync(NetworkActs.Words + "M=${ANTHROPIC_BASE_URL#http://}; let_in $M \"$(message $SIBLING_KEY)\"; let_in $SIBLING_SOCKET \"$(message $ANTHROPIC_API_KEY)\"; let_in $M \"$(message $ENDED_KEY)\"; env");

        Assert.StartsWith("HTTP/1.1 200 OK", own, StringComparison.Ordinal);
        Assert.DoesNotContain(FencedScene.Canary, others, StringComparison.Ordinal);
        Assert.Equal((1, null), (scene.Closed!.Messages(), scene.Closed.Reached()));
    }

    [Fact]
    public async Task Where_the_network_is_shared_the_same_words_reach_what_listens()
    {
        await using var closed = await FencedScene.MakeAsync(network: false);
        await using var scene = await FencedScene.MakeAsync();

        await scene.ActAsync($"{NetworkActs.Words}{closed.Closed!.Listeners}{NetworkActs.All[0].Script}; {NetworkActs.All[2].Script}; {NetworkActs.All[3].Script}; {NetworkActs.All[4].Script}");

        Assert.Equal(["TCP", "UDP", "a socket without a file", "the provider"], await closed.Closed.HeardAsync(4));
    }
}

/// <summary>Without a fence each of them harms: else it would prove nothing.</summary>
public sealed class UnfencedActTests
{
    [Fact]
    public async Task Without_a_fence_each_act_on_files_harms()
    {
        var harmless = new List<string>();
        foreach (var (name, script) in HostileActs.OnFiles)
        {
            await using var scene = await FencedScene.MakeAsync();
            var before = scene.Outside();
            if (!scene.Unfenced(script).Contains(FencedScene.Canary, StringComparison.Ordinal) && before == scene.Outside())
            {
                harmless.Add(name);
            }
        }

        Assert.Empty(harmless);
    }
}
