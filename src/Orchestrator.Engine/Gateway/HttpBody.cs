using System.Globalization;

namespace Orchestrator.Engine.Gateway;

/// <summary>The body of a request while it comes in; nothing of it is kept.</summary>
internal sealed class HttpBody(HttpInbound inbound, HttpHead head) : Stream
{
    /// <summary>A longer body is refused.</summary>
    public const long Longest = 64 * 1024 * 1024;

    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _left = head.Length ?? 0;
    private long _sum;
    private bool _begun;

    /// <summary>Done when all of it has been read; for ever under way when it could not be.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Why the rest of it cannot be read; null as long as nothing is wrong with it.</summary>
    public Exception? Fault { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Takes note of a body that has nothing in it.</summary>
    public void FinishIfEmpty()
    {
        if (!head.HasBody)
        {
            _finished.TrySetResult();
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_finished.Task.IsCompleted || buffer.IsEmpty)
        {
            return 0;
        }

        try
        {
            return await ReadNextAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fault = e;
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private async Task<int> ReadNextAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (head.Length is null && _left == 0 && !await NextChunkAsync(cancellation).ConfigureAwait(false))
        {
            _finished.TrySetResult();
            return 0;
        }

        var count = await inbound.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellation).ConfigureAwait(false);
        _left -= count > 0 ? count : throw new EndOfStreamException();
        if (head.Length is not null && _left == 0)
        {
            _finished.TrySetResult();
        }

        return count;
    }

    private async Task<bool> NextChunkAsync(CancellationToken cancellation)
    {
        if (_begun)
        {
            await ReadLineAsync(0, cancellation).ConfigureAwait(false);
        }

        _begun = true;
        var line = await ReadLineAsync(8, cancellation).ConfigureAwait(false);
        if (line.Length == 0 || !line.All(char.IsAsciiHexDigit))
        {
            throw RefusedRequestException.Malformed("The length of a chunk is malformed.");
        }

        _left = long.Parse(line, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        _sum += _left;
        if (_sum > Longest)
        {
            throw new RefusedRequestException(413, "The body of the request is too long.");
        }

        if (_left == 0)
        {
            await ReadLineAsync(0, cancellation).ConfigureAwait(false); // nothing follows: no trailers
        }

        return _left > 0;
    }

    private async Task<string> ReadLineAsync(int longest, CancellationToken cancellation)
    {
        var line = "";
        while (true)
        {
            var character = (char)await inbound.ReadByteAsync(cancellation).ConfigureAwait(false);
            if (character == '\r')
            {
                return await inbound.ReadByteAsync(cancellation).ConfigureAwait(false) == '\n' ? line : throw RefusedRequestException.Malformed("A chunk does not end with CR LF.");
            }

            line = line.Length < longest ? line + character : throw RefusedRequestException.Malformed("A chunk is longer than it says, or has extensions or trailers.");
        }
    }
}
