using System.Globalization;
using System.Text;

namespace Orchestrator.Cli.Screens;

/// <summary>How wide a text is on a terminal, and how it is broken into lines.</summary>
internal static class Columns
{
    /// <summary>The columns that a text takes.</summary>
    public static int Of(string text)
    {
        var columns = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            columns += Of(rune);
        }

        return columns;
    }

    /// <summary>One line in lines of at most so many columns, broken between words where that is possible.</summary>
    public static IEnumerable<string> Wrap(string line, int width)
    {
        var (from, at, columns, space) = (0, 0, 0, -1);
        foreach (var rune in line.EnumerateRunes())
        {
            columns += Of(rune);
            if (columns > width && at > from)
            {
                var end = space > from ? space : at;
                yield return line[from..end].TrimEnd();
                from = end == space ? end + 1 : end;
                columns = Of(line[from..at]) + Of(rune);
                space = -1;
            }

            space = rune.Value == ' ' ? at : space;
            at += rune.Utf16SequenceLength;
        }

        yield return line[from..].TrimEnd();
    }

    /// <summary>Cuts a line to so many columns.</summary>
    public static string Cut(string line, int width)
    {
        if (Of(line) <= width)
        {
            return line;
        }

        var kept = new StringBuilder();
        var columns = 1; // the sign that something is missing
        foreach (var rune in line.EnumerateRunes())
        {
            columns += Of(rune);
            if (columns > width)
            {
                break;
            }

            kept.Append(rune.ToString());
        }

        return kept.Append('…').ToString();
    }

    private static int Of(Rune rune) => rune.Value < 0x300 ? 1
        : Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0
        : IsWide(rune.Value) ? 2 : 1;

    /// <summary>East Asian scripts and pictures.</summary>
    private static bool IsWide(int value) => value is
        (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0x303e) or (>= 0x3041 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3) or (>= 0xf900 and <= 0xfaff)
        or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff00 and <= 0xff60) or (>= 0xffe0 and <= 0xffe6) or (>= 0x1f300 and <= 0x1f64f) or (>= 0x1f680 and <= 0x1f6ff)
        or (>= 0x1f900 and <= 0x1f9ff) or (>= 0x20000 and <= 0x3fffd);
}
