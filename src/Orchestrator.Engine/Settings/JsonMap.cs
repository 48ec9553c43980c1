using System.Globalization;
using System.Text;
using System.Text.Json;
using Orchestrator.Core;

namespace Orchestrator.Engine.Settings;

/// <summary>
/// A JSON object that knows the line of each key and which keys were asked for. Comments may be written as
/// <c>//</c>, <c>/* */</c> and <c>#</c>, trailing commas are fine.
/// </summary>
internal sealed class JsonMap
{
    private readonly Dictionary<string, (object? Value, int Line)> _entries = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _asked = new(StringComparer.Ordinal);
    private readonly List<JsonMap> _children = [];
    private readonly string _file;
    private readonly string _path;
    private readonly int _line;
    private readonly List<Problem> _problems;

    private JsonMap(string file, string path, int line, List<Problem> problems) => (_file, _path, _line, _problems) = (file, path, line, problems);

    /// <summary>Reads a file; null when it is not JSON at all, which is then among the problems.</summary>
    public static JsonMap? Parse(byte[] bytes, string file, List<Problem> problems)
    {
        var text = new Lines(HashComments.ToSpaces(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes));
        var reader = new Utf8JsonReader(text.Bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                var map = ReadMap(ref reader, text, file, "", problems);
                reader.Read(); // anything after the object is an error, too
                return map;
            }

            problems.Add(new Problem("settings.syntax", "The settings are not a JSON object.", new Place(file, 1), "Begin with { and end with }."));
        }
        catch (JsonException e)
        {
            var what = Plain.Cut(e.Message.Split(" LineNumber:", 2)[0], 200);
            problems.Add(new Problem("settings.syntax", $"This is not JSON: {what}", new Place(file, (int)(e.LineNumber ?? 0) + 1), "Mend the line; a missing comma or quote before it is the usual cause."));
        }

        catch (InvalidOperationException)
        {
            // Bytes that are no UTF-8, or half of an escaped pair: JSON by its form, but no text.
            problems.Add(new Problem("settings.syntax", "This text is not UTF-8.", new Place(file, text.At(reader.TokenStartIndex)), "Save the file as UTF-8 and write the text out."));
        }

