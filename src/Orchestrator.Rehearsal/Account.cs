using System.Globalization;

namespace Orchestrator.Rehearsal;

/// <summary>
/// What the account may use: the limits and windows of a script. They concern all conversations together, so unlike the place in a
/// script they are kept in memory, and begin anew with a new server.
/// </summary>
internal sealed class Account(RehearsalScript script, TimeProvider time)
{
    private const string Unified = "anthropic-ratelimit-unified-";

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly RehearsedLimit?[] _begun = new RehearsedLimit?[script.Limits.Count];
    private readonly Lock _lock = new();
    private int _letThrough;

    /// <summary>The limits that have begun, in the order of the script.</summary>
    public IReadOnlyList<RehearsedLimit> Begun
    {
        get
        {
            lock (_lock)
            {
                return [.. _begun.OfType<RehearsedLimit>()];
            }
        }
    }

    /// <summary>Lets a request through, or names the limit that refuses it. Either way, the headers to answer with.</summary>
    public (RehearsedLimit? Refusal, IReadOnlyList<KeyValuePair<string, string>> Headers) Admit(Conversation conversation)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (Refusing(conversation, now) is { } limit)
            {
                return (limit, Refused(limit));
            }

            _letThrough++;
            return (null, Allowed());
        }
    }

    // Of several limits the one that ends last is named: coming back earlier would be in vain.
    private RehearsedLimit? Refusing(Conversation conversation, DateTimeOffset now)
    {
        RehearsedLimit? last = null;
        for (var number = 0; number < _begun.Length; number++)
        {
            var scripted = script.Limits[number];
            if (_begun[number] is null && scripted.BeginsWith(conversation, _letThrough))
            {
                _begun[number] = new RehearsedLimit(scripted.Kind, now, WholeSecond(now + scripted.Lasts));
            }

            if (_begun[number] is { } begun && now < begun.ResetsAt && scripted.Concerns(conversation) && !(last?.ResetsAt >= begun.ResetsAt))
            {
                last = begun;
            }
        }

        return last;
    }

    private List<KeyValuePair<string, string>> Refused(RehearsedLimit limit)
    {
        var headers = Whole("rejected", limit.Kind, limit.ResetsAt);
        foreach (var window in script.Windows.Where(window => window.Kind != limit.Kind))
        {
            Add(headers, window);
        }

        Add(headers, limit.Kind, "status", "rejected");
        Add(headers, limit.Kind, "reset", Seconds(limit.ResetsAt));
        Add(headers, limit.Kind, "utilization", "1");
        return headers;
    }

    private List<KeyValuePair<string, string>> Allowed()
    {
        if (script.Windows.Count == 0)
        {
            return [];
        }

        // The window that warns, else the fullest, speaks for all.
        var speaker = script.Windows.OrderByDescending(Warns).ThenByDescending(Used).First();
        var headers = Whole(Warns(speaker) ? "allowed_warning" : "allowed", speaker.Kind, WholeSecond(_started + speaker.Lasts));
        foreach (var window in script.Windows)
        {
            Add(headers, window);
        }

        return headers;
    }

    private void Add(List<KeyValuePair<string, string>> headers, ScriptedWindow window)
    {
        Add(headers, window.Kind, "status", Warns(window) ? "allowed_warning" : "allowed");
        Add(headers, window.Kind, "reset", Seconds(WholeSecond(_started + window.Lasts)));
        Add(headers, window.Kind, "utilization", (Used(window) / 100m).ToString("0.##", CultureInfo.InvariantCulture));
        if (Warns(window))
        {
            Add(headers, window.Kind, "surpassed-threshold", (window.WarnAt!.Value / 100m).ToString("0.##", CultureInfo.InvariantCulture));
        }
    }

    private int Used(ScriptedWindow window) => (int)Math.Min(100, window.Percent + (long)window.PerAnswer * _letThrough);

    private bool Warns(ScriptedWindow window) => window.WarnAt is { } from && Used(window) >= from;

    private static List<KeyValuePair<string, string>> Whole(string status, string kind, DateTimeOffset resetsAt) =>
    [
        new($"{Unified}status", status),
        new($"{Unified}reset", Seconds(resetsAt)),
        new($"{Unified}representative-claim", kind),
    ];

    // The headers shorten the names of the windows they know; the others stand in the claim alone.
    private static void Add(List<KeyValuePair<string, string>> headers, string kind, string what, string value)
    {
        var name = kind switch
        {
            "five_hour" => "5h",
            "seven_day" => "7d",
            _ => null,
        };
        if (name is not null)
        {
            headers.Add(new($"{Unified}{name}-{what}", value));
        }
    }

    private static string Seconds(DateTimeOffset moment) => moment.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset WholeSecond(DateTimeOffset moment) =>
        DateTimeOffset.FromUnixTimeSeconds(moment.AddTicks(TimeSpan.TicksPerSecond - 1).ToUnixTimeSeconds());
}
