using System.Text.Json;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Logs;

/// <summary>What was used, by milestone, role and model, as <c>metrics.json</c> and <c>status --json</c> spell it.</summary>
public static class SpendingJson
{
    /// <summary>Writes the field <c>spending</c>.</summary>
    public static void Write(Utf8JsonWriter json, RunState state)
    {
        json.WriteStartArray("spending");
        foreach (var spent in state.Ledger)
        {
            json.WriteStartObject();
            json.WriteString("milestone", spent.Milestone.ToString());
            json.WriteString("role", spent.Role.ToString().ToLowerInvariant());
            json.WriteString("model", spent.Model);
            json.WriteNumber("cost_usd", spent.Usage.CostUsd);
            json.WriteNumber("input_tokens", spent.Usage.InputTokens);
            json.WriteNumber("output_tokens", spent.Usage.OutputTokens);
            json.WriteNumber("cache_read_tokens", spent.Usage.CacheReadTokens);
            json.WriteNumber("cache_write_tokens", spent.Usage.CacheWriteTokens);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
