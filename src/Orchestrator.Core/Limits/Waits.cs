using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Limits;

/// <summary>How long is waited. Bounded on every side: a wrong clock or an absurd reset time must not park a run for ever.</summary>
public static class Waits
{
    /// <summary>The longest that a reset time is believed: a weekly limit and a day.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(8);

    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BackoffCap = TimeSpan.FromMinutes(6);

    /// <summary>
    /// When a refused turn may go on: at the reset plus a margin. With no reset time, or one that is past or
    /// further than <see cref="Longest"/> away, the configured wait, doubled with each further refusal up to an hour.
    /// </summary>
    /// <param name="policy">Gives the configured wait.</param>
    /// <param name="at">Now.</param>
    /// <param name="resetsAt">What the provider said.</param>
    /// <param name="delivery">How often this turn was begun, from 1.</param>
    public static DateTimeOffset AfterLimit(Policy policy, DateTimeOffset at, DateTimeOffset? resetsAt, int delivery)
    {
        if (resetsAt is { } reset && reset > at && reset - at <= Longest)
        {
            return reset + Margin;
        }

        var wait = policy.RateLimitWait > TimeSpan.Zero ? policy.RateLimitWait : TimeSpan.FromMinutes(5);
        var grown = wait * Math.Pow(2, Math.Min(delivery - 1, 10));
        var cap = wait > TimeSpan.FromHours(1) ? wait : TimeSpan.FromHours(1);
        return at + (grown < cap ? grown : cap);
    }

    /// <summary>When something that failed in passing is tried again: 10 s, doubled each time, at most 6 min.</summary>
    public static DateTimeOffset Backoff(DateTimeOffset at, int failures)
    {
        var wait = TimeSpan.FromSeconds(10) * Math.Pow(2, Math.Clamp(failures - 1, 0, 10));
        return at + (wait < BackoffCap ? wait : BackoffCap);
    }
}
