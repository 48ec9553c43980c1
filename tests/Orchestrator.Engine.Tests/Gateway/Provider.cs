using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Engine.Tests.Gateway;

/// <summary>A provider on loopback that answers as a test wants it, byte for byte.</summary>
internal sealed class Provider : IDisposable
{
    public const string Stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Func<Socket, Task> _answer;

    /// <summary>Starts it.</summary>
    /// <param name="answer">Answers a request that has come whole.</param>
    public Provider(Func<Socket, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Answers each request with the same.</summary>
    public Provider(string answer)
        : this(socket => SayAsync(socket, answer))
    {
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}/");

    /// <summary>The heads that came, in order.</summary>
    public ConcurrentQueue<string> Heads { get; } = new();

    /// <summary>The bodies that came, in order.</summary>
    public ConcurrentQueue<byte[]> Bodies { get; } = new();

    public static string Json(string body) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    public static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";

    public static async Task SayAsync(Socket socket, string text) => await socket.SendAsync(Encoding.Latin1.GetBytes(text));

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                _sockets.Add(socket);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using var stream = new NetworkStream(socket);
            while (await HeadAsync(stream) is { } head)
            {
                Heads.Enqueue(head);
                Bodies.Enqueue(await BodyAsync(stream, head));
                await _answer(socket);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // One side has gone.
        }
    }

    private static async Task<string?> HeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    private static async Task<byte[]> BodyAsync(NetworkStream stream, string head)
    {
        var length = head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
        if (length is not null)
        {
            var whole = new byte[int.Parse(length.Split(' ')[1], CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(whole);
            return whole;
        }

        using var body = new MemoryStream();
        while (head.Contains("chunked", StringComparison.OrdinalIgnoreCase))
        {
            var line = "";
            while (!line.EndsWith("\r\n", StringComparison.Ordinal))
            {
                line += (char)stream.ReadByte();
            }

            var chunk = new byte[int.Parse(line.Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(chunk);
            await stream.ReadExactlyAsync(new byte[2]);
            body.Write(chunk);
            if (chunk.Length == 0)
            {
                break;
            }
        }

        return body.ToArray();
    }
}
