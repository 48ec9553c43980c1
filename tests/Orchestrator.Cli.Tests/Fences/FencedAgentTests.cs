using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Orchestrator.Core.Agents;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Gateway;
using Orchestrator.Engine.Processes;
using Orchestrator.Rehearsal;

namespace Orchestrator.Cli.Tests.Fences;

/// <summary>The real CLI without any network: all it has is a port of the relay, a dummy key and the gateway outside.</summary>
public sealed class FencedAgentTests : IAsyncDisposable
{
    private const string Bubblewrap = "/usr/bin/bwrap";
    private const string Port = "8099";
    private const string RealKey = "sk-ant-real-0123456789";
    private const string Script = """{ "conversations": [ { "steps": [ { "bash": "(exec 3<>/dev/tcp/127.0.0.1/HOST) 2>/dev/null && echo reachable || echo unreachable; env" }, { "say": "hello from outside" } ] } ] }""";

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<HeardLimits> _heard = new();

    [Theory]
    [InlineData("ANTHROPIC_API_KEY")]
    [InlineData("CLAUDE_CODE_OAUTH_TOKEN")]
    public async Task The_real_CLI_is_answered_through_the_relay_and_the_gateway(string variable)
    {
        SkipWithoutFence();
        using var host = new TcpListener(IPAddress.Loopback, 0);
        host.Start();
        var script = Script.Replace("HOST", ((IPEndPoint)host.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        await using var model = RehearsalServer.Start(RehearsalScript.Read(script, "fenced").Script);
        using var gateway = new ModelGateway(model.BaseAddress, ModelCredential.Key(RealKey), _heard.Enqueue, TimeProvider.System);
        await using var door = gateway.Listen(Path.Combine(_folder.Path, "gw.sock"));
        var key = gateway.Open("fenced/1A/1", new TurnCap(Requests: 10));

        var (exit, output, error) = RunClaude(key, variable);

        Assert.True(exit == 0, $"{exit}\n{output}\n{error}");
        Assert.True(output.Contains("hello from outside", StringComparison.Ordinal), output);
        Assert.Contains("\"content\":\"unreachable", output, StringComparison.Ordinal);
        Assert.DoesNotContain(RealKey, output, StringComparison.Ordinal);
        var used = gateway.Close("fenced/1A/1")!;
        Assert.Equal((2, 0), (used.Requests, used.Refused));
        Assert.True(used is { CacheWriteTokens: > 0, CacheReadTokens: > 0, OutputTokens: > 0 }, used.ToString());
        Assert.All(model.Requests, request => Assert.Equal("/v1/messages", request.Path)); // what it asks at its start ends at the gateway
    }

    /// <summary>The agent's copy of the login has a dummy in it, and the CLI asks with that as it would with the user's own.</summary>
    [Fact]
    public async Task With_a_login_the_real_CLI_is_answered_and_never_sees_it()
    {
        SkipWithoutFence();
        await using var model = RehearsalServer.Start(RehearsalScript.Read("""{ "conversations": [ { "steps": [ { "bash": "grep -o dummy-fenced ~/.claude/.credentials.json; grep -c real ~/.claude/.credentials.json" }, { "say": "hello" } ] } ] }""", "fenced").Script);
        var users = Path.Combine(_folder.Path, "users.json");
        var until = DateTimeOffset.UtcNow.AddHours(8).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        File.WriteAllText(users, $$"""{"claudeAiOauth":{"accessToken":"sk-ant-oat01-real","refreshToken":"sk-ant-ort01-real","expiresAt":{{until}},"scopes":["user:inference","user:profile"],"subscriptionType":"max"} }""");
        var login = new ModelLogin(users, _ => throw new InvalidOperationException("It is not close to its end."), TimeProvider.System);
        using var gateway = new ModelGateway(model.BaseAddress, login, _heard.Enqueue, TimeProvider.System);
        await using var door = gateway.Listen(Path.Combine(_folder.Path, "gw.sock"));
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Path, ".claude")).FullName, ModelLogin.FileName), login.CopyWith(gateway.Open("fenced/1A/1", new TurnCap())));

        var (exit, output, error) = RunClaude(key: null);

        Assert.True(exit == 0, $"{exit}\n{output}\n{error}");
        Assert.Contains("hello", output, StringComparison.Ordinal);
        Assert.Contains("dummy-fenced\\n0", output, StringComparison.Ordinal);
        Assert.Equal(2, gateway.Close("fenced/1A/1")!.Requests);
    }

    /// <summary>By which the CLI is made to look after its login; it must not fail for another reason.</summary>
    [Fact]
    public async Task The_small_question_is_one_that_the_real_CLI_asks()
    {
        await using var model = RehearsalServer.Start(RehearsalScript.Read("""{ "conversations": [ { "steps": [ { "say": "ok" } ] } ] }""", "small").Script);
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = _folder.Path, ["ANTHROPIC_BASE_URL"] = model.BaseAddress.ToString(), ["ANTHROPIC_API_KEY"] = "dummy" };

        var end = await ShortProcess.RunAsync(ClaudeCommand.SmallQuestion(Tool.RealClaude, environment, _folder.Path), null, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.True(end.ExitCode == 0, Encoding.UTF8.GetString(end.Output) + end.Errors);
        Assert.Single(model.Requests, request => request.Path == "/v1/messages");
    }

    [Fact]
    public async Task Beyond_its_cap_the_real_CLI_gives_up_at_once()
    {
        SkipWithoutFence();
        await using var model = RehearsalServer.Start(RehearsalScript.Read(Script, "fenced").Script);
        using var gateway = new ModelGateway(model.BaseAddress, ModelCredential.Key(RealKey), _heard.Enqueue, TimeProvider.System);
        await using var door = gateway.Listen(Path.Combine(_folder.Path, "gw.sock"));
        var key = gateway.Open("fenced/1A/1", new TurnCap(Requests: 1));

        var (exit, output, error) = RunClaude(key);

        Assert.True(exit == 1, $"{exit}\n{output}\n{error}");
        Assert.Contains("cap of 1 requests is reached", output, StringComparison.Ordinal);
        Assert.IsType<TurnOutcome.Spent>(TurnClassifier.Classify(Role.Implement, ReportOf(output), exit, error, DateTimeOffset.UtcNow));
        Assert.Equal((1, 1), (gateway.Used("fenced/1A/1")!.Requests, gateway.Used("fenced/1A/1")!.Refused));
    }

    [Fact]
    public async Task A_provider_that_was_away_for_a_moment_is_asked_again()
    {
        SkipWithoutFence();
        await using var model = RehearsalServer.Start(RehearsalScript.Read("""{ "conversations": [ { "steps": [ { "drop": "connect", "times": 1 }, { "say": "hello again" } ] } ] }""", "fenced").Script);
        using var gateway = new ModelGateway(model.BaseAddress, ModelCredential.Key(RealKey), _heard.Enqueue, TimeProvider.System);
        await using var door = gateway.Listen(Path.Combine(_folder.Path, "gw.sock"));

        var (exit, output, error) = RunClaude(gateway.Open("fenced/1A/1", new TurnCap()));

        Assert.True(exit == 0, $"{exit}\n{output}\n{error}");
        Assert.True(output.Contains("\"error_status\":502", StringComparison.Ordinal), output);
        Assert.Contains("hello again", output, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private TurnReport ReportOf(string output)
    {
        var file = Path.Combine(_folder.Path, "said.jsonl");
        File.WriteAllText(file, output + "\n");
        return TranscriptReader.ReadWhole(file);
    }

    private static void SkipWithoutFence()
    {
        Assert.SkipUnless(File.Exists(Bubblewrap), "needs bubblewrap for a fence");
        using var probe = new TemporaryFolder();
        var (exit, _, error) = Tool.Run(Bubblewrap, probe.Path, probe.Path, 30, "--ro-bind", "/", "/", "--unshare-net", "--", "/bin/true");
        Assert.SkipWhen(exit != 0, $"This machine permits no fence: {error}");
    }

    private (int Exit, string Out, string Error) RunClaude(string? key, string variable = "ANTHROPIC_API_KEY") => Tool.Run(
        Bubblewrap,
        _folder.Path,
        _folder.Path,
        120,
        [
            "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--bind", _folder.Path, _folder.Path, "--chdir", _folder.Path,
            "--unshare-net", "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session", "--clearenv",
            "--setenv", "PATH", "/usr/bin:/bin", "--setenv", "HOME", _folder.Path, "--setenv", "CLAUDE_CODE_TMPDIR", _folder.Path, "--setenv", "ANTHROPIC_BASE_URL", $"http://127.0.0.1:{Port}",
            .. key is null ? Array.Empty<string>() : ["--setenv", variable, key], "--setenv", "DISABLE_AUTOUPDATER", "1", "--setenv", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1",
            "--", Tool.Program, "fence-relay", "--to", Path.Combine(_folder.Path, "gw.sock"), "--listen", Port,
            "--", Tool.RealClaude, "-p", "--output-format", "stream-json", "--verbose", "--setting-sources", "", "--strict-mcp-config", "--model", "sonnet", "--allowedTools=Bash", "[orchestrator] milestone=1A role=implement",
        ]);
}
