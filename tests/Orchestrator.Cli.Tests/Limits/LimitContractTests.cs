using System.Diagnostics;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;

namespace Orchestrator.Cli.Tests.Limits;

/// <summary>Holds the fake agent to the real CLI where something runs out.</summary>
public sealed class LimitContractTests
{
    private const string Work = """
        "conversations": [ { "steps": [ { "bash": "mkdir -p out && echo done > out/{milestone}.txt", "think_ms": THINK }, { "say": "done" } ] } ]
        """;

    public static TheoryData<string, string> LimitedAgents => new() { { "fake", "fake: limit 8" }, { "fake", "fake: limit 8 197" }, { "real", "" } };

    public static TheoryData<string> Agents => ["fake", "real"];

    [Theory]
    [MemberData(nameof(LimitedAgents))]
    public async Task A_limit_of_the_account_refuses_every_conversation_until_its_reset(string agent, string text)
    {
        await using var stage = Stage("\"limits\": [ { \"after\": 0, \"lasts_s\": 8, \"kind\": \"five_hour\" } ],");
        var brief = ContractStage.Brief(Role.Implement);

        var refused = Assert.IsType<TurnOutcome.Limited>((await stage.RunAsync(agent, brief, text, subscriber: true)).Outcome);
        var other = Assert.IsType<TurnOutcome.Limited>((await stage.RunAsync(agent, ContractStage.Brief(Role.Implement), subscriber: true)).Outcome);

        Assert.Equal(refused.ResetsAt, other.ResetsAt);
        Assert.Contains("You've hit your", refused.Message, StringComparison.Ordinal);
        HeldRun.Until(() => DateTimeOffset.UtcNow >= refused.ResetsAt, 20, () => "the reset did not come");
        Assert.IsType<TurnOutcome.Completed>((await stage.RunAsync(agent, brief with { Known = true, Ask = Ask.GoOn, Delivery = 2 }, text, subscriber: true)).Outcome);
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_budget_ends_the_turn_with_the_answer_that_passed_it(string agent)
    {
        await using var stage = Stage("");

        var (outcome, usage, _, _) = await stage.RunAsync(agent, ContractStage.Brief(Role.Implement) with { Cap = new Cap(Usd: 0.01m) }, "fake: spend 0.3");

        Assert.IsNotType<TurnOutcome.Completed>(outcome);
        Assert.Contains("\"subtype\":\"error_max_budget_usd\"", stage.Transcript()[^1], StringComparison.Ordinal);
        Assert.InRange(usage.CostUsd, 0.01m, 0.1m);
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task While_the_model_thinks_nothing_is_printed(string agent)
    {
        await using var stage = Stage("", think: 2000);

        var turn = stage.RunAsync(agent, ContractStage.Brief(Role.Implement), "fake: silent 2");
        HeldRun.Until(() => stage.Transcript().Count > 0, 30, () => "it does not begin");
        var watch = Stopwatch.StartNew();
        HeldRun.Until(() => stage.Transcript().Exists(line => !line.Contains("\"type\":\"system\"", StringComparison.Ordinal)), 30, () => "nothing comes");

        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(1), $"Something came after {watch.Elapsed}.");
        Assert.IsType<TurnOutcome.Completed>((await turn).Outcome);
    }

    [Fact]
    public async Task The_fake_agent_can_disobey_its_budget()
    {
        await using var stage = Stage("");
        var end = await stage.RunAsync("fake", ContractStage.Brief(Role.Implement) with { Cap = new Cap(Usd: 1m) }, "fake: overspend 3");
        Assert.Equal(3m, end.Usage.CostUsd);
    }

    private static ContractStage Stage(string before, int think = 0) =>
        new($"{{ {before} {Work.Replace("THINK", think.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)} }}");
}
