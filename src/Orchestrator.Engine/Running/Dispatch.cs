using System.Threading.Channels;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Ports;

namespace Orchestrator.Engine.Running;

/// <summary>
/// Keeps under way exactly what the conductor orders: starts what is new, cancels what is not asked for any more,
/// leaves alone what runs. Each order runs in the background and answers into the inbox.
/// </summary>
internal sealed class Dispatch(IHands hands, ChannelWriter<Event> inbox, TimeProvider time, Action<string> report) : IAsyncDisposable
{
    private readonly Dictionary<Ticket, (CancellationTokenSource Cancel, Task Task)> _underWay = [];
    private readonly List<Task> _ending = [];
    private HashSet<Ticket> _held = [];
    private ITimer? _timer;
    private DateTimeOffset? _wakeAt;
    private volatile bool _rang;

    /// <summary>Takes over the orders of the latest state.</summary>
    public void HandOut(IReadOnlyList<Order> orders)
    {
        var wanted = new HashSet<Ticket>();
        DateTimeOffset? wake = null;
        Hold([.. orders.OfType<Order.Hold>().SelectMany(hold => hold.Turns)]); // before anything is started or ended
        foreach (var order in orders)
        {
            if (order is Order.Wake w)
            {
                wake = w.At;
            }
            else if (order.TicketOrNull is { } ticket && wanted.Add(ticket) && !_underWay.ContainsKey(ticket))
            {
                var cancel = new CancellationTokenSource();
                _underWay[ticket] = (cancel, Task.Run(() => CarryOutAsync(order, cancel.Token)));
            }
        }

        foreach (var (ticket, work) in _underWay.Where(entry => !wanted.Contains(entry.Key)).ToList())
        {
            _underWay.Remove(ticket);
            work.Cancel.Cancel();
            _ending.Add(work.Task);
        }

        _ending.RemoveAll(task => task.IsCompleted);
        SetTimer(wake);
    }

    private void Hold(HashSet<Ticket> turns)
    {
        if (!turns.SetEquals(_held))
        {
            _held = turns;
            hands.Hold(turns);
        }
    }

    /// <summary>Cancels all and waits until nothing is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        HandOut([]);
        await Task.WhenAll(_ending).ConfigureAwait(false);
    }

    private async Task CarryOutAsync(Order order, CancellationToken cancellation)
    {
        try
        {
            if (await hands.CarryOutAsync(order, cancellation).ConfigureAwait(false) is { } fact)
            {
                await inbox.WriteAsync(fact, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Not asked for any more; nobody waits for an answer.
        }
        catch (Exception e)
        {
            // A bug in the hands must not leave an order without an answer: the run would stall in silence.
            report($"{order.GetType().Name} {order.TicketOrNull}: {e}");
            await inbox.WriteAsync(
                new Event.OrderFailed(order.TicketOrNull!.Value, Core.Agents.FailureKind.Transient, "bug", $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}"), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void SetTimer(DateTimeOffset? wake)
    {
        if (wake == _wakeAt && !_rang)
        {
            return;
        }

        _rang = false;
        _timer?.Dispose();
        _wakeAt = wake;
        if (wake is { } at)
        {
            // Bounded, so that a clock that jumps or a laptop that slept is noticed. It may ring early by the grain of
            // the clock; then nothing is due yet, and because it rang it is set again.
            var delay = TimeSpan.FromMilliseconds(Math.Clamp((at - time.GetUtcNow()).TotalMilliseconds, 1, 30_000));
            _timer = time.CreateTimer(_ => Ring(), null, delay, Timeout.InfiniteTimeSpan);
        }
    }

    private void Ring()
    {
        _rang = true;
        inbox.TryWrite(new Event.Woke());
    }
}
