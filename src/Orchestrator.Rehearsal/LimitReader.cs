using System.Text.Json;

namespace Orchestrator.Rehearsal;

/// <summary>Reads the limits and windows of a script.</summary>
internal sealed class LimitReader(ProblemList problems, Func<LocatedValue, string, Occasion> readOccasion)
{
    private const int LongestSeconds = 8 * 86_400;
    private static readonly string[] Kinds = ["five_hour", "seven_day", "seven_day_opus", "seven_day_sonnet"];

    // The headers have a place for the use of these alone.
    private static readonly string[] WindowKinds = ["five_hour", "seven_day"];

    public IReadOnlyList<ScriptedLimit> ReadLimits(LocatedValue value)
    {
        var limits = new List<ScriptedLimit>();
        foreach (var item in problems.Items(value, "\"limits\""))
        {
            if (ReadLimit(item) is { } limit)
            {
                limits.Add(limit);
            }
        }

        return limits;
    }

    public IReadOnlyList<ScriptedWindow> ReadWindows(LocatedValue value)
    {
        var windows = new List<ScriptedWindow>();
        foreach (var item in problems.Items(value, "\"windows\""))
        {
            if (ReadWindow(item) is not { } window)
            {
                continue;
            }

            if (windows.Any(earlier => earlier.Kind == window.Kind))
            {
                problems.Add(item.Line, $"The window \"{window.Kind}\" is there twice.", "Keep one of them.");
                continue;
            }

            windows.Add(window);
        }

        return windows;
    }

    private ScriptedLimit? ReadLimit(LocatedValue value)
    {
        var members = problems.Members(value, "A limit", "after", "lasts_s", "kind", "model");
        if (value.Kind != JsonValueKind.Object)
        {
            return null;
        }

        var after = Required(members, "after", value, "A limit", "Add \"after\": 0 for at once, or the \"when\" of a conversation.");
        var with = after is { Kind: JsonValueKind.Object } ? readOccasion(after, "\"after\"") : null;
        var count = with is null ? problems.Number(after, "\"after\"", least: 0) : null;
        var lasts = ReadSeconds(members, "lasts_s", value, "A limit");
        var kind = ReadKind(members, value, "A limit", Kinds);
        var model = problems.Text(members.GetValueOrDefault("model"), "\"model\"");
        return (with is null && count is null) || lasts is null || kind is null ? null : new ScriptedLimit(count, with, lasts.Value, kind, model);
    }

    private ScriptedWindow? ReadWindow(LocatedValue value)
    {
        var members = problems.Members(value, "A window", "kind", "percent", "per_answer", "warn_at", "resets_in_s");
        if (value.Kind != JsonValueKind.Object)
        {
            return null;
        }

        var kind = ReadKind(members, value, "A window", WindowKinds);
        var percent = problems.Number(members.GetValueOrDefault("percent"), "\"percent\"", least: 0, most: 100) ?? 0;
        var perAnswer = problems.Number(members.GetValueOrDefault("per_answer"), "\"per_answer\"", least: 0, most: 100) ?? 0;
        var warnAt = problems.Number(members.GetValueOrDefault("warn_at"), "\"warn_at\"", least: 0, most: 100);
        var lasts = ReadSeconds(members, "resets_in_s", value, "A window");
        return kind is null || lasts is null ? null : new ScriptedWindow(kind, percent, perAnswer, warnAt, lasts.Value);
    }

    private string? ReadKind(Dictionary<string, LocatedValue> members, LocatedValue value, string what, string[] kinds) =>
        problems.Choice(Required(members, "kind", value, what, $"Add \"kind\", one of: {string.Join(", ", kinds)}."), "\"kind\"", kinds);

    private TimeSpan? ReadSeconds(Dictionary<string, LocatedValue> members, string name, LocatedValue value, string what)
    {
        var found = Required(members, name, value, what, $"Add \"{name}\": a number of seconds.");
        return problems.Number(found, $"\"{name}\"", least: 1, most: LongestSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    private LocatedValue? Required(Dictionary<string, LocatedValue> members, string name, LocatedValue value, string what, string hint)
    {
        if (!members.TryGetValue(name, out var found))
        {
            problems.Add(value.Line, $"{what} has no \"{name}\".", hint);
        }

        return found;
    }
}
