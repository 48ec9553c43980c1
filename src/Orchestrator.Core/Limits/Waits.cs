using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Limits;

/// <summary>How long is waited. Bounded on every side: a wrong clock or an absurd reset time must not park a run for ever.</summary>
public static class Waits
{
    /// <summary>The longest that a reset time is believed: a weekly limit and a day.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(8);

    /// <summary>How long after the reset the first turn waits at least: the provider's clock and ours differ a little.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(250);

    /// <summary>The most that chance adds, so that not all the world comes back in the same moment.</summary>
    public static readonly TimeSpan MostJitter = TimeSpan.FromMilliseconds(1500);

    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BackoffCap = TimeSpan.FromMinutes(6);

    /// <summary>
    /// When a refused turn may go on: at the reset plus a margin and some jitter. With no reset time, or one that is
    /// further than <see cref="Longest"/> away, the configured wait, doubled with each further refusal up to an hour. A
    /// reset that is past means that the clocks differ or the limit stands longer than was said: a short wait, doubled
    /// likewise.
    /// </summary>
    /// <param name="policy">Gives the configured wait.</param>
    /// <param name="at">Now.</param>
    /// <param name="resetsAt">What the provider said.</param>
    /// <param name="refusals">How often in a row it refused, from 1.</param>
    /// <param name="jitter">From 0 to 1; scales <see cref="MostJitter"/>.</param>
    public static DateTimeOffset AfterLimit(Policy policy, DateTimeOffset at, DateTimeOffset? resetsAt, int refusals, double jitter = 0)
    {
        var extra = MostJitter * jitter;
        if (resetsAt is { } reset && reset > at && reset - at <= Longest)
        {
            return reset + Margin + extra;
        }

        var wait = policy.RateLimitWait > TimeSpan.Zero ? policy.RateLimitWait : TimeSpan.FromMinutes(5);
        if (resetsAt is { } past && past <= at && at - past <= TimeSpan.FromHours(1))
        {
            wait = wait < ShortWait ? wait : ShortWait;
        }

        var grown = wait * Math.Pow(2, Math.Min(refusals - 1, 10));
        var cap = wait > TimeSpan.FromHours(1) ? wait : TimeSpan.FromHours(1);
        return at + (grown < cap ? grown : cap) + extra;
    }

    /// <summary>A number from 0 to 1 that differs from run to run and from try to try, and is the same in a replay.</summary>
    public static double Jitter(RunId run, int number)
    {
        var hash = 14695981039346656037UL; // FNV-1a of 64 bits
        foreach (var letter in run.Value)
        {
            hash = (hash ^ letter) * 1099511628211UL;
        }

        hash = (hash ^ (ulong)number) * 1099511628211UL;
        return ((hash ^ (hash >> 32)) & 0xFFFF) / 65536.0;
    }

    /// <summary>
    /// When something that failed in passing is tried again: after 2 s, for most is over by then; then after 10 s,
    /// doubled each time, at most 6 min.
    /// </summary>
    /// <param name="at">When it failed.</param>
    /// <param name="failures">How often it has failed in a row, this time included.</param>
    public static DateTimeOffset Backoff(DateTimeOffset at, int failures)
    {
        var wait = failures <= 1 ? AtOnce : ShortWait * Math.Pow(2, Math.Min(failures - 2, 10));
        return at + (wait < BackoffCap ? wait : BackoffCap);
    }
}
