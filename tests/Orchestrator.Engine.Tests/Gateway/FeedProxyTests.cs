using System.Net;
using Orchestrator.Engine.Gateway;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Gateway;

public sealed class FeedProxyTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Provider _feed = new(Provider.Json("package"));
    private readonly Door _door;

    public FeedProxyTests() => _door = new FeedProxy([new("localhost", _feed.Address.Port, Private: true), new("LocalHost", 9), new("feed.invalid", 443)]).Listen(Socket);

    private string Socket => _folder.In("feed.sock");

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    public async Task What_is_on_the_list_is_connected(string host)
    {
        using var caller = new Caller(Socket);

        // Said at once, as a client may that is sure of its welcome.
        await caller.SayAsync($"CONNECT {host}:{_feed.Address.Port} HTTP/1.1\r\nHost: {host}\r\n\r\nGET /index HTTP/1.1\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 Connection Established\r\n\r\nHTTP/1.1 200 OK\r\n", await caller.HearAsync("package"), StringComparison.Ordinal);
        Assert.Equal("GET /index HTTP/1.1\r\n\r\n", Assert.Single(_feed.Heads));
    }

    [Theory]
    [InlineData("CONNECT localhost.:PORT", 403)]
    [InlineData("CONNECT xlocalhost:PORT", 403)]
    [InlineData("CONNECT localhost.example.org:PORT", 403)]
    [InlineData("CONNECT localhost:1PORT", 403)]
    [InlineData("CONNECT localhost:0PORT", 403)]
    [InlineData("CONNECT localhost:+PORT", 403)]
    [InlineData("CONNECT localhost", 403)]
    [InlineData("CONNECT localhost:", 403)]
    [InlineData("CONNECT :PORT", 403)]
    [InlineData("CONNECT localhost:PORT:PORT", 403)]
    [InlineData("CONNECT user@localhost:PORT", 403)]
    [InlineData("CONNECT feed.invalid:443@localhost:PORT", 403)]
    [InlineData("CONNECT localhost:PORT/x", 403)]
    [InlineData("CONNECT http://localhost:PORT", 403)]
    [InlineData("CONNECT loc%61lhost:PORT", 403)]
    [InlineData("CONNECT 127.0.0.1:PORT", 403)]
    [InlineData("CONNECT 2130706433:PORT", 403)]
    [InlineData("CONNECT 0x7f.1:PORT", 403)]
    [InlineData("CONNECT [::1]:PORT", 403)]
    [InlineData("CONNECT [localhost]:PORT", 403)]
    [InlineData("CONNECT localhost\0.example.org:PORT", 400)]
    [InlineData("CONNECT localhost\t:PORT", 400)]
    [InlineData("CONNECT localhost :PORT", 400)]
    [InlineData("GET http://localhost:PORT/", 403)]
    [InlineData("GET /", 403)]
    [InlineData("connect localhost:PORT", 403)]
    [InlineData("CONNECT localhost:9", 403)] // on the list, but private, and not said to be
    [InlineData("CONNECT feed.invalid:443", 502)] // on the list, and nowhere
    public async Task Nothing_else_is(string line, int status)
    {
        var heard = await Caller.AskAsync(Socket, $"{line.Replace("PORT", $"{_feed.Address.Port}", StringComparison.Ordinal)} HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", heard, StringComparison.Ordinal);
        Assert.Empty(_feed.Heads);
    }

    [Fact]
    public async Task A_body_before_the_tunnel_is_refused() =>
        Assert.StartsWith("HTTP/1.1 400 ", await Caller.AskAsync(Socket, $"CONNECT localhost:{_feed.Address.Port} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nGET "), StringComparison.Ordinal);

    [Theory]
    [InlineData("localhost.")]
    [InlineData("*.example.org")]
    [InlineData("http://example.org")]
    [InlineData("")]
    public void A_list_names_hosts_and_nothing_else(string host) => Assert.Throws<ArgumentException>(() => new FeedProxy([new(host, 443)]));

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::808:808", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.53", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2002:a9fe:a9fe::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    public void Only_the_internet_is_public(string address, bool isPublic) => Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    public async ValueTask DisposeAsync()
    {
        await _door.DisposeAsync();
        _feed.Dispose();
        _folder.Dispose();
    }
}
