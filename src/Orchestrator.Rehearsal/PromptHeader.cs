using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Rehearsal;

/// <summary>The line in a prompt that says which milestone and role it is for. Keys this type does not know are left alone.</summary>
internal sealed record PromptHeader(string? Milestone, string? Role, int? Attempt, int? Round)
{
    private const string Mark = "[orchestrator] ";

    public static PromptHeader Empty { get; } = new(null, null, null, null);

    /// <summary>The last header of a text, or null if it has none.</summary>
    public static PromptHeader? FindLast(string text)
    {
        PromptHeader? last = null;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(Mark, StringComparison.Ordinal))
            {
                last = Parse(line[Mark.Length..].ToString()) ?? last;
            }
        }

        return last;
    }

    /// <summary>Puts the header's values in place of <c>{milestone}</c> and its like; what the header does not say stays as it is.</summary>
    public string Fill(string text)
    {
        text = Replace(text, "{milestone}", Milestone);
        text = Replace(text, "{role}", Role);
        text = Replace(text, "{attempt}", Attempt?.ToString(CultureInfo.InvariantCulture));
        return Replace(text, "{round}", Round?.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A copy of a JSON value with all its strings filled in.</summary>
    public JsonNode? Fill(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var property in element.EnumerateObject())
                {
                    members[property.Name] = Fill(property.Value);
                }

                return members;
            case JsonValueKind.Array:
                var items = new JsonArray();
                foreach (var item in element.EnumerateArray())
                {
                    items.Add(Fill(item));
                }

                return items;
            case JsonValueKind.String:
                return JsonValue.Create(Fill(element.GetString()!));
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(element);
        }
    }

    private static string Replace(string text, string variable, string? value) =>
        value is null ? text : text.Replace(variable, value, StringComparison.Ordinal);

    private static PromptHeader? Parse(string pairs)
    {
        var header = Empty;
        foreach (var pair in pairs.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                // A sentence about the header is not a header.
                return null;
            }

            var value = pair[(equals + 1)..];
            header = pair[..equals] switch
            {
                "milestone" => header with { Milestone = value },
                "role" => header with { Role = value },
                "attempt" => header with { Attempt = Number(value) },
                "round" => header with { Round = Number(value) },
                _ => header,
            };
        }

        return header == Empty ? null : header;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
