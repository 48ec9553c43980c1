using System.Collections.Concurrent;
using System.Net.Sockets;
using Orchestrator.Engine.Gateway;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Gateway;

/// <summary>A provider, a gateway before it, and a turn that may ask.</summary>
internal sealed class GatewayScene : IAsyncDisposable
{
    public const string RealKey = "sk-ant-real-0123456789";
    public const string Turn = "run/1A/1";

    private readonly TempFolder _folder = new();
    private readonly Door _door;

    public GatewayScene(string answer, TurnCap? cap = null)
        : this(new Provider(answer), cap)
    {
    }

    public GatewayScene(Func<Socket, Task> answer)
        : this(new Provider(answer), null)
    {
    }

    public GatewayScene(Provider provider, TurnCap? cap, ModelCredential? credential = null)
    {
        Provider = provider;
        Gateway = new ModelGateway(provider.Address, credential ?? ModelCredential.Key(RealKey), Heard.Enqueue, TimeProvider.System);
        _door = Gateway.Listen(Path);
        Key = Gateway.Open(Turn, cap ?? new TurnCap());
    }

    public Provider Provider { get; }

    public ModelGateway Gateway { get; }

    public ConcurrentQueue<HeardLimits> Heard { get; } = new();

    /// <summary>The turn's dummy key.</summary>
    public string Key { get; }

    public string Path => _folder.In("gw.sock");

    /// <summary>Says something and hears all of the answer.</summary>
    public Task<string> AskAsync(string text) => Caller.AskAsync(Path, text);

    /// <summary>Asks for a message as the turn does; the caller stays until the answer is whole.</summary>
    public async Task<string> MessageAsync(string body = "{}", string more = "")
    {
        using var caller = new Caller(Path);
        await caller.SayAsync(Caller.Message(Key, body, more + "Connection: close\r\n"));
        return await caller.HearAllAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _door.DisposeAsync();
        Gateway.Dispose();
        Provider.Dispose();
        _folder.Dispose();
    }
}
