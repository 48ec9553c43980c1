using System.Text;
using System.Text.Json;
using Orchestrator.Rehearsal;

namespace Orchestrator.Cli.Tests.Rehearsal;

/// <summary>Asks the scripted model as the CLI does.</summary>
internal sealed class RehearsalClient : IAsyncDisposable
{
    private readonly HttpClient _client = new();

    public RehearsalClient(string script)
    {
        var (parsed, problems) = RehearsalScript.Read(script, "script.json");
        Assert.Empty(problems);
        Server = RehearsalServer.Start(parsed);
    }

    public RehearsalServer Server { get; }

    public async Task<Answer> AskAsync(string session, string milestone = "1A", string role = "implement", string model = "sonnet", string tools = "[]", string system = "[]")
    {
        var prompt = $"[orchestrator] milestone={milestone} role={role} attempt=1 round=0";
        var body = $$"""{ "model": "{{model}}", "tools": {{tools}}, "system": {{system}}, "messages": [ { "role": "user", "content": "{{prompt}}" } ] }""";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Server.BaseAddress, "v1/messages"));
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("x-claude-code-session-id", session);
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var headers = response.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(text);
        return new Answer((int)response.StatusCode, headers, json.RootElement.Clone());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>An answer of the scripted model.</summary>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, JsonElement Body)
{
    /// <summary>What it says about the account, without the common beginning of the names.</summary>
    public string Account => string.Join(' ', Headers
        .Where(header => header.Key.StartsWith("anthropic-ratelimit-unified-", StringComparison.OrdinalIgnoreCase) && !header.Key.EndsWith("reset", StringComparison.Ordinal))
        .Select(header => $"{header.Key["anthropic-ratelimit-unified-".Length..]}={header.Value}"));

    public long Reset => long.Parse(Headers["anthropic-ratelimit-unified-reset"], System.Globalization.CultureInfo.InvariantCulture);

    public int Usage(string name) => Body.GetProperty("usage").GetProperty(name).GetInt32();
}
