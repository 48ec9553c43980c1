using System.Xml;

namespace Orchestrator.Engine.Gates.Reports;

/// <summary>
/// The text of a report on its way to the XML reader, which takes minutes and gigabytes for an element of millions of
/// attributes. As no <c>&lt;</c> can stand inside a tag, each one is the only place where a tag can begin; what looks
/// like a tag inside of other text is measured for nothing.
/// </summary>
internal sealed class GuardedText(TextReader inner) : TextReader
{
    private const int MostAttributes = 10_000;
    private const char Outside = '\0';
    private const char Begun = '<';
    private const char Inside = '=';
    private char _state = Outside; // or the quote inside of which it is
    private int _attributes;

    /// <inheritdoc/>
    public override int Read(char[] buffer, int index, int count)
    {
        var read = inner.Read(buffer, index, count);
        foreach (var c in buffer.AsSpan(index, read))
        {
            if (c == '<')
            {
                (_state, _attributes) = (Begun, 0);
            }
            else if (_state != Outside)
            {
                _state = Next(c);
            }
        }

        return read;
    }

    /// <inheritdoc/>
    public override int Peek() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override int Read() => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private char Next(char c) => _state switch
    {
        Begun => c is '!' or '?' or '/' or '>' ? Outside : Inside,
        Inside when c is '"' or '\'' => ++_attributes > MostAttributes ? throw new XmlException("There are too many attributes.") : c,
        Inside => c == '>' ? Outside : Inside,
        _ => c == _state ? Inside : _state,
    };
}
