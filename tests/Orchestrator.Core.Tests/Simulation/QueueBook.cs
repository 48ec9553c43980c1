using Orchestrator.Core.Conducting;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>The books of the merge queue: what was seen green, what is merged, what is proved.</summary>
internal sealed class QueueBook(int milestones)
{
    private readonly HashSet<string> _green = [World.BaseCommit];

    /// <summary>What the gates said of which milestones together.</summary>
    public Trials Trials { get; } = new();

    /// <summary>True from the order to publish on: it may have happened, answered or not.</summary>
    public bool Open { get; set; }

    public bool[] Merged { get; } = new bool[milestones];

    public bool[] Proved { get; } = new bool[milestones];

    public void Tested(Order.TestCandidate test, bool green)
    {
        if (green)
        {
            _green.Add(test.Candidate);
        }

        if (test.Milestones.Count > 0)
        {
            Trials.Tested(test.Milestones, green, milestones);
        }
    }

    public void Begin(Order.Publish order)
    {
        Open = true;
        Books.Demand(_green.Contains(order.Candidate), "the commit that passed the gates is the commit that lands");
    }

    public void Published(string commit, IEnumerable<int> batch, bool proved)
    {
        if (!proved)
        {
            return;
        }

        Open = false;
        Trials.Landed(commit);
        foreach (var i in batch)
        {
            Proved[i] = true;
        }
    }
}
