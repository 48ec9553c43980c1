using System.Text;
using Orchestrator.Core.Plans;

namespace Orchestrator.Cli.Screens;

/// <summary>A plan as it would run.</summary>
internal static class PlanScreen
{
    /// <summary>Each milestone with what it needs beyond the stage before it.</summary>
    public static string Text(Plan plan)
    {
        var text = new StringBuilder();
        foreach (var stage in plan.Milestones.GroupBy(m => m.Id.Stage))
        {
            text.Append($"Stage {stage.Key}\n");
            foreach (var milestone in stage)
            {
                var own = milestone.Barrier ? milestone.Needs.Where(n => n.Stage == milestone.Id.Stage).ToList() : [.. milestone.Needs];
                var after = own.Count > 0 ? $" (after {string.Join(", ", own)})" : milestone.Barrier ? "" : " (at once)";
                text.Append($"  {milestone.Id,-4} {milestone.Title}{after}\n");
            }
        }

        return text.ToString();
    }
}
