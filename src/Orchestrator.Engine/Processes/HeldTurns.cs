namespace Orchestrator.Engine.Processes;

/// <summary>
/// Which turns are frozen. One whose process has not begun yet waits before it; one that runs is stopped with all that it
/// started, and continued later where it was.
/// </summary>
public sealed class HeldTurns
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LongProcess> _running = [];
    private HashSet<string> _held = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Exactly these are frozen from now on. Returns at once; it is done soon after.</summary>
    public void Set(IEnumerable<string> turns)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _held = [.. turns];
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
        _ = Task.Run(Apply);
    }

    /// <summary>Whether the turn is frozen, or to be.</summary>
    public bool IsHeld(string turn)
    {
        lock (_lock)
        {
            return _held.Contains(turn);
        }
    }

    /// <summary>Waits as long as the turn is to be frozen.</summary>
    public async Task WhileHeldAsync(string turn, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (!_held.Contains(turn))
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The process of a turn runs from now on, until this is disposed of.</summary>
    public IDisposable Enter(string turn, LongProcess process)
    {
        lock (_lock)
        {
            _running[turn] = process;
        }

        Apply();
        return new Entry(this, turn);
    }

    /// <summary>Each process has a lock of its own, so that freezing and going on cannot overtake each other.</summary>
    private void Apply()
    {
        KeyValuePair<string, LongProcess>[] running;
        lock (_lock)
        {
            running = [.. _running];
        }

        foreach (var (turn, process) in running)
        {
            process.Freeze(() => IsHeld(turn));
        }
    }

    private sealed class Entry(HeldTurns turns, string turn) : IDisposable
    {
        public void Dispose()
        {
            lock (turns._lock)
            {
                turns._running.Remove(turn);
            }
        }
    }
}
