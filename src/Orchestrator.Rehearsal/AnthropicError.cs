using System.Text.Json.Nodes;

namespace Orchestrator.Rehearsal;

/// <summary>The errors of the Messages API: which type belongs to which status, and how they are written.</summary>
internal static class AnthropicError
{
    private static readonly (int Status, string Type, string Message)[] Known =
    [
        (400, "invalid_request_error", "The request was invalid."),
        (401, "authentication_error", "invalid x-api-key"),
        (402, "billing_error", "There is an issue with your billing or payment information."),
        (403, "permission_error", "Your API key does not have permission to use the specified resource."),
        (404, "not_found_error", "The requested resource was not found."),
        (413, "request_too_large", "Request exceeds the maximum allowed number of bytes."),
        (429, "rate_limit_error", "This request would exceed your account's rate limit. Please try again later."),
        (500, "api_error", "Internal server error"),
        (504, "timeout_error", "The request timed out."),
        (529, "overloaded_error", "Overloaded"),
    ];

    public static string Body(int status, string? message = null)
    {
        var known = Known.FirstOrDefault(error => error.Status == status);
        if (known.Type is null)
        {
            known = Known.First(error => error.Status == (status < 500 ? 400 : 500));
        }

        return Body(known.Type, message ?? known.Message);
    }

    public static string Body(string type)
    {
        var known = Known.FirstOrDefault(error => error.Type == type);
        return Body(type, known.Message ?? "The rehearsal was told to fail.");
    }

    public static int StatusOf(string type)
    {
        var known = Known.FirstOrDefault(error => error.Type == type);
        return known.Type is null ? 500 : known.Status;
    }

    private static string Body(string type, string message) => new JsonObject
    {
        ["type"] = "error",
        ["error"] = new JsonObject { ["type"] = type, ["message"] = message },
        ["request_id"] = $"req_{Guid.NewGuid():N}",
    }.ToJsonString();
}
