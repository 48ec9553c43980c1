using System.Text;
using System.Text.Json;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Ports;

namespace Orchestrator.Cli.Screens;

/// <summary>One object on a line for each change, for programs. <c>docs/reference/status.md</c> describes it.</summary>
internal sealed class ProgressJson(TextWriter output) : IObserver
{
    private readonly Dictionary<int, Standing> _shown = [];
    private string _word = "";

    /// <inheritdoc/>
    public void Saw(Event fact, RunState state, DateTimeOffset at)
    {
        for (var i = 0; i < state.Milestones.Count; i++)
        {
            var standing = WaitingFor.Of(state, i);
            if (!_shown.TryGetValue(i, out var before) || before != standing)
            {
                _shown[i] = standing;
                Write(at, state, i, standing);
            }
        }

        if (StatusScreen.Word(state, alive: true) is var word && word != _word)
        {
            _word = word;
            Write(at, state, null, new Standing(default, ""));
        }

        output.Flush();
    }

    private void Write(DateTimeOffset at, RunState state, int? index, Standing standing)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("at", at);
            json.WriteString("run", state.Run.Value);
            if (index is { } i)
            {
                var milestone = state.Milestones[i];
                json.WriteString("milestone", state.Plan.Milestones[i].Id.ToString());
                json.WriteString("state", standing.State.ToString().ToLowerInvariant());
                json.WriteString("text", standing.Text);
                StatusScreen.WriteTime(json, "until", standing.Until);
                json.WriteNumber("attempt", milestone.Attempt);
                json.WriteNumber("round", milestone.Round);
                json.WriteNumber("cost_usd", milestone.Usage.CostUsd);
            }
            else
            {
                json.WriteString("state", _word);
                json.WriteNumber("done", state.Milestones.CountOf(PhaseKinds.Integrated));
                json.WriteNumber("of", state.Milestones.Count);
                json.WriteNumber("cost_usd", state.Usage.CostUsd);
            }

            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
