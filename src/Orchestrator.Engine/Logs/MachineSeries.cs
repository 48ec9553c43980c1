using Orchestrator.Core.Capacity;

namespace Orchestrator.Engine.Logs;

/// <summary>
/// How the machine stood in the course of a run: one sample in half a minute, and when there are too many, every other one
/// goes and the interval is doubled. So a week is told as completely as an hour, less finely.
/// </summary>
public sealed class MachineSeries
{
    private const int Most = 2000;
    private readonly Lock _lock = new();
    private readonly List<(DateTimeOffset At, MachineSample Sample)> _samples = [];

    /// <summary>How far samples lie apart.</summary>
    public TimeSpan Interval { get; private set; } = TimeSpan.FromSeconds(30);

    /// <summary>Takes a sample in, if it is time for one.</summary>
    public void Add(DateTimeOffset at, MachineSample sample)
    {
        lock (_lock)
        {
            if (_samples.Count > 0 && at >= _samples[^1].At && at - _samples[^1].At < Interval)
            {
                return;
            }

            _samples.Add((at, sample));
            if (_samples.Count > Most)
            {
                Interval *= 2;
                _samples.RemoveAll(Other());
            }
        }
    }

    /// <summary>All that there are.</summary>
    public IReadOnlyList<(DateTimeOffset At, MachineSample Sample)> All()
    {
        lock (_lock)
        {
            return [.. _samples];
        }
    }

    private static Predicate<(DateTimeOffset At, MachineSample Sample)> Other()
    {
        var odd = true;
        return _ => odd = !odd;
    }
}
