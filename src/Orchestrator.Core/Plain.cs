using System.Globalization;
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
        if (cut.Length == text.Length && !AnyUnfit(text))
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
    public static bool IsUnfit(char c) => c < ' ' || (c > '~' && (c <= '\u009f' || char.IsSurrogate(c) || c is '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069')));

    /// <summary>
    /// The text without what cannot be seen: controls, changes of direction, characters of no width, halves of pairs. Line
    /// feeds and tabs stay. For pages, where what <see cref="Line"/> spells out would only disturb.
    /// </summary>
    public static string Bare(string text)
    {
        var bare = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t' || IsSeen(rune))
            {
                bare.Append(rune.ToString());
            }
        }

        return bare.ToString();
    }

    private static bool IsSeen(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse)
        && rune.Value is not (0x34f or 0x115f or 0x1160 or 0x17b4 or 0x17b5 or 0x3164 or 0xffa0 or 0xfffd) and not (>= 0xfe00 and <= 0xfe0f) and not (>= 0xe0000 and <= 0xe0fff);

    // By hand, because a table of them takes a good part of the time that 'status' has.
    private static bool AnyUnfit(string text)
    {
        foreach (var c in text)
        {
            if (IsUnfit(c))
            {
                return true;
            }
        }

        return false;
    }
}
