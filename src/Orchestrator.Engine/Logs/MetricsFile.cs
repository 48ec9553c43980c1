using System.Text.Json;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Ports;

namespace Orchestrator.Engine.Logs;

/// <summary><c>metrics.json</c>: figures of the latest run for programs. Written whole after each turn, publication and end.</summary>
/// <param name="folder">Where it goes.</param>
/// <param name="series">How the machine stood; null when nobody looked.</param>
public sealed class MetricsFile(string folder, MachineSeries? series = null) : IObserver
{
    private readonly Sparing _sparing = new();
    private readonly string _file = Path.Combine(folder, "metrics.json");

    /// <inheritdoc/>
    public void Saw(Event fact, RunState state, DateTimeOffset at)
    {
        if (fact is Event.TurnFinished or Event.TurnMetered or Event.Published or Event.RunStarted or Event.Resumed or Event.MachineRead || state.Final is not null)
        {
            _sparing.Show(() => StateFolder.WriteWhole(_file, Write(state, at, series?.All() ?? []), durable: false), last: state.Final is not null);
        }
    }

    /// <summary>The file's text.</summary>
    public static string Write(RunState state, DateTimeOffset at, IReadOnlyList<(DateTimeOffset At, MachineSample Sample)> machine)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("run", state.Run.Value);
            json.WriteString("started_at", state.StartedAt);
            json.WriteString("updated_at", at);
            json.WriteNumber("duration_s", Math.Round(((state.FinishedAt ?? at) - state.StartedAt).TotalSeconds, 3));
            json.WriteString("end", state.Final?.GetType().Name.ToLowerInvariant());
            json.WriteNumber("cost_usd", state.Usage.CostUsd);
            json.WriteNumber("input_tokens", state.Usage.InputTokens);
            json.WriteNumber("output_tokens", state.Usage.OutputTokens);
            SpendingJson.Write(json, state);
            json.WriteStartArray("milestones");
            for (var i = 0; i < state.Milestones.Count; i++)
            {
                var milestone = state.Milestones[i];
                json.WriteStartObject();
                json.WriteString("id", state.Plan.Milestones[i].Id.ToString());
                json.WriteString("state", WaitingFor.Of(state, i).State.ToString().ToLowerInvariant());
                json.WriteNumber("attempts", milestone.Attempt);
                json.WriteNumber("rounds", milestone.Round);
                json.WriteNumber("cost_usd", milestone.Usage.CostUsd);
                json.WriteNumber("input_tokens", milestone.Usage.InputTokens);
                json.WriteNumber("output_tokens", milestone.Usage.OutputTokens);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            MachineJson.WriteFootprints(json, state.Footprints);
            json.WriteStartArray("machine");
            foreach (var (when, sample) in machine)
            {
                json.WriteStartObject();
                json.WriteString("at", when);
                MachineJson.WriteSample(json, sample);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
