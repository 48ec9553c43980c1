using System.Globalization;
using System.Text.Json;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Logs;

namespace Orchestrator.Cli.Screens;

/// <summary>How the machine stands and what the run makes of it, for people and for programs.</summary>
internal static class MachineLines
{
    private const long Mebi = 1 << 20;

    /// <summary>What the machine has, what turns are reckoned with, and what follows for the run.</summary>
    public static IEnumerable<string> Of(RunState state, MachineSample sample)
    {
        var parts = new List<string>();
        if (sample.MemoryAvailable is { } available)
        {
            parts.Add(Invariant($"{available / Mebi} of {sample.MemoryTotal / Mebi} MiB of memory free"));
        }

        if (sample.Cores is { } cores)
        {
            parts.Add(Invariant($"{cores:0.#} processors{(sample.Load is { } load ? Invariant($", load {load:0.0}") : "")}"));
        }

        parts.AddRange(sample.Disks.Select(disk => Invariant($"{disk.Free / Mebi} MiB free on the disk of {disk.Path}")));
        yield return $"Machine: {string.Join("; ", parts)}.";
        if (state.Footprints.Count > 0)
        {
            yield return $"Turns are reckoned with: {string.Join("; ", state.Footprints.Select(f => Invariant($"{f.Role.ToString().ToLowerInvariant()} {f.Footprint.Memory / Mebi} MiB")))}.";
        }

        if (state.Machine.Reason.Length > 0)
        {
            yield return Invariant($"The machine is {state.Machine.Pressure.ToString().ToLowerInvariant()}, room for {state.Machine.Room}: {state.Machine.Reason}.");
        }

        if (state.PausedSince is not null)
        {
            yield return "Paused: the agents are frozen, nothing of them is lost, and nothing begins until it goes on.";
        }
        else if (state.Held.Count > 0)
        {
            yield return Invariant($"Frozen until there is room: {state.Held.Count}. Nothing of them is lost, and nothing new begins before they go on.");
        }
    }

    /// <summary>The object <c>machine</c>.</summary>
    public static void Write(Utf8JsonWriter json, RunState state, MachineSample sample)
    {
        json.WriteStartObject("machine");
        json.WriteString("pressure", state.Machine.Pressure.ToString().ToLowerInvariant());
        json.WriteString("scarce", state.Machine.Scarce.ToString().ToLowerInvariant());
        json.WriteString("reason", state.Machine.Reason);
        json.WriteNumber("slots", CapacityPolicy.Slots(state.Policy, state.Machine, state.Windows, state.At));
        json.WriteNumber("max_parallel", state.Policy.MaxParallel);
        json.WriteNumber("frozen", state.Held.Count);
        MachineJson.WriteSample(json, sample);
        MachineJson.WriteFootprints(json, state.Footprints);
        json.WriteEndObject();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
