namespace Orchestrator.Engine.Machine;

/// <summary>Turns counters of processor time into how busy the processors were between two looks.</summary>
internal sealed class ProcessorTimes
{
    private (ulong Idle, ulong Total)? _before;

    /// <summary>From 0 to 1; null at the first look, and when no time has passed.</summary>
    public double? Busy(ulong idle, ulong total)
    {
        var before = _before;
        _before = (idle, total);
        return before is { } b && total > b.Total && idle >= b.Idle ? Math.Clamp(1 - ((double)(idle - b.Idle) / (total - b.Total)), 0, 1) : null;
    }
}
