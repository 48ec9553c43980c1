namespace Orchestrator.Engine.Gateway;

/// <summary>How much a turn may use; null for no bound.</summary>
/// <param name="Requests">Requests to the model.</param>
/// <param name="OutputTokens">Tokens that the model wrote.</param>
/// <param name="Tokens">Tokens read and written, those of caches included.</param>
public sealed record TurnCap(int? Requests = null, long? OutputTokens = null, long? Tokens = null)
{
    /// <summary>Why the next request is refused; null when it is not. Between the two it is at most one request too much for each that runs beside it.</summary>
    public string? Refusal(TurnUse used) =>
        used.Requests >= Requests ? $"This turn's cap of {Requests} requests is reached."
        : used.OutputTokens >= OutputTokens ? $"This turn's cap of {OutputTokens} output tokens is reached."
        : used.Tokens >= Tokens ? $"This turn's cap of {Tokens} tokens is reached."
        : null;
}

/// <summary>What a turn used, as the provider counted it in its answers.</summary>
/// <param name="Requests">Requests to the model that were let through.</param>
/// <param name="InputTokens">Tokens read, those of the cache apart.</param>
/// <param name="CacheWriteTokens">Tokens written to the cache.</param>
/// <param name="CacheReadTokens">Tokens read from the cache.</param>
/// <param name="OutputTokens">Tokens that the model wrote.</param>
/// <param name="Refused">Requests that the cap refused.</param>
public sealed record TurnUse(int Requests = 0, long InputTokens = 0, long CacheWriteTokens = 0, long CacheReadTokens = 0, long OutputTokens = 0, int Refused = 0)
{
    /// <summary>All tokens.</summary>
    public long Tokens => InputTokens + CacheWriteTokens + CacheReadTokens + OutputTokens;

    /// <summary>Both together.</summary>
    public TurnUse Plus(TurnUse other) => new(
        Requests + other.Requests,
        InputTokens + other.InputTokens,
        CacheWriteTokens + other.CacheWriteTokens,
        CacheReadTokens + other.CacheReadTokens,
        OutputTokens + other.OutputTokens,
        Refused + other.Refused);

    internal TurnUse Minus(TurnUse other) => new(
        0,
        InputTokens - other.InputTokens,
        CacheWriteTokens - other.CacheWriteTokens,
        CacheReadTokens - other.CacheReadTokens,
        OutputTokens - other.OutputTokens);

    /// <summary>The greater of each: what a stream says later replaces what it said before.</summary>
    internal TurnUse Upto(TurnUse other) => new(
        0,
        Math.Max(InputTokens, other.InputTokens),
        Math.Max(CacheWriteTokens, other.CacheWriteTokens),
        Math.Max(CacheReadTokens, other.CacheReadTokens),
        Math.Max(OutputTokens, other.OutputTokens));
}
