namespace Orchestrator.Rehearsal;

/// <summary>
/// A request the server received and how it was answered. Milestone, role, attempt and round come from the prompt's header and are null
/// without one; the step is its place in the script's list, counted from 0 and faults included, and null where no script was asked.
/// The answer is one of <c>say, write, bash, tools, verdict, fail STATUS, drop STAGE, hang STAGE, sse_error TYPE, limit KIND, count_tokens,
/// hello, not_found, bad_request, error</c>.
/// </summary>
public sealed record RehearsedRequest(
    DateTimeOffset Time,
    string Method,
    string Path,
    string? SessionId,
    string? Milestone,
    string? Role,
    int? Attempt,
    int? Round,
    int? Step,
    string Answer)
{
    /// <summary>The model that was asked for; null where it is no message.</summary>
    public string? Model { get; init; }

    /// <summary>How many calls of tools the conversation has behind it: what it remembers.</summary>
    public int ToolCalls { get; init; }

    /// <summary>The bytes of tools and system prompt, without the markers for the cache.</summary>
    public int HeadBytes { get; init; }

    /// <summary>How many of them, from the first on, an earlier request of another conversation with this model had too; null when there was none.</summary>
    public int? SharedHeadBytes { get; init; }

    /// <summary>What it used; null where it was not answered.</summary>
    public RehearsedTokens? Tokens { get; init; }
}
