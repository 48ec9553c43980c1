using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Logs;
using Orchestrator.Engine.Machine;
using Orchestrator.Engine.Ports;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Running;

/// <summary>
/// Looks at the machine every two seconds as long as the run goes on, and tells what the gauge makes of it. While a reading
/// is not decided upon yet (the journal may be refused for want of disk) there is no other: what would be told then is old
/// when it is heard.
/// </summary>
internal sealed class MachineWatch(MachineProbe probe, MachineSlots slots, TreeMeters meters, GaugeLimits limits, MachineSeries series, TimeProvider time) : IObserver, IDisposable
{
    private static readonly TimeSpan Rhythm = TimeSpan.FromSeconds(2);
    private readonly Lock _looking = new();
    private Gauge _gauge = new(limits);
    private ITimer? _timer;
    private volatile RunState? _state;
    private volatile MachineReading? _unheard;

    /// <summary>The first look, for the fact that the run begins with; null for no bound.</summary>
    public MachineReading? First()
    {
        Look(out var reading);
        return reading;
    }

    /// <summary>Looks on.</summary>
    public void Begin(Action<Event> tell) => _timer = time.CreateTimer(
        _ =>
        {
            if (_unheard is null && _looking.TryEnter())
            {
                try
                {
                    Look(out var reading);
                    _unheard = reading;
                    if (reading is not null)
                    {
                        tell(new Event.MachineRead(reading));
                    }
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
                {
                    // Too many open files, say. What was read last counts until the next look.
                }
                finally
                {
                    _looking.Exit();
                }
            }
        },
        null, Rhythm, Rhythm);

    /// <inheritdoc/>
    public void Saw(Event fact, RunState state, DateTimeOffset at)
    {
        _state = state;
        if (fact is Event.MachineRead)
        {
            _unheard = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Look(out MachineReading? reading)
    {
        var sample = probe.Look() with { MemoryOfTurns = meters.Memory, TurnsOfOthers = slots.TakenByOthers() };
        var at = time.GetUtcNow();
        (_gauge, reading) = _gauge.Look(sample, _state is { } state ? Load.Of(state) : default, at);
        series.Add(at, sample);
    }
}
