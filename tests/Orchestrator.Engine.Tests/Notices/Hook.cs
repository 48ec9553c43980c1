using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Engine.Tests.Notices;

/// <summary>A web server on loopback that takes notices and answers as a test wants it.</summary>
public sealed class Hook : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private readonly Func<int, int?> _answer;
    private int _visits;

    /// <summary>Starts it.</summary>
    /// <param name="answer">The status for the nth request, from 1; null never to answer.</param>
    public Hook(Func<int, int?> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where it listens; the path is what nobody else should know.</summary>
    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}/secret-path");

    /// <summary>The bodies that came, in order.</summary>
    public ConcurrentQueue<string> Bodies { get; } = new();

    /// <summary>The heads that came, in order.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        foreach (var client in _clients)
        {
            client.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync().ConfigureAwait(false);
                _clients.Add(client);
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            var stream = client.GetStream();
            while (true)
            {
                var head = new StringBuilder();
                var one = new byte[1];
                while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    await stream.ReadExactlyAsync(one).ConfigureAwait(false);
                    head.Append((char)one[0]);
                }

                var length = head.ToString().Split("\r\n").Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Select(line => int.Parse(line.Split(':')[1], CultureInfo.InvariantCulture)).Single();
                var body = new byte[length];
                await stream.ReadExactlyAsync(body).ConfigureAwait(false);
                Heads.Enqueue(head.ToString());
                Bodies.Enqueue(Encoding.UTF8.GetString(body));
                if (_answer(Interlocked.Increment(ref _visits)) is not { } status)
                {
                    return;
                }

                await stream.WriteAsync(Encoding.ASCII.GetBytes(FormattableString.Invariant($"HTTP/1.1 {status} x\r\nContent-Length: 0\r\nLocation: http://127.0.0.1:1/\r\n\r\n"))).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // They went.
        }
    }
}
