using System.Diagnostics;
using Orchestrator.Core.Plans;

namespace Orchestrator.Engine.Git;

/// <summary>
/// Worktrees that are likely to stand free soon, because their milestones' turns are over. Waiting for one of them is worth
/// as long as making another takes and no longer: at the worst, twice the time is spent.
/// </summary>
public sealed class SoonFree
{
    private readonly Lock _lock = new();
    private readonly HashSet<MilestoneId> _expected = [];
    private TaskCompletionSource _news = New();
    private TimeSpan _patience;
    private int _waiting;

    /// <summary>How long the latest that was made anew took; nothing until one was made.</summary>
    public TimeSpan Patience
    {
        get
        {
            lock (_lock)
            {
                return _patience;
            }
        }

        set
        {
            lock (_lock)
            {
                _patience = value;
            }
        }
    }

    /// <summary>A milestone's worktree may stand free soon. Who waits for it in vain, for a gate runs long, expects it no more.</summary>
    public void Expect(MilestoneId milestone)
    {
        lock (_lock)
        {
            _expected.Add(milestone);
        }
    }

    /// <summary>It stands free now, or its milestone needs it for longer.</summary>
    public void Settle(MilestoneId milestone)
    {
        lock (_lock)
        {
            if (_expected.Remove(milestone))
            {
                Tell();
            }
        }
    }

    /// <summary>One stands free: those that wait look again.</summary>
    public void Came()
    {
        lock (_lock)
        {
            Tell();
        }
    }

    /// <summary>Takes what stands free, or waits for it while more are expected than others wait for. Null when that would take too long.</summary>
    /// <param name="own">Who needs one. What is expected of itself does not count.</param>
    /// <param name="start">Since when, as <see cref="Stopwatch.GetTimestamp"/> tells it.</param>
    /// <param name="take">Takes one; null when there is none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<T?> TakeAsync<T>(MilestoneId own, long start, Func<T?> take, CancellationToken cancellation)
        where T : class
    {
        List<MilestoneId>? awaited = null;
        while (true)
        {
            var news = News(); // before the look: what comes in after that is news
            if (take() is { } taken)
            {
                return taken;
            }

            var left = Patience - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero || !BeginWaiting(own, ref awaited))
            {
                return null;
            }

            try
            {
                await news.WaitAsync(left, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                Forget(awaited!);
                return take();
            }
            finally
            {
                EndWaiting();
            }
        }
    }

    /// <summary>False when others wait for all that are expected.</summary>
    /// <param name="own">Who would wait.</param>
    /// <param name="awaited">What was expected when it first did.</param>
    private bool BeginWaiting(MilestoneId own, ref List<MilestoneId>? awaited)
    {
        lock (_lock)
        {
            var expected = _expected.Where(id => id != own).ToList();
            awaited ??= expected;
            if (_waiting >= expected.Count)
            {
                return false;
            }

            _waiting++;
            return true;
        }
    }

    private void EndWaiting()
    {
        lock (_lock)
        {
            _waiting--;
        }
    }

    private void Forget(List<MilestoneId> awaited)
    {
        lock (_lock)
        {
            _expected.ExceptWith(awaited);
        }
    }

    private Task News()
    {
        lock (_lock)
        {
            return _news.Task;
        }
    }

    private void Tell()
    {
        _news.SetResult();
        _news = New();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
