using System.Collections.Concurrent;
using System.Diagnostics;
using Orchestrator.Core.Plans;

namespace Orchestrator.Engine.Git;

/// <summary>
/// Worktrees that are likely to stand free soon, because their milestones' turns are over. Waiting for one of them is worth
/// as long as making another takes and no longer: at the worst, twice the time is spent.
/// </summary>
public sealed class SoonFree
{
    private readonly ConcurrentDictionary<MilestoneId, TaskCompletionSource> _expected = new();
    private int _waiting;
    private long _patience;

    /// <summary>How long the latest that was made anew took; nothing until one was made.</summary>
    public TimeSpan Patience
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _patience));
        set => Interlocked.Exchange(ref _patience, value.Ticks);
    }

    /// <summary>A milestone's worktree may stand free soon. Who waits for it in vain, for a gate runs long, expects it no more.</summary>
    public void Expect(MilestoneId milestone) => _expected.TryAdd(milestone, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>It stands free now, or its milestone needs it for longer.</summary>
    public void Settle(MilestoneId milestone)
    {
        if (_expected.TryRemove(milestone, out var expected))
        {
            expected.SetResult();
        }
    }

    /// <summary>Takes what stands free, or waits for it while more are expected than others wait for. Null when that would take too long.</summary>
    /// <param name="take">Takes one; null when there is none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<T?> TakeAsync<T>(Func<T?> take, CancellationToken cancellation)
        where T : class
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var expected = _expected.ToArray(); // before the look: what comes in after that is waited for, and seen at once
            if (take() is { } taken)
            {
                return taken;
            }

            if (!await IsWorthAnotherLookAsync(expected, Patience - Stopwatch.GetElapsedTime(start), cancellation).ConfigureAwait(false))
            {
                return null;
            }
        }
    }

    private async Task<bool> IsWorthAnotherLookAsync(KeyValuePair<MilestoneId, TaskCompletionSource>[] expected, TimeSpan left, CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > expected.Length || left <= TimeSpan.Zero)
            {
                return false;
            }

            await Task.WhenAny(expected.Select(one => one.Value.Task)).WaitAsync(left, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            Array.ForEach(expected, one => _expected.TryRemove(one));
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
