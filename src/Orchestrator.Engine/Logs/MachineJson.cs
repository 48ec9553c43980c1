using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Capacity;

namespace Orchestrator.Engine.Logs;

/// <summary>Readings of the machine and what turns took of it, as <c>metrics.json</c> and <c>status</c> spell them.</summary>
public static class MachineJson
{
    /// <summary>The fields of a sample; null where the machine does not tell.</summary>
    public static void WriteSample(Utf8JsonWriter json, MachineSample sample)
    {
        Number(json, "memory_total_bytes", sample.MemoryTotal);
        Number(json, "memory_available_bytes", sample.MemoryAvailable);
        Number(json, "memory_of_turns_bytes", sample.MemoryOfTurns);
        Number(json, "cores", sample.Cores);
        Number(json, "cpu_busy", sample.CpuBusy);
        Number(json, "load", sample.Load);
        Number(json, "cpu_stall", sample.CpuStall);
        Number(json, "memory_stall", sample.MemoryStall);
        Number(json, "io_stall", sample.IoStall);
        Number(json, "turns_of_others", sample.TurnsOfOthers);
        json.WriteStartArray("disks");
        foreach (var disk in sample.Disks)
        {
            json.WriteStartObject();
            json.WriteString("path", disk.Path);
            json.WriteNumber("free_bytes", disk.Free);
            json.WriteNumber("total_bytes", disk.Total);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>What turns are reckoned with, by role.</summary>
    public static void WriteFootprints(Utf8JsonWriter json, Items<RoleFootprint> footprints)
    {
        json.WriteStartArray("footprints");
        foreach (var (role, took) in footprints)
        {
            json.WriteStartObject();
            json.WriteString("role", role.ToString().ToLowerInvariant());
            json.WriteNumber("memory_bytes", took.Memory);
            Number(json, "cores", took.Cores);
            Number(json, "disk_bytes", took.Disk);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, double? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, Math.Round(value, 3));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
