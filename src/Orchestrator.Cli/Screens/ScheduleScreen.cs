using System.Globalization;
using System.Text;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;

namespace Orchestrator.Cli.Screens;

/// <summary>Who would begin when, how long it would take, and on what that rests.</summary>
internal static class ScheduleScreen
{
    private const int Width = 80;
    private const int MostNamed = 12;

    // Below this, hours and minutes would all be zeros.
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(10);

    /// <summary>The schedule; no line is wider than 80 columns.</summary>
    /// <param name="forecast">The forecast.</param>
    /// <param name="done">What is done already.</param>
    public static string Text(Forecast forecast, IReadOnlyCollection<MilestoneId> done)
    {
        var text = new StringBuilder();
        if (done.Count > 0)
        {
            text.Append(Wrapped("", $"Done already: {Named(done.Order(), ", ")}."));
        }

        if (forecast.Milestones.Count == 0)
        {
            return text.Append("Nothing is left to do.\n").ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $"Schedule with {Count(forecast.Slots, "slot")} ({(forecast.Total < Short ? "m:ss" : "h:mm")} from the start; slot in brackets)\n");
        foreach (var moment in forecast.Milestones.GroupBy(p => p.Begins))
        {
            text.Append(Wrapped($"{Clock(moment.Key, forecast.Total),7}  ", string.Join(", ", moment.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Id} [{p.Slot}]")))));
        }

        text.Append($"{Clock(forecast.Total, forecast.Total),7}  all merged\n\n");
        text.Append($"Estimate: {Long(forecast.Total)}{(forecast.CostUsd is { } cost ? string.Create(CultureInfo.InvariantCulture, $", {Money(cost)}") : "")}.\n");
        foreach (var line in Grounds(forecast))
        {
            text.Append(Wrapped("  - ", line));
        }

        return text.ToString();
    }

    /// <summary>A length of time as people say it.</summary>
    public static string Long(TimeSpan time) => time switch
    {
        _ when time < TimeSpan.FromMinutes(1) => "less than a minute",
        _ when time < TimeSpan.FromHours(1) => string.Create(CultureInfo.InvariantCulture, $"about {Math.Round(time.TotalMinutes):0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"about {(int)time.TotalHours} h {time.Minutes:00} min"),
    };

    private static IEnumerable<string> Grounds(Forecast forecast)
    {
        var pace = forecast.Pace;
        yield return pace.Measured == 0
            ? $"An assumption, for no milestone was measured here yet: {Bare(pace.Milestone)} for each, {Bare(pace.Merge)} for each merge."
            : string.Create(CultureInfo.InvariantCulture, $"Measured here, the median of {Count(pace.Measured, "milestone")}: {Bare(pace.Milestone)} for each, {Bare(pace.Merge)} for each merge.");
        if (pace.CostUsd is { } each)
        {
            yield return $"The cost is the mean of the same: {Money(each)} each.";
        }

        yield return $"The longest chain is {Named(forecast.Chain, " → ")}: {Long(forecast.ChainTime)} however many slots there are.";
        if (forecast.Width < forecast.Slots)
        {
            yield return $"At most {forecast.Width} at once; more slots gain nothing.";
        }

        yield return "Limits of the account, failed attempts and conflicts are not in it.";
    }

    private static string Money(decimal usd) => string.Create(CultureInfo.InvariantCulture, $"${usd:0.00}");

    private static string Bare(TimeSpan time) => Long(time).Replace("about ", "", StringComparison.Ordinal);

    private static string Count(int count, string word) => string.Create(CultureInfo.InvariantCulture, $"{count} {word}{(count == 1 ? "" : "s")}");

    private static string Named(IEnumerable<MilestoneId> ids, string separator)
    {
        var all = ids.ToList();
        return string.Join(separator, all.Take(MostNamed)) + (all.Count > MostNamed ? string.Create(CultureInfo.InvariantCulture, $"{separator}… ({all.Count})") : "");
    }

    private static string Clock(TimeSpan time, TimeSpan total) => total < Short
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}");

    /// <summary>Words in lines, those after the first set in as far as the first.</summary>
    private static string Wrapped(string begin, string words)
    {
        var text = new StringBuilder();
        var line = new StringBuilder(begin);
        var isEmpty = true;
        foreach (var word in words.Replace(" [", "\u00a0[", StringComparison.Ordinal).Split(' '))
        {
            if (!isEmpty && line.Length + 1 + word.Length > Width)
            {
                text.Append(line).Append('\n');
                line.Clear().Append(' ', begin.Length);
                isEmpty = true;
            }

            line.Append(isEmpty ? "" : " ").Append(word);
            isEmpty = false;
        }

        return text.Append(line).Append('\n').Replace('\u00a0', ' ').ToString();
    }
}
