namespace Orchestrator.Cli.Tests.Limits;

/// <summary>What conversations in parallel worktrees have in common is paid once, if the beginning of their requests is the same.</summary>
public sealed class SharedPrefixTests
{
    private const string Script = """
        { "conversations": [
            { "when": { "role": "review" }, "steps": [ { "verdict": { "verdict": "approved", "summary": "looked", "findings": [] } } ] },
            { "steps": [ { "bash": "mkdir -p out && echo done > out/{milestone}.txt", "think_ms": 500 } ] } ] }
        """;

    [Fact]
    public async Task Eight_first_turns_have_tools_and_system_prompt_in_common()
    {
        await using var scene = new LimitScene(8, _ => Script);
        using (var run = scene.Start())
        {
            HeldRun.Until(() => First(scene).Count == 8 || run.HasExited, 120, () => $"{run.Out}\n{run.Error}\n{scene.Told}");
            run.Signal("TERM");
            run.WaitForExit(60);
        }

        var first = First(scene);
        Assert.Equal(8, first.Count);
        Assert.All(first, request => Assert.True(request.HeadBytes > 10_000, scene.Told));
        Assert.Null(first[0].SharedHeadBytes);

        // All of it: a working directory at its end would leave more than 95 % alike, and yet each would write the whole into the cache.
        Assert.All(first.Skip(1), request => Assert.True(request.SharedHeadBytes == request.HeadBytes, scene.Told));

        // The first went ahead, so the others find in the cache what it put there.
        Assert.Equal(0, first[0].Tokens!.Read);
        Assert.All(first.Skip(1), request => Assert.True(request.Tokens!.Read > first[0].Tokens!.Written / 2, scene.Told));
    }

    private static List<Orchestrator.Rehearsal.RehearsedRequest> First(LimitScene scene) =>
        [.. scene.Messages.Where(request => request.Role == "implement").DistinctBy(request => request.SessionId)];
}
