using Orchestrator.Core.Plans;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>What the gates said of which milestones together, on which tip: who may be sent back for it, and how many looks that may take.</summary>
internal sealed class Trials
{
    private readonly List<(HashSet<MilestoneId> Set, bool Green)> _seen = [];
    private readonly HashSet<MilestoneId> _guilty = [];
    private string _tip = "";
    private int _runs;

    /// <summary>A candidate was built on a tip; what was seen on another says nothing. When somebody is left out for a conflict, the search begins anew.</summary>
    public void On(string tip, bool conflicts)
    {
        _runs = conflicts ? 0 : _runs;
        if (tip != _tip)
        {
            Landed(tip);
        }
    }

    /// <summary>Gates ended on a candidate. The search for who is guilty ends after each milestone cost it one run and the halvings, three times at most.</summary>
    public void Tested(IEnumerable<MilestoneId> together, bool green, int milestones)
    {
        _seen.Add(([.. together], green));
        Books.Demand(++_runs <= 1 + 3 * (1 + (int)Math.Ceiling(Math.Log2(milestones))), "the guilty of a red batch are found in so many runs");
        foreach (var (set, _) in _seen.Where(trial => !trial.Green))
        {
            _guilty.UnionWith(set.Where(id => set.Count == 1 || _seen.Any(trial => trial.Green && trial.Set.Count == set.Count - 1 && trial.Set.IsSubsetOf(set) && !trial.Set.Contains(id))));
        }
    }

    /// <summary>Sent back is only who turns red what is green without it.</summary>
    public void SentBack(MilestoneId id)
    {
        Books.Demand(_guilty.Remove(id), "only who turns the gates red is sent back for it");
        _seen.RemoveAll(trial => trial.Set.Contains(id));
        _runs = 0;
    }

    /// <summary>Something landed; what comes next is tested on it, also what was built ahead.</summary>
    public void Landed(string tip)
    {
        _tip = tip;
        _seen.Clear();
        _runs = 0;
    }
}
