using System.Threading.Channels;

namespace Orchestrator.Engine.Notices;

/// <summary>
/// One way to a person, with what waits for it: one message after the other, so that they arrive in their order. Whoever
/// brings one is never held up; when too many wait, the oldest goes. What cannot be sent is said once, until something
/// can be sent again.
/// </summary>
internal sealed class NoticePost : IAsyncDisposable
{
    private const int MostWaiting = 16;
    private const string OutOfTime = "the run is over, and it did not go out in time";

    // A sender that does not hear that it is to end must not keep the run.
    private static readonly TimeSpan Deaf = TimeSpan.FromSeconds(2);

    private readonly NoticeSender _sender;
    private readonly TimeSpan _patience;
    private readonly Action<string> _warn;
    private readonly Channel<Message> _waiting;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _work;
    private volatile bool _troubled;

    /// <param name="sender">The way.</param>
    /// <param name="patience">How long the end waits for what is under way; what is left then is given up.</param>
    /// <param name="warn">Takes what could not be sent, from any thread.</param>
    public NoticePost(NoticeSender sender, TimeSpan patience, Action<string> warn)
    {
        (_sender, _patience, _warn) = (sender, patience, warn);
        _waiting = Channel.CreateBounded<Message>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Trouble("too many wait; the oldest are dropped"));
        _work = Task.Run(WorkAsync);
    }

    /// <summary>Takes one to be sent. Returns at once.</summary>
    public void Take(Message message) => _waiting.Writer.TryWrite(message);

    /// <summary>Nothing more comes; what waits goes out at once.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        _closing.TrySetResult();
        _giveUp.CancelAfter(_patience);
        if (await Task.WhenAny(_work, Task.Delay(_patience + Deaf)).ConfigureAwait(false) == _work)
        {
            _giveUp.Dispose();
        }
        else
        {
            Trouble(OutOfTime);
        }
    }

    private async Task WorkAsync()
    {
        var underWay = new List<Task>();
        await foreach (var message in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            var sending = SendAsync(message);
            underWay.Add(sending);
            await Task.WhenAny(sending, _closing.Task).ConfigureAwait(false);
            underWay.RemoveAll(task => task.IsCompleted);
        }

        await Task.WhenAll(underWay).ConfigureAwait(false);
    }

    private async Task SendAsync(Message message)
    {
        try
        {
            if (await _sender.SendAsync(message, _giveUp.Token).ConfigureAwait(false) is { } why)
            {
                Trouble(why);
            }
            else
            {
                _troubled = false;
            }
        }
        catch (OperationCanceledException)
        {
            Trouble(OutOfTime);
        }
        catch (Exception e)
        {
            // Whatever it is, a run does not depend on it. The words of an exception may hold the address.
            Trouble(e.GetType().Name);
        }
    }

    private void Trouble(string why)
    {
        if (!_troubled)
        {
            _troubled = true;
            _warn($"no notice by {_sender.Name}: {why}");
        }
    }
}
