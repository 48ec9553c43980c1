using System.Diagnostics;

namespace Orchestrator.Engine.Ports;

/// <summary>
/// Writes that show the latest state, whole, so that of several only the last one counts. A short one is done at once. One
/// that grew long, because the plan is, is followed by a rest many times as long; what comes meanwhile waits, the newest
/// alone, and is written when the rest is over, even if nothing more comes. So showing never takes more than a small share.
/// </summary>
public sealed class Sparing
{
    private const int Share = 20;
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(2);
    private readonly Lock _lock = new();
    private Action? _waiting;
    private bool _rests;

    /// <summary>Writes, now or after the rest; what still waited is not written any more.</summary>
    /// <param name="write">Writes what is the latest.</param>
    /// <param name="last">True when nothing more comes: then it is written before this returns.</param>
    public void Show(Action write, bool last)
    {
        lock (_lock)
        {
            if (_rests && !last)
            {
                _waiting = write;
                return;
            }

            _waiting = null;
            Write(write);
        }
    }

    private void Write(Action write)
    {
        var begin = Stopwatch.GetTimestamp();
        write();
        if (Stopwatch.GetElapsedTime(begin) is var took && took >= Short && !_rests)
        {
            _rests = true;
            _ = RestAsync(took * Share);
        }
    }

    private async Task RestAsync(TimeSpan rest)
    {
        await Task.Delay(rest).ConfigureAwait(false);
        lock (_lock)
        {
            _rests = false;
            if (_waiting is { } write)
            {
                _waiting = null;
                try
                {
                    Write(write);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Whoever shows next finds the same trouble, and it is reported there.
                }
            }
        }
    }
}
