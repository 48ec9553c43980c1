using System.Text.Json;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Journal;

/// <summary>The spelling of what is found in work: gates, tests, marks, proofs of criteria.</summary>
internal static class WorkCodec
{
    public static void WriteGate(Utf8JsonWriter json, GateResult gate)
    {
        json.WriteStartObject();
        json.WriteString("name", gate.Name);
        json.WriteBoolean("passed", gate.Passed);
        json.WriteOptional("detail", gate.Detail, absent: "");
        if (gate.Flaky)
        {
            json.WriteBoolean("flaky", true);
        }

        WriteTally(json, gate.Tally);
        if (gate.Before is { } before)
        {
            json.WriteStartObject("before");
            json.WriteBoolean("passed", before.Passed);
            WriteTally(json, before.Tally);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static GateResult ReadGate(JsonElement b) => new(
        b.Text("name"), b.GetProperty("passed").GetBoolean(), b.TextOr("detail", ""), b.TryGetProperty("flaky", out var flaky) && flaky.GetBoolean(), ReadTally(b),
        b.TryGetProperty("before", out var before) ? new GateBefore(before.GetProperty("passed").GetBoolean(), ReadTally(before)) : null);

    public static void WriteMark(Utf8JsonWriter json, Mark mark) =>
        json.WriteObject(("mark", Words.Of(Words.Mark, mark.Kind)), ("path", mark.Path), ("detail", mark.Detail));

    public static Mark ReadMark(JsonElement b) => new(b.Word("mark", Words.Mark), b.Text("path"), b.Text("detail"));

    public static void WriteProof(Utf8JsonWriter json, CriterionProof proof)
    {
        json.WriteStartObject();
        json.WriteNumber("criterion", proof.Criterion);
        json.WriteString("by", Words.Of(Words.ProvedBy, proof.By));
        json.WriteString("evidence", proof.Evidence);
        json.WriteEndObject();
    }

    public static CriterionProof ReadProof(JsonElement b) => new(b.GetProperty("criterion").GetInt32(), b.Word("by", Words.ProvedBy), b.Text("evidence"));

    private static void WriteTally(Utf8JsonWriter json, TestTally? tally)
    {
        if (tally is null)
        {
            return;
        }

        json.WriteStartObject("tests");
        json.WriteNumber("total", tally.Total);
        json.WriteNumber("failed", tally.Failed);
        json.WriteNumber("skipped", tally.Skipped);
        json.WriteList("failing", tally.Failing, json.WriteStringValue);
        json.WriteEndObject();
    }

    private static TestTally? ReadTally(JsonElement b) => b.TryGetProperty("tests", out var t)
        ? new TestTally((int)t.LongOr("total"), (int)t.LongOr("failed"), (int)t.LongOr("skipped"), t.List("failing", f => f.GetString()!))
        : null;
}
