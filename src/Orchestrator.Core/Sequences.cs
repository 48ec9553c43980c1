using System.Text;

namespace Orchestrator.Core;

/// <summary>
/// The sequences by which a text steers a terminal, as tools print them for colours and progress. <see cref="Plain"/>
/// would take only their first character and leave the rest as rubbish between the words.
/// </summary>
public static class Sequences
{
    // A title or a link; what does not end by then is no sequence, and must not hide what follows it.
    private const int MostString = 2048;

    /// <summary>The text without them.</summary>
    public static string Without(string text)
    {
        if (!text.Any(Begins))
        {
            return text;
        }

        var kept = new StringBuilder(text.Length);
        var at = 0;
        while (at < text.Length)
        {
            var length = LengthAt(text, at);
            if (length == 0)
            {
                kept.Append(text[at]);
            }

            at += Math.Max(1, length);
        }

        return kept.ToString();
    }

    private static bool Begins(char c) => c is '\u001b' or '\u0090' or '\u0098' or >= '\u009b' and <= '\u009f' and not '\u009c';

    private static int LengthAt(string text, int at) => text[at] switch
    {
        '\u001b' when at + 1 < text.Length => text[at + 1] switch
        {
            '[' => 2 + Control(text, at + 2),
            ']' or 'P' or 'X' or '^' or '_' => 2 + String(text, at + 2),
            >= ' ' and <= '/' => 1 + Plainly(text, at + 1),
            >= '0' and <= '~' => 2,
            _ => 1,
        },
        '\u009b' => 1 + Control(text, at + 1),
        var c when Begins(c) => 1 + (c == '\u001b' ? 0 : String(text, at + 1)),
        _ => 0,
    };

    /// <summary>Parameters and the letter that ends them.</summary>
    private static int Control(string text, int from)
    {
        var at = from;
        while (at < text.Length && text[at] is >= ' ' and <= '?')
        {
            at++;
        }

        return at - from + (at < text.Length && text[at] is >= '@' and <= '~' ? 1 : 0);
    }

    private static int Plainly(string text, int from)
    {
        var at = from;
        while (at < text.Length && text[at] is >= ' ' and <= '/')
        {
            at++;
        }

        return at - from + (at < text.Length && text[at] is >= '0' and <= '~' ? 1 : 0);
    }

    /// <summary>A text up to the sign that ends it; 0 when there is none near.</summary>
    private static int String(string text, int from)
    {
        for (var at = from; at < text.Length && at - from < MostString && text[at] != '\n'; at++)
        {
            if (text[at] is '\a' or '\u009c')
            {
                return at - from + 1;
            }

            if (text[at] == '\u001b' && at + 1 < text.Length && text[at + 1] == '\\')
            {
                return at - from + 2;
            }
        }

        return 0;
    }
}
