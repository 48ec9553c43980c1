using System.Globalization;
using System.Text;
using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Cli.Screens;

/// <summary>A run's state for people and for programs. Functions of the state; they read nothing.</summary>
internal static class StatusScreen
{
    private static readonly string[] Header = ["", "state", "try", "USD", "what"];

    /// <summary>The one word for the run.</summary>
    public static string Word(RunState state, bool alive) => state.Final switch
    {
        Final.Completed => state.Unlanded is null ? "completed" : "completed, not on your branch yet",
        Final.WithFailures => "ended with failures",
        Final.Stopped => "stopped",
        Final.Abandoned => "given up",
        Final.LimitReached => "limit reached",
        null when !alive => "interrupted",
        null => state.Stop is not null ? "stopping" : state.PausedSince is not null ? "paused" : state.Limits.Count > 0 && Advancing(state) == 0 ? "waiting for the limit" : "running",
        _ => throw new InvalidOperationException($"Unknown end {state.Final.GetType().Name}."),
    };

    /// <summary>The table.</summary>
    /// <param name="state">The run.</param>
    /// <param name="alive">Whether a process works on it.</param>
    /// <param name="clock">Knows the zone to show times in; asked only when there is one to show.</param>
    /// <param name="machine">How the machine stands now; shown while the run goes on.</param>
    public static string Text(RunState state, bool alive, TimeProvider clock, MachineSample machine)
    {
        var text = new StringBuilder();
        var done = state.Milestones.Count(m => m.Phase is Phase.Integrated);
        text.Append(CultureInfo.InvariantCulture, $"Run {state.Run}: {Word(state, alive)}, {done} of {state.Milestones.Count} done");
        text.Append(state.Usage.CostUsd > 0 ? string.Create(CultureInfo.InvariantCulture, $", {state.Usage.CostUsd:0.00} USD\n\n") : "\n\n");
        var rows = new List<string[]> { Header };
        for (var i = 0; i < state.Milestones.Count; i++)
        {
            var standing = WaitingFor.Of(state, i);
            var until = standing.Until is { } time ? $" until {Local(time, clock)}" : "";
            var attempt = state.Milestones[i].Attempt;
            rows.Add(
            [
                state.Plan.Milestones[i].Id.ToString(), standing.State.ToString().ToLowerInvariant(),
                attempt > 0 ? attempt.ToString(CultureInfo.InvariantCulture) : "", state.Milestones[i].Usage.CostUsd is > 0 and var cost ? cost.ToString("0.00", CultureInfo.InvariantCulture) : "", Shorten(standing.Text.Length > 0 ? standing.Text + until : state.Plan.Milestones[i].Title),
            ]);
        }

        var widths = Enumerable.Range(0, Header.Length - 1).Select(c => rows.Max(r => r[c].Length)).ToArray();
        foreach (var row in rows)
        {
            text.Append(string.Join("  ", row.Select((cell, c) => c < widths.Length ? cell.PadRight(widths[c]) : cell)).TrimEnd()).Append('\n');
        }

        foreach (var line in Notes(state, alive, clock).Concat(alive && state.Final is null ? MachineLines.Of(state, machine).Append($"Fence: {Words.Of(state.Policy.Fence)}.") : []))
        {
            text.Append('\n').Append(line.ReplaceLineEndings(" ")); // what others said forges no line
        }

        return text.ToString().TrimEnd() + "\n";
    }

    /// <summary>The same for programs. <c>docs/reference/status.md</c> describes it.</summary>
    public static string Json(RunState state, bool alive, MachineSample machine)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("run", state.Run.Value);
            json.WriteString("state", Word(state, alive));
            json.WriteBoolean("alive", alive);
            json.WriteString("started_at", state.StartedAt);
            WriteTime(json, "finished_at", state.FinishedAt);
            json.WriteString("target", state.Target);
            json.WriteString("tip", state.Tip);
            json.WriteString("pull_request", state.Offer?.PullRequest);
            json.WriteNumber("cost_usd", state.Usage.CostUsd);
            WriteTime(json, "limit_until", state.Limits.Count > 0 ? state.Limits.Max(l => l.Until) : null);
            LimitLines.Write(json, state);
            MachineLines.Write(json, state, machine);
            json.WriteNumber("fence", (int)state.Policy.Fence);
            json.WriteStartArray("flaky_gates");
            foreach (var gate in state.Flaky)
            {
                json.WriteStringValue(gate);
            }

