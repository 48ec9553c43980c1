namespace Orchestrator.Rehearsal;

/// <summary>
/// A request the server received and how it was answered. Milestone, role, attempt and round come from the prompt's header and are null
/// without one; the step is its place in the script's list, counted from 0 and faults included, and null where no script was asked.
/// The answer is one of <c>say, write, bash, tools, verdict, fail STATUS, drop STAGE, hang STAGE, sse_error TYPE, count_tokens, hello,
/// not_found, bad_request, error</c>.
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
    string Answer);
