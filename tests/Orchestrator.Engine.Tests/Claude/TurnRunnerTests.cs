using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Claude;

/// <summary>Turns of shell scripts that speak the CLI's stream, under short limits.</summary>
public sealed class TurnRunnerTests : IDisposable
{
    private const string Prelude = """
        begin() { echo '{"type":"system","subtype":"init","session_id":"s","claude_code_version":"2.1.330"}'; }
        call() { echo '{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t1","name":"Bash","input":{}}]}}'; }
        result() { echo '{"type":"result","subtype":"success","is_error":false,"result":"all is done"}'; }
        until_later() { end=$(($(date +%s) + $1)); }
        later() { [ $(date +%s) -ge $end ]; }
        begin

        """;

    private readonly TempFolder _folder = new();
    private readonly HeldTurns _held = new();
    private Core.Capacity.Footprint? _took;
    private readonly string _order = $"test/{Guid.NewGuid()}";

    public TurnRunnerTests() => Directory.CreateDirectory(_folder.In("work"));

    public void Dispose()
    {
        ProcessSweep.KillAll(LongProcess.RepositoryMarker, _folder.Path);
        _folder.Dispose();
    }

    [Fact]
    public async Task One_that_is_still_is_ended_with_its_tools_and_goes_on_later()
    {
        var outcome = await RunAsync("call; setsid sh -c \"trap '' INT TERM HUP; echo up > tool; sleep 600; :\" & wait; wait");
        Assert.True(outcome is TurnOutcome.Failed { Kind: FailureKind.Transient, Code: "agent.hung" }, outcome.ToString());
        Assert.True(File.Exists(_folder.In("work", "tool")));
        Assert.Empty(ProcessSweep.Find(LongProcess.RepositoryMarker, _folder.Path));
    }

    [Fact]
    public async Task One_that_waits_for_a_permission_is_ended_and_told_so()
    {
        var outcome = await RunAsync("call; exec sleep 600");
        Assert.True(outcome is TurnOutcome.Failed { Kind: FailureKind.Attempt, Code: "agent.prompt" }, outcome.ToString());
    }

    [Fact]
    public async Task One_whose_tool_computes_beyond_the_idle_limit_is_left_alone() =>
        Assert.Equal(new TurnOutcome.Completed("all is done"), await RunAsync("call; (until_later 10; until later; do :; done); result"));

    [Fact]
    public async Task One_whose_tool_writes_files_beyond_the_idle_limit_is_left_alone() =>
        Assert.Equal(new TurnOutcome.Completed("all is done"), await RunAsync("call; until_later 10; until later; do echo more >> written; sleep 0.7; done; result"));

    [Fact]
    public async Task One_that_stays_after_its_result_is_ended_and_the_result_counts()
    {
        var ended = """{"type":"result","subtype":"error_during_execution","is_error":true,"terminal_reason":"aborted_tools"}""";
        Assert.Equal(new TurnOutcome.Completed("all is done"), await RunAsync($"trap \"echo '{ended.Replace("\"", "\\\"")}'; exit 0\" INT TERM; result; sleep 600 & wait; :", idle: 600));
        Assert.Contains("aborted_tools", File.ReadAllText(_folder.In("turn-1.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_takes_too_long_is_ended_however_lively_it_is()
    {
        var outcome = await RunAsync("while :; do call; sleep 0.1; done", idle: 600, wall: 2);
        Assert.Equal(new TurnOutcome.Failed(FailureKind.Attempt, "agent.timeout", "The turn took longer than 2 seconds."), outcome);
    }

    [Theory]
    [InlineData(0.5, null)]
    [InlineData(null, 30_000L)]
    public async Task One_that_spends_on_and_on_and_minds_no_budget_is_ended(double? usd, long? tokens)
    {
        var request = """{"type":"assistant","message":{"id":"m'$i'","model":"claude-sonnet-4-5","role":"assistant","content":[{"type":"text","text":"on and on"}],"usage":{"input_tokens":10,"output_tokens":10000}}}""";
        var outcome = await RunAsync($"i=0; while :; do i=$((i+1)); echo '{request}'; sleep 0.1; done", idle: 600, cap: new Cap((decimal?)usd, tokens));
        Assert.IsType<TurnOutcome.Spent>(outcome);
    }

    [Fact]
    public async Task Beside_the_prompt_lies_what_it_was_made_of()
    {
        await RunAsync("result");
        Assert.Equal("do it", File.ReadAllText(_folder.In("turn-1.prompt.md")));
        Assert.Equal("""{"prompts":[{"name":"implement","version":3},{"name":"go-on","own":"abc"}]}""" + "\n", File.ReadAllText(_folder.In("turn-1.prompt.json")));
    }

    [Fact]
    public async Task While_it_is_frozen_its_clocks_stand_still()
    {
        var running = RunAsync("echo up > begun; sleep 1; result", idle: 3, wall: 6);
        while (!File.Exists(_folder.In("work", "begun")))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        _held.Set([_order]);
        await Task.Delay(TimeSpan.FromSeconds(9), TestContext.Current.CancellationToken); // longer than both limits
        Assert.False(running.IsCompleted);
        _held.Set([]);
        Assert.Equal(new TurnOutcome.Completed("all is done"), await running);
        Assert.InRange(_took!.Value.Wall.TotalSeconds, 0, 5);
    }

    [Fact]
    public async Task What_it_took_of_the_machine_is_said()
    {
        await RunAsync("x=$(head -c 40000000 /dev/zero | tr '\\0' a); until_later 4; until later; do :; done; result", idle: 600);
        Assert.True(_took is { Memory: > 35_000_000, Disk: null } took && took.Cpu > TimeSpan.FromSeconds(0.5) && took.Wall > TimeSpan.FromSeconds(2), _took.ToString());
    }

    private async Task<TurnOutcome> RunAsync(string script, double idle = 4, double wall = 3600, Cap cap = default)
    {
        var agent = _folder.Script("agent", Prelude + script);
        var setup = new AgentSetup(agent, new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = _folder.Path }, null, null, TimeSpan.FromSeconds(wall))
        {
            IdleTimeout = TimeSpan.FromSeconds(idle),
            ResultGrace = TimeSpan.FromSeconds(1),
        };
        var brief = new TurnBrief(Role.Implement, Ask.Begin, Guid.NewGuid(), false, 1, 0, 1, Cap: cap);
        var turn = new Turn(MilestoneId.Parse("1A"), brief, new WrittenPrompt("do it", [new PromptSource("implement", 3, null), new PromptSource("go-on", null, "abc")]), _folder.In("work"), _folder.In("turn"), _order, _folder.Path, null, null, _ => { });
        using var meters = new TreeMeters(TimeProvider.System);
        var end = await new TurnRunner(setup, _held, meters).RunAsync(turn, TestContext.Current.CancellationToken);
        _took = end.Footprint;
        return end.Outcome;
    }
}
