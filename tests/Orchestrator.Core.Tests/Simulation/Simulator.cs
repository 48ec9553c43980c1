using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>What a simulated run came to.</summary>
internal readonly record struct SimulatedRun(int Steps, int Faults, int Crashes, Final Final, IReadOnlyList<string> Refused);

/// <summary>Something that decides like <see cref="Conductor.Decide"/>; the planted bugs wrap it.</summary>
internal delegate Decision Decider(RunState? state, Event fact, DateTimeOffset at);

/// <summary>Plays one seed to its end and checks every law after every step.</summary>
internal sealed class Simulator
{
    private const int MostSteps = 20_000;

    private readonly Decider _decide;
    private readonly Scenario _scenario;
    private readonly Rng _rng;
    private readonly Books _books;
    private readonly World _world;
    private readonly Disk _disk;
    private readonly FrozenBook _frozen = new();
    private readonly LoopBug _bug;
    private RunState? _state;
    private IReadOnlyList<Order> _orders = [];
    private int _steps;
    private int _crashes;
    private int _lives = 1;
    private bool _lastStepIsLive = true;
    private (int Records, Decision Decision) _replayed;

    private Simulator(ulong seed, Decider decide, LoopBug bug)
    {
        _bug = bug;
        _decide = decide;
        _scenario = new Scenario(seed);
        _rng = new Rng(seed ^ 0xABCDEF);
        _books = new Books(_scenario);
        _world = new World(_scenario, _rng, _books);
        _disk = new Disk(_rng, bug);
    }

    /// <summary>Runs a seed.</summary>
    /// <exception cref="LawBroken">With the law, the seed and the step.</exception>
    public static SimulatedRun Run(ulong seed, Decider? decide = null, LoopBug bug = LoopBug.None)
    {
        var simulator = new Simulator(seed, decide ?? Conductor.Decide, bug);
        try
        {
            return simulator.Play();
        }
        catch (LawBroken broken)
        {
            throw new LawBroken($"seed {seed}, step {simulator._steps}: {broken.Message}\n{(simulator._state is { } state ? ShortForm.Of(state, simulator._orders) : "")}");
        }
    }

    private int Slots => _world.Reading switch
    {
        null => _scenario.Policy.MaxParallel,
        { Pressure: Pressure.Critical } => 0,
        { Pressure: Pressure.Tense } => 1,
        { } calm => Math.Max(1, Math.Min(_scenario.Policy.MaxParallel, calm.Room)),
    };

    private SimulatedRun Play()
    {
        Step(_scenario.Start());
        while (true)
        {
            Books.Demand(_steps < MostSteps, "every run ends");
            if (_state!.Final is { } final)
            {
                if (!GoesOn(final))
                {
                    CheckReplay(fromNothing: true);
                    _books.CheckEnd(_state);
                    return new SimulatedRun(_steps, _world.Faults, _crashes, final, _world.Refused);
                }

                Restart();
                continue;
            }

            if (Unkind())
            {
                Restart();
                continue;
            }

            _world.Stir();
            var fact = _world.Next(Wake());
            Books.Demand(fact is not null, "a run that is not final goes on");
            if (Unkind())
            {
                CutPower(fact!);
            }
            else if (!Unkind() || DiskHasRoom(fact!))
            {
                Step(fact!);
            }
        }
    }

    private bool Unkind() => _scenario.Unkindness > 0 && _rng.Below(2000) < _scenario.Unkindness;

    /// <summary>The power goes while the fact is written: afterwards it is there, undecided, or it is not.</summary>
    private void CutPower(Event fact)
    {
        _disk.Write(fact, _world.Now);
        if (_disk.Crash())
        {
            Know(fact);
            _steps++;
            _lastStepIsLive = false;
        }

        Restart();
    }

    /// <summary>The fact is refused, again and again, while the world goes on; then there is room, or the program was ended.</summary>
    private bool DiskHasRoom(Event fact)
    {
        _world.Advance(_world.Now + TimeSpan.FromSeconds(_rng.Below(7200)));
        if (_bug == LoopBug.ActsOnRefused)
        {
            Know(fact);
            Take(_decide(_state, fact, _world.Now));
            return false;
        }

        if (_rng.Percent(70))
        {
            return true;
        }

        Restart();
        return false;
    }

