using System.Text;
using System.Text.Json;

namespace Orchestrator.Rehearsal;

/// <summary>A JSON value that knows its line, which the library's own trees do not.</summary>
internal sealed record LocatedValue(
    JsonElement Element,
    int Line,
    IReadOnlyList<LocatedMember> Members,
    IReadOnlyList<LocatedValue> Items)
{
    public JsonValueKind Kind => Element.ValueKind;
}

/// <summary>A member of an object with the line of its name.</summary>
internal sealed record LocatedMember(string Name, int Line, LocatedValue Value);

/// <summary>Parses JSON with comments into <see cref="LocatedValue"/>s.</summary>
internal static class LocatedJson
{
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static LocatedValue Parse(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        using var document = JsonDocument.Parse(
            bytes, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var reader = new Utf8JsonReader(
            bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        reader.Read();
        return Locate(ref reader, document.RootElement.Clone(), new LineIndex(bytes));
    }

    // The reader only tells where things are; it walks beside the parsed tree, which tells what they are.
    private static LocatedValue Locate(ref Utf8JsonReader reader, JsonElement element, LineIndex lines)
    {
        var line = lines.LineOf(reader.TokenStartIndex);
        var members = new List<LocatedMember>();
        var items = new List<LocatedValue>();
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                reader.Read();
                var nameLine = lines.LineOf(reader.TokenStartIndex);
                reader.Read();
                members.Add(new LocatedMember(property.Name, nameLine, Locate(ref reader, property.Value, lines)));
            }

            reader.Read();
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                reader.Read();
                items.Add(Locate(ref reader, item, lines));
            }

            reader.Read();
        }
        else if (element.ValueKind == JsonValueKind.String)
        {
            CheckCharacters(element, line);
        }

        return new LocatedValue(element, line, members, items);
    }

    // The parser lets half a surrogate pair pass, and only whoever asks for the string finds out.
    private static void CheckCharacters(JsonElement element, int line)
    {
        try
        {
            element.GetString();
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("A string has half of a \\u pair.", path: null, lineNumber: line - 1, bytePositionInLine: null, exception);
        }
    }

    private sealed class LineIndex
    {
        private readonly List<long> _newlines = [];

        public LineIndex(ReadOnlySpan<byte> bytes)
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                if (bytes[i] == (byte)'\n')
                {
                    _newlines.Add(i);
                }
            }
        }

        public int LineOf(long offset)
        {
            var found = _newlines.BinarySearch(offset);
            return (found < 0 ? ~found : found) + 1;
        }
    }
}
