using Orchestrator.Core;
using Orchestrator.Core.Agents;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// Says how a turn ended, from what the CLI printed and its exit code: by <c>is_error</c> and its companions, never
/// by the subtype or the exit code alone. No result line, a denied tool or a missing verdict is not success.
/// The table is that of the CLI's measured behaviour, versions 2.1.197 and 2.1.330.
/// </summary>
public static class TurnClassifier
{
    // A denied look outside the worktree does no harm; a denied change means that work is missing.
    private static readonly HashSet<string> Harmless = ["Read", "Glob", "Grep", "WebFetch", "WebSearch", "LS"];

    private static readonly string[] NoWaitingHelps =
    [
        "You're out of usage credits", "You're out of extra usage", "Your org is out of usage", "Your seat type doesn't include", "Your usage allocation has been disabled",
        "Your group's usage limit is set to $0", "This service is disabled for your org", "Usage is paused for your organization", "Credit balance is too low",
    ];

    /// <summary>True when a resumed conversation is not there: a new one has to be begun.</summary>
    public static bool IsSessionGone(TurnReport report, string errors) =>
        (report.Result is null || report.Result.IsError) && (report.Result?.Text ?? errors).Contains("No conversation found", StringComparison.Ordinal);

    /// <summary>True when a conversation that was to be new is there already: it has to be resumed.</summary>
    public static bool IsSessionTaken(TurnReport report, string errors) =>
        report.Result is null && errors.Contains("is already in use", StringComparison.Ordinal);

    /// <summary>The outcome.</summary>
    /// <param name="role">What the turn was for.</param>
    /// <param name="report">What the stream said.</param>
    /// <param name="exit">The exit code, 128 + n for signal n.</param>
    /// <param name="errors">The end of standard error.</param>
    public static TurnOutcome Classify(Role role, TurnReport report, int exit, string errors)
    {
        if (report.Result is not { } result)
        {
            if (exit >= 128)
            {
                return new TurnOutcome.Failed(FailureKind.Transient, "agent.killed", $"The agent was ended by signal {exit - 128}.");
            }

            // It refused to start (an option, a rule about root, a missing file): no turn of this run would do better.
            return exit > 0 && report.Session is null
                ? new TurnOutcome.Failed(FailureKind.Run, "agent.start", $"The agent does not start: {Short(errors)}")
                : new TurnOutcome.Failed(FailureKind.Attempt, "agent.no-result", $"The agent ended with exit code {exit} and no result. {Short(errors)}".TrimEnd());
        }

        if (result.IsError)
        {
            return Error(report, result);
        }

        if (role == Role.Review)
        {
            return result.Structured is { } verdict
                ? ReviewVerdict.Read(verdict)
                : new TurnOutcome.Failed(FailureKind.Attempt, "review.no-verdict", "The reviewer gave no verdict.");
        }

        var denied = result.Denied.Where(tool => !Harmless.Contains(tool)).Distinct().ToList();
        return denied.Count > 0
            ? new TurnOutcome.Failed(FailureKind.Attempt, "agent.denied", Short($"The agent was denied {string.Join(", ", denied)}."))
            : new TurnOutcome.Completed(Short(result.Text));
    }

    private static TurnOutcome Error(TurnReport report, ResultMessage result)
    {
        var text = Short(result.Text);
        if (result.StartupFailure is { } refusal)
        {
            return Failed(FailureKind.Run, "agent.start", Short($"The agent does not start ({refusal}): {text}"));
        }

        if (report.RateLimit is { Status: "rejected", UsesOverage: false } limit && !Array.Exists(NoWaitingHelps, p => result.Text.StartsWith(p, StringComparison.Ordinal)))
        {
            return new TurnOutcome.Limited(limit.ResetsAt, text);
        }

        if (result.ApiError == "usage_limit_reached")
        {
            return new TurnOutcome.Limited(report.RateLimit?.ResetsAt, text);
        }

        if (Array.Exists(NoWaitingHelps, p => result.Text.StartsWith(p, StringComparison.Ordinal)))
        {
            return Failed(FailureKind.Run, "agent.credits", text);
        }

        if (result.Text.StartsWith("You've hit your", StringComparison.Ordinal) || result.Text.StartsWith("You've reached your", StringComparison.Ordinal))
        {
            return new TurnOutcome.Limited(null, text);
        }

        if (result.TerminalReason is "prompt_too_long" or "image_error")
        {
            return Failed(FailureKind.Milestone, "agent.too-long", text);
        }

        return report.AssistantError switch
        {
            "authentication_failed" or "oauth_org_not_allowed" or "account_on_hold" or "verification_required" or "cloud_credential_error" => Failed(FailureKind.Run, "agent.login", text),
            "billing_error" => Failed(FailureKind.Run, "agent.credits", text),
            "rate_limit" => new TurnOutcome.Limited(null, text),
            "server_error" or "overloaded" => Failed(FailureKind.Transient, "agent.server", text),
            "unknown" when result.Status is null or >= 500 => Failed(FailureKind.Transient, "agent.server", text),
            "invalid_request" or "model_not_found" or "max_output_tokens" or "unknown" => Failed(FailureKind.Milestone, "agent.request", text),
            _ => result.Subtype switch
            {
                "error_max_budget_usd" => Failed(FailureKind.Milestone, "budget.turn", text),
                "error_max_turns" => Failed(FailureKind.Attempt, "agent.max-turns", text),
                "error_max_structured_output_retries" => Failed(FailureKind.Attempt, "review.no-verdict", text),
                "error_during_execution" when result.TerminalReason is "aborted_tools" or "aborted_streaming" => new TurnOutcome.Interrupted(),
                _ => Failed(FailureKind.Attempt, "agent.error", text.Length > 0 ? text : Short($"The agent ended with {result.Subtype}.")),
            },
        };
    }

    private static TurnOutcome.Failed Failed(FailureKind kind, string code, string text) => new(kind, code, text);

    private static string Short(string text)
    {
        var line = Plain.Cut(text, 4000).ReplaceLineEndings(" ").Trim();
        return Plain.Cut(line, 400);
    }
}
