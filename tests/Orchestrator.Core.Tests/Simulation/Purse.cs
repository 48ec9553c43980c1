namespace Orchestrator.Core.Tests.Simulation;

/// <summary>The part of the books that counts the money, from what the world charges.</summary>
internal sealed class Purse(Scenario scenario)
{
    /// <summary>The most that one request may cost, which is how far a turn may go beyond its cap.</summary>
    public const decimal Request = 0.10m;

    private readonly decimal[] _spent = new decimal[scenario.Milestones.Length];

    /// <summary>What all turns cost.</summary>
    public decimal Spent => _spent.Sum();

    /// <summary>A turn of a milestone costs something. Together they may cost what is allowed, and each of those side by side one request more.</summary>
    public void Spend(int index, decimal cost)
    {
        _spent[index] += cost;
        var (milestone, budget) = (scenario.Milestones[index], scenario.Policy.Budget);
        var beyond = Request * scenario.Policy.MaxParallel;
        var stage = Enumerable.Range(0, _spent.Length).Where(i => scenario.Milestones[i].Id.Stage == milestone.Id.Stage).Sum(i => _spent[i]);
        Books.Demand(milestone.BudgetUsd is not { } own || _spent[index] <= own + Request, "a milestone spends at most its budget and one request");
        Books.Demand(budget.Stage.Usd is not { } most || stage <= most + beyond, "a stage spends at most its budget and one request");
        Books.Demand(budget.Run.Usd is not { } all || Spent <= all + beyond, "the run spends at most its budget and one request");
    }
}
