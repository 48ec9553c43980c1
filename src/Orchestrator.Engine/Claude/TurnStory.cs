using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// Turns the messages of an agent process into what a person wants to read of them. What it does not know it passes over.
/// </summary>
public sealed class TurnStory
{
    private const int MostSaid = 4000;
    private const int MostLine = 300;
    private const int MostNow = 120;
    private const int MostResultLines = 3;
    private const int MostFindings = 20;

    private readonly TurnReport _report = new();
    private string? _folder, _said;

    /// <summary>What the agent does right now, on one line; null before its first word and after its end.</summary>
    public string? Now { get; private set; }

    /// <summary>True when its result was its last word, but for what the CLI adds.</summary>
    public bool Ended { get; private set; }

    /// <summary>Takes a message in; what it adds to the story.</summary>
    internal IReadOnlyList<StoryLine> Take(JsonElement message)
    {
        _report.Take(message);
        var lines = new List<StoryLine>();
        switch (TurnReport.Text(message, "type"))
        {
            case "assistant":
                Assistant(message, lines);
                break;
            case "user":
                Results(message, lines);
                break;
            case "system":
                System(message, lines);
                break;
            case "rate_limit_event" when _report.RateLimit is { Status: not (null or "allowed") } limit:
                lines.Add(Limit(limit));
                break;
            case "result" when _report.Result is { } result:
                lines.Add(End(message, result));
                break;
            default:
                break;
        }

        foreach (var line in lines)
        {
            Now = line switch
            {
                { Kind: StoryKind.Ended } => null,
                { Kind: StoryKind.Used or StoryKind.Said } or { Kind: StoryKind.System, Bad: true } => StoryText.OneLine(line.Text, MostNow),
                _ => Now,
            };
            Ended = line.Kind == StoryKind.Ended || (Ended && line.Kind == StoryKind.System);
        }

        return lines;
    }

    /// <summary>A line that is no message.</summary>
    internal static StoryLine Foreign(string text) => new(StoryKind.System, $"not a message: {StoryText.OneLine(text, MostLine)}", Bad: true);

    private void Assistant(JsonElement message, List<StoryLine> lines)
    {
        var inner = TurnReport.Text(message, "parent_tool_use_id") is not null;
        if (TurnReport.Child(message, "message") is not { } answer || TurnReport.Child(answer, "content") is not { ValueKind: JsonValueKind.Array } content)
        {
            return;
        }

        // What the CLI says in the model's name is no word of the model's.
        var own = TurnReport.Text(message, "error") is null && TurnReport.Text(answer, "model") != "<synthetic>";
        foreach (var block in content.EnumerateArray())
        {
            switch (TurnReport.Text(block, "type"))
            {
                case "text" when StoryText.Fit(TurnReport.Text(block, "text") ?? "", MostSaid) is { Length: > 0 } text:
                    _said = text;
                    lines.Add(own ? new StoryLine(StoryKind.Said, text, Inner: inner) : new StoryLine(StoryKind.System, text, Bad: true, Inner: inner));
                    break;
                case "thinking" when StoryText.OneLine(TurnReport.Text(block, "thinking") ?? "", MostLine) is { Length: > 0 } thought:
                    lines.Add(new StoryLine(StoryKind.Thinking, thought, Inner: inner));
                    break;
                case "tool_use" or "server_tool_use" or "mcp_tool_use":
                    lines.Add(new StoryLine(StoryKind.Used, Used(block), Inner: inner));
                    break;
                default:
                    break;
            }
        }
    }

    private string Used(JsonElement block)
    {
        var name = StoryText.OneLine(TurnReport.Text(block, "name") ?? "?", MostLine);
        var argument = TurnReport.Child(block, "input") is { } input ? StoryText.Argument(input, _folder, MostLine) : "";
        return argument.Length > 0 ? $"{name}  {argument}" : name;
    }

    private static void Results(JsonElement message, List<StoryLine> lines)
    {
        if (TurnReport.Child(message, "message") is not { } inner || TurnReport.Child(inner, "content") is not { ValueKind: JsonValueKind.Array } content)
        {
            return;
        }

        foreach (var block in content.EnumerateArray().Where(block => TurnReport.Text(block, "type") == "tool_result"))
        {
            var bad = block.TryGetProperty("is_error", out var error) && error.ValueKind == JsonValueKind.True;
            var text = TurnReport.Text(block, "content")
                ?? (TurnReport.Child(block, "content") is { ValueKind: JsonValueKind.Array } parts ? string.Join('\n', parts.EnumerateArray().Select(p => TurnReport.Text(p, "text")).OfType<string>()) : "");
            var shown = StoryText.Fit(text, MostLine * MostResultLines, MostResultLines);
            if (bad || shown.Length > 0)
            {
                lines.Add(new StoryLine(StoryKind.Result, shown.Length > 0 ? shown : "failed", bad, TurnReport.Text(message, "parent_tool_use_id") is not null));
            }
        }
    }

