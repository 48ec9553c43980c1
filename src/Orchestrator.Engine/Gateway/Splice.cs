using System.Buffers;
using System.Net.Sockets;

namespace Orchestrator.Engine.Gateway;

/// <summary>Joins two connections: what one says the other hears, until both have said their last.</summary>
internal static class Splice
{
    private const int Piece = 32 * 1024;

    /// <summary>Returns when both have ended; then both are closed.</summary>
    /// <param name="one">A connection.</param>
    /// <param name="other">The other.</param>
    /// <param name="first">What <paramref name="one"/> has said already.</param>
    /// <param name="cancellation">Ends both.</param>
    public static async Task RunAsync(Socket one, Socket other, ReadOnlyMemory<byte> first, CancellationToken cancellation)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await SendAsync(other, first, cancellation).ConfigureAwait(false);
        await Task.WhenAll(CopyAsync(one, other, broken), CopyAsync(other, one, broken)).ConfigureAwait(false);
    }

    /// <summary>One direction. When it breaks, the other has nobody to talk to; when it ends well, the other may go on.</summary>
    private static async Task CopyAsync(Socket from, Socket to, CancellationTokenSource broken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(0, Piece), broken.Token).ConfigureAwait(false) is > 0 and var count)
            {
                await SendAsync(to, buffer.AsMemory(0, count), broken.Token).ConfigureAwait(false);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            await broken.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await to.SendAsync(bytes, cancellation).ConfigureAwait(false)..];
        }
    }
}
