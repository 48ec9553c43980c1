using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Plans;

namespace Orchestrator.Cli.Screens;

/// <summary>A plan as it would run, with what its milestones take for granted.</summary>
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
                text.Append($"  {milestone.Id,-4} {Plain.Line(milestone.Title)}{after}\n");
                foreach (var entry in milestone.Entry.Select(EntryRequirement.Of))
                {
                    text.Append($"         {Plain.Line(Entry(entry))}\n");
                }
            }
        }

        return text.ToString();
    }

    /// <summary>What becomes of an entry requirement.</summary>
    private static string Entry(EntryRequirement entry) => entry switch
    {
        EntryRequirement.Tool tool => $"looked for on PATH before it starts: {string.Join(" or ", tool.Names)}{(tool.Version is { } version ? $" (the agent verifies that it is {version} or newer)" : "")}",
        EntryRequirement.Files files => $"looked for in the commit before it starts: {string.Join(", ", files.Paths)}",
        EntryRequirement.Question question => $"the agent verifies: {question.Text}",
        _ => throw new InvalidOperationException($"Unknown requirement {entry.GetType().Name}."),
    };
}
