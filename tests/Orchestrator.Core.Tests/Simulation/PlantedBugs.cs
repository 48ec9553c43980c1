using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>
/// Tests the tester: each bug wraps the real conductor and falsifies what goes in or comes out. The product has no
/// hook for this. A bug that the simulated world does not find shows a law that is missing.
/// </summary>
public sealed class PlantedBugs
{
    private const ulong MostSeeds = 20_000;

    private static readonly Dictionary<string, Decider> Bugs = new()
    {
        ["the ticket check is dropped"] = (state, fact, at) => Conductor.Decide(state, Retarget(state, fact), at),
        ["an attempt is not counted"] = After((before, now) => Each(before, now, (b, n) => n.Attempt > b.Attempt && b.Attempt > 0 ? n with { Attempt = b.Attempt } : n)),
        ["a round is not counted"] = After((before, now) => Each(before, now, (b, n) => n.Round > b.Round ? n with { Round = b.Round } : n)),
        ["a redelivery is not counted"] = After((before, now) => Each(before, now, (_, n) => n with { Stumbles = 0 })),
        ["a stop spends an attempt"] = (state, fact, at) => fact is Event.StopAsked && state is { Final: null }
            ? After((before, now) => Each(before, now, (_, n) => n.Attempt > 0 && n.Phase is not Phase.Integrated ? n with { Attempt = n.Attempt + 1, Phase = Raise(n.Phase) } : n))(state, fact, at)
            : Conductor.Decide(state, fact, at),
        ["an unaccepted commit is merged"] = After((_, now) => now.Integration is Integration.Building b
            ? now with { Integration = b with { Batch = b.Batch.Select(item => item with { Tip = now.Milestones[now.Plan.IndexOf(item.Id)!.Value].Base! }).ToItems() } }
            : now),
        ["the slot limit is ignored"] = (state, fact, at) => Conductor.Decide(
            state, fact is Event.RunStarted start ? start with { Policy = start.Policy with { MaxParallel = 99 } } : fact is Event.Resumed r ? r with { Policy = r.Policy with { MaxParallel = 99 } } : fact, at),
        ["the machine is not looked at"] = (state, fact, at) => Conductor.Decide(state, fact is Event.MachineRead ? new Event.Woke() : fact, at),
        ["all turns are frozen for want of memory"] = (state, fact, at) => Conductor.Decide(
            state, fact is Event.MachineRead { Reading.Scarce: Scarce.Memory } m ? new Event.MachineRead(m.Reading with { Scarce = Scarce.Disk }) : fact, at),
        ["what is frozen goes on while it is critical"] = After((before, now) => before.Held.Count > 0 && now.Held == before.Held ? now with { Held = default } : now),
        ["what is frozen stays frozen"] = (state, fact, at) => Conductor.Decide(
            state, fact is Event.MachineRead { Reading.Pressure: not Pressure.Critical } && state is { Held.Count: > 0 } ? new Event.MachineRead(state.Machine) : fact, at),
        ["nobody is frozen"] = After((_, now) => now with { Held = default }),
        ["one who ended stays frozen"] = (state, fact, at) => Conductor.Decide(state, fact, at) is var d && state is { Held.Count: > 0 } && !d.Orders.Any(o => o is Order.Hold)
            ? new Decision(d.State, [.. d.Orders, new Order.Hold(state.Held.Select(h => h.Turn).ToItems())])
            : d,
        ["others begin while one is frozen"] = (state, fact, at) => state is { Held.Count: > 0 } && fact is not Event.MachineRead && Conductor.Decide(state with { Held = default }, fact, at) is var d
            && state.Held.Where(h => d.Orders.Any(o => o.TicketOrNull == h.Turn)).ToItems() is { Count: > 0 } still
                ? new Decision(d.State with { Held = still }, [.. d.Orders, new Order.Hold(still.Select(h => h.Turn).ToItems())])
                : Conductor.Decide(state, fact, at),
        ["the stage barrier is skipped"] = Start(start => start with { Plan = start.Plan.Select(m => m with { Needs = default }).ToItems() }),
        ["a budget is ignored"] = Start(start => start with { Plan = start.Plan.Select(m => m with { BudgetUsd = null }).ToItems() }),
        ["what is left out is done"] = Start(start => start with { LeftOut = default }),
        ["the gates on the candidate are skipped"] = After((_, now) => now.Integration is Integration.Testing t
            ? now with { Integration = new Integration.Publishing(t.Ticket, t.Batch, t.Onto, GatedCommit.Of(t.Candidate, [])!) }
            : now),
        ["a red gate counts as green"] = (state, fact, at) => Conductor.Decide(
            state, fact is Event.GateFinished g ? g with { Results = g.Results.Select(r => r with { Passed = true }).ToItems() } : fact, at),
        ["work that comes again is not known again"] = (state, fact, at) => Conductor.Decide(state, fact is Event.WorkCommitted w ? w with { Tree = null } : fact, at),
        ["what is refused is forgotten"] = After((_, now) => Each(now, now, (_, n) => n with { Wanting = default })),
        ["a publication is not proved"] = (state, fact, at) => Conductor.Decide(state, fact is Event.Published p ? p with { Proof = Proof.Whole } : fact, at),
        ["the review is skipped"] = After((_, now) => Each(now, now, (_, n) => n.Phase is Phase.Working { Step: Step.Turn { Brief.Role: Role.Review } } w
            ? n with { Phase = w with { Step = new Step.Gate(n.Tip!) } }
            : n)),
        ["a lost publication is built anew"] = After((before, now) => before.Integration is Integration.Publishing && now.Integration is Integration.Publishing { NotBefore: { } until }
            ? now with { Integration = new Integration.Idle(until) }
            : now),
        ["a restart forgets the queue"] = (state, fact, at) => fact is Event.Resumed
            ? After((_, now) => now with { Integration = new Integration.Idle() })(state, fact, at)
            : Conductor.Decide(state, fact, at),
        ["a restart forgets who works"] = (state, fact, at) => fact is Event.Resumed && state is { Final: null } ? new Decision(state, []) : Conductor.Decide(state, fact, at),
        ["the limit is not kept"] = After((_, now) => now with { Limits = default }),
        ["after a limit all rush"] = After((_, now) => now with { Limits = now.Limits.Where(l => l.Until > now.At).ToItems() }),
        ["a limit of one model is one of another"] = After((_, now) => now with { Limits = now.Limits.Select(l => l.Model is null ? l : l with { Model = l.Model + "x" }).ToItems() }),
        ["the budget of the run is ignored"] = (state, fact, at) => Conductor.Decide(
            state, fact is Event.RunStarted start ? start with { Policy = start.Policy with { Budget = default } } : fact is Event.Resumed r ? r with { Policy = r.Policy with { Budget = default } } : fact, at),
        ["two turns may spend the same dollar"] = After((_, now) => Each(now, now, (_, n) => n.Phase is Phase.Working { Step: Step.Turn { Brief.Cap.Usd: not null } t } w
            ? n with { Phase = w with { Step = new Step.Turn(t.Brief with { Cap = new Cap(now.Policy.Budget.Run.Usd - now.Usage.CostUsd) }) } }
            : n)),
        ["what an unanswered turn used is not counted"] = (state, fact, at) => Conductor.Decide(state, fact is Event.TurnMetered m ? m with { Usage = default } : fact, at),
        ["timers are not set"] = (state, fact, at) => Conductor.Decide(state, fact, at) is var d ? new Decision(d.State, [.. d.Orders.Where(o => o is not Order.Wake)]) : default,
        ["a failed milestone counts as integrated"] = After((_, now) => Each(now, now, (_, n) => n.Phase is Phase.Failed ? n with { Phase = Forged } : n)),
        ["a stage goes on past a failed one"] = After((_, now) => Each(now, now, (_, n) => n.Phase is Phase.Blocked ? n with { Phase = Forged } : n)),
        ["a clock set back is not noticed"] = (state, fact, at) => Conductor.Decide(state is { } s && s.At > at ? s with { At = at } : state, fact, at),
        ["a stop is not heard"] = (state, fact, at) => Conductor.Decide(state, fact is Event.StopAsked ? new Event.Woke() : fact, at),
        ["a moved target counts as published"] = (state, fact, at) => Conductor.Decide(
            state, fact is Event.TargetMoved m && state?.Integration is Integration.Publishing p && p.Ticket == m.Ticket ? new Event.Published(m.Ticket, p.Candidate.Commit, null, Proof.Whole) : fact, at),
        ["what a turn used is not counted"] = (state, fact, at) => Conductor.Decide(state, fact is Event.TurnFinished t ? t with { Usage = default } : fact, at),
        ["a conflict is not heard"] = (state, fact, at) => Conductor.Decide(state, fact is Event.CandidateBuilt b ? b with { Conflicts = default } : fact, at),
        ["what a resolved conflict lost is not heard"] = (state, fact, at) => Conductor.Decide(state, fact is Event.WorkCommitted w ? w with { Lost = default } : fact, at),
        ["a mark is not heard"] = (state, fact, at) => Conductor.Decide(state, fact is Event.WorkCommitted w ? w with { Marks = default } : fact, at),
        ["what a strict review claims is not checked"] = After((_, now) => Each(now, now, (_, n) => n.Phase is Phase.Working { Step: Step.Turn { Brief.Role: Role.Check } t } w
            ? n with { Phase = w with { Step = new Step.Turn(t.Brief with { Role = Role.Remediate }) } }
            : n)),
        ["the innocent is sent back for a red batch"] = (state, fact, at) => Conductor.Decide(
            state, fact is Event.GateFinished g && state?.Bisection is not null ? g with { Results = [new GateResult("test", false, "red")] } : fact, at),
        ["the guilty are looked for one by one"] = After((_, now) => now.Bisection is { Guilty.Count: 0 } b && b.Red - b.Green > 2 ? now with { Bisection = b with { Unsuspected = b.Green + 1 } } : now),
        ["a final run gives orders"] = (state, fact, at) => Conductor.Decide(state, fact, at) is { State.Final: not null } d
            ? new Decision(d.State, [new Order.Wake(at)])
            : Conductor.Decide(state, fact, at),
        ["a decision depends on hidden state"] = After((_, now) => ++_hidden % 97 == 0 ? now with { NextTicket = now.NextTicket + 1 } : now),
    };

