using Orchestrator.Core.Limits;

namespace Orchestrator.Core.Agents;

/// <summary>Whose trouble a failed turn is, and so what is done about it.</summary>
public enum FailureKind
{
    /// <summary>Passes by itself (overload, network, a killed process): waited out, no attempt is spent.</summary>
    Transient,

    /// <summary>This try did not work out (no result, no change, denied permissions): spends an attempt.</summary>
    Attempt,

    /// <summary>No further try can help this milestone.</summary>
    Milestone,

    /// <summary>No turn of this run can work (login, credits): the run stops with a hint.</summary>
    Run,
}

/// <summary>How a turn ended. A closed list; the catch-all arm of a switch over it only throws.</summary>
public abstract record TurnOutcome
{
    private TurnOutcome()
    {
    }

    /// <summary>The agent says that it is done. What it did is for git to say.</summary>
    public sealed record Completed(string Summary) : TurnOutcome;

    /// <summary>The reviewer has no blocking finding.</summary>
    /// <param name="Summary">What it says of the change.</param>
    /// <param name="Remarks">Findings below the bar; they block nothing and are kept for people.</param>
    /// <param name="Proofs">Which exit criteria it saw fulfilled, and where.</param>
    public sealed record Approved(string Summary, Items<Finding> Remarks = default, Items<CriterionProof> Proofs = default) : TurnOutcome;

    /// <summary>The reviewer wants something mended.</summary>
    public sealed record ChangesRequested(Items<Finding> Findings) : TurnOutcome;

    /// <summary>The provider refuses.</summary>
    /// <param name="ResetsAt">Until when; null when it does not say.</param>
    /// <param name="Message">What it said, as one sentence.</param>
    /// <param name="Scope">Whom it refuses.</param>
    public sealed record Limited(DateTimeOffset? ResetsAt, string Message, LimitScope Scope = LimitScope.Account) : TurnOutcome;

    /// <summary>It used up what it was allowed to spend. The conversation can go on where there is more to spend.</summary>
    public sealed record Spent(string Message) : TurnOutcome;

    /// <summary>It failed.</summary>
    /// <param name="Kind">Whose trouble it is.</param>
    /// <param name="Code">A stable short name, e.g. <c>agent.no-result</c>.</param>
    /// <param name="Message">What happened, as one sentence.</param>
    public sealed record Failed(FailureKind Kind, string Code, string Message) : TurnOutcome;

    /// <summary>We ended it ourselves.</summary>
    public sealed record Interrupted : TurnOutcome;
}

/// <summary>What a turn used. Zero where the agent did not say.</summary>
/// <param name="CostUsd">US dollars, as the agent reckons them.</param>
/// <param name="InputTokens">Tokens read, caches included.</param>
/// <param name="OutputTokens">Tokens written.</param>
/// <param name="CacheReadTokens">Those of the input that came from a cache.</param>
/// <param name="CacheWriteTokens">Those of the input that were put into a cache.</param>
public readonly record struct Usage(decimal CostUsd, long InputTokens, long OutputTokens, long CacheReadTokens = 0, long CacheWriteTokens = 0)
{
    /// <summary>Tokens read and written.</summary>
    public long Tokens => InputTokens + OutputTokens;

    /// <summary>The sum of two.</summary>
    public Usage Add(Usage other) => new(
        CostUsd + other.CostUsd, InputTokens + other.InputTokens, OutputTokens + other.OutputTokens,
        CacheReadTokens + other.CacheReadTokens, CacheWriteTokens + other.CacheWriteTokens);
}

/// <summary>What a turn used of one model.</summary>
/// <param name="Model">The model, as the agent names it.</param>
/// <param name="Usage">How much of it.</param>
public readonly record struct ModelUsage(string Model, Usage Usage)
{
    /// <summary>All models together.</summary>
    public static Usage Sum(Items<ModelUsage> models)
    {
        var sum = default(Usage);
        foreach (var model in models.AsSpan())
        {
            sum = sum.Add(model.Usage);
        }

        return sum;
    }
}
