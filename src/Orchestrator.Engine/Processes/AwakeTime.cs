namespace Orchestrator.Engine.Processes;

/// <summary>
/// Counts the time in which we were awake. It is looked at about every second; a look that comes much later means
/// that we were frozen (Ctrl-Z, a suspended machine), and so was what we wait for: that time counts against nobody.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class AwakeTime(TimeProvider time)
{
    /// <summary>How often to look.</summary>
    public static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(1);

    /// <summary>The most that one look adds; a busy machine that delays one longer only lengthens a limit.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);

    private long _last = time.GetTimestamp();

    /// <summary>The time so far, as of the latest look.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Looks at the clock.</summary>
    /// <returns>The time so far.</returns>
    public TimeSpan Look()
    {
        var now = time.GetTimestamp();
        var passed = time.GetElapsedTime(_last, now);
        _last = now;
        return Elapsed += passed < Most ? passed : Most;
    }

    /// <summary>The time since the look before counts against nobody.</summary>
    public void Pass() => _last = time.GetTimestamp();
}
