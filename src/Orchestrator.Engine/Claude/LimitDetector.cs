using System.Text.RegularExpressions;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// Finds out whether the provider refused a turn until some time. First the structured event counts, then the
/// structured error, then the beginning of the CLI's last words; never what the agent wrote or what its tools printed.
/// </summary>
public static partial class LimitDetector
{
    /// <summary>The limit; null when the result is none.</summary>
    /// <param name="report">What the stream said.</param>
    /// <param name="now">The moment the turn ended.</param>
    /// <param name="message">What is shown of the result.</param>
    public static TurnOutcome.Limited? Find(TurnReport report, DateTimeOffset now, string message)
    {
        // An end by the CLI's own bounds (turns, answers) is none, whatever was refused and waited out before.
        if (report.Result is not { IsError: true } result || result.Subtype?.StartsWith("error_max_", StringComparison.Ordinal) == true)
        {
            return null;
        }

        var words = WordsOf(report);
        var named = Named(words);
        var anchored = named is not null || FailureTable.IsAboutMoney(words) || FailureTable.IsForbidden(words);
        if (report.RateLimit is { Refuses: true } refusal && report.AssistantError is null or "rate_limit" or "billing_error" or "unknown")
        {
            return Limited(refusal, report.ErrorLimit);
        }

        if (result.ApiError == "usage_limit_reached")
        {
            return Limited(report.ErrorLimit, null);
        }

        // A refusal without any more (an API key's, a crowded server's) names no time: the configured wait holds.
        return named is not null || (anchored && ResetText.Find(words, now) is not null) || report.AssistantError == "rate_limit"
            ? Limited(report.ErrorLimit, null)
            : null;

        TurnOutcome.Limited Limited(RateLimitInfo? first, RateLimitInfo? second)
        {
            var structured = first?.ResetsAt ?? second?.ResetsAt;
            var resets = structured is not null ? ResetText.Told(structured, now) : anchored ? ResetText.Find(words, now) : null;
            return new TurnOutcome.Limited(resets, message, Scope(first?.Type ?? second?.Type, named));
        }
    }

    /// <summary>The CLI's last words. What the model itself wrote is not theirs, even as a result.</summary>
    internal static string WordsOf(TurnReport report) =>
        report.Result is { } result && result.Text != report.OwnWords ? Core.Plain.Cut(result.Text, 1000).Replace('’', '\'') : "";

    /// <summary>What a text calls the limit it is about, e.g. <c>5-hour limit</c>; null when it is about none.</summary>
    internal static string? Named(string words) => Hit().Match(words) is { Success: true } hit ? hit.Groups["what"].Value : Older().Match(words) is { Success: true } older ? older.Groups["what"].Value : null;

    private static LimitScope Scope(string? type, string? named) => (type is null ? named is not null && Model().IsMatch(named) : ModelType().IsMatch(type)) ? LimitScope.Model : LimitScope.Account;

    [GeneratedRegex(@"^You've (?:hit|reached) your(?<what>[^·∙•|\n]*)", RegexOptions.CultureInvariant)]
    private static partial Regex Hit();

    // In neither version that was recorded; for older ones.
    [GeneratedRegex(@"^(?<what>Claude AI usage|Claude usage|Usage|[0-9]{1,3}-hour|Session|Weekly|Fable|Haiku|Mythos|Opus|Sonnet) limit reached(?= ?[·∙•|]|\.?$)", RegexOptions.CultureInvariant)]
    private static partial Regex Older();

    [GeneratedRegex(@"\b(?:Fable|Haiku|Mythos|Opus|Sonnet)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Model();

    [GeneratedRegex(@"_(?:fable|haiku|mythos|opus|sonnet)$", RegexOptions.CultureInvariant)]
    private static partial Regex ModelType();
}
