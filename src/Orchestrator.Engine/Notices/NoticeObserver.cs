using Orchestrator.Core.Conducting;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Ports;

namespace Orchestrator.Engine.Notices;

/// <summary>Hands what a person should know to each way to them. Neither holds the run up nor fails it.</summary>
/// <param name="run">The run.</param>
/// <param name="repository">The repository's folder.</param>
/// <param name="before">The state of a run that goes on, whose facts were told in a former life; null for a new one.</param>
/// <param name="wishes">What is to be told.</param>
/// <param name="senders">The ways.</param>
/// <param name="warn">Takes what could not be sent and why, from any thread.</param>
/// <param name="patience">How long the end of a run is put off for notices that are under way; null for <see cref="Patience"/>.</param>
public sealed class NoticeObserver(RunId run, string repository, RunState? before, NoticeWishes wishes, IReadOnlyList<NoticeSender> senders, Action<string> warn, TimeSpan? patience = null) : IObserver, IAsyncDisposable
{
    /// <summary>How long the end of a run is put off.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const int MostAlarms = 8;

    private readonly List<NoticePost> _posts = [.. senders.Select(sender => new NoticePost(sender, patience ?? Patience, warn))];
    private readonly HashSet<string> _alarms = [];
    private Core.Progress.Notices _notices = Core.Progress.Notices.Begin(before);
    private RunState? _before = before;

    /// <inheritdoc/>
    public void Saw(Event fact, RunState state, DateTimeOffset at)
    {
        (_notices, var told) = _notices.Take(fact, _before, state, at, wishes);
        _before = state;
        foreach (var notice in told)
        {
            Send(notice);
        }
    }

    /// <summary>What is no fact of the run and a person should know at once; the same words once.</summary>
    public void Alarm(string text, DateTimeOffset at)
    {
        lock (_alarms)
        {
            if (_alarms.Count >= MostAlarms || !_alarms.Add(text) || NoticeText.OfAlarm(text, at) is not { } notice || (notice.Topics & wishes.On) == 0)
            {
                return;
            }

            Send(notice);
        }
    }

    /// <summary>Waits a little for what is under way.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_posts.Select(post => post.DisposeAsync().AsTask())).ConfigureAwait(false);

    private void Send(Notice notice)
    {
        var message = new Message(notice, run.Value, repository);
        _posts.ForEach(post => post.Take(message));
    }
}
