using Orchestrator.Core.Agents;

namespace Orchestrator.Cli.Tests;

/// <summary>Holds the fake agent and the real CLI to the same behaviour, as far as a run depends on it.</summary>
public sealed class ContractTests : IAsyncDisposable
{
    private const string Script = """
        { "conversations": [
          { "when": { "role": "review" }, "steps": [ { "verdict": { "verdict": "approved", "summary": "looked", "findings": [] } } ] },
          { "when": { "milestone": "*" }, "steps": [ { "bash": "mkdir -p out && echo done > out/{milestone}.txt" }, { "say": "done" } ] } ] }
        """;

    private readonly ContractStage _stage = new(Script);

    public static TheoryData<string> Agents => ["fake", "real"];

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task An_implementer_writes_and_says_what_it_used(string agent)
    {
        var (outcome, usage, _, _) = await _stage.RunAsync(agent, ContractStage.Brief(Role.Implement));

        Assert.IsType<TurnOutcome.Completed>(outcome);
        Assert.True(File.Exists(Path.Combine(_stage.Folder, "out", "1A.txt")));
        Assert.True(usage is { CostUsd: > 0, InputTokens: > 0, OutputTokens: > 0 }, usage.ToString());
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_reviewer_gives_its_verdict_in_the_schema(string agent) =>
        Assert.Equal(new TurnOutcome.Approved("looked"), (await _stage.RunAsync(agent, ContractStage.Brief(Role.Review))).Outcome);

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_conversation_that_is_gone_is_begun_anew(string agent) =>
        Assert.IsType<TurnOutcome.Completed>((await _stage.RunAsync(agent, ContractStage.Brief(Role.Implement) with { Known = true, Ask = Ask.GoOn })).Outcome);

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_conversation_that_exists_already_is_resumed(string agent)
    {
        var brief = ContractStage.Brief(Role.Implement);
        Assert.IsType<TurnOutcome.Completed>((await _stage.RunAsync(agent, brief)).Outcome);
        Assert.IsType<TurnOutcome.Completed>((await _stage.RunAsync(agent, brief)).Outcome);
        Assert.IsType<TurnOutcome.Completed>((await _stage.RunAsync(agent, brief with { Known = true, Ask = Ask.GoOn, Delivery = 2 })).Outcome);
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_turn_ends_with_exactly_one_result(string agent)
    {
        await _stage.RunAsync(agent, ContractStage.Brief(Role.Implement));
        var lines = _stage.Transcript();
        Assert.Single(lines, line => line.Contains("\"type\":\"result\"", StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();
}
