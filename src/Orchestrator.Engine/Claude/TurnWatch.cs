using Orchestrator.Core.Agents;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// Watches an agent and gathers the signs by which its life is judged. What it prints is looked at each time; what its
/// processes compute, only when it has been still for a while; what it changes, only when it has been still for long.
/// </summary>
/// <param name="process">The agent.</param>
/// <param name="reader">Follows what it prints.</param>
/// <param name="folder">Its worktree.</param>
/// <param name="limits">How long it may take.</param>
/// <param name="time">The clock.</param>
public sealed class TurnWatch(LongProcess process, TranscriptReader reader, string folder, LivenessLimits limits, TimeProvider time)
{
    // An agent that waits uses one or two parts in a hundred by itself; a tool that waits uses none.
    private const double OwnShare = 0.05;
    private const double OthersShare = 0.01;

    private readonly AwakeTime _awake = new(time);
    private readonly TimeSpan _sampling = TimeSpan.FromSeconds(Math.Clamp(limits.Idle.TotalSeconds / 8, 1, 15));
    private TimeSpan _now, _streamFrom, _cpuAt, _changeAt, _resultAt, _sampledAt, _walkedAt;
    private long _length;
    private ResultMessage? _result;
    private TreeActivity? _activity;
    private FolderStamp? _stamp;

    /// <summary>Looks, and says how it stands. To be called about as often as <see cref="AwakeTime.Rhythm"/> says.</summary>
    public Life Look()
    {
        _now = _awake.Look();
        Listen();
        if (_now - Later(_streamFrom, _sampledAt) >= _sampling)
        {
            Sample();
        }

        var still = _now - Later(_streamFrom, _cpuAt);
        if (still < limits.Idle / 4)
        {
            _stamp = null;
        }
        else if (_stamp is null || _now - _walkedAt >= limits.Idle / 4)
        {
            Walk();
        }

        if (Judge() is not (Life.Hung or Life.PromptParked))
        {
            return Judge();
        }

        Sample(); // nobody is ended by what was so a while ago
        Walk();
        return Judge();
    }

    /// <summary>The time that counts so far, as of the latest look.</summary>
    public TimeSpan Elapsed => _awake.Elapsed;

    /// <summary>Passes over the time since the look before: the agent was frozen, and can have shown nothing.</summary>
    public void Pass() => _awake.Pass();

    private Life Judge() => Liveness.Judge(
        new TurnSigns(
            SinceBegin: _now,
            SinceStream: _now > _streamFrom ? _now - _streamFrom : TimeSpan.Zero,
            SinceCpu: _now - _cpuAt,
            SinceChange: _now - _changeAt,
            SinceResult: _result is null || reader.Report.ToolPending ? null : _now - _resultAt,
            ToolPending: reader.Report.ToolPending,
            ToolRuns: _activity is { AnyOther: true },
            Refused: _now < _streamFrom || IsLimited),
        limits);

    private bool IsLimited => reader.Report.RateLimit is { Refuses: true, ResetsAt: { } until } && until > time.GetUtcNow();

    /// <summary>While it waits for the provider, as it said, its clock stands still.</summary>
    private void Listen()
    {
        reader.Poll();
        if (reader.Length > _length)
        {
            (_length, _streamFrom) = (reader.Length, _now + (reader.Report.RetryDelay ?? TimeSpan.Zero));
        }
        else if (IsLimited)
        {
            _streamFrom = Later(_streamFrom, _now);
        }

        if (!ReferenceEquals(_result, reader.Report.Result))
        {
            (_result, _resultAt) = (reader.Report.Result, _now);
        }
    }

    private void Sample()
    {
        if (_sampledAt == _now || process.Activity() is not { } activity)
        {
            return;
        }

        var past = _now - _sampledAt;
        var busy = _activity is { } before && (activity.Own - before.Own > past * OwnShare || activity.Others - before.Others > past * OthersShare);
        if (busy || activity.Stopped)
        {
            _cpuAt = _now;
        }

        (_activity, _sampledAt) = (activity, _now);
    }

    private void Walk()
    {
        if (_stamp is not null && _walkedAt == _now)
        {
            return;
        }

        var stamp = FolderStamp.Of(folder);
        if (_stamp is { } before && before != stamp)
        {
            _changeAt = _now;
        }

        (_stamp, _walkedAt) = (stamp, _now);
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
