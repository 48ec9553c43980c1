using System.Net;
using System.Net.Sockets;
using Orchestrator.Engine.Gateway;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Gateway;

public sealed class GatewayRefusalTests
{
    private const string Reply = """{"usage":{"input_tokens":1,"output_tokens":10}}""";

    private static string Answer => Provider.Json(Reply);

    [Theory]
    [InlineData("GET", "/v1/messages")]
    [InlineData("POST", "/v1/messages/")]
    [InlineData("POST", "//v1/messages")]
    [InlineData("POST", "/v1/messages/../models")]
    [InlineData("POST", "/v1/%6dessages")]
    [InlineData("POST", "/V1/messages")]
    [InlineData("POST", "/v1/messages/batches")]
    [InlineData("POST", "/v1/files")]
    [InlineData("GET", "/v1/models")]
    [InlineData("DELETE", "/v1/messages")]
    [InlineData("post", "/v1/messages")]
    [InlineData("OPTIONS", "*")]
    [InlineData("CONNECT", "example.org:443")]
    [InlineData("POST", "http://example.org/v1/messages")]
    [InlineData("POST", "/api/hello")]
    [InlineData("GET", "/api/oauth/usage")]
    public async Task Nothing_but_messages_goes_through(string method, string target)
    {
        await using var scene = new GatewayScene(Answer);

        var heard = await scene.AskAsync($"{method} {target} HTTP/1.1\r\nHost: x\r\nx-api-key: {scene.Key}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", heard, StringComparison.Ordinal);
        Assert.Contains("\"permission_error\"", heard, StringComparison.Ordinal);
        Assert.Empty(scene.Provider.Heads);
    }

