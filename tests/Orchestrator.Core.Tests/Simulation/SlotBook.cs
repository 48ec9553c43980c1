using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>Who holds a slot and whose worktree is being made, kept from the orders that go out.</summary>
/// <param name="ahead">How many may be made ready beyond the slots.</param>
internal sealed class SlotBook(int ahead)
{
    private HashSet<MilestoneId> _holding = [];
    private HashSet<MilestoneId> _preparing = [];

    /// <summary>Looks at all that is ordered after a step. Fewer slots than before are no reason to end what is under way.</summary>
    public void Check(IReadOnlyList<Order> orders, int slots)
    {
        var (holding, preparing) = (new HashSet<MilestoneId>(), new HashSet<MilestoneId>());
        foreach (var order in orders)
        {
            if (Whose.MilestoneOf(order) is { } id)
            {
                Books.Demand(!holding.Contains(id) && !preparing.Contains(id), "a milestone has one step under way");
                (order is Order.Prepare ? preparing : holding).Add(id);
            }
        }

        Books.Demand(holding.IsSubsetOf(_holding) || holding.Count <= slots, "never more in work than slots");
        Books.Demand(
            preparing.All(id => _preparing.Contains(id) || _holding.Contains(id)) || holding.Count + preparing.Count <= slots + ahead,
            "never more made ready than slots, and some ahead");
        (_holding, _preparing) = (holding, preparing);
    }
}
