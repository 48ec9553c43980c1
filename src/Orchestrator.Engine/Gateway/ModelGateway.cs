using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Engine.Gateway;

/// <summary>
/// The one way from the fences to the model. It holds the real credential, which no agent ever sees: each turn has a
/// dummy key, by which the gateway knows who asks, counts what it uses, and refuses what is beyond its cap.
/// All members may be used from any thread.
/// </summary>
public sealed class ModelGateway : IDisposable
{
    private readonly TurnBook _turns = new();
    private readonly Upstream _upstream;
    private readonly Action<HeardLimits> _heard;
    private readonly TimeProvider _time;

    /// <summary>Makes one; it serves nobody yet.</summary>
    /// <param name="provider">The provider's address, as <c>ANTHROPIC_BASE_URL</c> would have it.</param>
    /// <param name="credential">What the provider knows us by.</param>
    /// <param name="heard">Told what any answer says about limits, on the thread that carries it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="proxy">What the way to the provider leads over, if anything.</param>
    /// <param name="roots">Whom to believe about the provider beside those that the machine believes.</param>
    public ModelGateway(Uri provider, ModelCredential credential, Action<HeardLimits> heard, TimeProvider time, IWebProxy? proxy = null, X509Certificate2Collection? roots = null) =>
        (_upstream, _heard, _time) = (new Upstream(provider, credential, proxy, roots), heard, time);

    /// <summary>Lets agents in at a unix socket, from now on. A fence of its own has a socket of its own.</summary>
    /// <param name="path">At most 107 bytes. What a gateway that has gone left there is replaced.</param>
    /// <exception cref="IOException">The path is too long or taken.</exception>
    public Door Listen(string path) => Open(UnixSocket.Listen(path));

    /// <summary>Lets agents in at a port of this machine's loopback, which the system chooses: for fences that share the network.</summary>
    public (Door Door, int Port) ListenOnLoopback()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(backlog: 128);
        return (Open(listener), ((IPEndPoint)listener.LocalEndPoint!).Port);
    }

    /// <summary>A turn may ask from now on.</summary>
    /// <returns>Its dummy key: for <c>ANTHROPIC_API_KEY</c>, or for <c>CLAUDE_CODE_OAUTH_TOKEN</c> where the credential is a token.</returns>
    /// <exception cref="ArgumentException">A turn of this name is open already.</exception>
    public string Open(string turn, TurnCap cap) => _turns.Open(turn, cap);

    /// <summary>What an open turn has used so far; null when there is none of this name.</summary>
    public TurnUse? Used(string turn) => _turns.Used(turn);

    /// <summary>Its requests are refused from now on, and those under way are broken off.</summary>
    /// <returns>What it has used; null when there is none of this name.</returns>
    public TurnUse? Close(string turn) => _turns.Close(turn);

    /// <summary>Lets go of the connections to the provider. Close the doors before.</summary>
    public void Dispose() => _upstream.Dispose();

    private Door Open(Socket listener) => new(listener, (socket, cancellation) => new ModelVisit(socket, _turns, _upstream, Hear).ServeAsync(cancellation));

    private void Hear(OpenTurn turn, int status, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        if (HeardLimits.Of(_time.GetUtcNow(), turn.Name, status, headers) is not { } limits)
        {
            return;
        }

        try
        {
            _heard(limits);
        }
        catch (Exception)
        {
            // Who listens cannot stop what is heard: the answer is the agent's.
        }
    }
}