            json.WriteEndArray();
            json.WriteStartArray("inherited_gates");
            foreach (var gate in state.Inherited)
            {
                json.WriteStringValue(gate);
            }

            json.WriteEndArray();
            json.WriteStartArray("red_together");
            foreach (var culprits in state.Culprits)
            {
                json.WriteStartArray();
                foreach (var id in culprits.Together)
                {
                    json.WriteStringValue(id.ToString());
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteStartArray("milestones");
            for (var i = 0; i < state.Milestones.Count; i++)
            {
                WriteMilestone(json, state, i);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void WriteMilestone(Utf8JsonWriter json, RunState state, int i)
    {
        var milestone = state.Milestones[i];
        var standing = WaitingFor.Of(state, i);
        json.WriteStartObject();
        json.WriteString("id", state.Plan.Milestones[i].Id.ToString());
        json.WriteString("title", state.Plan.Milestones[i].Title);
        json.WriteNumber("stage", state.Plan.Milestones[i].Id.Stage);
        json.WriteString("state", standing.State.ToString().ToLowerInvariant());
        json.WriteNumber("attempt", milestone.Attempt);
        json.WriteNumber("round", milestone.Round);
        json.WriteString("commit", milestone.Phase is Phase.Integrated integrated ? integrated.Merge : milestone.Tip);
        json.WriteNumber("cost_usd", milestone.Usage.CostUsd);
        json.WriteString("waiting_for", standing.Text.Length > 0 && standing.State != ShownState.Done ? standing.Text : null);
        WriteTime(json, "until", standing.Until);
        WriteTime(json, "frozen_since", milestone.Phase is Phase.Working working && state.Held.FirstOrDefault(held => held.Turn == working.Ticket) is { Turn.Number: > 0 } frozen ? frozen.Since : null);
        json.WriteStartArray("marks");
        foreach (var mark in milestone.Marks)
        {
            json.WriteStringValue($"{mark.Path}: {mark.Detail}");
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    internal static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            json.WriteString(name, at);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static IEnumerable<string> Notes(RunState state, bool alive, TimeProvider clock)
    {
        if (state.Final is null && !alive)
        {
            yield return "No process works on it. 'orchestrator run' goes on where it ended.";
        }

        if (state.Final is Final.Stopped stopped)
        {
            yield return $"Stopped: {stopped.Message.TrimEnd('.')}. 'orchestrator run' goes on.";
        }

        if (state.Final is Final.Abandoned given)
        {
            yield return $"Given up: {given.Message.TrimEnd('.')}. 'orchestrator run' begins a new one with what is not merged yet.";
        }

        foreach (var line in LimitLines.Of(state, time => Local(time, clock)))
        {
            yield return line;
        }

        if (state.Flaky.Count > 0)
        {
            yield return $"Flaky gates, which failed and passed on the same files: {string.Join(", ", state.Flaky)}.";
        }

        if (state.Inherited.Count > 0)
        {
            yield return $"Gates that were red before, and block nothing for it: {string.Join(", ", state.Inherited)}.";
        }

        if (state.Milestones.Any(m => m.Marks.Count > 0))
        {
            yield return $"Marked, and reviewed strictly: {string.Join(", ", state.Milestones.Select((m, i) => m.Marks.Count > 0 ? state.Plan.Milestones[i].Id.ToString() : null).OfType<string>())}.";
        }

        if (state.Final is Final.LimitReached limit)
        {
            yield return $"{limit.Message.TrimEnd('.')}. Come back at {Local(limit.Until, clock)} and run again.";
        }

        if (state.Unlanded is { } why)
        {
            yield return $"Not on your branch yet: {why}.";
        }
    }

    private static int Advancing(RunState state) => state.Milestones.Count(m => m.Phase is Phase.Working);

    private static string Local(DateTimeOffset time, TimeProvider clock) =>
        TimeZoneInfo.ConvertTime(time, clock.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Shorten(string text) => Plain.Cut(text.ReplaceLineEndings(" "), 159);
}
