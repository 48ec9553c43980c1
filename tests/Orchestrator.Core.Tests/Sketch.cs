using System.Globalization;
using Orchestrator.Core.Plans;

namespace Orchestrator.Core.Tests;

/// <summary>
/// Milestones in one line each: <c>1A</c> · <c>1B after 1A</c> (Dependencies section) · <c>2A needs 1A</c>
/// (<c>depends_on</c>; <c>2A needs</c> alone needs nothing) · <c>budget 2.5</c> · <c>review None</c>.
/// They go through <see cref="PlanCheck"/>, so that the barrier is the real one.
/// </summary>
internal static class Sketch
{
    public static MilestoneId Id(string text) => MilestoneId.Parse(text);

    public static Items<MilestoneId> Ids(params string[] texts) => texts.Select(Id).ToItems();

    public static PlanReading Read(params string[] lines) => PlanCheck.Check([.. lines.Select(File)], [], "milestones");

    public static Items<Milestone> Plan(params string[] lines)
    {
        var reading = Read(lines);
        return reading.Plan?.Milestones ?? throw new InvalidOperationException(string.Join(" ", reading.Problems.Select(p => p.Message)));
    }

    /// <summary>A file whose n-th named id stands on line n, so that places can be checked.</summary>
    public static MilestoneFile File(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var file = new MilestoneFile(Id(words[0]), $"{words[0]}.md", $"Title of {words[0]}", line, "");
        var mode = "";
        for (var i = 1; i < words.Length; i++)
        {
            if (words[i] is "needs" or "after" or "budget" or "review" or "model")
            {
                mode = words[i];
                file = mode == "needs" ? file with { DependsOn = default(Items<Reference>) } : file;
                continue;
            }

            file = mode switch
            {
                "needs" => file with { DependsOn = [.. file.DependsOn!.Value, new Reference(Id(words[i]), i)] },
                "after" => file with { Named = [.. file.Named, new Reference(Id(words[i]), i)] },
                "budget" => file with { BudgetUsd = decimal.Parse(words[i], CultureInfo.InvariantCulture) },
                "review" => file with { Review = Enum.Parse<ReviewLevel>(words[i]) },
                "model" => file with { Model = words[i] },
                _ => throw new FormatException($"'{words[i]}' in '{line}' says nothing."),
            };
        }

        return file;
    }
}
