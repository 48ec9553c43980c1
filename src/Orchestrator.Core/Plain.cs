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

    /// <summary>One line, not longer than people read; what may not be shown is spelled as <c>\u001b</c>.</summary>
    public static string Line(string text, int most = Most) => Whole(Cut(text, most));

    /// <summary>One line, as long as it is; what may not be shown is spelled.</summary>
    public static string Whole(string text) => Spelled(text, "");

    /// <summary>The same for a text of many lines: line ends (also those of Windows) and tabs stay. Nothing is hidden from whoever reads it, and nothing lost.</summary>
    public static string Text(string text) => Spelled(text, "\n\t\r");

    /// <summary>One line that is no markup where Markdown is read: no HTML, and no image that would be fetched. The rest is left to be read.</summary>
    public static string Markdown(string text)
    {
        var line = Whole(text.ReplaceLineEndings(" "));
        var inert = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            // An entity, because a backslash could be taken back by the one before it.
            var next = i + 1 < line.Length ? line[i + 1] : ' ';
            inert.Append(line[i] == '<' && (char.IsAsciiLetter(next) || next is '/' or '!' or '?') ? "&lt;" : line[i] == '!' && next == '[' ? "!\\" : line[i].ToString());
        }

        return inert.ToString();
    }

    /// <summary>The beginning of a text, and never half a character.</summary>
    public static string Cut(string text, int most) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)] + "…";

    /// <summary>
    /// True for what may not reach a terminal, a log or a prompt: controls, line separators, changes of direction, what cannot
    /// be seen at all, halves of pairs. By hand, because a table of them takes a good part of the time that 'status' has.
    /// </summary>
    public static bool IsUnfit(char c) => c < ' ' || (c > '~' && (c <= '\u009f' || char.IsSurrogate(c) || IsUnseen(c)));

    /// <summary>Spells what may not be shown; pairs are looked at as what they stand for.</summary>
    /// <param name="text">The text.</param>
    /// <param name="to">Takes it.</param>
    /// <param name="kept">Which controls stay; a carriage return only before a line feed.</param>
    public static void Spell(ReadOnlySpan<char> text, StringBuilder to, ReadOnlySpan<char> kept)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var next = i + 1 < text.Length ? text[i + 1] : ' ';
            if (char.IsSurrogatePair(c, next))
            {
                i++;
                _ = IsUnseen(char.ConvertToUtf32(c, next)) ? to.Append($"\\u{(int)c:x4}\\u{(int)next:x4}") : to.Append(c).Append(next);
            }
            else
            {
                _ = IsUnfit(c) && (!kept.Contains(c) || (c == '\r' && next != '\n')) ? to.Append($"\\u{(int)c:x4}") : to.Append(c);
            }
        }
    }

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

    private static string Spelled(string text, ReadOnlySpan<char> kept)
    {
        if (!AnyUnfit(text))
        {
            return text;
        }

        var spelled = new StringBuilder(text.Length + 16);
        Spell(text, spelled, kept);
        return spelled.ToString();
    }

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

    // What Unicode calls format characters and separators of lines, and the rest that shows nothing and could carry a text
    // unseen. The two selectors that make a character a picture, U+FE0E and U+FE0F, stay.
    private static bool IsUnseen(int c) => c is 0xad or 0x34f or (>= 0x600 and <= 0x605) or 0x61c or 0x6dd or 0x70f or 0x890 or 0x891 or 0x8e2 or 0x115f or 0x1160 or 0x17b4 or 0x17b5
        or (>= 0x180b and <= 0x180f) or (>= 0x200b and <= 0x200f) or (>= 0x2028 and <= 0x202e) or (>= 0x2060 and <= 0x206f) or 0x3164 or (>= 0xfe00 and <= 0xfe0d) or 0xfeff or 0xffa0 or (>= 0xfff0 and <= 0xfffb)
        or 0x110bd or 0x110cd or (>= 0x13430 and <= 0x1343f) or (>= 0x1bca0 and <= 0x1bca3) or (>= 0x1d173 and <= 0x1d17a) or (>= 0xe0000 and <= 0xe0fff);
}
