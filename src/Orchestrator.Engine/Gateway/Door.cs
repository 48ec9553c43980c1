using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Orchestrator.Engine.Gateway;

/// <summary>
/// Lets connections in, no more than so many at a time; the others wait outside. One door for each agent, so that none
/// can stand in another's.
/// </summary>
public sealed class Door : IAsyncDisposable
{
    private const int Most = 64;

    private readonly Socket _listener;
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly SemaphoreSlim _room = new(Most, Most);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<long, Task> _visits = new();
    private readonly Task _accepting;
    private int _disposed;

    /// <summary>Opens it.</summary>
    /// <param name="listener">Listens already; closed with the door.</param>
    /// <param name="serve">Serves a connection to its end.</param>
    public Door(Socket listener, Func<Socket, CancellationToken, Task> serve)
    {
        (_listener, _serve) = (listener, serve);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Closes it, ends every connection, and waits until all have ended. The socket's file goes too.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_visits.Values).ConfigureAwait(false);
        _closing.Dispose();
        _room.Dispose();
    }

    private async Task AcceptAsync()
    {
        for (long number = 0; ; number++)
        {
            try
            {
                await _room.WaitAsync(_closing.Token).ConfigureAwait(false);
                Welcome(number, await AcceptOneAsync().ConfigureAwait(false));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task<Socket> AcceptOneAsync()
    {
        while (true)
        {
            try
            {
                return await _listener.AcceptAsync(_closing.Token).ConfigureAwait(false);
            }
            catch (SocketException) when (!_closing.IsCancellationRequested)
            {
                // Out of descriptors, or the client left the queue; a pause keeps the first from spinning.
                await Task.Delay(TimeSpan.FromMilliseconds(10), _closing.Token).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                throw new OperationCanceledException();
            }
        }
    }

    private void Welcome(long number, Socket socket)
    {
        var visit = Task.Run(() => VisitAsync(socket));
        _visits[number] = visit;
        _ = visit.ContinueWith(_ => _visits.TryRemove(number, out Task? _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task VisitAsync(Socket socket)
    {
        try
        {
            using (socket)
            {
                await _serve(socket, _closing.Token).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // One side has gone, or the door is being closed: there is nobody to tell. A visit's fault is nobody else's.
        }
        finally
        {
            _room.Release();
        }
    }
}
