using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Core.Limits;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// Reads when a limit ends out of the text that says so, e.g. <c>resets 3pm (Europe/Paris)</c> or
/// <c>resets Nov 26, 2:54pm (UTC)</c>. The time is cut to the minute, so it is used only where no other is given.
/// </summary>
public static partial class ResetText
{
    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    /// <summary>How long after its minute a time without a date is taken for the one that just went by, not for tomorrow's.</summary>
    private static readonly TimeSpan JustNow = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan JustOver = TimeSpan.FromMinutes(10);

    /// <summary>When it ends; null when the text does not say, or says something past or too far away.</summary>
    /// <param name="text">The text.</param>
    /// <param name="now">When it was said.</param>
    public static DateTimeOffset? Find(string text, DateTimeOffset now)
    {
        if (Epoch().Match(text) is { Success: true } epoch)
        {
            return long.TryParse(epoch.Groups["at"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < 253_402_300_799
                ? Told(DateTimeOffset.FromUnixTimeSeconds(at), now)
                : null;
        }

        return Clock().Match(text) is { Success: true } clock && TimeOfDay(clock) is { } time ? At(clock, time, ZoneOf(clock.Groups["tz"].Value), now) : null;
    }

    /// <summary>A time that is still to come, and not further away than any limit is.</summary>
    public static DateTimeOffset? Believed(DateTimeOffset? at, DateTimeOffset now) => at is { } time && time > now && time - now <= Waits.Longest ? time : null;

    /// <summary>The same for a time that was told to the second. One that went by while the agent ended is believed as well: then it is over, and need not be waited for as if nothing were known.</summary>
    public static DateTimeOffset? Told(DateTimeOffset? at, DateTimeOffset now) => at is { } time && time <= now && now - time <= JustOver ? time : Believed(at, now);

    private static TimeSpan? TimeOfDay(Match clock)
    {
        var hour = Number(clock, "h");
        var minute = clock.Groups["m"].Success ? Number(clock, "m") : 0;
        var afternoon = clock.Groups["ap"].ValueSpan[0] is 'p' or 'P';
        return hour is >= 1 and <= 12 && minute < 60 ? new TimeSpan((hour % 12) + (afternoon ? 12 : 0), minute, 0) : null;
    }

    private static DateTimeOffset? At(Match clock, TimeSpan time, TimeZoneInfo zone, DateTimeOffset now)
    {
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        if (clock.Groups["mon"].Success)
        {
            var month = Array.IndexOf(Months, clock.Groups["mon"].Value) + 1;
            var day = Number(clock, "day");
            int[] years = clock.Groups["year"].Success ? [Number(clock, "year")] : [today.Year, today.Year + 1];
            return years
                .Where(year => Math.Abs(year - today.Year) <= 1 && month > 0 && day >= 1 && day <= DateTime.DaysInMonth(year, month))
                .Select(year => Believed(Instant(new DateTime(year, month, day).Add(time), zone), now))
                .FirstOrDefault(at => at is not null);
        }

        var times = Enumerable.Range(-1, 4).Select(days => Instant(today.AddDays(days).Add(time), zone)).ToList();
        var last = times.Last(at => at <= now);
        return now - last < JustNow ? Believed(last.AddMinutes(1), now) : times.First(at => at > now);
    }

    /// <summary>A time of the clock on the wall. Where it stands there twice, the later; where it is left out, as long after the gap.</summary>
    private static DateTimeOffset Instant(DateTime local, TimeZoneInfo zone)
    {
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Min()
            : zone.IsInvalidTime(local) ? zone.GetUtcOffset(local.AddDays(-1))
            : zone.GetUtcOffset(local);
        return new DateTimeOffset(DateTime.SpecifyKind(local - offset, DateTimeKind.Utc));
    }

    private static TimeZoneInfo ZoneOf(string name) =>
        ZoneName().IsMatch(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc; // agents run in UTC

    private static int Number(Match clock, string group) => int.Parse(clock.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"[·∙•|] ?resets (?:(?<mon>[A-Z][a-z]{2}) (?<day>[0-9]{1,2})(?:, (?<year>[0-9]{4}))?(?:,| at) )?(?<h>[0-9]{1,2})(?::(?<m>[0-9]{2}))?[ \u00a0\u202f]?(?<ap>[apAP][mM])(?![A-Za-z0-9])(?: \((?<tz>[^)\n]{1,60})\))?", RegexOptions.CultureInvariant)]
    private static partial Regex Clock();

    [GeneratedRegex(@"^Claude AI usage limit reached\|(?<at>[0-9]{1,20})", RegexOptions.CultureInvariant)]
    private static partial Regex Epoch();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}$", RegexOptions.CultureInvariant)]
    private static partial Regex ZoneName();
}
