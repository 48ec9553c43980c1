using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;

namespace Orchestrator.Engine.Claude;

/// <summary>What the stream of one agent process said, as far as it decides anything.</summary>
public sealed class TurnReport
{
    private const int MostPending = 512;

    private readonly UsageMeter _meter = new();
    private readonly WindowBook _windows = new();
    private readonly HashSet<string> _pending = new(StringComparer.Ordinal);
    private string? _message;

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

    /// <summary>The limit that newer versions attach to the last message, when that is their own word about an error.</summary>
    public RateLimitInfo? ErrorLimit { get; private set; }

    /// <summary>The account's windows, by name.</summary>
    public Items<LimitWindow> Windows => _windows.Windows;

    /// <summary>True once the provider has answered a request of this process.</summary>
    public bool Answered { get; private set; }

    /// <summary>The <c>error</c> of the last assistant message; those of sub-agents are their parents' affair.</summary>
    public string? AssistantError { get; private set; }

    /// <summary>The last text the agent wrote; what it does right now.</summary>
    public string? LastText { get; private set; }

    /// <summary>The last message's text when the model itself wrote it, and not the CLI in its name.</summary>
    public string? OwnWords { get; private set; }

    /// <summary>US dollars and tokens of this process: <see cref="Models"/> added up.</summary>
    public Usage Usage => ModelUsage.Sum(Models);

    /// <summary>What was used, by model: as the results say, and while there is none, <see cref="Seen"/>.</summary>
    public Items<ModelUsage> Models => _meter.Models;

    /// <summary>What the answers so far used at least, at list prices.</summary>
    public Items<ModelUsage> Seen => _meter.Seen;

    /// <summary>
    /// False when the provider answered, but what that used cannot be read. For a process that gave no result, or was
    /// interrupted, what was seen serves, if all of it has a price.
    /// </summary>
    public bool Metered => !Answered || _meter.Exact || ((Result is null || Result.Aborted) && _meter.Priced);

    /// <summary>True while a tool runs: one was called and has not answered. A sub-agent that speaks is no tool.</summary>
    public bool ToolPending => _pending.Count > 0;

    /// <summary>True while the CLI waits to ask the provider once more: that was its last word.</summary>
    public bool Retrying { get; private set; }

    /// <summary>How long it waits, when <see cref="Retrying"/> and it says so.</summary>
    public TimeSpan? RetryDelay { get; private set; }

    internal void Take(JsonElement message)
    {
        var type = Text(message, "type");
        Retrying = type == "system" && Text(message, "subtype") == "api_retry";
        RetryDelay = Retrying && Number(message, "retry_delay_ms") is > 0 and < 691_200_000 and var delay ? TimeSpan.FromMilliseconds(delay) : null;
        switch (type)
        {
            case "system" when Text(message, "subtype") == "init":
                Version = Text(message, "claude_code_version");
                Session = Text(message, "session_id");
                break;
            case "assistant":
                TakeAssistant(message);
                break;
            case "user":
                TakeToolResults(message);
                break;
            case "rate_limit_event" when Child(message, "rate_limit_info") is { } info:
                RateLimit = RateLimitInfo.From(info);
                _windows.Take(RateLimit, info);
                break;
            case "result":
                Result = ResultMessage.From(message);
                Session ??= Text(message, "session_id");
                _pending.Clear();
                _meter.TakeResult(message);
                break;
            default:
                break;
        }
    }

    private void TakeAssistant(JsonElement message)
    {
        var error = Text(message, "error");
        var inner = Child(message, "message");
        var own = error is null && !(inner is { } said && Text(said, "model") == "<synthetic>");
        var parent = Text(message, "parent_tool_use_id");
        if (parent is null)
        {
            AssistantError = error;
            OwnWords = null;
            ErrorLimit = Child(message, "api_error_params") is { } parameters && Child(parameters, "rate_limit_info") is { } info ? RateLimitInfo.From(info) : null;
        }
        else
        {
            _pending.Remove(parent);
        }

        Answered |= own;
        if (inner is not { } answer)
        {
            return;
        }

        if (parent is null && Text(answer, "id") is var id && (id is null || id != _message))
        {
            _message = id;
            _pending.Clear(); // the next message of a conversation holds the results of all tools before it
        }

        if (own)
        {
            _meter.TakeAnswer(answer);
        }

        if (Child(answer, "content") is { ValueKind: JsonValueKind.Array } content)
        {
            foreach (var block in content.EnumerateArray())
            {
                TakeBlock(block, own && parent is null);
            }
        }
    }

    private void TakeBlock(JsonElement block, bool own)
    {
        var text = Text(block, "text");
        var tool = text is null ? Text(block, "name") : null;
        LastText = text ?? (tool is null ? LastText : $"uses {tool}");
        OwnWords = own && text is not null ? text : OwnWords;
        if (tool is not null && _pending.Count < MostPending && Text(block, "id") is { Length: > 0 and < 200 } id)
        {
            _pending.Add(id);
        }
    }

    private void TakeToolResults(JsonElement message)
    {
        if (_pending.Count > 0 && Child(message, "message") is { } inner && Child(inner, "content") is { ValueKind: JsonValueKind.Array } content)
        {
            foreach (var block in content.EnumerateArray())
            {
                _pending.Remove(Text(block, "tool_use_id") ?? "");
            }
        }
    }

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
