using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Engine.Tests.BadInput;

/// <summary>Spoils a good sample: bytes, chunks, tokens, encodings, line ends, and the types inside JSON.</summary>
internal static class Mutator
{
    /// <summary>What is nasty in every format.</summary>
    public static readonly string[] Tokens =
    [
        "\0", "\u001b[2J\u001b[31m", "\u001b]0;title\a", "\u009b31m", "\u202e", "\u2028", "\uFEFF", "\r", "\n", "\r\n", "\t", "\b", "\v", "\f", "\\", "\"", "'", "`", "$(id)", "; rm -rf x", "--", "-", "..", "../..", "/etc",
        "CON", "١", "日本", "𝟙", "é", "e\u0301", "ß", "İ", "%s%n", "{0}", "{}", "[]", "[", "]", "{", "}", ",", ":", "#", "//", "/*", "*/", "---\n", "...\n", "&a", "*a", "<<: *a", "!!binary ", "!<tag:x,2000:y> ", "? ", "| ", "> ", "%YAML 1.1\n",
        "1e999", "-1e999", "1e308", "-1", "0", "-0", "99999999999999999999", "0x10", "1_000", "NaN", "Infinity", "null", "true", "\\u0000", "\\ud83d", "\\ude00", "\\u001b[31m", "\\x", "\\UFFFFFFFF", "\\U00110000",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1e999", "-1e999", "1e308", "1e-400", "1.5", "99999999999", "123456789012345678901234567890", "2147483648", "9223372036854775808", "253402300799", "253402300800", "-62135596801", "4e12",
        "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud83d\"", "\"\\u001b[2Jx\"", "\"a\\nb\"", "\"\\u202e\"", "[]", "{}", "[[]]", "[null]", "[1]", "[{}]", "{\"\":0}", "{\"\\ud83d\":1}", "\"rejected\"", "\"../../etc\"", "\"/etc\"", "\"-x\"",
    ];

    /// <summary>A sample spoilt one to six times.</summary>
    public static byte[] Spoil(CaseRng rng, byte[] sample)
    {
        var bytes = sample;
        for (var n = 1 + rng.Below(6); n > 0; n--)
        {
            bytes = Once(rng, bytes);
        }

        return rng.Percent(4) ? Encode(rng, bytes) : bytes;
    }

    /// <summary>A JSON text in which one to three values have another type, stand twice, are gone, or lie deep.</summary>
    public static string SpoilJson(CaseRng rng, string json, string[]? values = null)
    {
        try
        {
            return SpoilNodes(rng, JsonNode.Parse(json)!, values ?? Values);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException or ArgumentException)
        {
            return json; // spoilt before: no JSON, half a pair, a key that stands twice
        }
    }

    private static string SpoilNodes(CaseRng rng, JsonNode root, string[] values)
    {
        var marks = new Dictionary<string, string>();
        for (var n = 1 + rng.Below(3); n > 0; n--)
        {
            var places = new List<(JsonNode Parent, string Key, int Index)>();
            Places(root, places);
            if (places.Count == 0)
            {
                break;
            }

            // The values cannot all be held by a node (1e999, half a pair), so a mark stands for them until the end.
            var (parent, key, index) = rng.Of(places);
            var old = parent is JsonObject holder ? holder[key] : ((JsonArray)parent)[index];
            var mark = $"@@{marks.Count}@@";
            marks[mark] = rng.Below(10) switch
            {
                0 => new string('[', 70) + new string(']', 70),
                1 => $"[{old?.ToJsonString() ?? "null"}]",
                2 => $"{{\"a\":{old?.ToJsonString() ?? "null"}}}",
                3 => $"\"{old?.ToJsonString().Replace("\"", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal)}\"",
                4 when key.Length > 0 => $"{old?.ToJsonString() ?? "null"},\"{key}\":{rng.Of(values)}",
                _ => rng.Of(values),
            };
            if (parent is JsonObject map)
            {
                map[key] = mark;
            }
            else
            {
                ((JsonArray)parent)[index] = mark;
            }
        }

        var text = root.ToJsonString();
        foreach (var (mark, value) in marks.Reverse())
        {
            text = text.Replace($"\"{mark}\"", value, StringComparison.Ordinal);
        }

        return text;
    }

    private static void Places(JsonNode node, List<(JsonNode, string, int)> places)
    {
        if (node is JsonObject map)
        {
            foreach (var (key, child) in map)
            {
                places.Add((map, key, 0));
                if (child is not null)
                {
                    Places(child, places);
                }
            }
        }
        else if (node is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                places.Add((list, "", i));
                if (list[i] is { } child)
                {
                    Places(child, places);
                }
            }
        }
    }

    private static byte[] Once(CaseRng rng, byte[] bytes)
    {
        var at = rng.Below(bytes.Length + 1);
        var length = Math.Min(rng.Below(rng.Percent(70) ? 8 : 400), bytes.Length - at);
        switch (rng.Below(12))
        {
            case 0 when bytes.Length > at:
                var flipped = (byte[])bytes.Clone();
                flipped[at] ^= (byte)(1 << rng.Below(8));
                return flipped;
            case 1 when bytes.Length > at:
                var other = (byte[])bytes.Clone();
                other[at] = (byte)rng.Below(256);
                return other;
            case 2 or 3:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 4:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 5:
                var to = rng.Below(bytes.Length - length + 1);
                byte[] rest = [.. bytes[..at], .. bytes[(at + length)..]];
                return [.. rest[..to], .. bytes[at..(at + length)], .. rest[to..]];
            case 6:
                return bytes[..at];
            case 7 when rng.Percent(20):
                return [.. bytes, .. bytes];
            case 8 when rng.Percent(20):
                return [.. bytes[..at], .. Enumerable.Repeat((byte)rng.Of("[{(\"'`*_>-#!&? \n"u8.ToArray()), 1 + rng.Below(6000)), .. bytes[at..]];
            case 9:
                return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("\n", rng.Of(["\r\n", "\r", "\n\n", "\u2028", "\n "]), StringComparison.Ordinal));
            default:
                return [.. bytes[..at], .. Encoding.UTF8.GetBytes(rng.Of(Tokens)), .. bytes[at..]];
        }
    }

    private static byte[] Encode(CaseRng rng, byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        return rng.Below(5) switch
        {
            0 => [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)],
            1 => Encoding.BigEndianUnicode.GetBytes(text),
            2 => [0xEF, 0xBB, 0xBF, .. bytes],
            3 => Encoding.Latin1.GetBytes(text + "äöü"),
            _ => [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF, .. bytes],
        };
    }
}
