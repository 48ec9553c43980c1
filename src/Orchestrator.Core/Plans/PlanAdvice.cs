namespace Orchestrator.Core.Plans;

/// <summary>
/// What is not wrong with a plan and yet costs time or money: every remark is a warning and stops nothing. Given before
/// a run, and to the agent that writes a plan.
/// </summary>
public static class PlanAdvice
{
    /// <summary>More than this merged at once, and a red merge is long in the searching.</summary>
    public const int MostInOneMerge = 12;

    private const int LongChain = 4;
    private const int MostOverlaps = 8;
    private const int MostNamed = 8;

    /// <summary>Looks at a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="folder">Where its files lie, as the user would name it.</param>
    /// <param name="slots">How many milestones may be in work at once; null when that is not to be looked at.</param>
    public static Items<Problem> Of(Plan plan, string folder, int? slots = null)
    {
        var advice = new List<Problem>();
        Criteria(plan, folder, advice);
        Overlaps(plan, folder, advice);
        Widths(plan, folder, slots, advice);
        Chain(plan, folder, advice);
        return advice.ToItems();
    }

    /// <summary>The longest chain of milestones that wait for each other.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="counts">Which milestones count, by their index; null for all.</param>
    public static Items<MilestoneId> LongestChain(Plan plan, Func<int, bool>? counts = null)
    {
        var length = new int[plan.Milestones.Count];
        var before = new int[length.Length];
        var last = -1;
        foreach (var i in plan.Order.Where(i => counts?.Invoke(i) != false))
        {
            (length[i], before[i]) = (1, -1);
            foreach (var need in plan.NeedsOf(i))
            {
                if (length[need] >= length[i])
                {
                    (length[i], before[i]) = (length[need] + 1, need);
                }
            }

            last = last < 0 || length[i] > length[last] ? i : last;
        }

        var chain = new List<MilestoneId>();
        for (var i = last; i >= 0; i = before[i])
        {
            chain.Insert(0, plan.Milestones[i].Id);
        }

        return chain.ToItems();
    }

    private static void Criteria(Plan plan, string folder, List<Problem> advice)
    {
        if (plan.Milestones.Where(m => m.Criteria.Count == 0).Select(m => m.Id).ToList() is { Count: > 0 } without)
        {
            advice.Add(Warning("advice.criteria", $"{Named(without)} {(without.Count == 1 ? "has" : "have")} no exit criteria.", folder, "Write a section 'Exit Criteria' with a list: reviewers hold the work against it."));
        }
    }

    private static void Overlaps(Plan plan, string folder, List<Problem> advice)
    {
        var found = 0;
        var scoped = Enumerable.Range(0, plan.Milestones.Count).Where(i => plan.Milestones[i].Scope.Count > 0).ToList();
        foreach (var stage in scoped.GroupBy(i => plan.Milestones[i].Id.Stage))
        {
            foreach (var (one, other) in stage.SelectMany(a => stage.Where(b => b > a).Select(b => (a, b))))
            {
                var (first, second) = (plan.Milestones[one], plan.Milestones[other]);
                if (ScopeOverlap.Of(first.Scope, second.Scope) is not { } globs || Waits(plan, one, other) || Waits(plan, other, one))
                {
                    continue;
                }

                if (++found > MostOverlaps)
                {
                    return;
                }

                var same = globs.One == globs.Other ? globs.One : $"{globs.One} and {globs.Other}";
                advice.Add(Warning("advice.overlap", $"{first.Id} and {second.Id} may be in work at once, and both may touch {same}.", $"{folder}/{second.Id}.md", "Make one depend on the other, put them into different stages, or draw the scopes apart; else one is likely to be sent back with a conflict."));
            }
        }
    }

    private static void Widths(Plan plan, string folder, int? slots, List<Problem> advice)
    {
        foreach (var stage in plan.Milestones.Where(m => m.Barrier).GroupBy(m => m.Id.Stage).Where(stage => stage.Count() > MostInOneMerge))
        {
            advice.Add(Warning("advice.wide", $"Stage {stage.Key} has {stage.Count()} milestones, which are merged as one.", folder, $"Split the stage: with more than {MostInOneMerge} the first to be done waits long for the last, and a red merge is long in the searching."));
        }

        var over = slots is { } most ? plan.Milestones.GroupBy(m => m.Id.Stage).Select(stage => (stage.Key, Width: WidthOf(plan, [.. stage.Select(m => m.Id)]))).Where(s => s.Width > most).ToList() : [];
        if (over.Count > 0)
        {
            var widest = over.MaxBy(s => s.Width);
            advice.Add(Warning("advice.slots", $"Stage {widest.Key} could have {widest.Width} milestones in work at once; there are {slots} slots.", "max_parallel_tasks", "Nothing is to be done; with more slots it would take less time, if machine and account bear it."));
        }
    }

    /// <summary>How many of a stage can be in work at once when all before it is done: those of the widest layer.</summary>
    private static int WidthOf(Plan plan, HashSet<MilestoneId> stage)
    {
        var depth = new Dictionary<MilestoneId, int>();
        foreach (var i in plan.Order.Where(i => stage.Contains(plan.Milestones[i].Id)))
        {
            depth[plan.Milestones[i].Id] = 1 + plan.Milestones[i].Needs.Where(depth.ContainsKey).Select(need => depth[need]).DefaultIfEmpty().Max();
        }

        return depth.Values.GroupBy(d => d).Max(layer => layer.Count());
    }

    private static void Chain(Plan plan, string folder, List<Problem> advice)
    {
        var chain = LongestChain(plan);
        if (chain.Count >= LongChain && chain.Count * 2 > plan.Milestones.Count)
        {
            advice.Add(Warning("advice.chain", $"{chain.Count} of {plan.Milestones.Count} milestones wait one for the other: {Named(chain, " → ")}.", folder, "Where one does not need the other's work, put both into one stage: one that fails blocks all that come after it."));
        }
    }

    /// <summary>Whether a milestone needs another one, over whatever steps.</summary>
    private static bool Waits(Plan plan, int one, int other)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>([one]);
        while (open.TryPop(out var at))
        {
            foreach (var need in plan.NeedsOf(at))
            {
                if (need == other)
                {
                    return true;
                }

                if (seen.Add(need))
                {
                    open.Push(need);
                }
            }
        }

        return false;
    }

    private static string Named(IReadOnlyList<MilestoneId> ids, string separator = ", ") =>
        string.Join(separator, ids.Take(MostNamed)) + (ids.Count > MostNamed ? $"{separator}…" : "");

    private static Problem Warning(string code, string message, string where, string hint) => new(code, message, new Place(where), hint, Severity.Warning);
}