    private void System(JsonElement message, List<StoryLine> lines)
    {
        switch (TurnReport.Text(message, "subtype"))
        {
            case "init":
                _folder = TurnReport.Text(message, "cwd") ?? _folder;
                Add($"begins{With(message, "model", " with ")}{With(message, "claude_code_version", ", Claude Code ")}");
                break;
            case "api_retry":
                var delay = _report.RetryDelay is { } wait ? $" in {StoryText.Span(wait)}" : "";
                Add(Invariant($"asks the provider again{delay}, try {TurnReport.Number(message, "attempt"):0} of {TurnReport.Number(message, "max_retries"):0}{With(message, "error", ": ")}"), bad: true);
                break;
            case "compact_boundary" when TurnReport.Child(message, "compact_metadata") is { } figures:
                Add(Invariant($"the conversation was shortened from {TurnReport.Number(figures, "pre_tokens"):#,0} tokens to {TurnReport.Number(figures, "post_tokens"):#,0}"));
                break;
            case "model_fallback":
                Add(TurnReport.Text(message, "content") ?? "another model goes on");
                break;
            case "task_notification":
                Add($"in the background{With(message, "status", ", ")}{With(message, "summary", ": ")}", TurnReport.Text(message, "status") is "failed");
                break;
            default:
                break;
        }

        void Add(string text, bool bad = false) => lines.Add(new StoryLine(StoryKind.System, StoryText.OneLine(text, MostLine), bad));
    }

    private static StoryLine Limit(RateLimitInfo limit)
    {
        var window = limit.Type is { } type ? StoryText.OneLine(type.Replace('_', ' '), MostNow) : "account";
        var used = limit.Used is { } part ? Invariant($", {part * 100:0} % used") : "";
        return new StoryLine(StoryKind.System, limit.Refuses ? $"limit reached: {window}" : $"limit near: {window}{used}", limit.Refuses, Until: limit.ResetsAt);
    }

    private StoryLine End(JsonElement message, ResultMessage result)
    {
        var bad = result.IsError;
        var text = StoryText.Fit(result.Text, MostSaid) is var words && words == _said ? "" : words; // what it said last is often said again
        var (word, more) = result switch
        {
            { IsError: true } => (result.Subtype is { } kind and not "success" ? $"failed ({StoryText.OneLine(kind, MostNow)})" : "failed", text),
            { Structured: { } answer } when TurnReport.Text(answer, "verdict") is { } verdict => (StoryText.OneLine(verdict.Replace('_', ' '), MostNow), Verdict(answer)),
            _ => ("done", text),
        };
        var usage = _report.Usage;
        string[] facts =
        [
            word,
            result.Denied.Count > 0 ? $"not allowed: {StoryText.OneLine(string.Join(", ", result.Denied.Distinct()), MostLine)}" : "",
            usage.CostUsd > 0 ? Invariant($"{usage.CostUsd:0.00##} USD") : "",
            usage.Tokens > 0 ? Invariant($"{usage.InputTokens:#,0} tokens in, {usage.OutputTokens:#,0} out") : "",
            TurnReport.Number(message, "duration_ms") is > 0 and < 1e12 and var took ? StoryText.Span(TimeSpan.FromMilliseconds(took)) : "",
        ];
        return new StoryLine(StoryKind.Ended, string.Join(", ", facts.Where(f => f.Length > 0)) + (more.Length > 0 ? "\n" + more : ""), bad);
    }

    private static string Verdict(JsonElement answer)
    {
        var findings = TurnReport.Child(answer, "findings") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Take(MostFindings) : [];
        return StoryText.Fit(string.Join('\n', findings.Select(Finding).Prepend(TurnReport.Text(answer, "summary") ?? "")), MostSaid);
    }

    private static string Finding(JsonElement finding)
    {
        var place = TurnReport.Text(finding, "file") is { } file ? $" {file}{(TurnReport.Number(finding, "line") is > 0 and var line ? Invariant($":{line:0}") : "")}" : "";
        return $"- {StoryText.OneLine($"{TurnReport.Text(finding, "severity")}{place}: {TurnReport.Text(finding, "claim")}", MostLine)}";
    }

    private static string With(JsonElement message, string name, string before) => TurnReport.Text(message, name) is { Length: > 0 } text ? before + text : "";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
