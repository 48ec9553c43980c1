using System.Text;

namespace Orchestrator.Core;

/// <summary>
/// Texts that come from anywhere (files, agents, names) as they may be shown: a control character would steer the
/// terminal or forge a line, a change of direction would hide what stands there.
/// </summary>
public static class Plain
{
    private const int Most = 600;

    /// <summary>One line, at most some 600 characters; what may not be shown is spelled as <c>\u001b</c>.</summary>
    public static string Line(string text)
    {
        var cut = Cut(text, Most);
        if (cut.Length == text.Length && !text.AsSpan().ContainsAny(Doubtful))
        {
            return text;
        }

        var line = new StringBuilder(cut.Length + 16);
        for (var i = 0; i < cut.Length; i++)
        {
            var pair = i + 1 < cut.Length && char.IsSurrogatePair(cut[i], cut[i + 1]);
            line.Append(!pair && IsUnfit(cut[i]) ? $"\\u{(int)cut[i]:x4}" : cut[i].ToString());
            if (pair)
            {
                line.Append(cut[++i]);
            }
        }

        return line.ToString();
    }

    /// <summary>The beginning of a text, and never half a character.</summary>
    public static string Cut(string text, int most) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)] + "…";

    /// <summary>True for what may not reach a terminal: controls, line separators, changes of direction, halves of pairs.</summary>
    public static bool IsUnfit(char c) => Doubtful.Contains(c);

    private static readonly System.Buffers.SearchValues<char> Doubtful = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(0, 0x10000).Select(i => (char)i).Where(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'))]);
}
