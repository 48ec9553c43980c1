using Orchestrator.Rehearsal;

namespace Orchestrator.Cli.Tests.Rehearsal;

public sealed class RehearsedLimitTests
{
    [Fact]
    public async Task A_limit_refuses_everyone_until_the_reset_it_names_and_comes_once()
    {
        await using var client = new RehearsalClient("""{ "limits": [ { "after": 2, "lasts_s": 1, "kind": "five_hour" } ] }""");

        Assert.Equal(200, (await client.AskAsync("a")).Status);
        Assert.Equal(200, (await client.AskAsync("b")).Status);
        var refused = await client.AskAsync("a");
        Assert.Equal((429, "status=rejected representative-claim=five_hour 5h-status=rejected 5h-utilization=1"), (refused.Status, refused.Account));
        Assert.Equal(429, (await client.AskAsync("c")).Status);

        var limit = Assert.Single(client.Server.Limits);
        Assert.Equal(limit.ResetsAt.ToUnixTimeSeconds(), refused.Reset);
        Assert.InRange(limit.ResetsAt - limit.Began, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        Assert.Equal("limit five_hour", client.Server.Requests[^1].Answer);

        HeldRun.Until(() => DateTimeOffset.UtcNow >= limit.ResetsAt, 10, () => "the reset did not come");
        Assert.Equal(200, (await client.AskAsync("c")).Status);
        Assert.Equal(200, (await client.AskAsync("a")).Status);
        Assert.Single(client.Server.Limits);
    }

    [Fact]
    public async Task A_limit_of_a_model_leaves_other_models_alone()
    {
        await using var client = new RehearsalClient("""{ "limits": [ { "after": 0, "lasts_s": 600, "kind": "seven_day_opus", "model": "opus" } ] }""");

        Assert.Equal(200, (await client.AskAsync("a", model: "claude-sonnet-5")).Status);
        Assert.Equal("status=rejected representative-claim=seven_day_opus", (await client.AskAsync("b", model: "claude-opus-5")).Account);
        Assert.Equal(200, (await client.AskAsync("a", model: "claude-sonnet-5")).Status);
    }

    [Fact]
    public async Task A_limit_can_begin_with_the_prompt_of_a_conversation()
    {
        await using var client = new RehearsalClient("""{ "limits": [ { "after": { "milestone": "1B", "role": "review" }, "lasts_s": 600, "kind": "seven_day" } ] }""");

        Assert.Equal(200, (await client.AskAsync("a", "1B")).Status);
        Assert.Equal(429, (await client.AskAsync("b", "1B", "review")).Status);
        Assert.Equal(429, (await client.AskAsync("a", "1A")).Status);
    }

    [Fact]
    public async Task A_window_fills_with_the_answers_until_it_warns()
    {
        await using var client = new RehearsalClient("""
            { "windows": [ { "kind": "five_hour", "percent": 86, "per_answer": 2, "warn_at": 90, "resets_in_s": 3600 },
                           { "kind": "seven_day", "percent": 40, "resets_in_s": 86400 } ] }
            """);

        Assert.Equal("status=allowed representative-claim=five_hour 5h-status=allowed 5h-utilization=0.88 7d-status=allowed 7d-utilization=0.4", (await client.AskAsync("a")).Account);
        var warning = await client.AskAsync("a");
        Assert.Equal("status=allowed_warning representative-claim=five_hour 5h-status=allowed_warning 5h-utilization=0.9 5h-surpassed-threshold=0.9 7d-status=allowed 7d-utilization=0.4", warning.Account);
    }

    [Fact]
    public async Task A_script_without_limits_says_nothing_about_the_account()
    {
        await using var client = new RehearsalClient("{}");
        Assert.Equal("", (await client.AskAsync("a")).Account);
    }

    [Fact]
    public void What_is_wrong_with_limits_and_windows_is_said_with_its_line()
    {
        const string Script = """
            { "limits": [
                { "after": -1, "lasts_s": 20, "kind": "five_hour" },
                { "after": { "milestone": "1A", "rolle": "review" }, "lasts_s": 20, "kind": "five_hour" },
                { "after": 1, "lasts_s": 0, "kind": "hourly" },
                { "kind": "five_hour" },
                7 ],
              "windows": [
                { "kind": "seven_day_opus", "resets_in_s": 60 },
                { "kind": "five_hour", "percent": 101 },
                { "kind": "seven_day", "resets_in_s": 60 },
                { "kind": "seven_day", "resets_in_s": 60 } ] }
            """;

        var problems = RehearsalScript.Read(Script, "script.json").Problems.Select(problem => $"{problem.Line}: {problem.Message} {problem.Hint}");

        Assert.Equal(
            [
                "2: \"after\" is -1. Write a whole number of at least 0.",
                "3: \"after\" has an unknown key \"rolle\". Known keys here: milestone, role, attempt, round.",
                "4: \"lasts_s\" is 0. Write a whole number from 1 to 691200.",
                "4: \"kind\" is \"hourly\". Write one of: five_hour, seven_day, seven_day_opus, seven_day_sonnet.",
                "5: A limit has no \"after\". Add \"after\": 0 for at once, or the \"when\" of a conversation.",
                "5: A limit has no \"lasts_s\". Add \"lasts_s\": a number of seconds.",
                "6: A limit is 7. Write an object: { … }.",
                "8: \"kind\" is \"seven_day_opus\". Write one of: five_hour, seven_day.",
                "9: \"percent\" is 101. Write a whole number from 0 to 100.",
                "9: A window has no \"resets_in_s\". Add \"resets_in_s\": a number of seconds.",
                "11: The window \"seven_day\" is there twice. Keep one of them.",
            ],
            problems);
    }
}
