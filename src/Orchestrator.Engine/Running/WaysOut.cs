using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Orchestrator.Core;
using Orchestrator.Engine.Fence;
using Orchestrator.Engine.Gateway;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>What goes through the walls of a fence.</summary>
/// <param name="Before">What is started instead of the program, and starts it; empty when nothing is needed.</param>
/// <param name="Environment">The program's environment: a key that is worth nothing elsewhere.</param>
/// <param name="Shown">The sockets, and what is started.</param>
public sealed record Way(IReadOnlyList<string> Before, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<Shown> Shown);

/// <summary>
/// The ways out of fences. Agents reach the model through a gateway that has the key or the login, whether they share the
/// network or not. Where it is not shared that is the only way, but for the package feeds that the settings name. Each
/// worktree has doors of its own.
/// </summary>
public sealed class WaysOut : IAsyncDisposable
{
    private const int ModelPort = 8099;
    private const int FeedPort = 8098;
    private const string ModelAt = "/run/orchestrator/model";
    private const string FeedAt = "/run/orchestrator/feeds";

    private static readonly string[] Proxies = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];
    private static readonly string[] Direct = ["NO_PROXY", "no_proxy"];

    private readonly ConcurrentDictionary<string, Doors> _doors = new();
    private readonly ConcurrentDictionary<string, string> _turns = new();
    private readonly ConcurrentDictionary<string, Action<int, IReadOnlyDictionary<string, string>>> _ears = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("orchestrator-").FullName; // the path of a socket has to be short
    private readonly ModelAccess _access;
    private readonly bool _shared;
    private readonly ModelGateway _model;
    private readonly FeedProxy? _feeds;
    private readonly string _relay;
    private int _opened;

    /// <summary>Makes them.</summary>
    /// <param name="access">How the model is reached.</param>
    /// <param name="shared">Whether the fences have the machine's network.</param>
    /// <param name="feeds">Where all may fetch packages when they do not.</param>
    /// <param name="relay">The program that knows the verb <c>fence-relay</c>, as an absolute path.</param>
    /// <param name="time">The clock.</param>
    public WaysOut(ModelAccess access, bool shared, IReadOnlyList<FeedHost> feeds, string relay, TimeProvider time)
    {
        (_access, _shared, _relay) = (access, shared, relay);
        _model = new ModelGateway(access.Provider, access.Credential, Hear, time, access.Proxy, access.Roots);
        _feeds = shared || feeds.Count == 0 ? null : new FeedProxy(feeds);
    }

    /// <summary>Whether the fences have the machine's network.</summary>
    public bool Shared => _shared;

    /// <summary>Makes them for a run. Null where agents reach the model by themselves, because the gateway does not know their way and the network is shared.</summary>
    /// <param name="setting">What the fence lets through.</param>
    /// <param name="found">How the model is reached; or why the gateway cannot.</param>
    /// <param name="time">The clock.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static WaysOut? Make(FenceSetting setting, (ModelAccess? Access, string? Why) found, TimeProvider time, List<Problem> problems)
    {
        var shared = setting.Network == FenceNetwork.Shared;
        var feeds = setting.Feeds.Select(feed => FeedHost.Parse(feed) is var (host, port) ? new FeedHost(host, port) : null).ToList();
        foreach (var (feed, _) in setting.Feeds.Zip(feeds).Where(pair => pair.Second is null))
        {
            problems.Add(new Problem("fence.feed", $"'{feed}' is no host with a port.", new Place("fence.feeds"), "Write it like \"packages.example.org:443\"."));
        }

        if (found.Access is null && !shared)
        {
            problems.Add(new Problem("fence.network", $"Without a network the model is reached through a gateway, which does not work here: {found.Why}.", new Place("fence.network"), "Log in with 'claude', or name the variable with the key in 'claude.env'; or set 'fence.network' to \"shared\"."));
        }

        return found.Access is { } access && !feeds.Contains(null) && Environment.ProcessPath is { } relay
            ? new WaysOut(access, shared, [.. feeds.OfType<FeedHost>()], relay, time)
            : null;
    }

    /// <summary>What a process in a worktree's fence gets. Agents get the model; what opens it stays out of every fence.</summary>
    /// <param name="name">The worktree.</param>
    /// <param name="spec">The process.</param>
    /// <param name="home">The folder that it sees as its home.</param>
    public Way Through(string name, ProcessSpec spec, string home)
    {
        var environment = spec.Environment.Where(v => !ModelAccess.Secrets.Contains(v.Key) && !_access.Credential.IsIn(v.Value) && (_shared || !(Proxies.Contains(v.Key) || Direct.Contains(v.Key)))).ToDictionary();
        List<string> ways = [];
        List<Shown> shown = [];
        if (spec.Model is { } share)
        {
            var doors = DoorsOf(name);
            GiveKey(name, share, environment, home);
            environment[ModelAccess.BaseUrl] = At(doors.Port ?? ModelPort);
            if (_shared)
            {
                // Tools read the one or the other, so both say the same.
                var direct = string.Join(',', new[] { environment.GetValueOrDefault(Direct[1]) ?? environment.GetValueOrDefault(Direct[0]), "127.0.0.1" }.Where(part => !string.IsNullOrEmpty(part)));
                Array.ForEach(Direct, variable => environment[variable] = direct);
            }

            Add(ModelAt, "m", ModelPort);
        }

        if (_feeds is not null)
        {
            DoorsOf(name);
            Array.ForEach(Proxies, variable => environment[variable] = At(FeedPort));
            Array.ForEach(Direct, variable => environment[variable] = "127.0.0.1,localhost");
            Add(FeedAt, "f", FeedPort);
        }

        if (ways.Count == 0)
        {
            return new Way([], environment, []);
        }

        // Its folder, for it may need what lies beside it; but not where that would show the home or the checkout as well.
        var beside = Path.GetDirectoryName(_relay)!;
        var opens = new[] { spec.Directory, spec.Environment.GetValueOrDefault("HOME") ?? "/" }.Any(hidden => (hidden + "/").StartsWith(beside.TrimEnd('/') + "/", StringComparison.Ordinal));
        shown.Add(opens ? new Shown(_relay, _relay) : new Shown(beside, beside));
        return new Way([_relay, "fence-relay", .. ways, "--"], environment, shown);

        void Add(string at, string kind, int port)
        {
            if (!_shared)
            {
                ways.AddRange(["--to", at, "--listen", port.ToString(CultureInfo.InvariantCulture)]);
                shown.Add(new Shown(SocketOf(name, kind), at, Writable: true));
            }
        }
    }

    /// <summary>Closes what a worktree had: nobody in its fence is heard any more.</summary>
    public async Task LeaveAsync(string name)
    {
        Forget(name);
        if (_doors.TryRemove(name, out var doors))
        {
            foreach (var door in doors.All)
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
        try
        {
            foreach (var socket in Directory.EnumerateFiles(_folder))
            {
                File.Delete(socket);
            }

            new DirectoryInfo(_folder).Delete();
        }
        catch (IOException)
        {
            // Whoever cleans the temporary folder was quicker.
        }
    }

    /// <summary>A key for one turn, where the CLI looks for it.</summary>
    private void GiveKey(string name, ModelShare share, Dictionary<string, string> environment, string home)
    {
        var turn = string.Create(CultureInfo.InvariantCulture, $"{name}/{Interlocked.Increment(ref _opened)}");
        Forget(name);
        _turns[name] = turn;
        if (share.Heard is { } heard)
        {
            _ears[turn] = heard;
        }

        var key = _model.Open(turn, new TurnCap(Tokens: share.Tokens));
        share.Over.Register(() => Close(turn));
        if (_access.Variable is { } variable)
        {
            environment[variable] = key;
        }
        else if (_access.Credential is ModelLogin login)
        {
            WriteAnew(Path.Combine(home, ".claude"), ModelLogin.FileName, login.CopyWith(key));
        }
    }

    /// <summary>Writes a file in a folder that was an agent's: what lies there may be a link to anywhere, and is not followed.</summary>
    private static void WriteAnew(string folder, string name, string text)
    {
        if (new DirectoryInfo(folder) is { Exists: false } or { LinkTarget: not null })
        {
            File.Delete(folder);
        }

        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, name);
        if (new DirectoryInfo(path) is { Exists: true, LinkTarget: null } inTheWay)
        {
            inTheWay.MoveTo($"{path}.{Guid.NewGuid():N}");
        }

        File.Delete(path);
        using var file = new FileStream(path, FileMode.CreateNew);
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    private void Forget(string name)
    {
        if (_turns.TryRemove(name, out var turn))
        {
            Close(turn);
        }
    }

    private void Close(string turn)
    {
        _model.Close(turn);
        _ears.TryRemove(turn, out _);
    }

    private void Hear(HeardLimits limits)
    {
        if (_ears.TryGetValue(limits.Turn, out var heard))
        {
            heard(limits.Status, limits.Headers);
        }
    }

    private Doors DoorsOf(string name) => _doors.GetOrAdd(name, _ =>
    {
        if (_shared)
        {
            var (door, port) = _model.ListenOnLoopback(IsOurs);
            return new Doors([door], port);
        }

        var model = _model.Listen(SocketOf(name, "m"), IsOurs);
        return new Doors(_feeds is null ? [model] : [model, _feeds.Listen(SocketOf(name, "f"))], null);

        bool IsOurs(string turn) => turn.StartsWith(name + "/", StringComparison.Ordinal);
    });

    private string SocketOf(string name, string kind) => Path.Combine(_folder, $"{name}.{kind}");

    private static string At(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    /// <summary>The doors of a worktree; with a port where it shares the network.</summary>
    private sealed record Doors(IReadOnlyList<Door> All, int? Port);
}
