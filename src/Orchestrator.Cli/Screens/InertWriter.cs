using System.Text;
using Orchestrator.Core;

namespace Orchestrator.Cli.Screens;

/// <summary>
/// The way to the terminal. Titles, findings and summaries come from files and agents; whatever in them would steer
/// the terminal or forge a line is spelled out here, once for all screens. We use no such characters ourselves.
/// </summary>
internal sealed class InertWriter(TextWriter inner) : TextWriter
{
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
    public override void WriteLine(string? value) => Write(value + "\n");

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        var text = new StringBuilder(buffer.Length);
        foreach (var c in buffer)
        {
            // Pairs may come in two calls; halves of them are the encoder's concern and steer nothing.
            if (Plain.IsUnfit(c) && !char.IsSurrogate(c) && c is not ('\n' or '\t'))
            {
                text.Append($"\\u{(int)c:x4}");
            }
            else
            {
                text.Append(c);
            }
        }

        inner.Write(text.ToString());
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
                inner.Write(text.AsSpan(at, length));
                from = at + length;
            }
        }

        Write(text.AsSpan(from));
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();
}