    [Theory]
    [InlineData("HEAD", "/")]
    [InlineData("GET", "/api/hello")]
    public async Task What_the_CLI_asks_as_it_starts_is_answered_here(string method, string target)
    {
        await using var scene = new GatewayScene(Answer);

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await scene.AskAsync($"{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
        Assert.Empty(scene.Provider.Heads);
    }

    public static TheoryData<string, string> Smuggled => new()
    {
        { "both lengths", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
        { "the length twice", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}" },
        { "two lengths", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}" },
        { "a list of lengths", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nContent-Length: 2, 2\r\n\r\n{}" },
        { "a signed length", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nContent-Length: +2\r\n\r\n{}" },
        { "a negative length", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nContent-Length: -2\r\n\r\n{}" },
        { "a hexadecimal length", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nContent-Length: 0x2\r\n\r\n{}" },
        { "an empty length", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nContent-Length:\r\n\r\n{}" },
        { "a length beyond all numbers", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nContent-Length: 99999999999999999999\r\n\r\n{}" },
        { "chunked and something else", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" },
        { "chunked, misspelt", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" },
        { "chunked twice", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
        { "a space before the colon", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nContent-Length : 2\r\n\r\n{}" },
        { "a header over two lines", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nX: a\r\n Content-Length: 2\r\n\r\n{}" },
        { "a header over two lines at first", "POST /v1/messages HTTP/1.1\r\n Host: x\r\nHost: x\r\nx-api-key: KEY\r\n\r\n" },
        { "a bare CR", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nX: a\rContent-Length: 2\r\n\r\n{}" },
        { "a bare LF", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\nContent-Length: 2\r\n\r\n{}" },
        { "only LF", "POST /v1/messages HTTP/1.1\nHost: x\nx-api-key: KEY\n\n" },
        { "a NUL in a header", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\0\r\n\r\n" },
        { "a NUL in the target", "POST /v1/messages\0 HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\n\r\n" },
        { "a control character", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nX: a\u001bb\r\n\r\n" },
        { "a header without a name", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\n: a\r\n\r\n" },
        { "a header without a colon", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nX\r\n\r\n" },
        { "an empty line first", "\r\nPOST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\n\r\n" },
        { "no host", "POST /v1/messages HTTP/1.1\r\nx-api-key: KEY\r\n\r\n" },
        { "two hosts", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nHost: y\r\nx-api-key: KEY\r\n\r\n" },
        { "two keys", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nx-api-key: KEY\r\n\r\n" },
        { "an old version", "POST /v1/messages HTTP/1.0\r\nHost: x\r\nx-api-key: KEY\r\n\r\n" },
        { "no version", "POST /v1/messages\r\nHost: x\r\nx-api-key: KEY\r\n\r\n" },
        { "a space in the target", "POST /v1/messages HTTP/1.1 HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\n\r\n" },
        { "a fragment", "POST /v1/messages#x HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\n\r\n" },
        { "an unknown expectation", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nExpect: more\r\n\r\n" },
        { "a chunk without a size", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nTransfer-Encoding: chunked\r\n\r\n\r\n\r\n" },
        { "a chunk of a signed size", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nTransfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n" },
        { "a chunk longer than it says", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}{}\r\n0\r\n\r\n" },
        { "a chunk with an extension", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\n\r\n" },
        { "a chunk with a bare LF", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nTransfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n" },
        { "a trailer", "POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: KEY\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n" },
        { "no end", "POST /v1/messages HTTP/1.1\r\nHost: x\r\n" },
        { "something else", "\u0016\u0003\u0001\u0002\u0000\u0001" },
    };

    [Theory]
    [MemberData(nameof(Smuggled))]
    public async Task What_can_be_read_in_two_ways_is_refused(string what, string request)
    {
        await using var scene = new GatewayScene(Answer);

        var heard = await scene.AskAsync(request.Replace("KEY", scene.Key, StringComparison.Ordinal) + Caller.Message(scene.Key));

        Assert.True(heard.StartsWith("HTTP/1.1 400 Bad Request\r\n", StringComparison.Ordinal), $"{what}: {heard}");
        Assert.DoesNotContain("HTTP/1.1 200", heard, StringComparison.Ordinal); // and nothing after it is taken for a request
        Assert.Empty(scene.Provider.Bodies);
    }

    [Fact]
    public async Task A_head_or_a_body_that_is_too_long_is_refused()
    {
        await using var scene = new GatewayScene(Answer);

        Assert.StartsWith("HTTP/1.1 431 ", await scene.AskAsync(Caller.Message(scene.Key, more: $"X: {new string('x', 70_000)}\r\n")), StringComparison.Ordinal);
        var tooLong = 64 * 1024 * 1024 + 1;
        Assert.StartsWith("HTTP/1.1 413 ", await scene.AskAsync($"POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: {scene.Key}\r\nContent-Length: {tooLong}\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 413 ", await scene.AskAsync($"POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: {scene.Key}\r\nTransfer-Encoding: chunked\r\n\r\n{tooLong:x}\r\n"), StringComparison.Ordinal);
        Assert.Empty(scene.Provider.Bodies);
    }

    [Fact]
    public async Task A_turn_that_is_not_open_gets_nothing()
    {
        await using var scene = new GatewayScene(Answer);

        Assert.StartsWith("HTTP/1.1 403 ", await scene.AskAsync(Caller.Message("sk-ant-dummy-run-1A-2-" + new string('0', 32))), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await scene.AskAsync(Caller.Message(GatewayScene.RealKey)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await scene.AskAsync("POST /v1/messages HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await scene.AskAsync(Caller.Message(scene.Key, more: $"Authorization: Bearer {scene.Key}\r\n")), StringComparison.Ordinal);
        Assert.NotNull(scene.Gateway.Close(GatewayScene.Turn));
        Assert.StartsWith("HTTP/1.1 403 ", await scene.MessageAsync(), StringComparison.Ordinal);
        Assert.Empty(scene.Provider.Heads);
        Assert.NotEqual(scene.Key, scene.Gateway.Open(GatewayScene.Turn, new TurnCap()));
    }

    [Fact]
    public async Task A_cap_of_requests_holds()
    {
        await using var scene = new GatewayScene(Answer, new TurnCap(Requests: 2));

        Assert.StartsWith("HTTP/1.1 200 ", await scene.MessageAsync(), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await scene.MessageAsync(), StringComparison.Ordinal);
        var heard = await scene.MessageAsync();

        Assert.StartsWith("HTTP/1.1 403 ", heard, StringComparison.Ordinal);
        Assert.EndsWith("""{"type":"error","error":{"type":"permission_error","message":"This turn\u0027s cap of 2 requests is reached."}}""", heard, StringComparison.Ordinal);
        Assert.Equal(new TurnUse(Requests: 2, InputTokens: 2, OutputTokens: 20, Refused: 1), scene.Gateway.Used(GatewayScene.Turn));
    }

    [Fact]
    public async Task A_cap_of_tokens_holds_and_those_of_one_turn_are_not_those_of_another()
    {
        await using var scene = new GatewayScene(Answer, new TurnCap(OutputTokens: 10));
        var other = scene.Gateway.Open("run/2B/1", new TurnCap(OutputTokens: 11));

        Assert.StartsWith("HTTP/1.1 200 ", await scene.MessageAsync(), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await scene.MessageAsync(), StringComparison.Ordinal);
        Assert.Contains(Reply, await HearAsync(scene, other), StringComparison.Ordinal);
        Assert.Contains(Reply, await HearAsync(scene, other), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 403 ", await scene.AskAsync(Caller.Message(other)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_is_not_there_is_an_error_that_the_CLI_tries_again()
    {
        using var folder = new TempFolder();
        using var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        var port = ((IPEndPoint)unused.LocalEndpoint).Port;
        unused.Stop();
        using var gateway = new ModelGateway(new Uri($"http://127.0.0.1:{port}"), ModelCredential.Key(GatewayScene.RealKey), _ => { }, TimeProvider.System);
        await using var door = gateway.Listen(folder.In("gw.sock"));
        using var caller = new Caller(folder.In("gw.sock"));

        await caller.SayAsync(Caller.Message(gateway.Open("a", new TurnCap())));

        AssertBroken(await caller.HearAllAsync());
    }

    [Fact]
    public async Task A_provider_that_drops_the_connection_is_an_error_that_the_CLI_tries_again()
    {
        await using var scene = new GatewayScene(socket =>
        {
            socket.Close(0);
            return Task.CompletedTask;
        });

        AssertBroken(await scene.MessageAsync());
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nevent\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\nevent")]
    public async Task An_answer_that_breaks_off_is_seen_to_be_broken(string beginning)
    {
        await using var scene = new GatewayScene(async socket =>
        {
            await Provider.SayAsync(socket, beginning);
            socket.Close();
        });

        var heard = await scene.MessageAsync();

        Assert.EndsWith(beginning.EndsWith('\n') ? "event\r\n" : "event", heard, StringComparison.Ordinal);
    }

    private static async Task<string> HearAsync(GatewayScene scene, string key)
    {
        using var caller = new Caller(scene.Path);
        await caller.SayAsync(Caller.Message(key));
        return await caller.HearAsync(Reply);
    }

    private static void AssertBroken(string heard)
    {
        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", heard, StringComparison.Ordinal);
        Assert.Contains("""{"type":"error","error":{"type":"api_error",""", heard, StringComparison.Ordinal);
        Assert.DoesNotContain(GatewayScene.RealKey, heard, StringComparison.Ordinal);
    }
}
