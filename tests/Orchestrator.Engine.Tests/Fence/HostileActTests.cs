using System.Diagnostics;

namespace Orchestrator.Engine.Tests.Fence;

/// <summary>None of the acts has an effect outside of the worktree, whoever runs the program.</summary>
public sealed class HostileActTests
{
    public static TheoryData<string> Users => Environment.IsPrivilegedProcess ? [FencedScene.Me, FencedScene.Nobody] : [FencedScene.Me];

    [Theory]
    [MemberData(nameof(Users))]
    public async Task No_act_has_an_effect_outside(string user)
    {
        await using var scene = await FencedScene.MakeAsync();
        using var outsider = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec sleep 600 # outsider"]) { Environment = { ["ORCHESTRATOR_CANARY"] = FencedScene.Canary } })!;
        var effects = new List<string>();
        try
        {
            await scene.ActAsync("true", user: user);
            var before = scene.Outside();
            foreach (var (name, script) in HostileActs.OnFiles.Concat(HostileActs.OnTheMachine))
            {
                var (_, said) = await scene.ActAsync($"OUTSIDER={outsider.Id}\n{script}\ntrue", user: user);
                var after = scene.Outside();
                effects.AddRange(new[]
                {
                    (said.Contains(FencedScene.Canary, StringComparison.Ordinal), "a canary was printed"),
                    (after != before, "something outside is not what it was"),
                    (outsider.HasExited, "the one outside is gone"),
                    (scene.Left().Count > 0, "somebody is left"),
                }.Where(effect => effect.Item1).Select(effect => $"{name}: {effect.Item2}"));
                before = after;
            }
        }
        finally
        {
            outsider.Kill();
        }

        Assert.Empty(effects);
        Assert.Equal("", scene.Check());
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
