namespace Orchestrator.Engine.Secrets;

/// <summary>Long words of base64 in a text, those that go over lines included, and what they say.</summary>
internal static class EncodedRuns
{
    private const int Shortest = 24;
    private const int LineOfMany = 60;

    private static readonly sbyte[] Values = Table();

    /// <summary>Calls <paramref name="take"/> with each one, decoded, one character for each byte.</summary>
    public static void Each(ReadOnlySpan<char> text, Action<int, int, string> take)
    {
        // A run that is long enough covers one of these places: the rest need not be looked at.
        for (var probe = Shortest - 1; probe < text.Length;)
        {
            if (Value(text[probe]) < 0)
            {
                probe += Shortest;
                continue;
            }

            var start = probe;
            while (start > 0 && Value(text[start - 1]) >= 0)
            {
                start--;
            }

            start += start > 0 && text[start - 1] == '\\' ? 1 : 0; // the n of a line feed
            var end = EndOf(text, start);
            if (end - start >= Shortest)
            {
                take(start, end - start, Decoded(text[start..end]));
            }

            probe = Math.Max(end, probe) + Shortest;
        }
    }

    private static int EndOf(ReadOnlySpan<char> text, int start)
    {
        for (var line = start; ;)
        {
            var end = line;
            while (end < text.Length && Value(text[end]) >= 0)
            {
                end++;
            }

            if (end - line < LineOfMany || NextLine(text, end) is not { } next || Value(text[next]) < 0)
            {
                return end;
            }

            line = next;
        }
    }

    /// <summary>Where the text of the next line begins, when this one ends here.</summary>
    private static int? NextLine(ReadOnlySpan<char> text, int end)
    {
        var at = end;
        while (at < text.Length && text[at] is '\r' or '\n' or ' ' or '\t')
        {
            at++;
        }

        return at < text.Length && text[end..at].Contains('\n') ? at : null;
    }

    private static string Decoded(ReadOnlySpan<char> run) => string.Create(run.Length, run, static (into, run) =>
    {
        int bits = 0, held = 0, at = 0;
        foreach (var c in run)
        {
            if (Value(c) is >= 0 and var value)
            {
                held = (held << 6) | value;
                bits += 6;
                if (bits >= 8)
                {
                    bits -= 8;
                    into[at++] = (char)((held >> bits) & 0xFF);
                }
            }
        }

        into[at..].Fill(' ');
    });

    private static int Value(char c) => c < 128 ? Values[c] : -1;

    private static sbyte[] Table()
    {
        var table = new sbyte[128];
        Array.Fill(table, (sbyte)-1);
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (var i = 0; i < Alphabet.Length; i++)
        {
            table[Alphabet[i]] = (sbyte)i;
        }

        (table['-'], table['_']) = (62, 63);
        return table;
    }
}
