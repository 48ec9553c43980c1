namespace Orchestrator.Core.Runs;

/// <summary>How the run's tip was offered to others, where it is published as a pull request.</summary>
/// <param name="Made">True when all was done that can be done from here; false when it is worth another try.</param>
/// <param name="PullRequest">The pull request's address; null while there is none.</param>
public sealed record Offer(bool Made, string? PullRequest);
