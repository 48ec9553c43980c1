using System.Xml;

namespace Orchestrator.Engine.Gates.Reports;

/// <summary>
/// The text of a report on its way to the XML reader, which takes minutes and gigabytes for an element of millions of
/// attributes. No <c>&lt;</c> can stand inside a tag, so what lies between two of them is at least one tag.
/// </summary>
internal sealed class GuardedText(TextReader inner) : TextReader
{
    private const int MostAttributes = 10_000;
    private bool _equals;
    private int _attributes;

    /// <inheritdoc/>
    public override int Read(char[] buffer, int index, int count)
    {
        var read = inner.Read(buffer, index, count);
        foreach (var c in buffer.AsSpan(index, read))
        {
            if (c == '<')
            {
                (_equals, _attributes) = (false, 0);
            }
            else if (_equals && c is '"' or '\'' && ++_attributes > MostAttributes)
            {
                throw new XmlException("There are too many attributes.");
            }
            else if (c is not (' ' or '\t' or '\n' or '\r'))
            {
                _equals = c == '=';
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
}