    // Not even a planted bug can make a milestone done without a gated, published, proved commit: it has to forge all three.
    private static Phase Forged => Phase.Integrated.In(LandedCommit.Of(GatedCommit.Of("k", [])!, "k", Proof.Whole)!);

    private static int _hidden;

    public static TheoryData<string> Names => [.. Bugs.Keys];

    public static TheoryData<string> LoopBugs => [.. Enum.GetNames<LoopBug>().Where(name => name != nameof(LoopBug.None))];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_bug_is_found(string bug)
    {
        for (ulong seed = 0; seed < MostSeeds; seed++)
        {
            try
            {
                Simulator.Run(seed, Bugs[bug]);
            }
            catch (Exception found) when (found is LawBroken or InvalidOperationException or NullReferenceException)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(found.Message);
                return;
            }
        }

        Assert.Fail($"'{bug}' was not found in {MostSeeds} seeds.");
    }

    [Theory]
    [MemberData(nameof(LoopBugs))]
    public void A_bug_in_the_loop_around_it_is_found(string bug)
    {
        for (ulong seed = 0; seed < MostSeeds; seed++)
        {
            try
            {
                Simulator.Run(seed, bug: Enum.Parse<LoopBug>(bug));
            }
            catch (Exception found) when (found is LawBroken or InvalidOperationException or NullReferenceException)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(found.Message);
                return;
            }
        }

        Assert.Fail($"'{bug}' was not found in {MostSeeds} seeds.");
    }

    private static Decider Start(Func<Event.RunStarted, Event.RunStarted> change) =>
        (state, fact, at) => Conductor.Decide(state, fact is Event.RunStarted start ? change(start) : fact, at);

    /// <summary>Falsifies the state after each step; the orders are derived anew from it, as the conductor would.</summary>
    private static Decider After(Func<RunState, RunState, RunState> change) => (state, fact, at) =>
    {
        var decision = Conductor.Decide(state, fact, at);
        var changed = state is null ? decision.State : change(state, decision.State);
        return ReferenceEquals(changed, decision.State) ? decision : Conductor.Decide(changed, new Event.Woke(), at);
    };

    private static RunState Each(RunState before, RunState now, Func<MilestoneState, MilestoneState, MilestoneState> change)
    {
        var changed = new Roster(now.Milestones.Select((n, i) => change(before.Milestones[i], n)));
        return changed.Equals(now.Milestones) ? now : now with { Milestones = changed };
    }

    private static Phase Raise(Phase phase) => phase is Phase.Parked { Step: Step.Turn t } parked
        ? parked with { Step = new Step.Turn(t.Brief with { Attempt = t.Brief.Attempt + 1 }) }
        : phase;

    private static Event Retarget(RunState? state, Event fact) => fact is Event.TurnFinished e
        && state?.Milestones.Select(m => m.Phase).OfType<Phase.Working>().FirstOrDefault(w => w.Step is Step.Turn) is { } working
            ? e with { Ticket = working.Ticket }
            : fact;
}
