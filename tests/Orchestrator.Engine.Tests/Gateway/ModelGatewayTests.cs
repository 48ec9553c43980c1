using System.Net.Sockets;
using System.Text;
using Orchestrator.Engine.Gateway;

namespace Orchestrator.Engine.Tests.Gateway;

public sealed class ModelGatewayTests
{
    private const string Said = """{"type":"message","usage":{"input_tokens":7,"cache_read_input_tokens":5,"output_tokens":3}}""";
    private static readonly string Answer = Provider.Json(Said);

    [Fact]
    public async Task A_request_goes_out_and_its_answer_comes_back()
    {
        await using var scene = new GatewayScene(Answer);

        var heard = await scene.MessageAsync("""{"model":"sonnet"}""", "anthropic-version: 2023-06-01\r\n");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", heard, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + Said, heard, StringComparison.Ordinal);
        var head = Assert.Single(scene.Provider.Heads);
        Assert.StartsWith("POST /v1/messages?beta=true HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("anthropic-version: 2023-06-01\r\n", head, StringComparison.Ordinal);
        Assert.Equal("""{"model":"sonnet"}""", Encoding.UTF8.GetString(Assert.Single(scene.Provider.Bodies)));
    }

    [Fact]
    public async Task The_real_key_goes_out_and_nothing_that_the_agent_could_put_in_its_place()
    {
        await using var scene = new GatewayScene(Answer);

        await scene.MessageAsync(more: "Cookie: a=b\r\nProxy-Authorization: Basic x\r\nX-Private: y\r\nConnection: X-Private\r\nKeep-Alive: 5\r\nAccept-Encoding: gzip\r\n");

        var head = Assert.Single(scene.Provider.Heads);
        Assert.Contains($"x-api-key: {GatewayScene.RealKey}\r\n", head, StringComparison.Ordinal);
        Assert.Contains($"Host: {scene.Provider.Address.Authority}\r\n", head, StringComparison.Ordinal);
        Assert.All(["dummy", "Cookie", "Proxy-", "X-Private", "Keep-Alive", "gzip", "Authorization"], word => Assert.DoesNotContain(word, head, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_token_goes_out_as_one_and_the_dummy_may_come_as_one()
    {
        await using var scene = new GatewayScene(new Provider(Answer), null, ModelCredential.Token("oauth-real"));

        using var caller = new Caller(scene.Path);
        await caller.SayAsync($"POST /v1/messages/count_tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {scene.Key}\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
        await caller.HearAsync("HTTP/1.1 100 Continue\r\n\r\n");
        await caller.SayAsync("{}");
        await caller.HearAsync(Said);

        Assert.Contains("Authorization: Bearer oauth-real\r\n", Assert.Single(scene.Provider.Heads), StringComparison.Ordinal);
        Assert.DoesNotContain("x-api-key", Assert.Single(scene.Provider.Heads), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task No_cookie_and_no_header_with_the_key_comes_back()
    {
        await using var scene = new GatewayScene($"HTTP/1.1 401 Unauthorized\r\nSet-Cookie: a=b\r\nx-echo: {GatewayScene.RealKey}\r\nrequest-id: req_1\r\nConnection: x-hop\r\nx-hop: 1\r\nContent-Length: 2\r\n\r\nno");

        var heard = await scene.MessageAsync();

        Assert.StartsWith("HTTP/1.1 401 Unauthorized\r\n", heard, StringComparison.Ordinal);
        Assert.Contains("request-id: req_1\r\n", heard, StringComparison.Ordinal);
        Assert.All(["Set-Cookie", GatewayScene.RealKey, "x-hop"], word => Assert.DoesNotContain(word, heard, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task An_event_arrives_before_the_next_one_is_sent()
    {
        var arrived = new TaskCompletionSource();
        await using var scene = new GatewayScene(async socket =>
        {
            await Provider.SayAsync(socket, Provider.Stream + Provider.Chunk("event: ping\n\n"));
            await arrived.Task;
            await Provider.SayAsync(socket, Provider.Chunk("event: pong\n\n") + "0\r\n\r\n");
        });
        using var caller = new Caller(scene.Path);
        await caller.SayAsync(Caller.Message(scene.Key));

        await caller.HearAsync("event: ping\n\n\r\n");
        Assert.DoesNotContain("pong", caller.Heard, StringComparison.Ordinal);
        arrived.SetResult();

        Assert.EndsWith("event: pong\n\n\r\n0\r\n\r\n", await caller.HearAsync("0\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_connection_carries_many_requests()
    {
        await using var scene = new GatewayScene(Answer);
        using var caller = new Caller(scene.Path);

        await caller.SayAsync(Caller.Message(scene.Key) + Caller.Message(scene.Key) + Caller.Message(scene.Key, more: "Connection: close\r\n"));

        Assert.Equal(3, (await caller.HearAllAsync()).Split("HTTP/1.1 200").Length - 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_large_body_arrives_whole(bool chunked)
    {
        await using var scene = new GatewayScene(Answer);
        var body = string.Concat(Enumerable.Range(0, 700_000).Select(n => $"{n:d9}\n"));
        using var caller = new Caller(scene.Path);

        if (chunked)
        {
            await caller.SayAsync($"POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: {scene.Key}\r\nTransfer-Encoding: chunked\r\n\r\n");
            foreach (var piece in body.Chunk(99_991))
            {
                await caller.SayAsync(Provider.Chunk(new string(piece)));
            }

            await caller.SayAsync("0\r\n\r\n");
        }
        else
        {
            await caller.SayAsync(Caller.Message(scene.Key, body));
        }

        await caller.HearAsync(Said);
        Assert.Equal(body, Encoding.Latin1.GetString(Assert.Single(scene.Provider.Bodies)));
    }

    [Fact]
    public async Task What_is_heard_of_limits_is_told_once_for_all()
    {
        await using var scene = new GatewayScene("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\nanthropic-ratelimit-unified-status: rejected\r\nrequest-id: 1\r\nContent-Length: 0\r\n\r\n");

        var heard = await scene.MessageAsync();

        Assert.Contains("Retry-After: 30\r\n", heard, StringComparison.OrdinalIgnoreCase);
        var limits = Assert.Single(scene.Heard);
        Assert.Equal((429, GatewayScene.Turn), (limits.Status, limits.Turn));
        Assert.Equal([("anthropic-ratelimit-unified-status", "rejected"), ("retry-after", "30")], limits.Headers.Select(h => (h.Key, h.Value)).Order());
    }

    [Fact]
    public async Task A_client_that_goes_takes_its_request_along()
    {
        var left = new TaskCompletionSource();
        await using var scene = new GatewayScene(async socket => left.SetResult(await HasEndedAsync(socket)));
        using (var caller = new Caller(scene.Path))
        {
            await caller.SayAsync(Caller.Message(scene.Key));
            SpinWait.SpinUntil(() => scene.Provider.Heads.Count == 1, TimeSpan.FromSeconds(30));
        }

        await left.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_turn_that_is_closed_takes_its_request_along()
    {
        var left = new TaskCompletionSource();
        await using var scene = new GatewayScene(async socket =>
        {
            await Provider.SayAsync(socket, Provider.Stream + Provider.Chunk("event: ping\n\n"));
            left.SetResult(await HasEndedAsync(socket));
        });
        using var caller = new Caller(scene.Path);
        await caller.SayAsync(Caller.Message(scene.Key));
        await caller.HearAsync("ping");

        Assert.Equal(1, scene.Gateway.Close(GatewayScene.Turn)?.Requests);

        await left.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("\r\n0\r\n", await caller.HearAllAsync(), StringComparison.Ordinal);
    }

    private static async Task<bool> HasEndedAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1]) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}

file static class TaskCompletionSources
{
    /// <summary>Whatever the value is: that it came is what counts.</summary>
    public static void SetResult(this TaskCompletionSource source, bool came) => source.SetResult();
}
