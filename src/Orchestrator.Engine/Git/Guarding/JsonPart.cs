using System.Text;
using System.Text.Json;

namespace Orchestrator.Engine.Git.Guarding;

/// <summary>Members of a JSON text.</summary>
internal static class JsonPart
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>The members of these names at the top, as they stand there; the whole text when it is no JSON object.</summary>
    public static string Of(string text, string[] names)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return text;
            }

            var part = new StringBuilder();
            foreach (var member in document.RootElement.EnumerateObject().Where(m => names.Contains(m.Name)))
            {
                part.Append(member.Name).Append(':').Append(Plain(member.Value)).Append('\n');
            }

            return part.ToString();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return text; // no JSON, or half a pair in it
        }
    }

    /// <summary>Without blanks between the words, so that a new indentation is no change.</summary>
    private static string Plain(JsonElement value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            value.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
