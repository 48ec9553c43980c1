using System.Text.RegularExpressions;
using Orchestrator.Core.Agents;

namespace Orchestrator.Engine.Claude;

/// <summary>What a failed result shows of its cause.</summary>
/// <param name="Words">The CLI's last words; empty where they are the model's own.</param>
/// <param name="Passes">True when they name a time that can be waited for.</param>
/// <param name="Error">The <c>error</c> of the last assistant message.</param>
/// <param name="ApiError">The result's <c>api_error</c>.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Subtype">The result's subtype.</param>
/// <param name="Ended">The result's <c>terminal_reason</c>.</param>
internal readonly record struct Signs(string Words, bool Passes, string? Error, string? ApiError, int? Status, string? Subtype, string? Ended);

/// <summary>One class of failures, and what comes of it.</summary>
/// <param name="Is">Tells whether a failure is of this class.</param>
/// <param name="Kind">Whose trouble it is.</param>
/// <param name="Code">Its name; explained in docs/reference/failures.md.</param>
/// <param name="Hint">What to do; empty where nothing is to be done by hand.</param>
internal sealed record FailureClass(Func<Signs, bool> Is, FailureKind Kind, string Code, string Hint);

/// <summary>
/// The classes of failed results, as measured with the CLI's versions 2.1.197 and 2.1.330. The first that fits counts.
/// Limits that pass by themselves are found by <see cref="LimitDetector"/>, between the two lists.
/// </summary>
internal static partial class FailureTable
{
    private const string Credits = "Add credits to the account, or wait for its next month; then run again.";
    private const string Organization = "Ask whoever manages the organization or the account; then run again.";
    private const string LogIn = "Run claude once and log in, or mend the key that claude.env names; then run again.";

    // The beginnings are those of the CLI's own list.
    private static readonly string[] NoCredits = ["You're out of usage credits", "You're out of extra usage", "Your org is out of usage", "Credit balance is too low"];

    private static readonly string[] NotAllowed =
    [
        "Your seat type doesn't include", "Your usage allocation has been disabled", "Your group's usage limit is set to $0", "This service is disabled for your org", "Usage is paused for your organization",
    ];

    /// <summary>Refusals that no waiting lifts. They look like limits, and come with the signs of limits.</summary>
    public static IReadOnlyList<FailureClass> NoWaitingHelps { get; } =
    [
        new(s => s.ApiError == "long_context_credits_required" || LongContext().IsMatch(s.Words), FailureKind.Run, "agent.credits", "Name a model without the long context in claude.model, or add credits; then run again."),
        new(s => !s.Passes && IsAboutMoney(s.Words), FailureKind.Run, "agent.credits", Credits),
        new(s => ModelForCredits().IsMatch(s.Words), FailureKind.Run, "agent.credits", "Name another model in claude.model, or add credits; then run again."),
        new(s => !s.Passes && IsForbidden(s.Words), FailureKind.Run, "agent.organization", Organization),
        new(s => DisabledOrganization().IsMatch(s.Words), FailureKind.Run, "agent.organization", Organization),
    ];

    /// <summary>All other failures. The last class fits each.</summary>
    public static IReadOnlyList<FailureClass> Others { get; } =
    [
        new(s => s.Words.StartsWith("No conversation found", StringComparison.Ordinal), FailureKind.Attempt, "agent.session", ""),
        new(s => s.Words.StartsWith("Sandbox required", StringComparison.Ordinal), FailureKind.Run, "agent.start", "Install what it names, or switch its sandbox off; then run again."),
        new(s => s.Ended is "prompt_too_long" or "image_error" or "blocking_limit", FailureKind.Milestone, "agent.too-long", "Make the milestone smaller."),

        new(s => s.Error is "authentication_failed" or "oauth_org_not_allowed" or "verification_required" or "cloud_credential_error", FailureKind.Run, "agent.login", LogIn),
        new(s => s.Error is "account_on_hold", FailureKind.Run, "agent.organization", Organization),
        new(s => s.Error is "billing_error", FailureKind.Run, "agent.credits", Credits),
        new(s => s.Error is "server_error" or "overloaded", FailureKind.Transient, "agent.server", ""),
        new(s => s.Error is "unknown" && s.Status is null or >= 500, FailureKind.Transient, "agent.server", ""),
        new(s => s.Error is "model_not_found", FailureKind.Milestone, "agent.model", "Name a model that the account has."),
        new(s => s.Error is "max_output_tokens", FailureKind.Milestone, "agent.max-output", "Make the milestone smaller."),
        new(s => s.Error is "invalid_request" && s.Words.Contains("safeguards flagged", StringComparison.Ordinal), FailureKind.Milestone, "agent.refused", "Say in the milestone what the work is for."),
        new(s => s.Error is "invalid_request" or "unknown", FailureKind.Milestone, "agent.request", ""),

        new(s => s.Error is null && s.Status is 401 or 403, FailureKind.Run, "agent.login", LogIn),
        new(s => s.Subtype is "error_max_turns", FailureKind.Attempt, "agent.max-turns", ""),
        new(s => s.Subtype is "error_max_structured_output_retries", FailureKind.Attempt, "review.no-verdict", ""),
        new(_ => true, FailureKind.Attempt, "agent.error", ""),
    ];

    /// <summary>True for texts about money. Those that name no time near enough are for a person, the others pass.</summary>
    public static bool IsAboutMoney(string words) =>
        Begins(words, NoCredits) || (LimitDetector.Named(words) is { } named && (named.Contains("monthly", StringComparison.Ordinal) || named.Contains("spend", StringComparison.Ordinal)));

    /// <summary>True for texts about what the organization does not allow.</summary>
    public static bool IsForbidden(string words) => Begins(words, NotAllowed);

    private static bool Begins(string words, string[] beginnings) => Array.Exists(beginnings, beginning => words.StartsWith(beginning, StringComparison.Ordinal));

    [GeneratedRegex(@"^(?:API Error: )?Usage credits required for 1M context", RegexOptions.CultureInvariant)]
    private static partial Regex LongContext();

    [GeneratedRegex(@"^(?:Fable|Haiku|Mythos|Opus|Sonnet)(?: [^·\n]{1,40})? requires usage credits", RegexOptions.CultureInvariant)]
    private static partial Regex ModelForCredits();

    [GeneratedRegex(@"^Your [A-Z_]{3,40} belongs to a disabled organization", RegexOptions.CultureInvariant)]
    private static partial Regex DisabledOrganization();
}
