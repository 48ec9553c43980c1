using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Journal;

/// <summary>How the values of enumerations are spelled on disk.</summary>
internal static class Words
{
    public static readonly (string Word, Pressure Value)[] Pressure = [("calm", Core.Capacity.Pressure.Calm), ("tense", Core.Capacity.Pressure.Tense), ("critical", Core.Capacity.Pressure.Critical)];
    public static readonly (string Word, Scarce Value)[] Scarce = [("none", Core.Capacity.Scarce.None), ("memory", Core.Capacity.Scarce.Memory), ("cpu", Core.Capacity.Scarce.Cpu), ("disk", Core.Capacity.Scarce.Disk), ("others", Core.Capacity.Scarce.Others)];
    public static readonly (string Word, Urgency Value)[] Urgency = [("drain", Core.Runs.Urgency.Drain), ("stop", Core.Runs.Urgency.Stop)];
    public static readonly (string Word, FailureKind Value)[] Kind = [("transient", FailureKind.Transient), ("attempt", FailureKind.Attempt), ("milestone", FailureKind.Milestone), ("run", FailureKind.Run)];
    public static readonly (string Word, FindingSeverity Value)[] Severity = [("minor", FindingSeverity.Minor), ("major", FindingSeverity.Major), ("critical", FindingSeverity.Critical)];
    public static readonly (string Word, ReviewLevel Value)[] Review = [("none", ReviewLevel.None), ("normal", ReviewLevel.Normal), ("strict", ReviewLevel.Strict)];
    public static readonly (string Word, PublishMode Value)[] Publish = [("fast-forward", PublishMode.FastForward), ("branch", PublishMode.Branch), ("pull-request", PublishMode.PullRequest)];

    public static readonly (string Word, LimitScope Value)[] Scope = [("account", LimitScope.Account), ("model", LimitScope.Model)];
    public static readonly (string Word, WindowStatus Value)[] Window = [("allowed", WindowStatus.Allowed), ("warning", WindowStatus.Warning), ("rejected", WindowStatus.Rejected)];

    public static readonly (string Word, ProofKind Value)[] Proof =
        [("same-tree", ProofKind.SameTree), ("holds-tips", ProofKind.HoldsTips), ("only-their-paths", ProofKind.OnlyTheirPaths), ("holds-earlier", ProofKind.HoldsEarlier)];

    public static readonly (string Word, MarkKind Value)[] Mark =
    [
        ("outside-scope", MarkKind.OutsideScope), ("gate-changed", MarkKind.GateChanged), ("ci-changed", MarkKind.CiChanged), ("test-skipped", MarkKind.TestSkipped),
        ("fewer-tests", MarkKind.FewerTests), ("fewer-assertions", MarkKind.FewerAssertions), ("put-back", MarkKind.PutBack),
    ];

    public static readonly (string Word, ProvedBy Value)[] ProvedBy = [("gate", Core.Agents.ProvedBy.Gate), ("file", Core.Agents.ProvedBy.File), ("reviewer", Core.Agents.ProvedBy.Reviewer)];

    public static string Of<T>((string Word, T Value)[] words, T value)
        where T : struct, Enum
    {
        foreach (var (word, known) in words)
        {
            if (EqualityComparer<T>.Default.Equals(known, value))
            {
                return word;
            }
        }

        throw new InvalidOperationException($"{typeof(T).Name}.{value} has no spelling.");
    }
}

/// <summary>Short ways to write and read the fields of a fact.</summary>
internal static class JsonFields
{
    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new JsonException($"'{name}' is null.");

    public static string TextOr(this JsonElement element, string name, string? otherwise) =>
        element.TryGetProperty(name, out var value) ? value.GetString()! : otherwise!;

    public static long LongOr(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    public static decimal DecimalOr(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetDecimal() : 0;

    public static DateTimeOffset? TimeOr(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetDateTimeOffset() : null;

    /// <summary>A number of seconds that a time span can hold.</summary>
    public static TimeSpan? SecondsOr(this JsonElement element, string name) => !element.TryGetProperty(name, out var value) ? null
        : value.GetDouble() is var seconds && Math.Abs(seconds) < 1e11 ? TimeSpan.FromSeconds(seconds)
        : throw new JsonException($"'{name}' is longer than any time.");

    public static Ticket Ticket(this JsonElement element) => new(element.GetProperty("ticket").GetInt64());

    public static T Word<T>(this JsonElement element, string name, (string Word, T Value)[] words)
        where T : struct, Enum
    {
        var text = element.Text(name);
        foreach (var (word, value) in words)
        {
            if (word == text)
            {
                return value;
            }
        }

        throw new JsonException($"'{name}' is '{text}', which this version does not know.");
    }

    public static Items<T> List<T>(this JsonElement element, string name, Func<JsonElement, T> read)
    {
        if (!element.TryGetProperty(name, out var list))
        {
            return default;
        }

        var items = new T[list.GetArrayLength()];
        var i = 0;
        foreach (var item in list.EnumerateArray())
        {
            items[i++] = read(item);
        }

        return Items.Of<T>(items);
    }

    /// <summary>Nothing is written for an empty list.</summary>
    public static void WriteList<T>(this Utf8JsonWriter json, string name, Items<T> items, Action<T> write)
    {
        if (items.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(item);
        }

        json.WriteEndArray();
    }

    /// <summary>Nothing is written for the value that an absent field is read as.</summary>
    public static void WriteOptional(this Utf8JsonWriter json, string name, string? value, string? absent = null)
    {
        if (value is not null && value != absent)
        {
            json.WriteString(name, value);
        }
    }

    public static void WriteTicket(this Utf8JsonWriter json, Ticket ticket) => json.WriteNumber("ticket", ticket.Number);

    public static void WriteObject(this Utf8JsonWriter json, params ReadOnlySpan<(string Name, string Value)> fields)
    {
        json.WriteStartObject();
        foreach (var (name, value) in fields)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }
}
