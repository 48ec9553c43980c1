using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// Follows a file of JSON objects, one a line, while another process writes it. A line that is not ended yet waits.
/// Memory stays bounded however long a line is: one that is too long is passed over. Time stays bounded too: what comes
/// while it is read waits for the next time, and of a file that is full of other things nothing more is believed.
/// </summary>
/// <param name="file">The file; it need not be there yet.</param>
internal sealed class JsonLines(string file)
{
    private const int MostLine = 32 << 20;
    private const int MostBad = 1000;
    private readonly List<byte> _rest = [];
    private bool _skipping;
    private int _bad;

    /// <summary>How many bytes were read so far.</summary>
    public long Length { get; private set; }

    /// <summary>Reads what has come since.</summary>
    /// <param name="take">Takes each object.</param>
    /// <param name="bad">Takes each line that is none.</param>
    public void Poll(Action<JsonElement> take, Action<byte[]> bad)
    {
        if (!File.Exists(file))
        {
            return;
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        stream.Seek(Length, SeekOrigin.Begin);
        var buffer = new byte[64 * 1024];
        var end = stream.Length;
        while (Length < end && _bad < MostBad && stream.Read(buffer) is > 0 and var count)
        {
            Length += count;
            Take(buffer.AsSpan(0, count), take, bad);
        }

        Length = _bad < MostBad ? Length : end;
    }

    private void Take(ReadOnlySpan<byte> bytes, Action<JsonElement> take, Action<byte[]> bad)
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

            if (!_skipping && _rest.Count > 0 && _bad < MostBad)
            {
                Line(_rest.ToArray(), take, bad);
            }

            _rest.Clear();
            _skipping = false;
            bytes = bytes[(end + 1)..];
        }
    }

    private void Line(byte[] line, Action<JsonElement> take, Action<byte[]> bad)
    {
        try
        {
            // Half a character or foreign bytes in a text must not cost the message: they are replaced.
            using var json = JsonDocument.Parse(Utf8.IsValid(line) ? line : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(line)));
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                take(json.RootElement);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            _bad++;
            bad(line); // InvalidOperation: a name with half a surrogate pair, which is JSON but no text
        }
    }
}
