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

    /// <inheritdoc/>
    public void Saw(Event fact, RunState state, DateTimeOffset at) =>
        _sparing.Show(() => tasks.Show(TaskList.Render(LinesOf(state))), last: state.Final is not null);

    /// <summary>Brings the list up to date with a run that has ended: its last fact may have been the last thing before a crash.</summary>
    public static void CatchUp(LiveTasks tasks, RunState ended) => tasks.Correct(TaskList.Render(LinesOf(ended)));

    /// <summary>All milestones and how they stand.</summary>
    public static IReadOnlyList<TaskLine> LinesOf(RunState state)
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
