using System.Text;
using System.Text.Json;
using Orchestrator.Core.Agents;

namespace Orchestrator.Engine.Evidence;

/// <summary>Short ways to write evidence.</summary>
internal static class EvidenceWords
{
    /// <summary>The word for a role.</summary>
    public static string Of(Role role) => role.ToString().ToLowerInvariant();

    /// <summary><c>NotReproduced</c> as <c>not-reproduced</c>.</summary>
    public static string Spell(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            text.Append(char.IsUpper(c) && text.Length > 0 ? "-" : "").Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }

    /// <summary>A list of objects.</summary>
    public static void List<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A time or null.</summary>
    public static void Time(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at)
        {
            json.WriteString(name, at);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
