using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// Follows the file that an agent's standard output goes to and keeps the few fields that decide. Unknown messages
/// are passed over: each release brings some. Memory stays bounded however long a line is.
/// </summary>
public sealed class TranscriptReader(string file)
{
    private const int MostLine = 32 << 20;
    private readonly List<byte> _rest = [];
    private long _at;
    private bool _skipping;

    /// <summary>What was read so far.</summary>
    public TurnReport Report { get; } = new();

    /// <summary>What a transcript says that nobody writes any more.</summary>
    public static TurnReport ReadWhole(string file)
    {
        var reader = new TranscriptReader(file);
        reader.Poll();
        return reader.Report;
    }

    /// <summary>Reads what has come since; a line that is not ended yet waits.</summary>
    public void Poll()
    {
        if (!File.Exists(file))
        {
            return;
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(_at, SeekOrigin.Begin);
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = stream.Read(buffer)) > 0)
        {
            _at += count;
            Take(buffer.AsSpan(0, count));
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            if (!_skipping)
            {
                _rest.AddRange(part);
                _skipping = _rest.Count > MostLine;
            }

            if (end < 0)
            {
                return;
            }

            if (!_skipping && _rest.Count > 0)
            {
                Line(_rest.ToArray());
            }

            _rest.Clear();
            _skipping = false;
            bytes = bytes[(end + 1)..];
        }
    }

    private void Line(byte[] line)
    {
        try
        {
            // Half a character or foreign bytes in a text must not cost the message: they are replaced.
            using var json = JsonDocument.Parse(Utf8.IsValid(line) ? line : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(line)));
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                Report.Take(json.RootElement);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperation: a name with half a surrogate pair, which is JSON but no text.
            Report.BadLines++; // a torn or foreign line says nothing; a missing result is noticed at the end
        }
    }
}

/// <summary>What the stream of one agent process said, as far as it decides anything.</summary>
public sealed class TurnReport
{
    private const double MostCost = 1e6;
    private const double MostTokens = 1e13;

    /// <summary>Lines that were no JSON.</summary>
    public int BadLines { get; set; }

    /// <summary>The version the CLI named.</summary>
    public string? Version { get; private set; }

    /// <summary>The conversation the CLI named.</summary>
    public string? Session { get; private set; }

    /// <summary>The last result message; null when there was none.</summary>
    public ResultMessage? Result { get; private set; }

    /// <summary>The last rate_limit_event.</summary>
    public RateLimitInfo? RateLimit { get; private set; }

    /// <summary>The <c>error</c> of the last assistant message.</summary>
    public string? AssistantError { get; private set; }

    /// <summary>The last text the agent wrote; what it does right now.</summary>
    public string? LastText { get; private set; }

    /// <summary>US dollars and tokens of this process.</summary>
    public Core.Agents.Usage Usage { get; private set; }

    /// <summary>True once the provider has answered a request.</summary>
    public bool Answered { get; private set; }

    /// <summary>What the provider said of the account's windows.</summary>
    public Core.Items<Core.Limits.LimitWindow> Windows { get; private set; }

    /// <summary>What the process used, by model.</summary>
    public Core.Items<Core.Agents.ModelUsage> Models => Usage == default ? default : [new Core.Agents.ModelUsage("", Usage)];

    /// <summary>The same as far as it can be seen before the end.</summary>
    public Core.Items<Core.Agents.ModelUsage> Seen { get; private set; }

    /// <summary>False when it answered and nothing says what was used.</summary>
    public bool Metered => Result is null || !Answered || Usage != default;

    internal void Take(JsonElement message)
    {
        switch (Text(message, "type"))
        {
            case "system" when Text(message, "subtype") == "init":
                Version = Text(message, "claude_code_version");
                Session = Text(message, "session_id");
                break;
            case "assistant":
                TakeAssistant(message);
                break;
            case "rate_limit_event" when Child(message, "rate_limit_info") is { } info:
                RateLimit = RateLimitInfo.From(info);
                break;
            case "result":
                Result = ResultMessage.From(message);
                Session ??= Text(message, "session_id");
                Usage = Usage.Add(UsageOf(message, first: Usage == default));
                break;
            default:
                break;
        }
    }

    private void TakeAssistant(JsonElement message)
    {
        AssistantError = Text(message, "error");
        Answered |= AssistantError is null;
        if (Child(message, "api_error_params") is { } parameters && Child(parameters, "rate_limit_info") is { } info)
        {
            RateLimit = RateLimitInfo.From(info);
        }

        if (Child(message, "message") is { } inner && Child(inner, "content") is { ValueKind: JsonValueKind.Array } content)
        {
            foreach (var block in content.EnumerateArray())
            {
                LastText = Text(block, "text") ?? (Text(block, "name") is { } tool ? $"uses {tool}" : LastText);
            }
        }
    }

    /// <summary>
    /// What this process used. Newer versions go on counting across resumes, so the part since the last result is
    /// taken where it is given; older ones begin at zero in each process.
    /// </summary>
    private static Core.Agents.Usage UsageOf(JsonElement message, bool first)
    {
        var models = Child(message, "model_usage_since_last_result") ?? (first ? Child(message, "modelUsage") : null);
        if (models is not { ValueKind: JsonValueKind.Object } all)
        {
            return default;
        }

        var sum = default(Core.Agents.Usage);
        foreach (var model in all.EnumerateObject())
        {
            var input = Number(model.Value, "inputTokens") + Number(model.Value, "cacheReadInputTokens") + Number(model.Value, "cacheCreationInputTokens");
            sum = sum.Add(new Core.Agents.Usage(Math.Round((decimal)Believed(Number(model.Value, "costUSD"), MostCost), 6), (long)Believed(input, MostTokens), (long)Believed(Number(model.Value, "outputTokens"), MostTokens)));
        }

        return sum;
    }

    /// <summary>A figure as far as it can be true; sums of absurd ones would overflow, negative ones would give money back.</summary>
    private static double Believed(double figure, double most) => Math.Clamp(figure, 0, most);

    internal static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? String(value) : null;

    /// <summary>A text that was cut in the middle of a character (half a surrogate pair) is no string for .NET; it is shown as it was escaped.</summary>
    internal static string String(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText().Trim('"');
        }
    }

    internal static double Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    internal static JsonElement? Child(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? value : null;
}

/// <summary>A <c>rate_limit_info</c>.</summary>
public sealed record RateLimitInfo(string? Status, DateTimeOffset? ResetsAt, bool UsesOverage)
{
    internal static RateLimitInfo From(JsonElement info)
    {
        var at = TurnReport.Number(info, "resetsAt");
        var overage = info.ValueKind == JsonValueKind.Object && info.TryGetProperty("isUsingOverage", out var value) && value.ValueKind == JsonValueKind.True;
        return new RateLimitInfo(TurnReport.Text(info, "status"), at is > 0 and < 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds((long)at) : null, overage);
    }
}

/// <summary>A <c>result</c> message.</summary>
public sealed record ResultMessage(
    bool IsError, string? Subtype, int? Status, string? ApiError, string? TerminalReason, string Text, IReadOnlyList<string> Denied, JsonElement? Structured, string? StartupFailure = null)
{
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
            status > 0 ? (int)status : null,
            TurnReport.Text(message, "api_error"),
            TurnReport.Text(message, "terminal_reason"),
            TurnReport.Text(message, "result") ?? errors,
            denied,
            TurnReport.Child(message, "structured_output")?.Clone(),
            TurnReport.Text(message, "startup_failure_reason"));
    }
}
