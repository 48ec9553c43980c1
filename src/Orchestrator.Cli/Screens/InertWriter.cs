using System.Text;
using Orchestrator.Core;

namespace Orchestrator.Cli.Screens;

/// <summary>
/// The way to the terminal. Titles, findings and summaries come from files and agents; whatever in them would steer
/// the terminal or forge a line is spelled out here, once for all screens. We use no such characters ourselves.
/// </summary>
internal sealed class InertWriter(TextWriter inner) : TextWriter
{
    private readonly Lock _lock = new();
    private char? _half;

    /// <summary>Where it writes to.</summary>
    public TextWriter Inner => inner;

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void WriteLine() => Write("\n");

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write(value + "\n");

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        var text = new StringBuilder(buffer.Length);
        lock (_lock)
        {
            // A pair may come in two calls: its first half waits for the second.
            var held = _half is { } half ? $"{half}{buffer}" : buffer;
            var isHalf = !held.IsEmpty && char.IsHighSurrogate(held[^1]);
            _half = isHalf ? held[^1] : null;
            Plain.Spell(isHalf ? held[..^1] : held, text, "\n\t");
            inner.Write(text.ToString());
        }
    }

    /// <summary>Writes a text that holds colours of ours; every other sequence in it is spelled out as ever.</summary>
    public void WriteInked(string text)
    {
        var from = 0;
        for (var at = text.IndexOf('\u001b'); at >= 0; at = at + 1 < text.Length ? text.IndexOf('\u001b', at + 1) : -1)
        {
            if (Ink.LengthAt(text.AsSpan(at)) is > 0 and var length)
            {
                Write(text.AsSpan(from, at - from));
                EndHalf();
                inner.Write(text.AsSpan(at, length));
                from = at + length;
            }
        }

        Write(text.AsSpan(from));
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        EndHalf();
        inner.Flush();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        EndHalf();
        base.Dispose(disposing);
    }

    private void EndHalf()
    {
        lock (_lock)
        {
            if (_half is { } half)
            {
                inner.Write($"\\u{(int)half:x4}");
                _half = null;
            }
        }
    }
}
