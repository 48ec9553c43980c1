using System.Globalization;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Ports;

namespace Orchestrator.Cli.Screens;

/// <summary>One line for each change, as it happens: for a terminal and for a file alike.</summary>
internal sealed class ProgressLines(TextWriter output, TimeZoneInfo zone) : IObserver
{
    private readonly Dictionary<int, string> _shown = [];

    /// <inheritdoc/>
    public void Saw(Event fact, RunState state, DateTimeOffset at)
    {
        var time = TimeZoneInfo.ConvertTime(at, zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        if (fact is Event.RunStarted or Event.Resumed)
        {
            var verb = fact is Event.RunStarted ? "begins" : "goes on";
            output.WriteLine($"{time}  run {state.Run} {verb} on {state.Target["refs/heads/".Length..]}");
        }

        for (var i = 0; i < state.Milestones.Count; i++)
        {
            var standing = WaitingFor.Of(state, i);
            var until = standing.Until is { } when ? $" until {TimeZoneInfo.ConvertTime(when, zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture)}" : "";
            var line = $"{standing.State.ToString().ToLowerInvariant()}{(standing.Text.Length > 0 ? $": {standing.Text.Split('\n')[0]}{until}" : "")}";
            if (standing.State != ShownState.Waiting && (!_shown.TryGetValue(i, out var before) || before != line))
            {
                output.WriteLine($"{time}  {state.Plan.Milestones[i].Id,-4} {line}");
            }

            _shown[i] = line;
        }

        output.Flush();
    }
}
