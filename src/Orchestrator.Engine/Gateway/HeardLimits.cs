using System.Collections.Frozen;

namespace Orchestrator.Engine.Gateway;

/// <summary>What the provider said about its limits in an answer to one agent; it holds for all of them.</summary>
/// <param name="At">When.</param>
/// <param name="Turn">Whose request it answers.</param>
/// <param name="Status">The answer's status.</param>
/// <param name="Headers">The headers about limits, by their names in small letters.</param>
public sealed record HeardLimits(DateTimeOffset At, string Turn, int Status, IReadOnlyDictionary<string, string> Headers)
{
    private const int Longest = 256;

    /// <summary>The ones about limits among all headers; null when there are none.</summary>
    internal static HeardLimits? Of(DateTimeOffset at, string turn, int status, IEnumerable<KeyValuePair<string, string>> headers)
    {
        var found = headers
            .Select(h => (Name: h.Key.ToLowerInvariant(), h.Value))
            .Where(h => (h.Name is "retry-after" || h.Name.StartsWith("anthropic-ratelimit-", StringComparison.Ordinal)) && h.Value.Length <= Longest)
            .GroupBy(h => h.Name)
            .ToFrozenDictionary(g => g.Key, g => g.Last().Value);
        return found.Count == 0 ? null : new HeardLimits(at, turn, status, found);
    }
}
