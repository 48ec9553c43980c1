using System.Net.Sockets;

namespace Orchestrator.Engine.Gateway;

/// <summary>Reads what comes in on one connection: heads whole, bodies bit by bit.</summary>
internal sealed class HttpInbound(Socket socket)
{
    /// <summary>A longer head is refused.</summary>
    public const int LongestHead = 64 * 1024;

    private byte[] _buffer = new byte[8 * 1024];
    private int _start, _end;

    /// <summary>What was read beyond the head, for a connection that is no HTTP any more.</summary>
    public ReadOnlyMemory<byte> Left => _buffer.AsMemory(_start, _end - _start);

    /// <summary>The next head; null when the client has said its last.</summary>
    /// <exception cref="RefusedRequestException">It is none, or it is too long.</exception>
    public async Task<HttpHead?> ReadHeadAsync(CancellationToken cancellation)
    {
        for (var looked = 0; ;)
        {
            // Looked at as it comes: a line that ends otherwise would have us wait for an end that has passed.
            if (EndOfHead(_buffer.AsSpan(_start, _end - _start), ref looked) is { } length)
            {
                var head = HttpHead.Parse(_buffer.AsSpan(_start, length));
                _start += length;
                return head;
            }

            if (_end - _start >= LongestHead)
            {
                throw new RefusedRequestException(431, "The head of the request is too long.");
            }

            if (!await FillAsync(cancellation).ConfigureAwait(false))
            {
                return _start == _end ? null : throw RefusedRequestException.Malformed("The head of the request has no end.");
            }
        }
    }

    /// <summary>Reads at least one byte; none at the end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellation)
    {
        if (_start == _end)
        {
            return await socket.ReceiveAsync(into, cancellation).ConfigureAwait(false);
        }

        var count = Math.Min(into.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(into);
        _start += count;
        return count;
    }

    /// <summary>Reads one byte.</summary>
    /// <exception cref="EndOfStreamException">There is none.</exception>
    public async ValueTask<byte> ReadByteAsync(CancellationToken cancellation)
    {
        if (_start == _end && !await FillAsync(cancellation).ConfigureAwait(false))
        {
            throw new EndOfStreamException();
        }

        return _buffer[_start++];
    }

    /// <summary>Returns when the client has closed its side, or when it says something that belongs to the next request.</summary>
    /// <returns>Whether it has closed.</returns>
    public async Task<bool> HasGoneAsync(CancellationToken cancellation)
    {
        if (_start < _end)
        {
            return false;
        }

        try
        {
            return await socket.ReceiveAsync(new byte[1], SocketFlags.Peek, cancellation).ConfigureAwait(false) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static int? EndOfHead(ReadOnlySpan<byte> bytes, ref int looked)
    {
        for (; looked < bytes.Length; looked++)
        {
            var (before, now) = (looked == 0 ? (byte)0 : bytes[looked - 1], bytes[looked]);
            if (now == 0 || (before == '\r') != (now == '\n'))
            {
                throw RefusedRequestException.Malformed(now == 0 ? "The head of the request holds a NUL." : "A line of the head does not end with CR LF.");
            }

            if (now == '\n' && (looked == 1 || (looked > 2 && bytes[looked - 2] == '\n')))
            {
                return looked > 1 ? looked + 1 : throw RefusedRequestException.Malformed("The request begins with an empty line.");
            }
        }

        return null;
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            var (old, length) = (_buffer, _end - _start);
            if (_start == 0)
            {
                _buffer = new byte[_buffer.Length * 2];
            }

            old.AsSpan(_start, length).CopyTo(_buffer);
            (_start, _end) = (0, length);
        }

        var count = await socket.ReceiveAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
        _end += count;
        return count > 0;
    }
}
