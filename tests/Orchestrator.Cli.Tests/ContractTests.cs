using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Claude;
using Orchestrator.Rehearsal;

namespace Orchestrator.Cli.Tests;

/// <summary>Holds the fake agent and the real CLI to the same behaviour, as far as a run depends on it.</summary>
public sealed class ContractTests : IAsyncDisposable
{
    private const string Script = """
        { "conversations": [
          { "when": { "role": "review" }, "steps": [ { "verdict": { "verdict": "approved", "summary": "looked", "findings": [] } } ] },
          { "when": { "milestone": "*" }, "steps": [ { "bash": "mkdir -p out && echo done > out/{milestone}.txt" }, { "say": "done" } ] } ] }
        """;

    private readonly TemporaryFolder _top = new();
    private readonly RehearsalServer _server = RehearsalServer.Start(RehearsalScript.Read(Script, "contract").Script);
    private int _orders;

    public static TheoryData<string> Agents => ["fake", "real"];

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task An_implementer_writes_and_says_what_it_used(string agent)
    {
        var (outcome, usage) = await RunAsync(agent, Brief(Role.Implement));

        Assert.IsType<TurnOutcome.Completed>(outcome);
        Assert.True(File.Exists(Path.Combine(_top.Path, "work", "out", "1A.txt")));
        Assert.True(usage is { CostUsd: > 0, InputTokens: > 0, OutputTokens: > 0 }, usage.ToString());
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_reviewer_gives_its_verdict_in_the_schema(string agent) =>
        Assert.Equal(new TurnOutcome.Approved("looked"), (await RunAsync(agent, Brief(Role.Review))).Outcome);

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_conversation_that_is_gone_is_begun_anew(string agent) =>
        Assert.IsType<TurnOutcome.Completed>((await RunAsync(agent, Brief(Role.Implement) with { Known = true, Ask = Ask.GoOn })).Outcome);

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_conversation_that_exists_already_is_resumed(string agent)
    {
        var brief = Brief(Role.Implement);
        Assert.IsType<TurnOutcome.Completed>((await RunAsync(agent, brief)).Outcome);
        Assert.IsType<TurnOutcome.Completed>((await RunAsync(agent, brief)).Outcome);
        Assert.IsType<TurnOutcome.Completed>((await RunAsync(agent, brief with { Known = true, Ask = Ask.GoOn, Delivery = 2 })).Outcome);
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_turn_ends_with_exactly_one_result(string agent)
    {
        await RunAsync(agent, Brief(Role.Implement));
        var lines = File.ReadLines(Directory.EnumerateFiles(_top.Path, "*.jsonl").Single()).ToList();
        Assert.Single(lines, line => line.Contains("\"type\":\"result\"", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _top.Dispose();
    }

    private static TurnBrief Brief(Role role) => new(role, Ask.Begin, Guid.NewGuid(), false, 1, 0, 1);

    private async Task<(TurnOutcome Outcome, Usage Usage)> RunAsync(string agent, TurnBrief brief)
    {
        var folder = Path.Combine(_top.Path, "work");
        Directory.CreateDirectory(folder);
        var program = agent == "fake" ? Tool.FakeClaude : Tool.RealClaude;
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
            ["HOME"] = _top.Path,
            ["ANTHROPIC_BASE_URL"] = _server.BaseAddress.ToString(),
            ["ANTHROPIC_API_KEY"] = "dummy",
        };
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } dotnet)
        {
            environment["DOTNET_ROOT"] = dotnet;
        }

        var runner = new TurnRunner(new AgentSetup(program, environment, "sonnet", null, TimeSpan.FromMinutes(2)));
        var prompt = PromptBook.Write(MilestoneId.Parse("1A"), "# Something\n\nfake: ok", brief, "");
        var turn = new Turn(MilestoneId.Parse("1A"), brief, prompt, folder, Path.Combine(_top.Path, $"turn{++_orders}"), $"contract/{_top.Path}/{_orders}", _top.Path, null, null, null);
        return await runner.RunAsync(turn, TestContext.Current.CancellationToken);
    }
}
