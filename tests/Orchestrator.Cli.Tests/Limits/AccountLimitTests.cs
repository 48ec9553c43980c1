namespace Orchestrator.Cli.Tests.Limits;

/// <summary>Four conversations of the real CLI hit a five-hour limit together; what the model received is the judge.</summary>
[Collection(Alone.Name)]
public sealed class AccountLimitTests
{
    private const string Limit = "limit five_hour";

    /// <summary>The margin and the jitter after a reset, and two seconds to wake and to start a CLI.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2 + 0.25 + 1.5);

    /// <summary>How long the model thinks before its first answer: the others must not ask in the meantime.</summary>
    private static readonly TimeSpan Think = TimeSpan.FromMilliseconds(1500);

    [Fact]
    public async Task All_four_conversations_go_on_after_the_reset_with_one_of_them_ahead()
    {
        await using var scene = new LimitScene(4, Script);
        using var run = scene.Start();

        scene.WaitUntilParked(run);
        Assert.True(scene.Status().GetProperty("limit_until").GetDateTimeOffset() >= Assert.Single(scene.Model.Limits).ResetsAt);

        EndsWell(scene, run);
    }

    [Fact]
    public async Task Killed_while_parked_and_started_again_it_still_waits_for_the_reset()
    {
        await using var scene = new LimitScene(4, Script);
        using (var first = scene.Start())
        {
            scene.WaitUntilParked(first);
            first.Kill();
        }

        Assert.True(DateTimeOffset.UtcNow < Assert.Single(scene.Model.Limits).ResetsAt, "It was parked too late to be killed in time.");
        using var second = scene.Start();

        EndsWell(scene, second);
    }

    // All wait for each other, so each has one answer behind it when the limit comes.
    private static string Script(string meeting) => $$"""
        { "limits": [ { "after": 4, "lasts_s": 20, "kind": "five_hour" } ],
          "conversations": [
            { "when": { "role": "review" }, "steps": [ { "verdict": { "verdict": "approved", "summary": "looked", "findings": [] } } ] },
            { "steps": [
              { "bash": "touch {{meeting}}/{milestone}; while [ $(ls {{meeting}} | wc -l) -lt 4 ]; do sleep 0.1; done", "think_ms": {{Think.TotalMilliseconds}} },
              { "bash": "mkdir -p out && echo done > out/{milestone}.txt" },
              { "say": "done" } ] } ] }
        """;

    private static void EndsWell(LimitScene scene, RunningTool run)
    {
        Assert.True(run.WaitForExit(120) == 0, $"{run.Out}\n{run.Error}\n{scene.Told}");
        try
        {
            OnlyFourWereRefusedAndNobodyAskedBeforeTheReset(scene);
            OneWentAheadAndSoon(scene);
            EachWentOnWithItsOwnConversation(scene);
            NoAttemptWasSpentAndAllIsMerged(scene);
        }
        catch (Exception exception) when (exception is Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{exception.Message}\nReset {scene.Model.Limits[0].ResetsAt:HH:mm:ss}\n{scene.Told}\n{run.Out}", exception);
        }
    }

    private static void OnlyFourWereRefusedAndNobodyAskedBeforeTheReset(LimitScene scene)
    {
        var before = scene.Messages.Where(request => request.Time < scene.Model.Limits[0].ResetsAt).ToList();
        Assert.Equal(4 + 4, before.Count);
        Assert.Equal(scene.Names, before.Where(request => request.Answer == "bash").Select(request => request.Milestone).Order(StringComparer.Ordinal));
        Assert.Equal(scene.Names, before.Where(request => request.Answer == Limit).Select(request => request.Milestone).Order(StringComparer.Ordinal));
        Assert.Equal(4, scene.Messages.Count(request => request.Answer == Limit));
    }

    private static void OneWentAheadAndSoon(LimitScene scene)
    {
        var reset = scene.Model.Limits[0].ResetsAt;
        var after = scene.Messages.Where(request => request.Time >= reset).ToList();
        Assert.InRange(after[0].Time - reset, TimeSpan.Zero, Late);
        var second = after.First(request => request.SessionId != after[0].SessionId);
        Assert.True(second.Time - after[0].Time >= Think, "Another conversation asked before the first was answered.");
    }

    private static void EachWentOnWithItsOwnConversation(LimitScene scene)
    {
        foreach (var milestone in scene.Names)
        {
            var own = scene.Messages.Where(request => request.Milestone == milestone && request.Role == "implement").ToList();
            Assert.Single(own.Select(request => request.SessionId).Distinct());
            var refused = own.FindIndex(request => request.Answer == Limit);
            Assert.Equal([0, 1, 1], own.Take(3).Select(request => request.ToolCalls));
            Assert.Equal(1, refused);
        }
    }

    private static void NoAttemptWasSpentAndAllIsMerged(LimitScene scene)
    {
        Assert.All(scene.Messages, request => Assert.Equal(1, request.Attempt));
        Assert.All(scene.Status().GetProperty("milestones").EnumerateArray(), milestone => Assert.Equal(("done", 1), (milestone.GetProperty("state").GetString(), milestone.GetProperty("attempt").GetInt32())));
        Assert.Equal(scene.Names, scene.Repository.Merged().Split(' ').Order(StringComparer.Ordinal));
        Assert.Empty(scene.Repository.LeftOver());
    }
}
