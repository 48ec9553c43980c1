using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Orchestrator.Core;

namespace Orchestrator.Cli.Screens;

/// <summary>
/// Text that is HTML. It can only be made of literals and of values that are escaped on their way in and stripped of what
/// cannot be seen: what an agent wrote is never markup.
/// </summary>
internal readonly struct Html
{
    private readonly string? _text;

    private Html(string text) => _text = text;

    /// <summary>Nothing.</summary>
    public static Html None => default;

    /// <summary>Literals as they are, holes escaped, unless they are HTML already.</summary>
    public static Html Of(Writer writer) => new(writer.Finished);

    /// <summary>One after the other.</summary>
    public static Html Join(IEnumerable<Html> parts, string between = "") => new(string.Join(Escape(between), parts));

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";

    private static string Escape(string text)
    {
        var safe = new StringBuilder(text.Length + 8);
        foreach (var c in Plain.Bare(text))
        {
            safe.Append(c switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&quot;", '\'' => "&#39;", _ => null } ?? c.ToString());
        }

        return safe.ToString();
    }

    /// <summary>Takes an interpolated text apart.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Writer
    {
        private readonly StringBuilder _text;

        public Writer(int literals, int holes) => _text = new StringBuilder(literals + (holes * 16));

        /// <summary>The whole.</summary>
        public string Finished => _text.ToString();

        public void AppendLiteral(string text) => _text.Append(text);

        public void AppendFormatted(Html html) => _text.Append(html.ToString());

        public void AppendFormatted(IEnumerable<Html> parts)
        {
            foreach (var part in parts)
            {
                _text.Append(part.ToString());
            }
        }

        public void AppendFormatted<T>(T value, string? format = null) =>
            _text.Append(Escape(value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : value?.ToString() ?? ""));
    }
}
