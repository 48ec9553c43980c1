using System.Globalization;
using Orchestrator.Engine.Claude;

namespace Orchestrator.Engine.Tests.Claude;

public sealed class ResetTextTests
{
    [Theory]
    [InlineData("2026-11-22T20:00:00Z", "resets 12:05am (UTC)", "2026-11-23T00:05:00Z")]
    [InlineData("2026-11-22T20:00:00Z", "resets 12pm (UTC)", "2026-11-23T12:00:00Z")]
    [InlineData("2026-11-22T20:00:00Z", "resets 12am (UTC)", "2026-11-23T00:00:00Z")]
    [InlineData("2026-11-22T20:00:00Z", "resets 3pm (Europe/Paris)", "2026-11-23T14:00:00Z")]
    [InlineData("2026-11-22T13:00:00Z", "resets 3:30pm (Europe/Paris)", "2026-11-22T14:30:00Z")]
    [InlineData("2026-07-01T12:00:00Z", "resets 3pm (Europe/Paris)", "2026-07-01T13:00:00Z")]
    [InlineData("2026-11-22T20:00:00Z", "resets 9am (Asia/Kathmandu)", "2026-11-23T03:15:00Z")]
    [InlineData("2026-11-22T20:00:00Z", "resets 9am (Pacific/Kiritimati)", "2026-11-23T19:00:00Z")]
    [InlineData("2026-11-22T20:00:00Z", "resets 9am", "2026-11-23T09:00:00Z")]
    [InlineData("2026-11-22T20:00:00Z", "resets 9am (Nowhere/At_All)", "2026-11-23T09:00:00Z")]
    [InlineData("2026-11-22T20:00:00Z", "resets 9am (../../etc/passwd)", "2026-11-23T09:00:00Z")]
    [InlineData("2026-11-22T20:00:00Z", "resets 9 AM (UTC)", "2026-11-23T09:00:00Z")]
    [InlineData("2026-11-22T20:00:00Z", "resets 9am (UTC) · out of usage credits", "2026-11-23T09:00:00Z")]
    [InlineData("2026-11-22T20:00:00Z", "resets Nov 26, 2:54pm (UTC)", "2026-11-26T14:54:00Z")]
    [InlineData("2026-11-22T20:00:00Z", "resets Nov 26, 2:54pm (America/New_York) · progress saved", "2026-11-26T19:54:00Z")]
    [InlineData("2026-12-29T20:00:00Z", "resets Jan 2, 2027, 3am (UTC)", "2027-01-02T03:00:00Z")]
    [InlineData("2026-12-29T20:00:00Z", "resets Jan 2, 3am (UTC)", "2027-01-02T03:00:00Z")]
    [InlineData("2026-12-31T23:30:00Z", "resets 1am (UTC)", "2027-01-01T01:00:00Z")]
    [InlineData("2028-02-27T20:00:00Z", "resets Feb 29, 3am (UTC)", "2028-02-29T03:00:00Z")]
    [InlineData("2027-02-27T20:00:00Z", "resets Feb 29, 3am (UTC)", null)]
    [InlineData("2026-11-22T20:00:00Z", "resets Nov 20, 3am (UTC)", null)]
    [InlineData("2026-11-22T20:00:00Z", "resets Dec 20, 3am (UTC)", null)]
    [InlineData("2026-11-22T20:00:00Z", "resets Nov 26, 9999, 3am (UTC)", null)]
    [InlineData("2026-11-22T20:00:00Z", "resets Nix 26, 3am (UTC)", null)]
    [InlineData("2026-11-22T20:00:00Z", "resets 13pm (UTC)", null)]
    [InlineData("2026-11-22T20:00:00Z", "resets 0am (UTC)", null)]
    [InlineData("2026-11-22T20:00:00Z", "resets 3:60pm (UTC)", null)]
    [InlineData("2026-11-22T20:00:00Z", "resets -3pm", null)]
    [InlineData("2026-11-22T20:00:00Z", "resets ٣pm (UTC)", null)]
    [InlineData("2026-11-22T20:00:00Z", "resets soon", null)]
    // The clock goes from 2:00 to 3:00 on 2026-03-29 in Paris, and from 3:00 back to 2:00 on 2026-10-25.
    [InlineData("2026-03-28T22:00:00Z", "resets 2:30am (Europe/Paris)", "2026-03-29T01:30:00Z")]
    [InlineData("2026-03-28T22:00:00Z", "resets 3:30am (Europe/Paris)", "2026-03-29T01:30:00Z")]
    [InlineData("2026-10-24T22:00:00Z", "resets 2:30am (Europe/Paris)", "2026-10-25T01:30:00Z")]
    [InlineData("2026-10-25T00:45:00Z", "resets 2:30am (Europe/Paris)", "2026-10-25T01:30:00Z")]
    [InlineData("2026-10-23T22:00:00Z", "resets Oct 25, 2:30am (Europe/Paris)", "2026-10-25T01:30:00Z")]
    [InlineData("2026-10-31T22:00:00Z", "resets 1:30am (America/New_York)", "2026-11-01T06:30:00Z")]
    // A time that is cut to the minute and went by while the agent ended is not tomorrow's.
    [InlineData("2026-11-23T00:05:20Z", "resets 12:05am (UTC)", "2026-11-23T00:06:00Z")]
    [InlineData("2026-11-23T00:06:20Z", "resets 12:05am (UTC)", null)]
    [InlineData("2026-11-23T00:08:00Z", "resets 12:05am (UTC)", "2026-11-24T00:05:00Z")]
    public void The_time_of_a_text_is_the_next_in_its_zone(string now, string text, string? expected)
    {
        Assert.Equal(Time(expected), ResetText.Find($"You've hit your session limit · {text}", Time(now)!.Value));
        Assert.Equal(Time(expected), ResetText.Find($"5-hour limit reached ∙ {text}", Time(now)!.Value));
    }

    [Theory]
    [InlineData("1795392318", "2026-11-23T00:05:18Z")]
    [InlineData("1795392318000", null)]
    [InlineData("99999999999999999999", null)]
    [InlineData("1795300000", null)]
    [InlineData("1795377595", "2026-11-22T19:59:55Z")] // it went by while the agent ended
    [InlineData("1795376000", null)]
    [InlineData("-5", null)]
    public void Older_versions_named_seconds(string at, string? expected) =>
        Assert.Equal(Time(expected), ResetText.Find($"Claude AI usage limit reached|{at}", Time("2026-11-22T20:00:00Z")!.Value));

    private static DateTimeOffset? Time(string? text) => text is null ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
