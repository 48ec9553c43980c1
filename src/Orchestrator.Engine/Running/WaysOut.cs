using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Orchestrator.Core;
using Orchestrator.Engine.Fence;
using Orchestrator.Engine.Gateway;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>What goes through the walls of a fence without a network.</summary>
/// <param name="Before">What is started instead of the program, and starts it; empty when nothing is needed.</param>
/// <param name="Environment">The program's environment: a key that is worth nothing elsewhere.</param>
/// <param name="Shown">The sockets, and what is started.</param>
public sealed record Way(IReadOnlyList<string> Before, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<Shown> Shown);

/// <summary>
/// The ways out of fences without a network: the model for agents, through a gateway that has the key, and for all the
/// package feeds that the settings name. One door of each kind for each worktree.
/// </summary>
public sealed class WaysOut : IAsyncDisposable
{
    private const int ModelPort = 8099;
    private const int FeedPort = 8098;
    private const string ModelAt = "/run/orchestrator/model";
    private const string FeedAt = "/run/orchestrator/feeds";
    private const string BaseUrl = "ANTHROPIC_BASE_URL";

    // How the CLI is given what opens the provider, and whether that is a token.
    private static readonly (string Variable, bool Token)[] Credentials = [("ANTHROPIC_API_KEY", false), ("CLAUDE_CODE_OAUTH_TOKEN", true), ("ANTHROPIC_AUTH_TOKEN", true)];

    private static readonly string[] Proxies = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"];

    private readonly ConcurrentDictionary<string, IReadOnlyList<Door>> _doors = new();
    private readonly ConcurrentDictionary<string, string> _turns = new();
    private readonly string _credential;
    private readonly string _secret;
    private readonly string _folder;
    private readonly ModelGateway _model;
    private readonly FeedProxy? _feeds;
    private readonly string _relay;
    private int _opened;

    private WaysOut(string credential, string secret, ModelGateway model, FeedProxy? feeds, string relay)
    {
        (_credential, _secret, _model, _feeds, _relay) = (credential, secret, model, feeds, relay);
        _folder = Directory.CreateTempSubdirectory("orchestrator-").FullName; // the path of a socket has to be short
    }

    /// <summary>Makes them; null where the network is shared.</summary>
    /// <param name="setting">What the fence lets through.</param>
    /// <param name="agents">The agents' environment, in which the key stands.</param>
    /// <param name="time">The clock.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <param name="relay">What is started in the fence and leads to the sockets; the program itself, if nothing is said.</param>
    public static WaysOut? Make(FenceSetting setting, IReadOnlyDictionary<string, string> agents, TimeProvider time, List<Problem> problems, string? relay = null)
    {
        if (setting.Network == FenceNetwork.Shared)
        {
            return null;
        }

        var feeds = setting.Feeds.Select(feed => FeedHost.Parse(feed) is var (host, port) ? new FeedHost(host, port) : null).ToList();
        foreach (var (feed, _) in setting.Feeds.Zip(feeds).Where(pair => pair.Second is null))
        {
            problems.Add(new Problem("fence.feed", $"'{feed}' is no host with a port.", new Place("fence.feeds"), "Write it like \"packages.example.org:443\"."));
        }

        var (variable, token) = Credentials.FirstOrDefault(c => agents.ContainsKey(c.Variable));
        var provider = Uri.TryCreate(agents.GetValueOrDefault(BaseUrl) ?? "https://api.anthropic.com", UriKind.Absolute, out var address) ? address : null;
        if (variable is null || provider is null)
        {
            problems.Add(new Problem("fence.network", variable is null ? "Without a network the model is reached with a key, and agents have none." : $"{BaseUrl} is no address.", new Place("fence.network"), $"Name the variable with the key in 'claude.env', e.g. {Credentials[0].Variable}; or leave 'fence.network' out."));
        }

        if (provider is null || variable is null || feeds.Contains(null) || (relay ?? Environment.ProcessPath) is not { } started)
        {
            return null;
        }

        var credential = token ? ModelCredential.Token(agents[variable]) : ModelCredential.Key(agents[variable]);
        var proxy = Proxies[..2].Select(agents.GetValueOrDefault).FirstOrDefault(p => p is not null) is { } through && !provider.IsLoopback ? new WebProxy(through) : null;
        return new WaysOut(variable, agents[variable], new ModelGateway(provider, credential, _ => { }, time, proxy), feeds.Count > 0 ? new FeedProxy([.. feeds.OfType<FeedHost>()]) : null, started);
    }

    /// <summary>What a process in a worktree's fence gets. Agents, who have the key in their environment, get the model; the key stays out.</summary>
    public Way Through(string name, ProcessSpec spec)
    {
        // Whoever named two credentials has two that must not be seen, and one may stand in another variable as well.
        var isAgent = spec.Environment.ContainsKey(_credential);
        var environment = spec.Environment
            .Where(v => !Proxies.Contains(v.Key) && !Array.Exists(Credentials, c => c.Variable == v.Key) && !v.Value.Contains(_secret, StringComparison.Ordinal))
            .ToDictionary();
        var doors = _doors.GetOrAdd(name, Open);
        List<string> ways = [];
        List<Shown> shown = [];
        if (isAgent)
        {
            var turn = string.Create(CultureInfo.InvariantCulture, $"{name}/{Interlocked.Increment(ref _opened)}");
            Forget(name);
            _turns[name] = turn;
            environment[_credential] = _model.Open(turn, new TurnCap());
            environment[BaseUrl] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ModelPort}");
            Add(ModelAt, SocketOf(name, "m"), ModelPort);
        }

        if (_feeds is not null)
        {
            var proxy = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FeedPort}");
            environment["HTTPS_PROXY"] = environment["https_proxy"] = environment["HTTP_PROXY"] = environment["http_proxy"] = proxy;
            environment["NO_PROXY"] = environment["no_proxy"] = "127.0.0.1,localhost";
            Add(FeedAt, SocketOf(name, "f"), FeedPort);
        }

        if (ways.Count == 0)
        {
            return new Way([], environment, []);
        }

        shown.Add(new Shown(Path.GetDirectoryName(_relay)!, Path.GetDirectoryName(_relay)!));
        return new Way([_relay, "fence-relay", .. ways, "--"], environment, shown);

        void Add(string at, string socket, int port)
        {
            ways.AddRange(["--to", at, "--listen", port.ToString(CultureInfo.InvariantCulture)]);
            shown.Add(new Shown(socket, at, Writable: true));
        }
    }

    /// <summary>Closes what a worktree had: nobody in its fence is heard any more.</summary>
    public async Task LeaveAsync(string name)
    {
        Forget(name);
        if (_doors.TryRemove(name, out var doors))
        {
            foreach (var door in doors)
            {
                await door.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var name in _doors.Keys)
        {
            await LeaveAsync(name).ConfigureAwait(false);
        }

        _model.Dispose();
        foreach (var socket in Directory.EnumerateFiles(_folder))
        {
            File.Delete(socket);
        }
    }

    private void Forget(string name)
    {
        if (_turns.TryRemove(name, out var turn))
        {
            _model.Close(turn);
        }
    }

    private IReadOnlyList<Door> Open(string name) =>
        _feeds is null ? [ToModel(name)] : [ToModel(name), _feeds.Listen(SocketOf(name, "f"))];

    private Door ToModel(string name) => _model.Listen(SocketOf(name, "m"), turn => turn.StartsWith(name + "/", StringComparison.Ordinal));

    private string SocketOf(string name, string kind) => Path.Combine(_folder, $"{name}.{kind}");
}
