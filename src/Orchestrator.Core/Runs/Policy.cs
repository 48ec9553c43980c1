using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;

namespace Orchestrator.Core.Runs;

/// <summary>How a finished stage reaches the user.</summary>
public enum PublishMode
{
    /// <summary>The target branch is moved forward to the tested commit.</summary>
    FastForward,

    /// <summary>The tested commit stays on a branch of ours; the target is left alone.</summary>
    Branch,

    /// <summary>The same, and the branch is pushed and offered in a pull request into the target.</summary>
    PullRequest,
}

/// <summary>
/// What the user decided, validated. Settings are written, a policy is checked, a state changes: never one type
/// for two lifetimes.
/// </summary>
/// <param name="MaxParallel">Turns at once, from 1.</param>
/// <param name="RetryAttempts">Tries at one milestone, from 1.</param>
/// <param name="ReviewRounds">Remediation rounds in one attempt, from 0.</param>
/// <param name="Review">How milestones are reviewed that do not say so themselves.</param>
/// <param name="AutoResume">False: a limit ends the run, with the time to come back.</param>
/// <param name="RateLimitWait">How long to wait when no reset time is known.</param>
/// <param name="Redeliveries">How often one turn may be begun again (crash, limit, overload) before that spends an attempt.</param>
/// <param name="Rebuilds">How often in a row a candidate may be rebuilt because the target moved.</param>
/// <param name="Publish">How a finished batch reaches the user.</param>
/// <param name="Model">The model of milestones that do not name one; null for the agent's own choice.</param>
/// <param name="Budget">What may be spent.</param>
/// <param name="HeadStart">How long the first turn may go ahead of those that share its cached prefix; zero for not at all.</param>
/// <param name="ReviewBar">The least severity of a finding that blocks.</param>
/// <param name="Ahead">How many milestones are made ready before there is a slot for them, so that none waits for its worktree.</param>
/// <param name="Fence">What agents and gates are fenced in by; the run acts on it nowhere, and tells it.</param>
public sealed record Policy(
    int MaxParallel = 4,
    int RetryAttempts = 10,
    int ReviewRounds = 3,
    ReviewLevel Review = ReviewLevel.Normal,
    bool AutoResume = true,
    TimeSpan RateLimitWait = default,
    int Redeliveries = 20,
    int Rebuilds = 20,
    PublishMode Publish = PublishMode.FastForward,
    string? Model = null,
    Budget Budget = default,
    TimeSpan HeadStart = default,
    FindingSeverity ReviewBar = FindingSeverity.Major,
    int Ahead = 0,
    FenceLevel Fence = FenceLevel.None);
