using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>What a seed stands for: a plan, a policy, and how unkind the world is.</summary>
internal sealed class Scenario
{
    public Scenario(ulong seed)
    {
        var rng = new Rng(seed);
        Seed = seed;
        Policy = new Policy(
            MaxParallel: 1 + rng.Below(4),
            RetryAttempts: 1 + rng.Below(3),
            ReviewRounds: rng.Below(3),
            Review: rng.Percent(70) ? ReviewLevel.Normal : ReviewLevel.None,
            AutoResume: rng.Percent(85),
            RateLimitWait: TimeSpan.FromSeconds(60 + rng.Below(300)),
            Redeliveries: 1 + rng.Below(4),
            Rebuilds: 1 + rng.Below(4),
            Publish: rng.Percent(90) ? PublishMode.FastForward : rng.Percent(50) ? PublishMode.Branch : PublishMode.PullRequest,
            Budget: new Budget(Stage: rng.Percent(8) ? new Cap(3 + rng.Below(8)) : default, Run: rng.Percent(15) ? new Cap(5 + rng.Below(20)) : default),
            HeadStart: rng.Percent(30) ? TimeSpan.FromSeconds(1 + rng.Below(30)) : TimeSpan.Zero,
            Ahead: rng.Below(3));
        Unkindness = rng.Below(4) switch { 0 => 0, 1 => 4, 2 => 12, _ => 25 };
        Milestones = MakePlan(rng);
        Bad = rng.Percent(25) ? rng.Below(Milestones.Length) : -1;
        Pair = rng.Percent(25) && Milestones.Length > 1 ? (rng.Below(Milestones.Length - 1), Milestones.Length - 1) : null;
        LeftOut = rng.Percent(8) ? rng.Below(Milestones.Length) : -1;
    }

    public ulong Seed { get; }

    public Policy Policy { get; }

    public Milestone[] Milestones { get; }

    /// <summary>Chance in percent that a thing goes wrong.</summary>
    public int Unkindness { get; }

    /// <summary>A milestone whose merge turns the gates red until it was sent back once; -1 for none.</summary>
    public int Bad { get; }

    /// <summary>Two milestones that are each fine alone and red together, until one of them was sent back; null for none.</summary>
    public (int A, int B)? Pair { get; }

    /// <summary>A milestone that the options leave out; -1 for none.</summary>
    public int LeftOut { get; }

    public Event.RunStarted Start() => new(
        new RunId($"sim-{Seed}"), Milestones.ToItems(), Policy, "refs/heads/main", World.BaseCommit, [],
        LeftOut >= 0 ? [Milestones[LeftOut].Id] : []);

    private static Milestone[] MakePlan(Rng rng)
    {
        var stages = 1 + rng.Below(3);
        var milestones = new List<Milestone>();
        Items<MilestoneId> previous = default;
        for (var stage = 1; stage <= stages; stage++)
        {
            var mates = new List<MilestoneId>();
            var tasks = 1 + rng.Below(rng.Percent(10) ? 8 : 3);
            for (MilestoneId? id = MilestoneId.First(stage); mates.Count < tasks; id = id.Value.Next())
            {
                var free = stage > 1 && rng.Percent(15);
                var needs = free ? [milestones[rng.Below(milestones.Count)].Id] : previous;
                if (!free && mates.Count > 0 && rng.Percent(10))
                {
                    needs = [.. needs, mates[rng.Below(mates.Count)]];
                }

                milestones.Add(new Milestone(
                    id!.Value, "", "", needs, Barrier: !free,
                    Model: rng.Percent(25) ? "opus" : null,
                    BudgetUsd: rng.Percent(10) ? 1 + rng.Below(5) : null,
                    Review: rng.Percent(10) ? ReviewLevel.Strict : null));
                mates.Add(id.Value);
            }

            previous = mates.ToItems();
        }

        return [.. milestones];
    }
}
