using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Engine.Gateway;

/// <summary>The way out of a fence to the package feeds of a project: <c>CONNECT</c> to what is on a list, and nothing else.</summary>
public sealed class FeedProxy
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly IReadOnlyList<FeedHost> _list;

    /// <summary>Makes one.</summary>
    /// <param name="list">Where agents may go.</param>
    /// <exception cref="ArgumentException">An entry names no host or port.</exception>
    public FeedProxy(IReadOnlyList<FeedHost> list)
    {
        foreach (var host in list)
        {
            if (FeedHost.Find([host], $"{host.Host}:{host.Port}") is null)
            {
                throw new ArgumentException($"'{host.Host}:{host.Port}' is not a host and a port.", nameof(list));
            }
        }

        _list = list;
    }

    /// <summary>Lets agents in at a unix socket, from now on.</summary>
    /// <exception cref="IOException">The path is too long or taken.</exception>
    public Door Listen(string path) => new(UnixSocket.Listen(path), ServeAsync);

    private async Task ServeAsync(Socket socket, CancellationToken cancellation)
    {
        var (inbound, answer) = (new HttpInbound(socket), new HttpAnswer(socket));
        try
        {
            if (await inbound.ReadHeadAsync(cancellation).ConfigureAwait(false) is { } head)
            {
                using var outside = await ConnectAsync(head, cancellation).ConfigureAwait(false);
                await answer.HeadAsync(200, "Connection Established", [], cancellation).ConfigureAwait(false);
                await Splice.RunAsync(socket, outside, inbound.Left, cancellation).ConfigureAwait(false);
            }
        }
        catch (RefusedRequestException e) when (!answer.HasBegun)
        {
            await answer.WholeAsync(e.Status, "text/plain; charset=utf-8", e.Message + "\n", close: true, cancellation).ConfigureAwait(false);
            await answer.LingerAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task<Socket> ConnectAsync(HttpHead head, CancellationToken cancellation)
    {
        if (head.Method != "CONNECT")
        {
            throw new RefusedRequestException(403, "Only CONNECT goes through this proxy.");
        }

        if (head.HasBody)
        {
            throw RefusedRequestException.Malformed("CONNECT has no body.");
        }

        var feed = FeedHost.Find(_list, head.Target) ?? throw new RefusedRequestException(403, "This host is not on the project's list of package feeds.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            // By the addresses that were looked at: asked a second time, a name may lead elsewhere.
            var found = await Dns.GetHostAddressesAsync(feed.Host, limit.Token).ConfigureAwait(false);
            var allowed = found.Where(a => feed.Private || PublicAddress.Is(a)).ToArray();
            return allowed.Length == 0
                ? throw new RefusedRequestException(403, "This host lies in a private network, and the list does not allow that.")
                : await DialAsync(allowed, feed.Port, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new RefusedRequestException(502, "This host could not be reached.");
        }
    }

    private static async Task<Socket> DialAsync(IPAddress[] addresses, int port, CancellationToken cancellation)
    {
        for (var n = 0; ; n++)
        {
            var socket = new Socket(addresses[n].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[n], port), cancellation).ConfigureAwait(false);
                return socket;
            }
            catch (Exception e)
            {
                socket.Dispose();
                if (e is not SocketException || n == addresses.Length - 1)
                {
                    throw;
                }
            }
        }
    }
}
