using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>What a simulated run came to.</summary>
internal readonly record struct SimulatedRun(int Steps, int Faults, int Crashes, Final Final);

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
    private readonly List<(Event Fact, DateTimeOffset At)> _journal = [];
    private RunState? _state;
    private IReadOnlyList<Order> _orders = [];
    private int _crashes;
    private int _lives = 1;
    private bool _lastStepIsLive = true;

    private Simulator(ulong seed, Decider decide)
    {
        _decide = decide;
        _scenario = new Scenario(seed);
        _rng = new Rng(seed ^ 0xABCDEF);
        _books = new Books(_scenario);
        _world = new World(_scenario, _rng, _books);
    }

    /// <summary>Runs a seed.</summary>
    /// <exception cref="LawBroken">With the law, the seed and the step.</exception>
    public static SimulatedRun Run(ulong seed, Decider? decide = null)
    {
        var simulator = new Simulator(seed, decide ?? Conductor.Decide);
        try
        {
            return simulator.Play();
        }
        catch (LawBroken broken)
        {
            throw new LawBroken($"seed {seed}, step {simulator._journal.Count}: {broken.Message}");
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
            Books.Demand(_journal.Count < MostSteps, "every run ends");
            if (_state!.Final is { } final)
            {
                if (!GoesOn(final))
                {
                    CheckReplay();
                    _books.CheckEnd(_state);
                    return new SimulatedRun(_journal.Count, _world.Faults, _crashes, final);
                }

                Restart();
                continue;
            }

            if (_scenario.Unkindness > 0 && _rng.Below(2000) < _scenario.Unkindness)
            {
                _crashes++;
                Restart();
                continue;
            }

            _world.Stir();
            var wake = Wake();
            var fact = _world.Next(wake);
            Books.Demand(fact is not null, "a run that is not final goes on");
            if (_scenario.Unkindness > 0 && _rng.Below(2000) < _scenario.Unkindness)
            {
                Journal(fact!); // the fact is durable, the decision is not made: the crash between the two
                if (_books.TakeAnswer(fact!))
                {
                    _books.Enter(fact!, _world.Now);
                }

                if (fact is Event.MachineRead read)
                {
                    _world.Reading = read.Reading;
                }

                _lastStepIsLive = false;
                _crashes++;
                Restart();
                continue;
            }

            Step(fact!);
        }
    }

    private bool GoesOn(Final final)
    {
        _books.CheckEnd(_state!);
        if (final is Final.LimitReached limit)
        {
            _world.Advance(limit.Until);
        }

        return final is Final.Stopped or Final.LimitReached && ++_lives <= 60;
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

    private void Journal(Event fact) => _journal.Add((fact, _world.Now));

    private void Step(Event fact)
    {
        Journal(fact);
        var live = _books.TakeAnswer(fact);
        if (live)
        {
            _books.Enter(fact, _world.Now);
        }

        if (fact is Event.MachineRead read)
        {
            _world.Reading = read.Reading;
        }

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
        var fresh = _books.TakeOrders(_state, _orders, Slots, _world.Now);
        foreach (var order in fresh)
        {
            _world.CarryOut(order);
        }

        Books.Demand(
            _state.Final is not null || _state.Stop is not null || Slots == 0 || _world.Now < _world.LimitUntil || !_books.SomethingCouldStart(),
            "at least one works when one could and the machine is not critical");
    }

    /// <summary>The program ends here and is started again: replay the journal, then one more fact.</summary>
    private void Restart()
    {
        CheckReplay();
        _books.Crash();
        _world.Crash();
        Step(new Event.Resumed(_state!.Incarnation + 1, _scenario.Policy));
    }

    private void CheckReplay()
    {
        Decision replayed = default;
        RunState? state = null;
        foreach (var (fact, at) in _journal)
        {
            replayed = _decide(state, fact, at);
            state = replayed.State;
        }

        if (_lastStepIsLive)
        {
            Books.Demand(state!.Equals(_state), "replay gives the live state");
        }

        _state = state;
        _orders = replayed.Orders;
        _books.NoteCurrent(_orders);
        _books.TakeOrders(state!, _orders, Slots, _world.Now);
        _lastStepIsLive = true;
    }

}