    private bool GoesOn(Final final)
    {
        _books.CheckEnd(_state!);
        if (final is Final.LimitReached limit)
        {
            _world.Advance(limit.Until);
        }

        if (final is Final.Stopped { Code: "limit.persists" })
        {
            _world.Advance(_world.Now + TimeSpan.FromHours(6)); // somebody looks in the morning
        }

        _lives += final is Final.Stopped { Code: "budget.run" or "budget.stage" } ? 20 : 1; // nobody raises it: it would stop so again and again
        return final is Final.Stopped or Final.LimitReached && _lives <= 60;
    }

    private DateTimeOffset? Wake()
    {
        foreach (var order in _orders)
        {
            if (order is Order.Wake wake)
            {
                return wake.At > _world.Now ? wake.At : _world.Now;
            }
        }

        return null;
    }

    /// <summary>The fact counts: the books take it for true. Returns whether its ticket is asked for.</summary>
    private bool Know(Event fact)
    {
        var live = _books.TakeAnswer(fact);
        if (live)
        {
            _books.Enter(fact, _world.Now);
        }

        if (fact is Event.MachineRead read)
        {
            _world.Reading = read.Reading;
        }

        return live;
    }

    private void Step(Event fact)
    {
        _disk.Append(fact, _world.Now);
        _steps++;
        var live = Know(fact);
        _frozen.Read(fact);
        var decision = _decide(_state, fact, _world.Now);
        if (!live)
        {
            // The time that comes with it may make something due; beyond that it must do nothing.
            var without = _decide(_state, new Event.Woke(), _world.Now).State;
            Books.Demand(decision.State.Equals(without), "a stale ticket changes nothing");
        }

        Take(decision);
    }

    private void Take(Decision decision)
    {
        _state = decision.State;
        _orders = decision.Orders;
        _books.NoteCurrent(_orders);
        _frozen.Check(_orders, _world.Reading, _books.Paused && _state.Stop is null);
        var fresh = _books.TakeOrders(_state, _orders, Slots, _world.Now);
        foreach (var order in fresh)
        {
            _world.CarryOut(order);
        }

        _world.Freeze([.. _orders.OfType<Order.Hold>().SelectMany(hold => hold.Turns)]);

        Books.Demand(
            _state.Final is not null || _state.Stop is not null || Slots == 0 || _books.Paused || _world.Now < _world.LimitUntil || !_books.SomethingCouldStart(),
            "at least one works when one could and the machine is not critical");
    }

    /// <summary>The program ends here and is started again: what the disk kept is replayed, then comes one more fact.</summary>
    private void Restart()
    {
        _crashes++;
        CheckReplay();
        if (_disk.Unsynced > 0 || _bug == LoopBug.ForgetsTheLast)
        {
            _disk.Crash();
            Take(Replay());
        }

        _books.Crash();
        _frozen.Crash();
        _world.Crash();
        Step(new Event.Resumed(_state!.Incarnation + 1, _scenario.Policy));
    }

    private void CheckReplay(bool fromNothing = false)
    {
        var replayed = Replay(fromNothing);
        if (_lastStepIsLive)
        {
            Books.Demand(replayed.State.Equals(_state), "replay gives the live state");
        }

        _state = replayed.State;
        _orders = replayed.Orders;
        _books.NoteCurrent(_orders);
        _books.TakeOrders(_state, _orders, Slots, _state.At);
        _lastStepIsLive = true;
    }

    /// <summary>
    /// What the records lead to. Those that were replayed before lead to what they led to then, as long as the disk kept
    /// them; that they do so from nothing as well is seen at the end.
    /// </summary>
    private Decision Replay(bool fromNothing = false)
    {
        var (records, decision) = fromNothing || _replayed.Records > _disk.Count ? default : _replayed;
        foreach (var (fact, at) in _disk.Read(records))
        {
            decision = _decide(decision.State, fact, at);
        }

        _replayed = (_disk.Count, decision);
        return decision;
    }
}
