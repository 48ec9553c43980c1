using Orchestrator.Core.Agents;

namespace Orchestrator.Core.Limits;

/// <summary>The most that may be used of something. What is null is not bounded.</summary>
/// <param name="Usd">US dollars.</param>
/// <param name="Tokens">Tokens read and written, those from caches included.</param>
public readonly record struct Cap(decimal? Usd = null, long? Tokens = null)
{
    /// <summary>True when nothing is bounded.</summary>
    public bool IsNone => Usd is null && Tokens is null;

    /// <summary>What is left of it.</summary>
    public Cap Less(Usage used) => new(Usd - used.CostUsd, Tokens - used.Tokens);

    /// <summary>What is left of it when another cap is set aside.</summary>
    public Cap Less(Cap reserved) => new(Usd - (reserved.Usd ?? 0), Tokens - (reserved.Tokens ?? 0));

    /// <summary>The tighter of two.</summary>
    public Cap And(Cap other) => new(Least(Usd, other.Usd), Least(Tokens, other.Tokens));

    /// <summary>Both together.</summary>
    public Cap Plus(Cap other) => new((Usd ?? 0) + (other.Usd ?? 0), (Tokens ?? 0) + (other.Tokens ?? 0));

    /// <summary>True when something bounded is used up.</summary>
    public bool IsGone => Usd <= 0 || Tokens <= 0;

    private static T? Least<T>(T? one, T? other)
        where T : struct, IComparable<T> =>
        one is not { } a ? other : other is not { } b || a.CompareTo(b) <= 0 ? one : other;
}

/// <summary>What the user allows to be spent.</summary>
/// <param name="Milestone">On each milestone that does not say so itself.</param>
/// <param name="Stage">On each stage.</param>
/// <param name="Run">On the whole run.</param>
public readonly record struct Budget(Cap Milestone = default, Cap Stage = default, Cap Run = default)
{
    /// <summary>True when nothing is bounded.</summary>
    public bool IsNone => Milestone.IsNone && Stage.IsNone && Run.IsNone;
}
