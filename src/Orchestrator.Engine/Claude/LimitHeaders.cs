using System.Globalization;
using Orchestrator.Core;
using Orchestrator.Core.Limits;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// What the provider's answers to one process said about limits, as the gateway heard it: more than the CLI tells, which
/// with a key says nothing of how long a refusal lasts. May be told from any thread.
/// </summary>
public sealed class LimitHeaders(TimeProvider time)
{
    private const string Unified = "anthropic-ratelimit-unified-";

    // The account's windows, as headers name them and as the CLI does.
    private static readonly (string Header, string Name)[] Named = [("5h", "five_hour"), ("7d", "seven_day")];

    private readonly Lock _lock = new();
    private Items<LimitWindow> _windows;
    private DateTimeOffset? _refusedUntil;

    /// <summary>The account's windows, as the last answer that named them told.</summary>
    public Items<LimitWindow> Windows
    {
        get
        {
            lock (_lock)
            {
                return _windows;
            }
        }
    }

    /// <summary>Until when the last answer refused; null when it did not, or named no time.</summary>
    public DateTimeOffset? RefusedUntil
    {
        get
        {
            lock (_lock)
            {
                return _refusedUntil;
            }
        }
    }

    /// <summary>Takes the headers of an answer.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="headers">Those about limits, by their names in small letters.</param>
    public void Take(int status, IReadOnlyDictionary<string, string> headers)
    {
        var windows = Named.Select(w => Window(headers, w.Header, w.Name)).OfType<LimitWindow>().ToItems();
        var wait = Number(headers, "retry-after") is > 0 and < 31_536_000 and var seconds ? time.GetUtcNow() + TimeSpan.FromSeconds(seconds) : (DateTimeOffset?)null;
        lock (_lock)
        {
            _windows = windows.Count > 0 ? windows : _windows;
            _refusedUntil = status == 429 ? (headers.GetValueOrDefault(Unified + "status") is null or "rejected" ? Time(headers, Unified + "reset") : null) ?? wait : null;
        }
    }

    /// <summary>The windows that a process told, with what was heard here in place of the same ones.</summary>
    public Items<LimitWindow> Over(Items<LimitWindow> told) =>
        Windows is { Count: > 0 } heard ? told.Where(w => !heard.Any(h => h.Name == w.Name)).Concat(heard).OrderBy(w => w.Name, StringComparer.Ordinal).ToItems() : told;

    private static LimitWindow? Window(IReadOnlyDictionary<string, string> headers, string header, string name)
    {
        var used = Number(headers, $"{Unified}{header}-utilization");
        var resets = Time(headers, $"{Unified}{header}-reset");
        var status = WindowBook.StatusOf(headers.GetValueOrDefault($"{Unified}{header}-status"));
        return used is null && resets is null ? null : new LimitWindow(name, status, used is { } part ? Math.Clamp(part, 0, 1) : null, resets);
    }

    private static DateTimeOffset? Time(IReadOnlyDictionary<string, string> headers, string name) =>
        RateLimitInfo.TimeOf(Number(headers, name));

    private static double? Number(IReadOnlyDictionary<string, string> headers, string name) =>
        double.TryParse(headers.GetValueOrDefault(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
