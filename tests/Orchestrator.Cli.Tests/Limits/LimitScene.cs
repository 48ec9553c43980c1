using System.Globalization;
using System.Text.Json;
using Orchestrator.Rehearsal;

namespace Orchestrator.Cli.Tests.Limits;

/// <summary>
/// The program with the real CLI as a subscriber has it, against a scripted model. The model lives in the test, so that it outlives the
/// program and its own record of the requests can be held against what the program did.
/// </summary>
internal sealed class LimitScene : IAsyncDisposable
{
    private readonly Dictionary<string, string> _variables;

    /// <summary>A repository with milestones of one stage, and a model that plays the script.</summary>
    /// <param name="milestones">How many, all at the same time.</param>
    /// <param name="script">Gets a folder that the agents may use to wait for each other.</param>
    /// <param name="settings">Further settings, beginning with a comma.</param>
    public LimitScene(int milestones, Func<string, string> script, string settings = "")
    {
        Names = [.. Enumerable.Range(0, milestones).Select(number => $"1{(char)('A' + number)}")];
        Repository = new SampleRepository("", [.. Names.Select(name => (name, $"Write out/{name}.txt."))]);
        Repository.Write("orchestrator.config.json", $$"""
            { "claude": { "path": "{{Tool.RealClaude}}", "env": [ "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN" ], "model": "sonnet" }, "max_parallel_tasks": {{milestones}}{{(settings.Contains("isolation", StringComparison.Ordinal) ? "" : ", \"isolation\": \"off\"")}}{{settings}} }
            """);
        var meeting = Path.Combine(Repository.Home, "meeting");
        Directory.CreateDirectory(meeting);
        var (parsed, problems) = RehearsalScript.Read(script(meeting), "scene");
        Assert.Empty(problems);
        Model = RehearsalServer.Start(parsed);
        _variables = new() { ["ANTHROPIC_BASE_URL"] = Model.BaseAddress.ToString(), ["CLAUDE_CODE_OAUTH_TOKEN"] = "dummy-for-loopback" };
    }

    /// <summary>Gives the user a key in place of the token.</summary>
    public void UseKey()
    {
        _variables.Remove("CLAUDE_CODE_OAUTH_TOKEN");
        _variables["ANTHROPIC_API_KEY"] = "dummy-for-loopback";
    }

    /// <summary>Gives the user a login, as the CLI keeps it, in place of the token.</summary>
    public void UseLogin()
    {
        _variables.Remove("CLAUDE_CODE_OAUTH_TOKEN");
        var until = DateTimeOffset.UtcNow.AddHours(8).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        File.WriteAllText(
            Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Home, ".claude")).FullName, ".credentials.json"),
            $$"""{ "claudeAiOauth": { "accessToken": "dummy-for-loopback", "refreshToken": "dummy-for-loopback", "expiresAt": {{until}}, "scopes": [ "user:inference", "user:profile" ], "subscriptionType": "max" } }""");
    }

    public IReadOnlyList<string> Names { get; }

    public SampleRepository Repository { get; }

    public RehearsalServer Model { get; }

    /// <summary>What the agents asked the model, in the order of arrival.</summary>
    public IReadOnlyList<RehearsedRequest> Messages => [.. Model.Requests.Where(request => request is { Method: "POST", Path: "/v1/messages" })];

    /// <summary>The requests, for the message of a test that fails.</summary>
    public string Told => string.Join('\n', Messages.Select(request => string.Create(
        CultureInfo.InvariantCulture,
        $"{request.Time:HH:mm:ss.fff} {request.Milestone} {request.Role} attempt {request.Attempt} {request.SessionId?[^8..]} {request.Answer} after {request.ToolCalls} calls, {request.SharedHeadBytes}/{request.HeadBytes} bytes, {request.Tokens}")));

    public RunningTool Start(params string[] arguments) => Repository.Start(_variables, arguments is [] ? ["run"] : arguments);

    /// <summary>The program's own word on its state.</summary>
    public JsonElement Status()
    {
        using var json = JsonDocument.Parse(Repository.Run("status", "--json").Out);
        return json.RootElement.Clone();
    }

    /// <summary>Waits until all milestones are parked.</summary>
    public void WaitUntilParked(RunningTool run) => HeldRun.Until(
        () => Status() is { ValueKind: JsonValueKind.Object } status && status.GetProperty("milestones").EnumerateArray().All(milestone => milestone.GetProperty("state").GetString() == "parked"),
        60,
        () => $"not all parked:\n{Status()}\n{run.Out}\n{run.Error}\n{Told}");

    public async ValueTask DisposeAsync()
    {
        Repository.Dispose();
        await Model.DisposeAsync();
    }
}
