using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// Follows the file that an agent's standard output goes to and keeps the few fields that decide. Unknown messages
/// are passed over: each release brings some. Memory stays bounded however long a line is.
/// </summary>
public sealed class TranscriptReader(string file)
{
    private const int MostLine = 32 << 20;
    private readonly List<byte> _rest = [];
    private long _at;
    private bool _skipping;

    /// <summary>How many bytes were read so far; more of them are a sign of life.</summary>
    public long Length => _at;

    /// <summary>What was read so far.</summary>
    public TurnReport Report { get; } = new();

    /// <summary>What a transcript says that nobody writes any more.</summary>
    public static TurnReport ReadWhole(string file)
    {
        var reader = new TranscriptReader(file);
        reader.Poll();
        return reader.Report;
    }

    /// <summary>Reads what has come since; a line that is not ended yet waits.</summary>
    public void Poll()
    {
        if (!File.Exists(file))
        {
            return;
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(_at, SeekOrigin.Begin);
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = stream.Read(buffer)) > 0)
        {
            _at += count;
            Take(buffer.AsSpan(0, count));
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            var part = end < 0 ? bytes : bytes[..end];
            if (!_skipping)
            {
                _rest.AddRange(part);
                _skipping = _rest.Count > MostLine;
            }

            if (end < 0)
            {
                return;
            }

            if (!_skipping && _rest.Count > 0)
            {
                Line(_rest.ToArray());
            }

            _rest.Clear();
            _skipping = false;
            bytes = bytes[(end + 1)..];
        }
    }

    private void Line(byte[] line)
    {
        try
        {
            // Half a character or foreign bytes in a text must not cost the message: they are replaced.
            using var json = JsonDocument.Parse(Utf8.IsValid(line) ? line : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(line)));
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                Report.Take(json.RootElement);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperation: a name with half a surrogate pair, which is JSON but no text.
            Report.BadLines++; // a torn or foreign line says nothing; a missing result is noticed at the end
        }
    }
}
