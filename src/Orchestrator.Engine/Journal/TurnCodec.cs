using System.Text.Json;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;

namespace Orchestrator.Engine.Journal;

/// <summary>The spelling of what turns came to, what they used, and what the provider said.</summary>
internal static class TurnCodec
{
    public static void WriteOutcome(Utf8JsonWriter json, TurnOutcome outcome)
    {
        switch (outcome)
        {
            case TurnOutcome.Completed o:
                json.WriteString("outcome", "completed");
                json.WriteString("summary", o.Summary);
                break;
            case TurnOutcome.Approved o:
                json.WriteString("outcome", "approved");
                json.WriteString("summary", o.Summary);
                json.WriteList("remarks", o.Remarks, f => WriteFinding(json, f));
                json.WriteList("proofs", o.Proofs, p => WorkCodec.WriteProof(json, p));
                break;
            case TurnOutcome.ChangesRequested o:
                json.WriteString("outcome", "changes_requested");
                json.WriteList("findings", o.Findings, f => WriteFinding(json, f));
                break;
            case TurnOutcome.Limited o:
                json.WriteString("outcome", "limited");
                if (o.ResetsAt is { } at)
                {
                    json.WriteString("resets_at", at);
                }

                json.WriteString("message", o.Message);
                json.WriteOptional("scope", Words.Of(Words.Scope, o.Scope), absent: "account");
                break;
            case TurnOutcome.Spent o:
                json.WriteString("outcome", "spent");
                json.WriteString("message", o.Message);
                break;
            case TurnOutcome.Failed o:
                json.WriteString("outcome", "failed");
                json.WriteString("kind", Words.Of(Words.Kind, o.Kind));
                json.WriteString("code", o.Code);
                json.WriteString("message", o.Message);
                break;
            case TurnOutcome.Interrupted:
                json.WriteString("outcome", "interrupted");
                break;
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}.");
        }
    }

    public static TurnOutcome ReadOutcome(JsonElement b) => b.Text("outcome") switch
    {
        "completed" => new TurnOutcome.Completed(b.Text("summary")),
        "approved" => new TurnOutcome.Approved(b.Text("summary"), b.List("remarks", ReadFinding), b.List("proofs", WorkCodec.ReadProof)),
        "changes_requested" => new TurnOutcome.ChangesRequested(b.List("findings", ReadFinding)),
        "limited" => new TurnOutcome.Limited(b.TimeOr("resets_at"), b.Text("message"), b.TryGetProperty("scope", out _) ? b.Word("scope", Words.Scope) : LimitScope.Account),
        "spent" => new TurnOutcome.Spent(b.Text("message")),
        "failed" => new TurnOutcome.Failed(b.Word("kind", Words.Kind), b.Text("code"), b.Text("message")),
        "interrupted" => new TurnOutcome.Interrupted(),
        var other => throw new JsonException($"The journal has an outcome '{other}' that this version does not know."),
    };

    public static void WriteFinding(Utf8JsonWriter json, Finding f)
    {
        json.WriteStartObject();
        json.WriteString("severity", Words.Of(Words.Severity, f.Severity));
        json.WriteOptional("file", f.File);
        if (f.Line is { } line)
        {
            json.WriteNumber("line", line);
        }

        json.WriteString("claim", f.Claim);
        json.WriteOptional("reproduce", f.Reproduce);
        json.WriteEndObject();
    }

    public static Finding ReadFinding(JsonElement b) => new(
        b.Word("severity", Words.Severity), b.TextOr("file", null), b.TryGetProperty("line", out var line) ? line.GetInt32() : null, b.Text("claim"), b.TextOr("reproduce", null));

    public static void WriteUsage(Utf8JsonWriter json, Usage usage)
    {
        json.WriteNumber("cost_usd", usage.CostUsd);
        json.WriteNumber("input_tokens", usage.InputTokens);
        json.WriteNumber("output_tokens", usage.OutputTokens);
        if (usage.CacheReadTokens > 0)
        {
            json.WriteNumber("cache_read_tokens", usage.CacheReadTokens);
        }

        if (usage.CacheWriteTokens > 0)
        {
            json.WriteNumber("cache_write_tokens", usage.CacheWriteTokens);
        }
    }

    public static Usage ReadUsage(JsonElement b) =>
        new(b.DecimalOr("cost_usd"), b.LongOr("input_tokens"), b.LongOr("output_tokens"), b.LongOr("cache_read_tokens"), b.LongOr("cache_write_tokens"));

    public static void WriteModel(Utf8JsonWriter json, ModelUsage model)
    {
        json.WriteStartObject();
        json.WriteString("model", model.Model);
        WriteUsage(json, model.Usage);
        json.WriteEndObject();
    }

    public static ModelUsage ReadModel(JsonElement b) => new(b.Text("model"), ReadUsage(b));

    public static void WriteWindow(Utf8JsonWriter json, LimitWindow window)
    {
        json.WriteStartObject();
        json.WriteString("name", window.Name);
        json.WriteOptional("status", Words.Of(Words.Window, window.Status), absent: "allowed");
        if (window.Used is { } used)
        {
            json.WriteNumber("used", used);
        }

        if (window.ResetsAt is { } at)
        {
            json.WriteString("resets_at", at);
        }

        json.WriteEndObject();
    }

    public static LimitWindow ReadWindow(JsonElement b) => new(
        b.Text("name"), b.TryGetProperty("status", out _) ? b.Word("status", Words.Window) : WindowStatus.Allowed, b.TryGetProperty("used", out var used) ? used.GetDouble() : null, b.TimeOr("resets_at"));
}
