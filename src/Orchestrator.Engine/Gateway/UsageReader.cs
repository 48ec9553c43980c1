using System.Buffers;
using System.Text.Json;

namespace Orchestrator.Engine.Gateway;

/// <summary>Reads from an answer, while it passes, what the model used for it; of one that is cut off, what it said until then.</summary>
/// <param name="events">Whether it is a stream of events; else it is one JSON text.</param>
/// <param name="add">Told what is new, as soon as it is.</param>
public sealed class UsageReader(bool events, Action<TurnUse> add)
{
    private const int LongestText = 8 * 1024 * 1024;
    private const int LongestLine = 256 * 1024;

    private readonly ArrayBufferWriter<byte> _kept = new();
    private bool _tooLong;
    private int _pieces;
    private TurnUse _known = new();

    /// <summary>The next bytes.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        while (events && bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            Keep(bytes[..end], LongestLine);
            if (!_tooLong)
            {
                ReadLine(_kept.WrittenSpan);
            }

            _kept.ResetWrittenCount();
            _tooLong = false;
            bytes = bytes[(end + 1)..];
        }

        Keep(bytes, events ? LongestLine : LongestText);
    }

    /// <summary>Nothing more comes. Where a stream did not get so far as to say its sum, each piece of it was at least one token.</summary>
    public void End()
    {
        if (!events && !_tooLong)
        {
            ReadJson(_kept.WrittenMemory);
        }

        Learn(new TurnUse(OutputTokens: _pieces));
    }

    private void Keep(ReadOnlySpan<byte> bytes, int longest)
    {
        _tooLong |= _kept.WrittenCount + bytes.Length > longest;
        if (!_tooLong)
        {
            _kept.Write(bytes);
        }
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("event: content_block_delta"u8))
        {
            _pieces++;
        }
        else if (line.StartsWith("data:"u8) && line.IndexOf("\"usage\""u8) >= 0)
        {
            ReadJson(line[5..].ToArray()); // no text of the model looks so: in a text the quotes are escaped
        }
    }

    private void ReadJson(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var message = json.RootElement.TryGetProperty("message", out var inner) ? inner : json.RootElement;
            if (message.TryGetProperty("usage", out var usage))
            {
                Learn(new TurnUse(0, Count(usage, "input_tokens"), Count(usage, "cache_creation_input_tokens"), Count(usage, "cache_read_input_tokens"), Count(usage, "output_tokens")));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // An error page or half an answer: it says nothing of what was used.
        }
    }

    private static long Count(JsonElement usage, string name) =>
        usage.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count > 0 ? count : 0;

    private void Learn(TurnUse now)
    {
        var more = _known.Upto(now).Minus(_known);
        _known = _known.Upto(now);
        add(more);
    }
}
