using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Simulation;

/// <summary>Who is frozen, kept from the orders that go out. What may be frozen, how many, and that none is forgotten.</summary>
internal sealed class FrozenBook
{
    private HashSet<Ticket> _frozen = [];
    private HashSet<Ticket> _loose = [];
    private HashSet<Ticket> _turns = [];
    private Event? _read;
    private bool _stopping;

    /// <summary>Takes note of the fact that is about to be decided upon.</summary>
    public void Read(Event fact) => _read = fact;

    /// <summary>Looks at all that is ordered after it.</summary>
    public void Check(IReadOnlyList<Order> orders, MachineReading? reading, bool paused)
    {
        HashSet<Ticket> loose = [], turns = [], frozen = [];
        foreach (var order in orders)
        {
            if (order is Order.Hold hold)
            {
                frozen.UnionWith(hold.Turns);
            }
            else if (order is not Order.Prepare && Whose.MilestoneOf(order) is not null)
            {
                loose.Add(order.TicketOrNull!.Value);
            }

            if (order is Order.RunTurn turn)
            {
                turns.Add(turn.Ticket);
            }
        }

        loose.ExceptWith(frozen);
        Books.Demand(frozen.IsSubsetOf(turns), "only a turn that is under way is frozen");
        Books.Demand(orders.OfType<Order.Hold>().All(o => o.Turns.Count > 0), "an order to freeze names somebody");
        if (paused)
        {
            Books.Demand(frozen.SetEquals(turns), "all are frozen while the run is paused");
            (_frozen, _loose, _turns, _read) = (frozen, loose, turns, null);
            return;
        }

        Books.Demand(frozen.Count == 0 || loose.Count > 0 || reading is { Pressure: Pressure.Critical, Scarce: Scarce.Disk }, "one goes on always, unless a disk is full");
        Books.Demand(
            frozen.Count == 0 || reading is not { Pressure: Pressure.Calm } && reading is not null || loose.Count >= 1, "who has room goes on");
        var critical = reading is { Pressure: Pressure.Critical, Scarce: Scarce.Memory or Scarce.Disk };
        var needed = reading?.Scarce == Scarce.Memory && loose.Count == 1; // nobody else would go on
        Books.Demand(!critical || needed || !_frozen.Overlaps(loose), "nobody goes on while the machine is critical, unless he is the last");
        Books.Demand(critical || frozen.IsSubsetOf(_frozen), "nobody is frozen unless the machine is critical");
        _stopping = orders.Count > 0 && (_stopping || _read is Event.StopAsked) && _read is not Event.Resumed;
        Books.Demand(!_stopping || frozen.Count == 0, "nobody is frozen once the run is to end");
        if (!_stopping && _read is Event.MachineRead { Reading: { Pressure: Pressure.Critical } now } && now.Scarce is Scarce.Memory or Scarce.Disk)
        {
            var before = _turns.Except(_frozen).Count();
            var mayFreeze = before > 0 && (_loose.Count > 1 || reading?.Scarce == Scarce.Disk);
            Books.Demand(!mayFreeze || orders.Count == 0 || frozen.Count == _frozen.Count + 1 || turns.Count < _turns.Count, "each critical reading freezes one, or lays it aside when the run is to end");
        }

        (_frozen, _loose, _turns, _read) = (frozen, loose, turns, null);
    }

    /// <summary>The program died: nothing is under way.</summary>
    public void Crash() => (_frozen, _loose, _turns) = ([], [], []);
}
