using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Settings;

/// <summary>A gate of the settings.</summary>
/// <param name="Name">How it is called in reports.</param>
/// <param name="Run">The command, given to a shell in the worktree.</param>
/// <param name="Timeout">After this it counts as failed.</param>
/// <param name="Report">A glob of the test reports that it writes; null to look where test runners put them.</param>
public sealed record GateSetting(string Name, string Run, TimeSpan Timeout, string? Report = null)
{
    /// <summary>The limit of a gate that names none, those of <c>verify</c> among them.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);
}

/// <summary>How much is logged.</summary>
public enum LogLevel
{
    /// <summary>Everything, for finding a fault.</summary>
    Debug,

    /// <summary>What happened.</summary>
    Info,

    /// <summary>What somebody should look at.</summary>
    Warning,

    /// <summary>What went wrong.</summary>
    Error,
}

/// <summary>What the user wrote, with defaults. <c>docs/reference/settings.md</c> lists it; a test keeps the two equal.</summary>
public sealed record OrchestratorSettings
{
    /// <summary>Milestones in work at once.</summary>
    public int MaxParallelTasks { get; init; } = 4;

    /// <summary>How long to wait at a limit when no reset time is known.</summary>
    public TimeSpan RateLimitWait { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Wait limits out and go on.</summary>
    public bool AutoResume { get; init; } = true;

    /// <summary>Tries at one milestone.</summary>
    public int RetryAttempts { get; init; } = 10;

    /// <summary>How much is logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Info;

    /// <summary>Where logs go, relative to the repository's root.</summary>
    public string LogDir { get; init; } = "./logs";

    /// <summary>The branch to publish to; null for the one checked out at start.</summary>
    public string? TargetBranch { get; init; }

    /// <summary>The Claude Code CLI; null for the one on PATH.</summary>
    public string? ClaudePath { get; init; }

    /// <summary>Names of variables handed to the agent beyond the allow-list.</summary>
    public IReadOnlyList<string> ClaudeEnv { get; init; } = [];

    /// <summary>The model; null for the CLI's default.</summary>
    public string? ClaudeModel { get; init; }

    /// <summary>The longest one turn may take.</summary>
    public TimeSpan TurnTimeout { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The most requests of one turn; null for no bound.</summary>
    public int? MaxTurns { get; init; }

    /// <summary>How long the first turn may go ahead of those that share its cached prefix.</summary>
    public TimeSpan HeadStart { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What may be spent.</summary>
    public Budget Budget { get; init; }

    /// <summary>The longest an agent may show no sign of life.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long an agent may stay in silence after its result.</summary>
    public TimeSpan ResultGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A script for the rehearsal model, relative to the repository's root; null for the real one.</summary>
    public string? Rehearsal { get; init; }

    /// <summary>Commands that must pass on each milestone and on each candidate.</summary>
    public IReadOnlyList<GateSetting> Gates { get; init; } = [];

    /// <summary>How milestones are reviewed.</summary>
    public ReviewLevel ReviewLevel { get; init; } = ReviewLevel.Normal;

    /// <summary>Remediation rounds in one attempt.</summary>
    public int ReviewRounds { get; init; } = 3;

    /// <summary>The least severity of a finding that blocks.</summary>
    public FindingSeverity ReviewBar { get; init; } = FindingSeverity.Major;

    /// <summary>The folder of the project's own prompts, relative to the repository's root; null for ours.</summary>
    public string? Prompts { get; init; }

    /// <summary>What each worktree has beyond the files of the commit.</summary>
    public WorktreeSetting Worktree { get; init; } = new();

    /// <summary>How finished work reaches the target branch.</summary>
    public PublishMode Publish { get; init; } = PublishMode.FastForward;

    /// <summary>The remote that pull requests are made at.</summary>
    public string PublishRemote { get; init; } = "origin";

    /// <summary>Keep the machine from going to sleep during a run.</summary>
    public bool KeepAwake { get; init; } = true;

    /// <summary>How much memory is left to others, in MiB.</summary>
    public int MemoryReserve { get; init; } = 512;

    /// <summary>How much room the disk of the worktrees needs for one more, in MiB; null for what was measured.</summary>
    public int? DiskFloor { get; init; }

    /// <summary>How many turns all orchestrators of the user may run on the machine; null for eight, two for each processor, or what this run may, whichever is most.</summary>
    public int? MaxTurnsOfMachine { get; init; }

    /// <summary>What the user is told while away.</summary>
    public NotifySetting Notify { get; init; } = new();

    /// <summary>What agents and gates may reach.</summary>
    public FenceSetting Fence { get; init; } = new();

    /// <summary>What is done about secrets.</summary>
    public SecretSetting Secrets { get; init; } = new();

    /// <summary>The conductor's part of it.</summary>
    public Policy ToPolicy() => new(
        MaxParallel: MaxParallelTasks,
        RetryAttempts: RetryAttempts,
        ReviewRounds: ReviewRounds,
        Review: ReviewLevel,
        AutoResume: AutoResume,
        RateLimitWait: RateLimitWait,
        Publish: Publish,
        Model: ClaudeModel,
        Budget: Budget,
        HeadStart: HeadStart,
        ReviewBar: ReviewBar,
        Ahead: Worktree.Ahead);
}
