using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>
/// The world outside the conductor in virtual time: agents, git, gates, the user and the machine, all as unkind as
/// the scenario says. It carries orders out and answers late, twice, or never.
/// </summary>
internal sealed class World(Scenario scenario, Rng rng, Books books)
{
    public const string BaseCommit = "k0";

    private readonly PriorityQueue<Event, (DateTimeOffset At, int Number)> _coming = new();
    private int _numbers;
    private int _commits;
    private string _target = BaseCommit;
    private string _tip = BaseCommit;
    private bool _targetHoldsTip = true;
    private bool _badMended;
    private bool _pairMended;

    private DateTimeOffset _time = new(2026, 11, 23, 22, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, DateTimeOffset> _walls = [];
    private readonly Dictionary<long, Usage> _used = [];
    private DateTimeOffset _limitUntil;
    private HashSet<Ticket> _frozen = [];
    private readonly List<Event> _whenThawed = [];
    private TimeSpan _wrong;

    /// <summary>What the machine's clock shows, which may be wrong and may be mended.</summary>
    public DateTimeOffset Now => _time + _wrong;

    /// <summary>Until when the provider refuses, by that clock, as far as the world told.</summary>
    public DateTimeOffset LimitUntil => _limitUntil == default ? default : _limitUntil + _wrong;

    /// <summary>The last reading that was delivered; none means no bound.</summary>
    public MachineReading? Reading { get; set; }

    /// <summary>Each refusal that was dealt: what was told, whom it concerns, in which role and state of the merge queue it came.</summary>
    public List<string> Refused { get; } = [];

    /// <summary>How many faults were dealt.</summary>
    public int Faults { get; private set; }

    public bool Landed => _targetHoldsTip;

    public void Advance(DateTimeOffset to) => _time = to - _wrong > _time ? to - _wrong : _time;

    /// <summary>The next thing to happen, or a wake-up when that comes first; null when nothing will ever happen.</summary>
    public Event? Next(DateTimeOffset? wake)
    {
        var has = _coming.TryPeek(out _, out var first);
        if (wake is { } time && (!has || time - _wrong <= first.At))
        {
            Advance(time);
            return new Event.Woke();
        }

        if (!has)
        {
            return null;
        }

        Advance(first.At + _wrong);
        var fact = _coming.Dequeue();
        if (Whose.TicketOf(fact) is { } whose && _frozen.Contains(whose) && !rng.Percent(5))
        {
            _whenThawed.Add(fact); // but for one that was on its way already
            return Next(wake);
        }

        if (fact is Event.PauseAsked { Pause: true })
        {
            Come(new Event.PauseAsked(false), 6000); // nobody pauses for ever
        }

        if (fact is Event.TurnFinished { Outcome: TurnOutcome.Limited limited })
        {
            // Told before the clock was set back, a reset lies that much further ahead, and has to be believed.
            var told = limited.ResetsAt is { } reset && reset > Now && reset - Now <= TimeSpan.FromDays(8) ? reset - Now : TimeSpan.Zero;
            var until = _time + told + TimeSpan.FromHours(7);
            _limitUntil = until > _limitUntil ? until : _limitUntil; // of several refusals the longest counts
        }

        return fact;
    }

    /// <summary>Exactly these turns are frozen: they answer when they go on.</summary>
    public void Freeze(IReadOnlyList<Ticket> turns)
    {
        _frozen = [.. turns];
        foreach (var fact in _whenThawed.Where(fact => !_frozen.Contains(Whose.TicketOf(fact)!.Value)).ToList())
        {
            _whenThawed.Remove(fact);
            Come(fact, 900);
        }
    }

    /// <summary>The program died: answers under way are mostly lost, a few arrive late.</summary>
    public void Crash()
    {
        var survivors = new List<Event>();
        while (_coming.TryDequeue(out var fact, out _))
        {
            if (Whose.TicketOf(fact) is not null && rng.Percent(30))
            {
                survivors.Add(fact);
            }
        }

        _whenThawed.Clear(); // they are killed before they can say anything
        foreach (var fact in survivors)
        {
            Come(fact, 600);
        }

        Reading = null;
        Advance(Now + TimeSpan.FromSeconds(rng.Below(3600)));
    }

    /// <summary>Things that happen by themselves.</summary>
    public void Stir()
    {
        if (Fault(3))
        {
            _target = Commit(); // the user commits on top of the target
        }

        if (Fault(3))
        {
            Machine();
        }

        if (Fault(6))
        {
            SetClock();
        }

        if (Fault(1))
        {
            Come(rng.Percent(70) ? new Event.StopAsked(new StopRequest((Urgency)rng.Below(2), "operator", "asked")) : new Event.PauseAsked(true), 20);
        }
    }

    /// <summary>The machine is read, when it is critical again and again; in the end there is room.</summary>
    private void Machine()
    {
        var reading = rng.Below(5) switch
        {
            0 => new MachineReading(Pressure.Critical, 0, "no memory", Scarce.Memory),
            1 => new MachineReading(Pressure.Critical, 0, "no room", Scarce.Disk),
            2 => new MachineReading(Pressure.Tense, 0, "busy", Scarce.Cpu),
            _ => new MachineReading(Pressure.Calm, 1 + rng.Below(4), "", Scarce.Others),
        };
        for (var times = reading.Pressure == Pressure.Critical ? 1 + rng.Below(5) : 1; times > 0; times--)
        {
            Come(new Event.MachineRead(reading), 20);
        }

        if (rng.Percent(30))
        {
            Come(new Event.MachineRead(new MachineReading(Pressure.Tense, 1, "little room", reading.Scarce)), 120);
        }

        Come(new Event.MachineRead(MachineReading.Unknown), 300);
    }

    /// <summary>The clock is set, or the laptop slept. Timers look at the clock at least every half minute.</summary>
    private void SetClock()
    {
        var by = rng.Below(4) switch
        {
            0 => TimeSpan.FromSeconds(-1 - rng.Below(7200)),
            1 => TimeSpan.FromDays(-1 - rng.Below(400)),
            2 => TimeSpan.FromSeconds(1 + rng.Below(100_000)),
            _ => TimeSpan.Zero,
        };
        _wrong += by;
        books.ClockSet(by);
        if (by == TimeSpan.Zero)
        {
            _time += TimeSpan.FromSeconds(1 + rng.Below(3 * 86_400));
        }

        Come(new Event.Woke(), 30);
    }

    /// <summary>Carries one order out and lets the answer come in its time.</summary>
    public void CarryOut(Order order)
    {
        var answer = order switch
        {
            Order.Prepare o => Trouble(o.Ticket, 1) ?? Prepare(o),
            Order.RunTurn o => Run(o),
            Order.Meter o => Meter(o),
            Order.Commit o => Trouble(o.Ticket, 1) ?? Work(o),
            Order.RunGates o => Trouble(o.Ticket, 2) ?? new Event.GateFinished(o.Ticket, Gates(!Fault(2))),
            Order.BuildCandidate o => Trouble(o.Ticket, 3) ?? Build(o),
            Order.TestCandidate o => Trouble(o.Ticket, 3) ?? Test(o),
            Order.Publish o => Trouble(o.Ticket, 3) ?? Publish(o),
            _ => throw new InvalidOperationException(order.GetType().Name),
        };
        Come(answer, order is Order.RunTurn ? 900 : 5);
        if (Fault(2))
        {
            Come(answer, 1800);
        }
    }

    /// <summary>Now and then a turn changes nothing, or comes back to what was there before.</summary>
    private Event.WorkCommitted Work(Order.Commit o)
    {
        Items<Finding> lost = o.Resolving is not null && rng.Percent(30) ? [new Finding(FindingSeverity.Critical, "a.txt", 1, "lost")] : [];
        if (Fault(2))
        {
            return new Event.WorkCommitted(o.Ticket, null, 0, Lost: lost);
        }

        var commit = Commit();
        return new Event.WorkCommitted(o.Ticket, commit, 1, rng.Percent(20) ? $"t{rng.Below(2)}" : "t" + commit, lost, Fault(2) ? [new Mark(MarkKind.FewerTests, "a", "fewer")] : []);
    }

    /// <summary>A turn costs something in any case, whether its answer is heard or not; at most one request beyond what it may spend.</summary>
    private Event Run(Order.RunTurn o)
    {
        var outcome = Play(o);
        var cost = rng.Below(100) / 100m;
        if (o.Brief.Cap.Usd < cost)
        {
            cost = decimal.Round(o.Brief.Cap.Usd.Value + (rng.Below(10) * Purse.Request / 10), 9, MidpointRounding.ToZero); // sums in another order must be the same to the last digit
            outcome = outcome is TurnOutcome.Completed or TurnOutcome.Approved ? new TurnOutcome.Spent("spent") : outcome;
        }

        _used[o.Ticket.Number] = new Usage(cost, 100, 10);
        books.Spend(o, cost);
        if (outcome is not TurnOutcome.Limited && rng.Percent(80))
        {
            Come(new Event.Answered(o.Ticket, Fault(1) ? [new LimitWindow("five_hour", WindowStatus.Warning, rng.Below(100) / 100d, Now + TimeSpan.FromMinutes(rng.Below(300)))] : []), 60);
        }

        return Trouble(o.Ticket, 6) ?? new Event.TurnFinished(o.Ticket, outcome, _used[o.Ticket.Number]);
    }

    private Event.TurnMetered Meter(Order.Meter o) => new(o.Ticket, _used.GetValueOrDefault(o.Turn.Number), []);

    private TurnOutcome Play(Order.RunTurn o)
    {
        if (Refusal(books.ModelOf(o.Milestone), o.Brief.Role) is { } refusal)
        {
            return refusal;
        }

        if (Fault(1))
        {
            var kind = rng.Below(20) switch { 0 => FailureKind.Run, 1 or 2 => FailureKind.Milestone, < 10 => FailureKind.Attempt, _ => FailureKind.Transient };
            return new TurnOutcome.Failed(kind, "sim", "dealt");
        }

        if (Fault(5))
        {
            return new TurnOutcome.Interrupted();
        }

        if (o.Brief.Role is not (Role.Review or Role.Check))
        {
            return new TurnOutcome.Completed("done");
        }

        return rng.Percent(20)
            ? new TurnOutcome.ChangesRequested([new Finding(FindingSeverity.Major, "a", 1, "wrong")])
            : new TurnOutcome.Approved("fine");
    }

    /// <summary>
    /// The provider's walls stand until their time, for the account or for a model, and mostly it says until when; now
    /// and then one stands longer than was said, or nothing sensible is said.
    /// </summary>
    private TurnOutcome.Limited? Refusal(string model, Role role)
    {
        if (Fault(1))
        {
            _walls[rng.Percent(30) ? model + "!" : ""] = _time + TimeSpan.FromMinutes(1 + rng.Below(300));
        }

        foreach (var (wall, until) in _walls.Where(w => w.Key.Length == 0 || w.Key == model + "!"))
        {
            if (until > _time)
            {
                var (told, reset) = rng.Below(10) switch
                {
                    0 => ("nothing", (DateTimeOffset?)null),
                    1 => ("past", Now - TimeSpan.FromMinutes(rng.Below(90))),
                    2 => ("absurd", Now + TimeSpan.FromDays(400)),
                    3 => ("early", Now + (until - _time) / 2),
                    _ => ("true", until + _wrong),
                };
                var scope = wall.Length == 0 ? LimitScope.Account : LimitScope.Model;
                Refused.Add($"{told} {scope} {role} {books.QueueAt}");
                return new TurnOutcome.Limited(reset, "limit", scope);
            }
        }

        return null;
    }

    private Event.CandidateBuilt Build(Order.BuildCandidate o)
    {
        var tip = _targetHoldsTip ? _target : _tip;
        if (o.Batch.Count == 0)
        {
            return new Event.CandidateBuilt(o.Ticket, _target, _tip, rng.Percent(50) ? _tip : Commit(), [], []);
        }

        var conflicts = o.Batch.Where(_ => Fault(3)).Select(b => new Conflict(b.Id, ["a.txt"])).ToItems();
        var merged = o.Batch.Select(b => b.Id).Except(conflicts.Select(c => c.Id)).ToItems();
        return new Event.CandidateBuilt(o.Ticket, _target, tip, merged.Count > 0 ? Commit() : null, merged, conflicts);
    }

    private Event.GateFinished Test(Order.TestCandidate o)
    {
        bool Holds(int i) => o.Milestones.Any(id => books.IndexOf(id) == i);
        var bad = scenario.Bad >= 0 && !_badMended && Holds(scenario.Bad);
        var pair = scenario.Pair is { } p && !_pairMended && (Holds(p.A) || Holds(p.B)) && (Holds(p.A) || books.Merged(p.A)) && (Holds(p.B) || books.Merged(p.B));
        return new Event.GateFinished(o.Ticket, Gates(!bad && !pair && !Fault(3)));
    }

    /// <summary>Who is sent back mends what it was sent back for.</summary>
    private Event.WorktreeReady Prepare(Order.Prepare o)
    {
        var i = books.IndexOf(o.Milestone);
        _badMended |= o.Step.Carry is not null && i == scenario.Bad;
        _pairMended |= o.Step.Carry is not null && (i == scenario.Pair?.A || i == scenario.Pair?.B);
        return o.Step.Carry is null || rng.Percent(10) ? new Event.WorktreeReady(o.Ticket, o.Step.Base, null)
            : rng.Percent(50) ? new Event.WorktreeReady(o.Ticket, o.Step.Base, null, ["a.txt"])
            : new Event.WorktreeReady(o.Ticket, o.Step.Base, Commit());
    }

    /// <summary>The publication happens now; its answer may be lost, and the order come again.</summary>
    private Event Publish(Order.Publish o)
    {
        if (o.Candidate != _tip || o.Batch.Count == 0)
        {
            if (_target != o.Onto)
            {
                return new Event.TargetMoved(o.Ticket, _target);
            }

            _tip = o.Candidate;
            books.EnterPublished(o.Batch.Select(b => b.Id));
            _targetHoldsTip = scenario.Policy.Publish == PublishMode.FastForward && !Fault(2);
            _target = _targetHoldsTip ? _tip : _target;
        }

        return new Event.Published(o.Ticket, o.Candidate, _targetHoldsTip ? null : "the checkout is in the way", Prove(), Offered());
    }

    private Offer? Offered() => scenario.Policy.Publish != PublishMode.PullRequest ? null : Fault(1) ? new Offer(false, null) : new Offer(true, "address");

    /// <summary>Now and then what was published is not what it should be; the next look may find it mended.</summary>
    private Proof Prove() => Fault(6) ? new Proof(Proof.Whole.Checks.Select(c => c with { Holds = c.Kind != (ProofKind)rng.Below(4) }).ToItems()) : Proof.Whole;

    private Event? Trouble(Ticket ticket, int part)
    {
        if (!Fault(part * 2))
        {
            return null;
        }

        var kind = rng.Below(30) switch { 0 => FailureKind.Run, _ => FailureKind.Transient };
        return new Event.OrderFailed(ticket, kind, "sim", "dealt");
    }

    private static Items<GateResult> Gates(bool green) => [new GateResult("test", green, green ? "" : "red")];

    private string Commit() => "k" + ++_commits;

    private bool Fault(int rarity)
    {
        var dealt = scenario.Unkindness > 0 && rng.Below(100 * rarity) < scenario.Unkindness;
        Faults += dealt ? 1 : 0;
        return dealt;
    }

    private void Come(Event fact, int withinSeconds) =>
        _coming.Enqueue(fact, (_time + TimeSpan.FromMilliseconds(1 + rng.Below(withinSeconds * 1000)), _numbers++));
}
