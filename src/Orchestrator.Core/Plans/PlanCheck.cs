namespace Orchestrator.Core.Plans;

/// <summary>What came of checking milestone files: the plan when there is no error, and every problem found.</summary>
public sealed record PlanReading(Plan? Plan, Items<MilestoneFile> Files, Items<Problem> Problems);

/// <summary>
/// Turns milestone files into a plan. Everything that is wrong is found in one pass: duplicates, unknown needs,
/// cycles; gaps in the letters or stages are worth a warning, because a forgotten file looks like that.
/// </summary>
public static class PlanCheck
{
    /// <summary>Checks the files as a whole. <paramref name="found"/> are the problems that reading them already brought.</summary>
    public static PlanReading Check(IReadOnlyList<MilestoneFile> files, IReadOnlyList<Problem> found, string folder)
    {
        var problems = new List<Problem>(found);
        var byId = new SortedDictionary<MilestoneId, MilestoneFile>();
        foreach (var file in files)
        {
            if (!byId.TryAdd(file.Id, file))
            {
                problems.Add(new Problem("plan.duplicate", $"{file.Id} is also defined by {byId[file.Id].File}.", new Place(file.File), "Keep one of the two files."));
            }
        }

        if (files.Count == 0 && !found.Any(p => p.Severity == Severity.Error))
        {
            problems.Add(new Problem("plan.empty", "There is no milestone file.", new Place(folder), "Write milestones/1A.md, or let 'init' make a sample."));
        }

        Gaps(byId, problems);
        var needs = byId.Values.ToDictionary(f => f.Id, f => NeedsOf(f, byId, problems));
        problems.AddRange(Cycles(byId, needs));

        var sound = !problems.Exists(p => p.Severity == Severity.Error) && byId.Count > 0;
        var plan = sound ? new Plan(byId.Values.Select(f => Planned(f, needs[f.Id])).ToItems()) : null;
        return new PlanReading(plan, byId.Values.ToItems(), problems.ToItems());
    }

    private static Milestone Planned(MilestoneFile file, SortedSet<MilestoneId> needs) => new(
        file.Id, file.Title, file.Hash, needs.ToItems(), file.DependsOn is null, file.Verify, file.Model, file.BudgetUsd, file.Timeout, file.Review, file.Scope, file.Criteria, file.Entry);

    /// <summary>The barrier (the nearest earlier stage that has files) unless <c>depends_on</c> lifts it, and every id the file names.</summary>
    private static SortedSet<MilestoneId> NeedsOf(MilestoneFile file, SortedDictionary<MilestoneId, MilestoneFile> all, List<Problem> problems)
    {
        var needs = new SortedSet<MilestoneId>();
        foreach (var reference in (file.DependsOn ?? default).Concat(file.Named))
        {
            if (reference.Id == file.Id)
            {
                problems.Add(new Problem("plan.self", $"{file.Id} depends on itself.", new Place(file.File, reference.Line), "Take its own id out."));
            }
            else if (all.ContainsKey(reference.Id))
            {
                needs.Add(reference.Id);
            }
            else
            {
                problems.Add(new Problem("plan.unknown-dependency", $"{file.Id} depends on {reference.Id}, which has no file.", new Place(file.File, reference.Line), Nearest(reference.Id, all)));
            }
        }

        if (file.DependsOn is null)
        {
            var earlier = all.Keys.Where(id => id.Stage < file.Id.Stage).Select(id => id.Stage).DefaultIfEmpty().Max();
            needs.UnionWith(all.Keys.Where(id => id.Stage == earlier));
        }

        return needs;
    }

    private static string Nearest(MilestoneId id, SortedDictionary<MilestoneId, MilestoneFile> all)
    {
        var mates = string.Join(", ", all.Keys.Where(k => k.Stage == id.Stage).Take(8));
        return mates.Length > 0 ? $"Stage {id.Stage} has {mates}. Write {id}.md or name one of these." : $"Write {id}.md or take the id out.";
    }

    private static void Gaps(SortedDictionary<MilestoneId, MilestoneFile> all, List<Problem> problems)
    {
        var previousStage = 0;
        foreach (var stage in all.Values.GroupBy(f => f.Id.Stage))
        {
            var first = stage.First();
            if (stage.Key > previousStage + 1)
            {
                problems.Add(new Problem("plan.gap", $"Stage {previousStage + 1} has no file, stage {stage.Key} has.", new Place(first.File), "If a file was forgotten, add it; otherwise ignore this.", Severity.Warning));
            }

            previousStage = stage.Key;
            MilestoneId? expected = MilestoneId.First(stage.Key);
            foreach (var file in stage)
            {
                if (file.Id != expected)
                {
                    problems.Add(new Problem("plan.gap", $"{expected} has no file, {file.Id} has.", new Place(file.File), "If a file was forgotten, add it; otherwise ignore this.", Severity.Warning));
                }

                expected = file.Id.Next();
            }
        }
    }

    /// <summary>One problem for each knot: the shortest way round through the first milestone of it.</summary>
    private static IEnumerable<Problem> Cycles(SortedDictionary<MilestoneId, MilestoneFile> all, Dictionary<MilestoneId, SortedSet<MilestoneId>> needs)
    {
        var reported = new HashSet<MilestoneId>();
        foreach (var start in all.Keys)
        {
            if (reported.Contains(start) || WayRound(start, needs) is not { } way)
            {
                continue;
            }

            reported.UnionWith(way);
            var named = all[start].Named.Concat(all[start].DependsOn ?? default).FirstOrDefault(r => r.Id == way[1]);
            yield return new Problem("plan.cycle", $"These milestones wait for each other: {string.Join(" → ", way)}.", new Place(all[start].File, named.Line > 0 ? named.Line : null), "Take one of these dependencies out.");
        }
    }

    private static List<MilestoneId>? WayRound(MilestoneId start, Dictionary<MilestoneId, SortedSet<MilestoneId>> needs)
    {
        var cameFrom = new Dictionary<MilestoneId, MilestoneId>();
        var queue = new Queue<MilestoneId>([start]);
        while (queue.TryDequeue(out var at))
        {
            foreach (var next in needs[at])
            {
                if (next == start)
                {
                    var way = new List<MilestoneId> { start };
                    for (var step = at; step != start; step = cameFrom[step])
                    {
                        way.Insert(0, step);
                    }

                    way.Insert(0, start);
                    return way;
                }

                if (cameFrom.TryAdd(next, at))
                {
                    queue.Enqueue(next);
                }
            }
        }

        return null;
    }
}
