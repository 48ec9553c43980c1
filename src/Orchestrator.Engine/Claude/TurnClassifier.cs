using Orchestrator.Core;
using Orchestrator.Core.Agents;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// Says how a turn ended, from what the CLI printed and its exit code: by <c>is_error</c> and its companions, never
/// by the subtype or the exit code alone. No result line, a denied tool or a missing verdict is not success.
/// Which failed result means what is in <see cref="FailureTable"/> and <see cref="LimitDetector"/>.
/// </summary>
public static class TurnClassifier
{
    // A denied look outside the worktree does no harm; a denied change means that work is missing.
    private static readonly HashSet<string> Harmless = ["Read", "Glob", "Grep", "WebFetch", "WebSearch", "LS"];

    // How the gateway's refusal begins.
    private const string CapReached = "This turn's cap of ";

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
    /// <param name="now">The moment the turn ended.</param>
    /// <param name="bar">The least severity of a finding that blocks, for a review.</param>
    public static TurnOutcome Classify(Role role, TurnReport report, int exit, string errors, DateTimeOffset now, FindingSeverity bar = FindingSeverity.Major)
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
            return Error(report, result, now);
        }

        if (role.Judges())
        {
            return result.Structured is { } verdict
                ? ReviewVerdict.Read(verdict, bar)
                : new TurnOutcome.Failed(FailureKind.Attempt, "review.no-verdict", "The reviewer gave no verdict.");
        }

        var denied = result.Denied.Where(tool => !Harmless.Contains(tool)).Distinct().ToList();
        return denied.Count > 0
            ? new TurnOutcome.Failed(FailureKind.Attempt, "agent.denied", Short($"The agent was denied {string.Join(", ", denied)}."))
            : new TurnOutcome.Completed(Short(result.Text));
    }

    private static TurnOutcome Error(TurnReport report, ResultMessage result, DateTimeOffset now)
    {
        var text = Short(result.Text);
        if (result.StartupFailure is { } refusal)
        {
            return new TurnOutcome.Failed(FailureKind.Run, "agent.start", Short($"The agent does not start ({refusal}): {text}"));
        }

        if (result.Subtype == "error_max_budget_usd" || result.TerminalReason == "budget_exhausted")
        {
            return new TurnOutcome.Spent(text);
        }

        if (result is { Subtype: "error_during_execution", Aborted: true })
        {
            return new TurnOutcome.Interrupted();
        }

        var words = LimitDetector.WordsOf(report);
        if (result.Status == 403 && words.Contains(CapReached, StringComparison.Ordinal))
        {
            return new TurnOutcome.Spent(text);
        }

        var signs = new Signs(words, ResetText.Find(words, now) is not null, report.AssistantError, result.ApiError, result.Status, result.Subtype, result.TerminalReason);
        return (TurnOutcome?)Failed(FailureTable.NoWaitingHelps, signs, result) ?? LimitDetector.Find(report, now, text) ?? (TurnOutcome)Failed(FailureTable.Others, signs, result)!;
    }

    private static TurnOutcome.Failed? Failed(IReadOnlyList<FailureClass> table, Signs signs, ResultMessage result)
    {
        if (table.FirstOrDefault(failure => failure.Is(signs)) is not { } found)
        {
            return null;
        }

        var text = string.IsNullOrWhiteSpace(result.Text) ? $"The agent ended with {result.Subtype ?? "an error"}." : result.Text;
        return new TurnOutcome.Failed(found.Kind, found.Code, found.Hint.Length > 0 ? $"{Sentence(Short(text))} {found.Hint}" : Short(text));
    }

    private static string Sentence(string text) => text.EndsWith('.') || text.EndsWith('!') || text.EndsWith('…') ? text : text + ".";

    private static string Short(string text)
    {
        var line = Plain.Cut(text, 4000).ReplaceLineEndings(" ").Trim();
        return Plain.Cut(line, 400);
    }
}
