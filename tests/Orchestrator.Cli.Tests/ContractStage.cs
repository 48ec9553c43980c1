using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Claude;
using Orchestrator.Rehearsal;

namespace Orchestrator.Cli.Tests;

/// <summary>Runs turns of the fake agent and of the real CLI, which the script plays a model for.</summary>
internal sealed class ContractStage(string script) : IAsyncDisposable
{
    private readonly TemporaryFolder _top = new();
    private readonly RehearsalServer _server = RehearsalServer.Start(RehearsalScript.Read(script, "contract").Script);
    private int _orders;

    /// <summary>Where the agents work.</summary>
    public string Folder => Directory.CreateDirectory(Path.Combine(_top.Path, "work")).FullName;

    /// <summary>A new conversation.</summary>
    public static TurnBrief Brief(Role role) => new(role, Ask.Begin, Guid.NewGuid(), false, 1, 0, 1);

    /// <summary>What the one turn printed so far.</summary>
    public List<string> Transcript() => Directory.EnumerateFiles(_top.Path, "*.jsonl").SingleOrDefault() is { } file ? [.. Lines(file)] : [];

    /// <summary>Runs a turn to its end.</summary>
    /// <param name="agent">"fake" or "real".</param>
    /// <param name="brief">The turn.</param>
    /// <param name="text">The milestone's text, which the fake agent obeys; the real one obeys the script.</param>
    /// <param name="subscriber">With a login instead of a key.</param>
    public Task<TurnEnd> RunAsync(string agent, TurnBrief brief, string text = "fake: ok", bool subscriber = false)
    {
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
            ["HOME"] = _top.Path,
            ["ANTHROPIC_BASE_URL"] = _server.BaseAddress.ToString(),
            [subscriber ? "CLAUDE_CODE_OAUTH_TOKEN" : "ANTHROPIC_API_KEY"] = "dummy",
        };
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } dotnet)
        {
            environment["DOTNET_ROOT"] = dotnet;
        }

        var runner = new TurnRunner(new AgentSetup(agent == "fake" ? Tool.FakeClaude : Tool.RealClaude, environment, "sonnet", null, TimeSpan.FromMinutes(2)));
        var prompt = PromptBook.Ours.Write(MilestoneId.Parse("1A"), brief, new PromptMaterial($"# Something\n\n{text}"));
        var turn = new Turn(MilestoneId.Parse("1A"), brief, prompt, Folder, Path.Combine(_top.Path, $"turn{++_orders}"), $"contract/{_top.Path}/{_orders}", _top.Path, null, null, _ => { });
        return runner.RunAsync(turn, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _top.Dispose();
    }

    private static IEnumerable<string> Lines(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
