using System.Collections.Concurrent;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;

namespace Orchestrator.Engine.Running;

/// <summary>
/// Worktrees on their way from one milestone to the next, in the background: nobody waits for that but who needs one, and
/// what was begun is brought to its end.
/// </summary>
/// <param name="context">The run.</param>
/// <param name="repository">Its repository.</param>
internal sealed class HandingOn(RunContext context, Repository repository)
{
    // A checkout of a large repository takes as long; and more than a few more than are needed nobody has room for.
    private static readonly TimeSpan WorthWaiting = TimeSpan.FromSeconds(2);
    private const int MostSlow = 2;

    private readonly ConcurrentDictionary<MilestoneId, (Task Task, bool IsSlow)> _givingBack = new();
    private Task _turning = Task.CompletedTask;

    /// <summary>Those that stand free.</summary>
    public WorktreePool Pool { get; } = new(repository);

    /// <summary>What is accepted needs its worktree no more; should it be sent back, it gets another.</summary>
    /// <param name="place">Whose it is.</param>
    /// <param name="tip">The milestone's latest commit.</param>
    /// <param name="leave">Clears up in it first.</param>
    /// <param name="isSlow">Whether that may take as long as a command of the project's.</param>
    public void GiveBack(WorkPlace place, string tip, Func<Task> leave, bool isSlow)
    {
        if (isSlow)
        {
            Pool.Soon.Settle(place.Milestone);
        }

        _givingBack[place.Milestone] = (GiveBackAsync(place, tip, leave), isSlow);
    }

    /// <summary>What waits for a candidate begins on it, and so does most of what begins after it.</summary>
    /// <param name="candidate">The commit that is about to be published.</param>
    /// <param name="most">How many may begin on it.</param>
    public void Turn(string candidate, int most) => _turning = TurnAsync(candidate, most, _turning);

    /// <summary>Waits until those of a batch are given back.</summary>
    public Task BackAsync(IEnumerable<BatchItem> batch) => Task.WhenAll(batch.Select(item => BackAsync(item.Id)));

    /// <summary>
    /// Waits for those that a milestone which begins can have, and for its own, should it have been given back. Not for long
    /// for one in which a command still runs, unless there are several: another is made sooner.
    /// </summary>
    public async Task ToHaveAsync(MilestoneId milestone)
    {
        await Task.WhenAll(_givingBack.Values.Where(back => !back.IsSlow).Select(back => back.Task).Append(BackAsync(milestone)).Append(_turning)).ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll(Slow()), Task.Delay(WorthWaiting)).ConfigureAwait(false);
        while (Slow() is { Count: > MostSlow } several)
        {
            await Task.WhenAny(several).ConfigureAwait(false);
        }
    }

    private List<Task> Slow() => [.. _givingBack.Values.Where(back => back is { IsSlow: true, Task.IsCompleted: false }).Select(back => back.Task)];

    /// <summary>Waits until none is on its way.</summary>
    public Task AllAsync() => Task.WhenAll(_givingBack.Values.Select(back => back.Task).Append(_turning));

    private Task BackAsync(MilestoneId milestone) => _givingBack.TryGetValue(milestone, out var back) ? back.Task : Task.CompletedTask;

    private async Task GiveBackAsync(WorkPlace place, string tip, Func<Task> leave)
    {
        await Task.Yield();
        try
        {
            await leave().ConfigureAwait(false);
            await Pool.TakeInAsync(place, tip, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is GitFailedException or UncommittableException or IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            context.Warn($"the worktree of {place.Name} stays until it is published: {e.Message.ReplaceLineEndings(" ")}");
        }
        finally
        {
            _givingBack.TryRemove(place.Milestone, out _);
            Pool.Soon.Settle(place.Milestone);
        }
    }

    /// <summary>Whatever comes in between, a worktree that was not turned is reset when it is given.</summary>
    private async Task TurnAsync(string candidate, int most, Task before)
    {
        await before.ConfigureAwait(false);
        try
        {
            await Pool.TurnAsync(candidate, most, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            context.Warn($"a worktree was not made ready ahead: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