        return null;
    }

    public int? Int(string key, int least, int most) => Value(key) is not { } e ? null
        : e.Value is double n && n == Math.Floor(n) && n >= least && n <= most ? (int)n
        : Wrong<int?>(key, e, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));

    public decimal? Money(string key) => Value(key) is not { } e ? null
        : e.Value is double n and > 0 and <= 1_000_000 ? Math.Round((decimal)n, 6)
        : Wrong<decimal?>(key, e, "an amount of US dollars above 0, up to 1000000");

    public long? Count(string key) => Value(key) is not { } e ? null
        : e.Value is double n and >= 1 and <= 1e12 && n == Math.Floor(n) ? (long)n
        : Wrong<long?>(key, e, "a whole number from 1 to 1000000000000");

    public TimeSpan? Seconds(string key, int least, int most) => Int(key, least, most) is { } n ? TimeSpan.FromSeconds(n) : null;

    public bool? Bool(string key) => Value(key) is not { } e ? null : e.Value is bool b ? b : Wrong<bool?>(key, e, "true or false");

    public string? Text(string key) => Value(key) is not { } e ? null
        : e.Value is not string { Length: > 0 } s ? Wrong<string?>(key, e, "a text that is not empty")
        : HasControls(s) ? Wrong<string?>(key, e, "a text without control characters") : s;

    /// <summary>A folder below the root that is none of git's and ours: what is written there must not land elsewhere.</summary>
    public string? Folder(string key, string example = "./logs")
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        var parts = text.Split('/', '\\').Where(p => p is not ("" or ".")).ToList();
        var inside = !Path.IsPathRooted(text) && parts.Count > 0 && !parts.Contains("..") && parts[0].ToLowerInvariant() is not (".git" or ".orchestrator" or ".worktree");
        return inside ? text : Wrong<string?>(key, _entries[key], "a folder inside the repository, e.g. \"" + example + "\"");
    }

    /// <param name="key">Which.</param>
    /// <param name="orOne">One text alone will do.</param>
    public IReadOnlyList<string>? Texts(string key, bool orOne = false) => Value(key) is not { } e ? null
        : orOne && e.Value is string ? (Text(key) is { } one ? [one] : null)
        : e.Value is List<object?> list && list.TrueForAll(item => item is string s && !HasControls(s)) ? [.. list.Cast<string>()]
        : Wrong<IReadOnlyList<string>?>(key, e, "a list of texts without control characters");

    public T? Choice<T>(string key, params (string Word, T Value)[] words)
        where T : struct
    {
        if (Value(key) is not { } e)
        {
            return null;
        }

        foreach (var (word, value) in words)
        {
            if (e.Value is string s && s.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return Wrong<T?>(key, e, "one of " + string.Join(", ", words.Select(w => w.Word)));
    }

    public IReadOnlyList<T>? Choices<T>(string key, params (string Word, T Value)[] words)
        where T : struct
    {
        if (Value(key) is not { } e)
        {
            return null;
        }

        var chosen = e.Value is List<object?> list ? list.ConvertAll(item => words.Where(w => item is string s && s.Equals(w.Word, StringComparison.OrdinalIgnoreCase)).Select(w => (T?)w.Value).FirstOrDefault()) : [null];
        return chosen.TrueForAll(one => one is not null) ? [.. chosen.OfType<T>()] : Wrong<IReadOnlyList<T>?>(key, e, "a list of some of " + string.Join(", ", words.Select(w => w.Word)));
    }

    /// <summary>A text that is not shown, not even when it is wrong.</summary>
    public T? Secret<T>(string key, Func<string, T?> of, string wanted)
        where T : class
    {
        if (Value(key) is not { } e)
        {
            return null;
        }

        var secret = e.Value is string s ? of(s) : null;
        if (secret is null)
        {
            _problems.Add(new Problem("settings.value", $"'{_path}{key}' is not what it should be.", new Place(_file, e.Line), $"Write {wanted}."));
        }

        return secret;
    }

    public JsonMap? Map(string key) => Value(key) is not { } e ? null : e.Value is JsonMap map ? map : Wrong<JsonMap?>(key, e, "an object { … }");

    public IReadOnlyList<JsonMap> Maps(string key) => Value(key) is not { } e ? []
        : e.Value is List<object?> list && list.TrueForAll(item => item is JsonMap) ? [.. list.Cast<JsonMap>()]
        : Wrong<IReadOnlyList<JsonMap>?>(key, e, "a list of objects") ?? [];

    public void Report(string code, string message, string hint, Severity severity = Severity.Error) => _problems.Add(new Problem(code, message, new Place(_file, _line), hint, severity));

    /// <summary>Reports what is wrong with the value of a key, where it stands.</summary>
    public void ReportAt(string key, string code, string message, string hint) => _problems.Add(new Problem(code, message, new Place(_file, _entries.TryGetValue(key, out var entry) ? entry.Line : _line), hint));

    /// <summary>The known word that is nearest to one that is not known; null when none is near.</summary>
    public static string? Nearest(IEnumerable<string> known, string word) =>
        word.Length > 40 ? null : known.Select(one => (one, Distance(one, word))).Where(p => p.Item2 <= 3).OrderBy(p => p.Item2).Select(p => p.one).FirstOrDefault();

    /// <summary>Every key that nobody asked for is a problem, with the nearest known one as the hint.</summary>
    public void ReportUnknown()
    {
        foreach (var (key, entry) in _entries.Where(e => !_asked.Contains(e.Key)))
        {
            var near = Nearest(_asked, key);
            _problems.Add(new Problem("settings.unknown", $"'{_path}{Plain.Cut(key, 80)}' is not a setting.", new Place(_file, entry.Line), near is null ? $"Known here: {string.Join(", ", _asked)}." : $"Did you mean '{near}'?"));
        }

        foreach (var child in _children)
        {
            child.ReportUnknown();
        }
    }

    private (object? Value, int Line)? Value(string key)
    {
        _asked.Add(key);
        return _entries.TryGetValue(key, out var entry) ? entry : null;
    }

    private T? Wrong<T>(string key, (object? Value, int Line) entry, string wanted)
    {
        var shown = entry.Value switch { null => "null", string s => $"\"{Plain.Cut(s, 80)}\"", bool b => b ? "true" : "false", double n => n.ToString(CultureInfo.InvariantCulture), JsonMap => "an object", _ => "a list" };
        _problems.Add(new Problem("settings.value", $"'{_path}{key}' is {shown}.", new Place(_file, entry.Line), $"Write {wanted}."));
        return default;
    }

    /// <summary>A command of several lines is fine; a NUL would cut a command or a path short for the system and not for us.</summary>
    private static bool HasControls(string text) => text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'));

    private static JsonMap ReadMap(ref Utf8JsonReader reader, Lines text, string file, string path, List<Problem> problems)
    {
        var map = new JsonMap(file, path, text.At(reader.TokenStartIndex), problems);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = reader.GetString()!;
            var line = text.At(reader.TokenStartIndex);
            reader.Read();
            var value = ReadValue(ref reader, text, file, $"{path}{key}.", problems, map);
            if (!map._entries.TryAdd(key, (value, line)))
            {
                problems.Add(new Problem("settings.twice", $"'{path}{Plain.Cut(key, 80)}' stands twice.", new Place(file, line), "Keep one of the two."));
            }
        }

        return map;
    }

    private static object? ReadValue(ref Utf8JsonReader reader, Lines text, string file, string path, List<Problem> problems, JsonMap parent)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var child = ReadMap(ref reader, text, file, path, problems);
                parent._children.Add(child);
                return child;
            case JsonTokenType.StartArray:
                var list = new List<object?>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Add(ReadValue(ref reader, text, file, path, problems, parent));
                }

                return list;
            case JsonTokenType.Number:
                return reader.GetDouble();
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.True or JsonTokenType.False:
                return reader.GetBoolean();
            default:
                return null;
        }
    }

    /// <summary>Knows the line of a place; counts on from the last place asked for, or a file of many keys would be read once for each.</summary>
    private sealed class Lines(byte[] bytes)
    {
        private int _at;
        private int _line = 1;

        public byte[] Bytes => bytes;

        public int At(long place)
        {
            if (place < _at)
            {
                (_at, _line) = (0, 1);
            }

            _line += bytes.AsSpan(_at, (int)place - _at).Count((byte)'\n');
            _at = (int)place;
            return _line;
        }
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}

/// <summary>People copy samples with <c>#</c> comments; the JSON reader knows <c>//</c> only.</summary>
internal static class HashComments
{
    /// <summary>Turns each <c>#</c> that begins a comment into spaces up to the end of its line: positions stay.</summary>
    public static byte[] ToSpaces(byte[] bytes)
    {
        var text = (byte[])bytes.Clone();
        bool quoted = false, line = false, block = false, blank = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var next = i + 1 < text.Length ? text[i + 1] : (byte)0;
            if (c == '\n')
            {
                line = blank = false;
            }
            else if (blank)
            {
                text[i] = (byte)' ';
            }
            else if (line)
            {
                continue;
            }
            else if (block)
            {
                block = !(c == '*' && next == '/');
                i += block ? 0 : 1;
            }
            else if (quoted)
            {
                i += c == '\\' ? 1 : 0;
                quoted = c != '"';
            }
            else if (c == '#')
            {
                text[i] = (byte)' ';
                blank = true;
            }
            else
            {
                quoted = c == '"';
                line = c == '/' && next == '/';
                block = c == '/' && next == '*';
            }
        }

        return text;
    }
}
