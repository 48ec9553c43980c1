using System.Text;

namespace Orchestrator.Cli.Screens;

/// <summary>
/// A terminal that is drawn on as a whole: beside what stood there before, which comes back at the end. Each frame goes
/// over the one before without wiping it first, so that nothing flickers.
/// </summary>
/// <param name="writer">The way to the terminal.</param>
internal sealed class Canvas(InertWriter writer) : IDisposable
{
    private readonly Lock _lock = new();
    private bool _open;

    /// <summary>Begins, or begins again after <see cref="Close"/>.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _open = true;
            writer.Inner.Write("\u001b[?1049h\u001b[?25l\u001b[2J");
        }
    }

    /// <summary>Gives the terminal back as it was.</summary>
    public void Close()
    {
        lock (_lock)
        {
            if (_open)
            {
                _open = false;
                writer.Inner.Write("\u001b[?25h\u001b[?1049l");
            }
        }
    }

    /// <summary>Draws the lines of a frame; what else stood there goes.</summary>
    public void Draw(IReadOnlyList<string> lines)
    {
        lock (_lock)
        {
            if (!_open)
            {
                return;
            }

            writer.Inner.Write("\u001b[H");
            for (var i = 0; i < lines.Count; i++)
            {
                writer.WriteInked(lines[i]);
                writer.Inner.Write(i + 1 < lines.Count ? "\u001b[K\r\n" : "\u001b[K");
            }

            writer.Inner.Write("\u001b[J");
            writer.Inner.Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Close();
}

/// <summary>Takes the lines that would otherwise stand in the middle of a drawn screen; the last of them is shown in its foot.</summary>
internal sealed class ToldLines(Action<string> tell) : TextWriter
{
    private readonly StringBuilder _line = new();

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <inheritdoc/>
    public override void Write(char value)
    {
        lock (_line)
        {
            if (value != '\n')
            {
                _line.Append(value);
            }
            else if (_line.Length > 0)
            {
                tell(_line.ToString().TrimEnd('\r'));
                _line.Clear();
            }
        }
    }
}
