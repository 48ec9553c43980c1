using Orchestrator.Core.Conducting;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Ports;

namespace Orchestrator.Engine.Running;

/// <summary>Keeps TASKS.md in the user's checkout telling how it stands.</summary>
public sealed class TasksObserver(LiveTasks tasks) : IObserver
{
    private readonly Sparing _sparing = new();
    private volatile RunState? _latest;

    /// <summary>All milestones as of the latest state, for the list that goes into a merge.</summary>
    public IReadOnlyList<TaskLine> Lines() => _latest is { } state ? LinesOf(state) : [];

    /// <inheritdoc/>
    public void Saw(Event fact, RunState state, DateTimeOffset at)
    {
        _latest = state;
        _sparing.Show(() => tasks.Show(TaskList.Render(LinesOf(state))), last: state.Final is not null);
    }

    /// <summary>Brings the list up to date with a run that has ended: its last fact may have been the last thing before a crash.</summary>
    public static void CatchUp(LiveTasks tasks, RunState ended) => tasks.Correct(TaskList.Render(LinesOf(ended)));

    private static List<TaskLine> LinesOf(RunState state)
    {
        var lines = new List<TaskLine>(state.Milestones.Count);
        for (var i = 0; i < state.Milestones.Count; i++)
        {
            var done = state.Milestones[i].Phase is Phase.Integrated;
            var standing = WaitingFor.Of(state, i);
            var note = done || standing.State == ShownState.Waiting ? "" : standing.Text.Length > 0 ? $"{standing.State.ToString().ToLowerInvariant()}: {standing.Text}" : standing.State.ToString().ToLowerInvariant();
            lines.Add(new TaskLine(state.Plan.Milestones[i].Id, state.Plan.Milestones[i].Title, done, note));
        }

        return lines;
    }
}
