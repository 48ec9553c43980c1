using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Plans;

namespace Orchestrator.Engine.Claude;

/// <summary>The planner's answer: the schema it is held to, and how it is read.</summary>
public static class PlanAnswer
{
    /// <summary>The JSON schema given to the CLI.</summary>
    public const string Schema = """
        {"type":"object","additionalProperties":false,"required":["milestones"],"properties":{"milestones":{"type":"array","minItems":1,"items":{"type":"object","additionalProperties":false,"required":["id","title","description","exit_criteria"],"properties":{"id":{"type":"string","pattern":"^[1-9][0-9]{0,2}[A-Z]{1,2}$"},"title":{"type":"string"},"description":{"type":"string"},"entry_requirements":{"type":"array","items":{"type":"string"}},"tasks":{"type":"array","items":{"type":"string"}},"exit_criteria":{"type":"array","items":{"type":"string"}},"after":{"type":"array","items":{"type":"string"}},"depends_on":{"type":"array","items":{"type":"string"}},"scope":{"type":"array","items":{"type":"string"}}}}}}}
        """;

    // Far more than a plan that somebody reads before it runs.
    private const int MostMilestones = 200;
    private const int MostEntries = 60;
    private const int MostText = 20_000;
    private const int MostLine = 1000;

    /// <summary>Reads it; what cannot be a milestone is among the problems.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="problems">Takes what is wrong with it.</param>
    public static IReadOnlyList<MilestoneDraft> Read(JsonElement answer, List<Problem> problems)
    {
        var drafts = new SortedDictionary<MilestoneId, MilestoneDraft>();
        if (TurnReport.Child(answer, "milestones") is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() == 0)
        {
            problems.Add(new Problem("plan.empty", "The answer has no milestones.", new Place("answer"), "Give at least one."));
            return [];
        }

        if (list.GetArrayLength() > MostMilestones)
        {
            problems.Add(new Problem("plan.too-many", $"There are more than {MostMilestones} milestones.", new Place("answer"), "Plan the first part of the work, or make the milestones larger."));
        }

        foreach (var entry in list.EnumerateArray().Take(MostMilestones))
        {
            var name = TurnReport.Text(entry, "id") ?? "";
            if (!MilestoneId.TryParse(name, out var id))
            {
                problems.Add(new Problem("plan.name", $"'{Plain.Cut(name, 40)}' is not the name of a milestone.", new Place("answer"), "Name it by stage and task, e.g. 1A, 2B, 10A."));
            }
            else if (!drafts.TryAdd(id, Draft(id, entry, problems)))
            {
                problems.Add(new Problem("plan.duplicate", $"{id} stands twice.", new Place("answer"), "Give each milestone a name of its own."));
            }
        }

        return [.. drafts.Values];
    }

    private static MilestoneDraft Draft(MilestoneId id, JsonElement entry, List<Problem> problems) => new(
        id,
        Plain.Cut(TurnReport.Text(entry, "title") ?? "", 200),
        Plain.Cut(TurnReport.Text(entry, "description") ?? "", MostText),
        Lines(entry, "entry_requirements") ?? default,
        Lines(entry, "tasks") ?? default,
        Lines(entry, "exit_criteria") ?? default,
        Ids(id, entry, "after", problems) ?? default,
        Ids(id, entry, "depends_on", problems),
        (Lines(entry, "scope") ?? default).Where(glob => !glob.Any(c => c is '"' or '\\' || char.IsControl(c))).ToItems());

    private static Items<string>? Lines(JsonElement entry, string name) => TurnReport.Child(entry, name) is { ValueKind: JsonValueKind.Array } list
        ? list.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Take(MostEntries).Select(e => Plain.Bare(Plain.Cut(TurnReport.String(e), MostLine)).Trim()).Where(text => text.Length > 0).ToItems()
        : null;

    private static Items<MilestoneId>? Ids(MilestoneId of, JsonElement entry, string name, List<Problem> problems)
    {
        if (Lines(entry, name) is not { } texts)
        {
            return null;
        }

        foreach (var text in texts.Where(text => !MilestoneId.TryParse(text, out _)))
        {
            problems.Add(new Problem("plan.name", $"{of} has '{Plain.Cut(text, 40)}' in '{name}', which is not the name of a milestone.", new Place("answer"), "Name milestones like 1A, without words around them."));
        }

        return texts.Where(text => MilestoneId.TryParse(text, out _)).Select(text => MilestoneId.Parse(text)).Distinct().ToItems();
    }
}
