namespace Orchestrator.Engine.Tests.Support;

/// <summary>A clock that is moved by hand.</summary>
public sealed class HandClock : TimeProvider
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private long _milliseconds;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => _milliseconds;

    public override DateTimeOffset GetUtcNow() => Noon.AddMilliseconds(_milliseconds);

    public void Pass(double seconds) => _milliseconds += (long)(seconds * 1000);
}
