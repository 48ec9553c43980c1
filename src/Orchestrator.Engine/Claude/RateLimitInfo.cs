using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Limits;

namespace Orchestrator.Engine.Claude;

/// <summary>A <c>rate_limit_info</c>.</summary>
/// <param name="Status"><c>allowed</c>, <c>allowed_warning</c> or <c>rejected</c>.</param>
/// <param name="ResetsAt">When the window begins anew; where paid use beyond it is refused too, the earlier of both times.</param>
/// <param name="UsesOverage">True when work goes on beyond the window, for money.</param>
/// <param name="Type">Which window, e.g. <c>five_hour</c>.</param>
/// <param name="Used">The part that is used.</param>
public sealed record RateLimitInfo(string? Status, DateTimeOffset? ResetsAt, bool UsesOverage, string? Type = null, double? Used = null)
{
    /// <summary>True when the provider refuses.</summary>
    public bool Refuses => Status == "rejected" && !UsesOverage;

    internal static RateLimitInfo From(JsonElement info)
    {
        var overage = info.ValueKind == JsonValueKind.Object && info.TryGetProperty("isUsingOverage", out var value) && value.ValueKind == JsonValueKind.True;
        var resets = Time(info, "resetsAt");
        if (TurnReport.Text(info, "overageStatus") == "rejected" && Time(info, "overageResetsAt") is { } other && other < (resets ?? DateTimeOffset.MaxValue))
        {
            resets = other;
        }

        return new RateLimitInfo(TurnReport.Text(info, "status"), resets, overage, TurnReport.Text(info, "rateLimitType"), Part(info));
    }

    /// <summary>A time in seconds since 1970. Milliseconds are further away than any date and so no time.</summary>
    internal static DateTimeOffset? Time(JsonElement info, string name) =>
        TimeOf(TurnReport.Number(info, name));

    internal static DateTimeOffset? TimeOf(double? seconds) => seconds is > 0 and < 253_402_300_799 and var at ? DateTimeOffset.FromUnixTimeSeconds((long)at) : null;

    internal static double? Part(JsonElement info) =>
        info.ValueKind == JsonValueKind.Object && info.TryGetProperty("utilization", out var value) && value.ValueKind == JsonValueKind.Number && value.GetDouble() is var part && !double.IsNaN(part)
            ? Math.Clamp(part, 0, 1)
            : null;
}

/// <summary>The account's windows as the events of one process told them; the last word on each counts.</summary>
internal sealed class WindowBook
{
    private const int Most = 16;
    private readonly SortedDictionary<string, LimitWindow> _windows = new(StringComparer.Ordinal);

    /// <summary>The windows, by name.</summary>
    public Items<LimitWindow> Windows => _windows.Values.ToItems();

    /// <summary>Takes the info of one event.</summary>
    public void Take(RateLimitInfo info, JsonElement raw)
    {
        if (info.Status == "allowed")
        {
            // A new word of "allowed" lifts an older refusal, also where it names no window.
            foreach (var window in _windows.Values.Where(w => w.Status == WindowStatus.Rejected).ToList())
            {
                _windows[window.Name] = new LimitWindow(window.Name, WindowStatus.Allowed, null, null);
            }
        }

        if (TurnReport.Child(raw, "unifiedWindows") is { ValueKind: JsonValueKind.Object } all)
        {
            foreach (var window in all.EnumerateObject().Take(Most))
            {
                var warned = TurnReport.Number(window.Value, "surpassedThreshold") > 0;
                var status = TurnReport.Text(window.Value, "status") is { } said ? StatusOf(said) : warned ? WindowStatus.Warning : WindowStatus.Allowed;
                Put(new LimitWindow(window.Name, status, RateLimitInfo.Part(window.Value), RateLimitInfo.Time(window.Value, "resetsAt")));
            }
        }

        if (info is { Type: { } type, Status: { } word })
        {
            // What is used up, but goes on for money, refuses nothing.
            var status = info.UsesOverage && word == "rejected" ? WindowStatus.Warning : StatusOf(word);
            var same = _windows.GetValueOrDefault(type);
            Put(new LimitWindow(type, status, info.Used ?? same.Used, RateLimitInfo.Time(raw, "resetsAt") ?? same.ResetsAt));
        }
    }

    internal static WindowStatus StatusOf(string? word) =>
        word switch { "rejected" => WindowStatus.Rejected, "allowed_warning" => WindowStatus.Warning, _ => WindowStatus.Allowed };

    private void Put(LimitWindow window)
    {
        var named = window.Name.Length is > 0 and <= 60 && window.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        if (named && (_windows.Count < Most || _windows.ContainsKey(window.Name)))
        {
            _windows[window.Name] = window;
        }
    }
}
