using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Rehearsal;

/// <summary>
/// A Messages API on loopback that plays a model from a script, so that the real Claude Code CLI can be driven offline.
/// The place in the script is read from each request, so a server may be stopped and another one started in the middle of a
/// conversation; only what concerns all conversations (limits, the cache) and how often a fault with <c>times</c> has been played is kept
/// in memory.
/// All members may be used from any thread.
/// </summary>
public sealed class RehearsalServer : IAsyncDisposable
{
    private const int MostRequests = 1000;

    private readonly TcpListener _listener;
    private readonly Theatre _theatre;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<long, Task> _visits = new();
    private readonly Queue<RehearsedRequest> _requests = new();
    private readonly Lock _requestsLock = new();
    private readonly Task _accepting;
    private int _disposed;

    private RehearsalServer(TcpListener listener, RehearsalScript script)
    {
        _listener = listener;
        _theatre = new Theatre(new Player(script), new Account(script, TimeProvider.System), new PromptCache(TimeProvider.System), new HeadBook());
        BaseAddress = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>The address to give to the CLI as <c>ANTHROPIC_BASE_URL</c>: <c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The last 1000 requests in the order of their arrival, as they are now.</summary>
    public IReadOnlyList<RehearsedRequest> Requests
    {
        get
        {
            lock (_requestsLock)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>The account's limits that have begun.</summary>
    public IReadOnlyList<RehearsedLimit> Limits => _theatre.Account.Begun;

    /// <summary>Starts a server on a free port of 127.0.0.1. It serves until it is disposed.</summary>
    /// <exception cref="SocketException">No port of the loopback interface could be opened.</exception>
    public static RehearsalServer Start(RehearsalScript script)
    {
        var listener = new TcpListener(IPAddress.Loopback, port: 0);
        try
        {
            listener.Start(backlog: 128);
            return new RehearsalServer(listener, script);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Closes the port, ends every connection, hung ones too, and waits until all have ended. Later calls do nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_visits.Values);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var cancellationToken = _stopping.Token;
        for (long number = 0; !cancellationToken.IsCancellationRequested; number++)
        {
            try
            {
                Welcome(number, await _listener.AcceptSocketAsync(cancellationToken));
            }
            catch (SocketException)
            {
                // Out of descriptors, or the client left the queue; a pause keeps the first from spinning.
                await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Welcome(long number, Socket socket)
    {
        // On the pool, as a request that is already there would otherwise be answered before the next client is let in.
        var visit = Task.Run(() => new Visit(socket, _theatre, Record).ServeAsync(_stopping.Token));
        _visits[number] = visit;
        _ = visit.ContinueWith(
            _ => _visits.TryRemove(number, out Task? _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Record(RehearsedRequest request)
    {
        lock (_requestsLock)
        {
            _requests.Enqueue(request);
            if (_requests.Count > MostRequests)
            {
                _requests.Dequeue();
            }
        }
    }
}
