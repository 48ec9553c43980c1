using System.Text.Json;

namespace Orchestrator.Engine.Claude;

/// <summary>A <c>result</c> message.</summary>
public sealed record ResultMessage(
    bool IsError, string? Subtype, int? Status, string? ApiError, string? TerminalReason, string Text, IReadOnlyList<string> Denied, JsonElement? Structured, string? StartupFailure = null)
{
    /// <summary>True when somebody interrupted the agent.</summary>
    public bool Aborted => TerminalReason is "aborted_tools" or "aborted_streaming";

    internal static ResultMessage From(JsonElement message)
    {
        var denied = new List<string>();
        if (TurnReport.Child(message, "permission_denials") is { ValueKind: JsonValueKind.Array } denials)
        {
            denied.AddRange(denials.EnumerateArray().Select(d => TurnReport.Text(d, "tool_name")).OfType<string>());
        }

        var errors = TurnReport.Child(message, "errors") is { ValueKind: JsonValueKind.Array } list
            ? string.Join("; ", list.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(TurnReport.String))
            : "";
        var status = TurnReport.Number(message, "api_error_status");
        return new ResultMessage(
            message.TryGetProperty("is_error", out var isError) && isError.ValueKind == JsonValueKind.True,
            TurnReport.Text(message, "subtype"),
            status is > 0 and < 1000 ? (int)status : null,
            TurnReport.Text(message, "api_error"),
            TurnReport.Text(message, "terminal_reason"),
            TurnReport.Text(message, "result") ?? errors,
            denied,
            TurnReport.Child(message, "structured_output")?.Clone(),
            TurnReport.Text(message, "startup_failure_reason"));
    }
}
