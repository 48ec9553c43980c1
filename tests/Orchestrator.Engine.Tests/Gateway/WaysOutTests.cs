using System.Net;
using Orchestrator.Engine.Gateway;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Gateway;

/// <summary>What an agent gets to reach the model by, where it shares the network.</summary>
public sealed class WaysOutTests : IDisposable
{
    private readonly TempFolder _home = new();
    private readonly Provider _provider = new("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    private readonly HttpClient _client = new();

    [Fact]
    public async Task A_key_ends_with_its_turn_and_is_not_answered_afterwards()
    {
        await using var ways = Make();
        using var over = new CancellationTokenSource();
        var environment = ways.Through("1A", Spec(over.Token), _home.Path).Environment;

        Assert.Equal(HttpStatusCode.OK, await AskAsync(environment));
        await over.CancelAsync();

        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(environment));
        Assert.Single(_provider.Heads);
    }

    [Fact]
    public async Task The_key_stays_out_and_what_asks_nothing_gets_none()
    {
        await using var ways = Make();

        var agent = ways.Through("1A", Spec(TestContext.Current.CancellationToken), _home.Path).Environment;
        var gate = ways.Through("1A", Spec(TestContext.Current.CancellationToken) with { Model = null }, _home.Path).Environment;

        Assert.DoesNotContain("real", string.Join(' ', agent.Values.Concat(gate.Values)), StringComparison.Ordinal);
        Assert.False(gate.ContainsKey("ANTHROPIC_API_KEY"));
        Assert.False(gate.ContainsKey(ModelAccess.BaseUrl));
    }

    [Theory]
    [InlineData("NO_PROXY")]
    [InlineData("no_proxy")]
    public async Task Whom_the_user_reaches_directly_the_agent_does_too(string variable)
    {
        await using var ways = Make();

        var spec = Spec(TestContext.Current.CancellationToken);
        var environment = ways.Through("1A", spec with { Environment = new Dictionary<string, string>(spec.Environment) { [variable] = "corp.example" } }, _home.Path).Environment;

        Assert.Equal(("corp.example,127.0.0.1", "corp.example,127.0.0.1"), (environment["NO_PROXY"], environment["no_proxy"]));
    }

    public void Dispose()
    {
        _client.Dispose();
        _provider.Dispose();
        _home.Dispose();
    }

    private WaysOut Make() => new(new ModelAccess(_provider.Address, ModelCredential.Key("real"), "ANTHROPIC_API_KEY", null, []), shared: true, [], "/nowhere/relay", TimeProvider.System);

    private static ProcessSpec Spec(CancellationToken over) =>
        new("/bin/true", [], "/", new Dictionary<string, string> { ["HOME"] = "/home/ada", ["ANTHROPIC_API_KEY"] = "real" }) { Model = new ModelShare(Over: over) };

    private async Task<HttpStatusCode> AskAsync(IReadOnlyDictionary<string, string> environment)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, environment[ModelAccess.BaseUrl] + "/v1/messages") { Content = new StringContent("{}") };
        request.Headers.Add("x-api-key", environment["ANTHROPIC_API_KEY"]);
        using var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
