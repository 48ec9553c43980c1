using System.Text.Json;
using Orchestrator.Core.Capacity;

namespace Orchestrator.Engine.Journal;

/// <summary>The spelling of how the machine stands and of what turns take of it.</summary>
internal static class MachineCodec
{
    public static void WriteReading(Utf8JsonWriter json, MachineReading reading)
    {
        json.WriteString("pressure", Words.Of(Words.Pressure, reading.Pressure));
        json.WriteNumber("room", reading.Room);
        json.WriteOptional("reason", reading.Reason, absent: "");
        json.WriteOptional("scarce", Words.Of(Words.Scarce, reading.Scarce), absent: "none");
    }

    public static MachineReading ReadReading(JsonElement b) => new(
        b.Word("pressure", Words.Pressure), b.GetProperty("room").GetInt32(), b.TextOr("reason", ""), b.TryGetProperty("scarce", out _) ? b.Word("scarce", Words.Scarce) : Scarce.None);

    /// <summary>How the machine stood when something began; nothing is written for no bound.</summary>
    public static void WriteStanding(Utf8JsonWriter json, MachineReading? reading)
    {
        if (reading is not null)
        {
            json.WriteStartObject("machine");
            WriteReading(json, reading);
            json.WriteEndObject();
        }
    }

    public static MachineReading? ReadStanding(JsonElement b) => b.TryGetProperty("machine", out var machine) ? ReadReading(machine) : null;

    public static void WriteFootprint(Utf8JsonWriter json, Footprint? footprint)
    {
        if (footprint is not { } took)
        {
            return;
        }

        json.WriteStartObject("footprint");
        json.WriteNumber("memory_bytes", took.Memory);
        json.WriteNumber("cpu_ms", (long)took.Cpu.TotalMilliseconds);
        json.WriteNumber("wall_ms", (long)took.Wall.TotalMilliseconds);
        if (took.Disk is { } disk)
        {
            json.WriteNumber("disk_bytes", disk);
        }

        json.WriteEndObject();
    }

    public static Footprint? ReadFootprint(JsonElement b) => b.TryGetProperty("footprint", out var f)
        ? new Footprint(f.LongOr("memory_bytes"), Milliseconds(f, "cpu_ms"), Milliseconds(f, "wall_ms"), f.TryGetProperty("disk_bytes", out var disk) ? disk.GetInt64() : null)
        : null;

    private static TimeSpan Milliseconds(JsonElement b, string name) => b.LongOr(name) is >= 0 and < 100_000_000_000_000 and var number
        ? TimeSpan.FromMilliseconds(number)
        : throw new JsonException($"'{name}' is longer than any time.");
}
