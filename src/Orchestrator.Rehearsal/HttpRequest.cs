using System.Globalization;
using System.Text;

namespace Orchestrator.Rehearsal;

/// <summary>A request with its whole body. The path is without the query.</summary>
internal sealed record HttpRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    public bool WantsClose =>
        Headers.TryGetValue("connection", out var value) && value.Contains("close", StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Reads HTTP/1.1 requests from one connection. <c>HttpListener</c> would do it too, but its <c>Abort</c> ends a response politely
/// on Linux: a dropped connection would reach the client as an empty answer with status 200.
/// </summary>
internal sealed class HttpRequestReader(Stream stream)
{
    private const int LongestHead = 256 * 1024;
    private const int LongestBody = 64 * 1024 * 1024;
    private static readonly byte[] Continue = "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray();

    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next request, or null if the client has gone or has said its last.</summary>
    /// <exception cref="InvalidDataException">The client does not speak HTTP/1.1 or says too much.</exception>
    public async Task<HttpRequest?> ReadAsync(CancellationToken cancellationToken)
    {
        var start = await ReadLineAsync(cancellationToken);
        if (start is null)
        {
            return null;
        }

        if (start.Split(' ') is not [var method, var target, var version] || !version.StartsWith("HTTP/1.", StringComparison.Ordinal))
        {
            throw new InvalidDataException("The request line is not HTTP/1.1.");
        }

        var headers = await ReadHeadersAsync(cancellationToken);
        if (headers.TryGetValue("expect", out var expectation) && expectation.Equals("100-continue", StringComparison.OrdinalIgnoreCase))
        {
            await stream.WriteAsync(Continue, cancellationToken);
        }

        var body = await ReadBodyAsync(headers, cancellationToken);

        // A base address with a slash at its end makes clients ask for //v1/messages.
        var path = $"/{target.Split('?')[0].TrimStart('/')}";
        return new HttpRequest(method, path, headers, body);
    }

    /// <summary>Returns when the client has closed the connection; anything it still sends is thrown away.</summary>
    public async Task WaitForDepartureAsync(CancellationToken cancellationToken)
    {
        while (await stream.ReadAsync(_buffer, cancellationToken) > 0)
        {
        }
    }

    private async Task<Dictionary<string, string>> ReadHeadersAsync(CancellationToken cancellationToken)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var length = 0;
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            length += line.Length;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || length > LongestHead)
            {
                throw new InvalidDataException("A header is malformed, or there are too many.");
            }

            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        return headers;
    }

    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync(Dictionary<string, string> headers, CancellationToken cancellationToken)
    {
        if (headers.TryGetValue("transfer-encoding", out var encoding) && encoding.Contains("chunked", StringComparison.OrdinalIgnoreCase))
        {
            return await ReadChunksAsync(cancellationToken);
        }

        return headers.TryGetValue("content-length", out var length)
            ? await ReadExactlyAsync(Size(length, NumberStyles.None, 0), cancellationToken)
            : ReadOnlyMemory<byte>.Empty;
    }

    private async Task<ReadOnlyMemory<byte>> ReadChunksAsync(CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken) ?? throw new EndOfStreamException();
            var size = Size(line.Split(';')[0].Trim(), NumberStyles.AllowHexSpecifier, body.Length);
            if (size == 0)
            {
                await ReadHeadersAsync(cancellationToken);
                return body.ToArray();
            }

            body.Write((await ReadExactlyAsync(size, cancellationToken)).Span);
            await ReadLineAsync(cancellationToken);
        }
    }

    private static int Size(string text, NumberStyles style, long before)
    {
        if (!int.TryParse(text, style, CultureInfo.InvariantCulture, out var size) || size < 0 || size + before > LongestBody)
        {
            throw new InvalidDataException("The length of the body is malformed or too large.");
        }

        return size;
    }

    private async Task<ReadOnlyMemory<byte>> ReadExactlyAsync(int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        var buffered = Math.Min(count, _end - _start);
        _buffer.AsSpan(_start, buffered).CopyTo(bytes);
        _start += buffered;
        await stream.ReadExactlyAsync(bytes.AsMemory(buffered), cancellationToken);
        return bytes;
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, await stream.ReadAsync(_buffer, cancellationToken));
                if (_end == 0)
                {
                    return null;
                }
            }

            var newline = Array.IndexOf(_buffer, (byte)'\n', _start, _end - _start);
            var stop = newline < 0 ? _end : newline;
            line.Append(Encoding.Latin1.GetString(_buffer, _start, stop - _start));
            _start = newline < 0 ? _end : newline + 1;
            if (newline >= 0)
            {
                return line.ToString().TrimEnd('\r');
            }

            if (line.Length > LongestHead)
            {
                throw new InvalidDataException("A line of the request is too long.");
            }
        }
    }
}
