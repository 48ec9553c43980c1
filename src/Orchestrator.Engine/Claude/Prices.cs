using Orchestrator.Core.Agents;

namespace Orchestrator.Engine.Claude;

/// <summary>The published list price of a model, in US dollars per million tokens.</summary>
/// <param name="Input">Tokens read that no cache held.</param>
/// <param name="Output">Tokens written.</param>
/// <param name="Write5Minutes">Tokens put into a cache for five minutes.</param>
/// <param name="Write1Hour">Tokens put into a cache for an hour.</param>
/// <param name="CacheRead">Tokens read from a cache.</param>
public sealed record Price(decimal Input, decimal Output, decimal Write5Minutes, decimal Write1Hour, decimal CacheRead);

/// <summary>
/// What models cost, for the time before an agent names a sum itself. A lower bound: surcharges (long prompts, fast
/// mode, searches, regions) are left out. As the CLI 2.1.330 has them.
/// </summary>
public static class Prices
{
    private const decimal Million = 1_000_000;

    // The first beginning that fits counts, so a newer member of a family stands before the family.
    private static readonly (string Begins, Price Price)[] List =
    [
        ("claude-fable-5-2", new(8, 40, 10, 16, 0.2m)),
        ("claude-fable-5-1", new(10, 50, 12.5m, 20, 0.25m)),
        ("claude-fable-5", new(10, 50, 12.5m, 20, 1)),
        ("claude-mythos-5-2", new(8, 40, 10, 16, 0.2m)),
        ("claude-mythos-5-1", new(10, 50, 12.5m, 20, 0.25m)),
        ("claude-mythos-5", new(10, 50, 12.5m, 20, 1)),
        ("claude-opus-5-5", new(4, 20, 5, 8, 0.2m)),
        ("claude-opus-5", new(5, 25, 6.25m, 10, 0.5m)),
        ("claude-opus-4-5", new(5, 25, 6.25m, 10, 0.5m)),
        ("claude-opus-4-6", new(5, 25, 6.25m, 10, 0.5m)),
        ("claude-opus-4-7", new(5, 25, 6.25m, 10, 0.5m)),
        ("claude-opus-4-8", new(5, 25, 6.25m, 10, 0.5m)),
        ("claude-opus-4", new(15, 75, 18.75m, 30, 1.5m)),
        ("claude-sonnet-5-5", new(2, 10, 2.5m, 4, 0.1m)),
        ("claude-sonnet-5", new(2, 10, 2.5m, 4, 0.2m)),
        ("claude-sonnet-4", new(3, 15, 3.75m, 6, 0.3m)),
        ("claude-haiku-5-5", new(0.1m, 0.5m, 0.125m, 0.2m, 0.01m)),
        ("claude-haiku-4-5", new(1, 5, 1.25m, 2, 0.1m)),
        ("claude-3-5-haiku", new(0.8m, 4, 1, 1.6m, 0.08m)),
    ];

    /// <summary>The price of a model as agents and providers name it; null when it is not known.</summary>
    public static Price? Of(string model)
    {
        var at = model.IndexOf("claude-", StringComparison.Ordinal); // some providers put a region before it
        var name = at > 0 ? model[at..] : model;
        return Array.Find(List, entry => Is(name, entry.Begins)).Price;
    }

    /// <summary>What a use costs at a price; 0 when the price is not known.</summary>
    /// <param name="price">The price.</param>
    /// <param name="usage">The use; its own cost is not looked at.</param>
    /// <param name="write1Hour">How many of its cache writes were for an hour.</param>
    public static decimal Cost(Price? price, Usage usage, long write1Hour)
    {
        if (price is null)
        {
            return 0;
        }

        var hour = Math.Clamp(write1Hour, 0, usage.CacheWriteTokens);
        var plain = Math.Max(0, usage.InputTokens - usage.CacheReadTokens - usage.CacheWriteTokens);
        var sum = (plain * price.Input) + (usage.OutputTokens * price.Output) + (usage.CacheReadTokens * price.CacheRead)
            + (hour * price.Write1Hour) + ((usage.CacheWriteTokens - hour) * price.Write5Minutes);
        return Math.Round(sum / Million, 6);
    }

    /// <summary>claude-opus-5 is not claude-opus-55, but claude-opus-5-20270101 and claude-opus-5[1m] are of it.</summary>
    private static bool Is(string name, string begins) =>
        name.StartsWith(begins, StringComparison.Ordinal) && (name.Length == begins.Length || !char.IsAsciiLetterOrDigit(name[begins.Length]));
}
