using System.Runtime.CompilerServices;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Core.Tests.Simulation;

namespace Orchestrator.Core.Tests;

/// <summary>The chronicle of simulated runs, held against the state after every fact: two folds of the same facts must not disagree.</summary>
public sealed class ChronicleTests
{
    [Fact]
    public void The_chronicle_agrees_with_the_state_after_every_fact()
    {
        var checkedTurns = 0;
        for (var seed = 1UL; seed <= 100; seed++)
        {
            var told = new ConditionalWeakTable<RunState, Chronicle>();
            Simulator.Run(seed, (state, fact, at) =>
            {
                var decision = Conductor.Decide(state, fact, at);
                var chronicle = Chronicle.Take(state is null ? null : told.GetValue(state, _ => throw new InvalidOperationException("A state without a chronicle.")), fact, state, decision.State, at);
                if (!ReferenceEquals(state, decision.State))
                {
                    told.AddOrUpdate(decision.State, chronicle);
                }

                Check(decision.State, chronicle);
                checkedTurns += chronicle.Milestones.Sum(d => d.Turns.Count);
                return decision;
            });
        }

        Assert.True(checkedTurns > 10_000, $"Only {checkedTurns} were looked at.");
    }

    private static void Check(RunState state, Chronicle chronicle)
    {
        for (var i = 0; i < state.Milestones.Count; i++)
        {
            var (milestone, dossier) = (state.Milestones[i], chronicle.Milestones[i]);
            var used = dossier.Turns.Aggregate(default(Usage), (sum, turn) => sum.Add(turn.Usage));
            Assert.Equal(milestone.Usage, used);

            var open = dossier.Turns.Where(t => t.Ended is null).Select(t => t.Ticket).ToList();
            Assert.Equal(milestone.Phase is Phase.Working { Step: Step.Turn } working ? [working.Ticket] : [], open);

            var waits = dossier.Waits.Count(w => w.To is null);
            Assert.Equal(milestone.Phase is Phase.Parked or Phase.Accepted ? 1 : 0, waits);

            Assert.True(dossier.Findings.All(f => f.Fate is not (Fate.Open or Fate.Claimed) || f.Settled is null));
            Assert.True(milestone.Phase is not Phase.Integrated || dossier.Findings.All(f => !f.Stands));
        }

        var landed = chronicle.Candidates.Where(c => c.End == CandidateEnd.Landed).SelectMany(c => c.Merged).Order().ToList();
        Assert.Equal(state.Plan.Milestones.Where((_, i) => state.Milestones[i].Phase is Phase.Integrated { Earlier: false }).Select(m => m.Id).Order(), landed.Distinct());
    }
}
