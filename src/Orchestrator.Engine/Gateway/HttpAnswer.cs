using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Engine.Gateway;

/// <summary>Writes answers to one connection.</summary>
internal sealed class HttpAnswer(Socket socket)
{
    private const int Piece = 16 * 1024;
    private const int SizeLine = 6; // four digits, CR LF

    /// <summary>Whether anything of an answer to the current request has been sent.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>A new request.</summary>
    public void Renew() => HasBegun = false;

    /// <summary>The go-ahead for a body that waits for it.</summary>
    public Task ContinueAsync(CancellationToken cancellation) => SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellation);

    /// <summary>A whole answer, after which the connection ends or goes on.</summary>
    public Task WholeAsync(int status, string type, string text, bool close, CancellationToken cancellation, bool withBody = true)
    {
        var body = Encoding.UTF8.GetBytes(text);
        var head = new StringBuilder(Start(status, null));
        head.Append(CultureInfo.InvariantCulture, $"Content-Type: {type}\r\nContent-Length: {body.Length}\r\n");
        head.Append(close ? "Connection: close\r\n\r\n" : "\r\n");
        HasBegun = true;
        byte[] all = [.. Encoding.Latin1.GetBytes(head.ToString()), .. withBody ? body : []];
        return SendAsync(all, cancellation);
    }

    /// <summary>An error as the provider words it, so that the CLI understands it; the connection ends with it.</summary>
    public Task ErrorAsync(int status, string type, string message, CancellationToken cancellation) => WholeAsync(
        status,
        "application/json",
        new JsonObject { ["type"] = "error", ["error"] = new JsonObject { ["type"] = type, ["message"] = message } }.ToJsonString(),
        close: true,
        cancellation);

    /// <summary>The head of an answer that is passed on.</summary>
    public Task HeadAsync(int status, string? reason, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellation)
    {
        var head = new StringBuilder(Start(status, reason));
        foreach (var (name, value) in headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        HasBegun = true;
        return SendAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), cancellation);
    }

    /// <summary>Passes a body on, each piece as soon as it is there.</summary>
    /// <param name="body">Where it comes from.</param>
    /// <param name="chunked">Whether the head has promised chunks.</param>
    /// <param name="passing">Sees what passes.</param>
    /// <param name="cancellation">Breaks it off.</param>
    public async Task BodyAsync(Stream body, bool chunked, Action<ReadOnlyMemory<byte>> passing, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(SizeLine + Piece + 2);
        try
        {
            while (await body.ReadAsync(buffer.AsMemory(SizeLine, Piece), cancellation).ConfigureAwait(false) is > 0 and var count)
            {
                passing(buffer.AsMemory(SizeLine, count));
                if (chunked)
                {
                    Encoding.ASCII.GetBytes(count.ToString("x4", CultureInfo.InvariantCulture) + "\r\n", buffer);
                    "\r\n"u8.CopyTo(buffer.AsSpan(SizeLine + count));
                }

                await SendAsync(chunked ? buffer.AsMemory(0, SizeLine + count + 2) : buffer.AsMemory(SizeLine, count), cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (chunked)
        {
            await SendAsync("0\r\n\r\n"u8.ToArray(), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Lets the client read the last answer: who closes with something unread resets the connection, and the answer
    /// may be lost with it.
    /// </summary>
    public async Task LingerAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        socket.Shutdown(SocketShutdown.Send);
        var waste = new byte[Piece];
        while (await socket.ReceiveAsync(waste, limit.Token).ConfigureAwait(false) > 0)
        {
        }
    }

    private static string Start(int status, string? reason)
    {
        reason ??= status switch { 200 => "OK", 400 => "Bad Request", 403 => "Forbidden", 502 => "Bad Gateway", _ => "Error" };
        return string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {reason}\r\n");
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellation).ConfigureAwait(false)..];
        }
    }
}
