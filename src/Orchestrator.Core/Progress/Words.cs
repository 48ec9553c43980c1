using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Progress;

/// <summary>How things are called towards people.</summary>
public static class Words
{
    /// <summary>What a mark says.</summary>
    public static string Of(MarkKind kind) => kind switch
    {
        MarkKind.OutsideScope => "outside its scope",
        MarkKind.GateChanged => "what judges it changed",
        MarkKind.CiChanged => "continuous integration changed",
        MarkKind.TestSkipped => "a test is skipped or runs alone",
        MarkKind.FewerTests => "fewer tests",
        MarkKind.FewerAssertions => "fewer assertions",
        MarkKind.PutBack => "changed and put back",
        _ => throw new InvalidOperationException($"Unknown mark {kind}."),
    };

    /// <summary>What fences agents and gates in.</summary>
    public static string Of(FenceLevel fence) => fence switch
    {
        FenceLevel.None => "none (level 1): agents and gates run as you",
        FenceLevel.SharedNetwork => "level 2: agents and gates reach their worktree only, and the network",
        FenceLevel.Gateway => "level 3: agents and gates reach their worktree only, and the model",
        _ => throw new InvalidOperationException($"Unknown fence {fence}."),
    };

    /// <summary>Who found something.</summary>
    public static string Of(FoundBy by) => by switch
    {
        FoundBy.Review => "review",
        FoundBy.Check => "check",
        FoundBy.Gates => "gates",
        FoundBy.Merge => "look at the merge",
        FoundBy.Conflict => "merge queue",
        FoundBy.Bisection => "bisection",
        _ => throw new InvalidOperationException($"Unknown finder {by}."),
    };

    /// <summary>What became of a finding.</summary>
    public static string Of(Fate fate) => fate switch
    {
        Fate.Open => "open",
        Fate.Claimed => "being checked",
        Fate.Confirmed => "seen by the check too",
        Fate.NotReproduced => "not reproduced",
        Fate.Undecided => "not checked",
        Fate.Mended => "mended",
        Fate.LeftAsItIs => "left as it is",
        Fate.Remark => "remark, blocks nothing",
        _ => throw new InvalidOperationException($"Unknown fate {fate}."),
    };

    /// <summary>What was waited for.</summary>
    public static string Of(WaitKind kind) => kind switch
    {
        WaitKind.Limit => "limit",
        WaitKind.Backoff => "something passing",
        WaitKind.Queue => "sent back",
        WaitKind.Budget => "budget",
        WaitKind.HeadStart => "another goes ahead",
        WaitKind.Slot => "slot",
        WaitKind.Interrupted => "stopped",
        WaitKind.Merge => "to be merged",
        _ => throw new InvalidOperationException($"Unknown wait {kind}."),
    };

    /// <summary>How a candidate ended.</summary>
    public static string Of(CandidateEnd end) => end switch
    {
        CandidateEnd.Untested => "not tested",
        CandidateEnd.Green => "green",
        CandidateEnd.Red => "red",
        CandidateEnd.Landed => "landed",
        CandidateEnd.Overtaken => "green, but the target had moved",
        CandidateEnd.Doubted => "published, not proved",
        _ => throw new InvalidOperationException($"Unknown end {end}."),
    };

    /// <summary>Why a milestone is laid aside.</summary>
    public static string Of(Phase.Parked parked) => parked.Reason switch
    {
        ParkReason.Limit => $"parked, limit: {parked.Message}",
        ParkReason.Backoff => $"parked, tries again after: {parked.Message}",
        ParkReason.Queue => $"sent back by the merge queue: {parked.Message}",
        ParkReason.Interrupted or ParkReason.Budget or ParkReason.HeadStart or ParkReason.Slot => $"parked: {parked.Message}",
        _ => throw new InvalidOperationException($"Unknown reason {parked.Reason}."),
    };
}
