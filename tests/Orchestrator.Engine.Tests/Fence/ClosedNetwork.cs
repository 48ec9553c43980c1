using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orchestrator.Engine.Gateway;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Tests.Gateway;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Fence;

/// <summary>
/// The ways out of a fence without a network, to a provider that the test plays, and what else listens on this machine
/// and must hear nothing.
/// </summary>
internal sealed class ClosedNetwork : IAsyncDisposable
{
    private const string Key = "sk-ant-real-" + FencedScene.Canary;

    private readonly Provider _provider = new(Provider.Json("""{"usage":{"input_tokens":1,"output_tokens":1}}"""));
    private readonly TcpListener _stream = new(IPAddress.Loopback, 0);
    private readonly UdpClient _datagrams = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Socket _nameless = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _name = $"orchestrator-test-{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<string> _heard = new();
    private readonly Dictionary<string, string> _agents;
    private string? _folder;
    private string _sockets = "";
    private Dictionary<string, string> _known = [];

    /// <summary>Begins to listen.</summary>
    /// <param name="around">Where things may lie.</param>
    /// <param name="shared">Whether the fences share the network all the same, and the gateway is a port.</param>
    /// <param name="login">The file of a login, in place of the key.</param>
    public ClosedNetwork(TempFolder around, bool shared = false, string? login = null)
    {
        // The relay is the program, which these tests have not got; they speak at the sockets that it would lead to.
        var relay = around.Script("relay/relay", "while [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"");
        _agents = new()
        {
            ["ANTHROPIC_BASE_URL"] = _provider.Address.ToString(), ["ANTHROPIC_API_KEY"] = Key,
            ["ANTHROPIC_AUTH_TOKEN"] = "token-" + FencedScene.Canary, ["CLAUDE_CODE_OAUTH_TOKEN"] = "login-" + FencedScene.Canary, ["ANTHROPIC_CUSTOM_HEADERS"] = "x-api-key: " + Key,
        };
        _stream.Start();
        _nameless.Bind(new UnixDomainSocketEndPoint("\0" + _name));
        _nameless.Listen();
        var credential = login is null ? ModelCredential.Key(Key) : new ModelLogin(login, _ => Task.CompletedTask, TimeProvider.System);
        var access = new ModelAccess(_provider.Address, credential, login is null ? "ANTHROPIC_API_KEY" : null, null, []);
        Ways = new WaysOut(access, shared, [new("feed.invalid", 443), new("localhost", ((IPEndPoint)_stream.LocalEndpoint).Port)], relay, TimeProvider.System);
        _ = HearAsync("TCP", () => _stream.AcceptSocketAsync());
        _ = HearAsync("UDP", () => _datagrams.ReceiveAsync());
        _ = HearAsync("a socket without a file", () => _nameless.AcceptAsync());
    }

    public WaysOut Ways { get; }

    /// <summary>Adds what an agent gets, and what an act is after: the sibling's key and socket, and a key whose turn has ended.</summary>
    /// <param name="environment">Of the agent.</param>
    /// <param name="fence">Fences a worktree's turn in.</param>
    public async Task AddAsync(Dictionary<string, string> environment, Func<string, Task<ProcessSpec>> fence)
    {
        foreach (var (name, value) in _agents)
        {
            environment[name] = value;
        }

        if (_known.Count == 0)
        {
            var (sibling, ended) = (await fence("1B"), await fence("1A"));
            var socket = sibling.Arguments.FirstOrDefault(argument => argument.EndsWith("1B.m", StringComparison.Ordinal));
            _folder = Path.GetDirectoryName(socket);
            _known = new()
            {
                ["SIBLING_KEY"] = sibling.Environment.GetValueOrDefault("ANTHROPIC_API_KEY", ""), ["ENDED_KEY"] = ended.Environment.GetValueOrDefault("ANTHROPIC_API_KEY", ""),
                ["SIBLING_SOCKET"] = socket ?? sibling.Environment["ANTHROPIC_BASE_URL"]["http://".Length..], ["SOCKETS"] = _folder ?? "",
            };
            _sockets = Sockets();
        }

        foreach (var (name, value) in _known)
        {
            environment[name] = value;
        }
    }

    /// <summary>Gives the sockets to a user.</summary>
    public void Give(string owner)
    {
        if (_folder is not null)
        {
            Shell.Run("/bin/chown", _folder, _folder, "-R", owner, _folder);
        }
    }

    /// <summary>What got through that must not; null when nothing did. What the gateway sent on is right when it is a message that it knows the sender of.</summary>
    public string? Reached() =>
        _heard.Select(where => $"{where} of this machine").Concat(_provider.Heads.Where(head => !IsRight(head)).Select(head => "the provider was told: " + head)).FirstOrDefault()
        ?? (_sockets == Sockets() ? null : "the sockets are not what they were");

    /// <summary>Where others listen, as variables of a script.</summary>
    public string Listeners =>
        $"export HOST_TCP={Port(_stream.LocalEndpoint)} HOST_UDP={Port(_datagrams.Client.LocalEndPoint!)} HOST_NAMELESS={_name} PROVIDER=127.0.0.1:{_provider.Address.Port}\n";

    /// <summary>Waits until so many have heard something, and says who.</summary>
    public async Task<IEnumerable<string>> HeardAsync(int count)
    {
        var watch = Stopwatch.StartNew();
        string[] heard = [];
        while (heard.Length < count && watch.Elapsed < TimeSpan.FromSeconds(20))
        {
            heard = [.. _heard.Concat(_provider.Heads.Select(_ => "the provider")).Distinct().Order(StringComparer.Ordinal)];
            await Task.Yield();
        }

        return heard;
    }

    /// <summary>How many messages the provider was asked for.</summary>
    public int Messages() => _provider.Heads.Count;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Ways.DisposeAsync();
        _provider.Dispose();
        _stream.Dispose();
        _datagrams.Dispose();
        _nameless.Dispose();
    }

    private static string Port(EndPoint at) => ((IPEndPoint)at).Port.ToString(CultureInfo.InvariantCulture);

    private bool IsRight(string head)
    {
        var lines = head.Split("\r\n");
        return lines[0].StartsWith("POST /v1/messages", StringComparison.Ordinal) && lines[0].Length < 80
            && lines.Count(line => line.StartsWith("x-api-key:", StringComparison.OrdinalIgnoreCase)) == 1 && lines.Contains($"x-api-key: {Key}", StringComparer.OrdinalIgnoreCase)
            && lines.Contains($"Host: 127.0.0.1:{_provider.Address.Port}") && !head.Contains("evil", StringComparison.OrdinalIgnoreCase);
    }

    private string Sockets() => _folder is null ? "" : string.Join(' ', Directory.GetFileSystemEntries(_folder).Order(StringComparer.Ordinal));

    private async Task HearAsync<T>(string where, Func<Task<T>> next)
    {
        try
        {
            while (true)
            {
                using var visitor = await next() as IDisposable;
                _heard.Enqueue(where);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
