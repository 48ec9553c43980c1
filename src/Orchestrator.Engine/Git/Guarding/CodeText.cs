namespace Orchestrator.Engine.Git.Guarding;

/// <summary>How a language writes what is no code.</summary>
/// <param name="Line">What begins a comment to the end of the line.</param>
/// <param name="Block">Whether it has <c>/* */</c>.</param>
/// <param name="Quotes">Quotes of strings that end with their line.</param>
/// <param name="LongQuotes">Quotes of strings that may go on over lines.</param>
internal sealed record CodeShape(string[] Line, bool Block, string Quotes, string[] LongQuotes);

/// <summary>
/// A text without its comments and without what its strings say; every letter stays at its place. Roughly: what
/// cannot be told without a parser is taken for code.
/// </summary>
internal static class CodeText
{
    /// <summary>The code of a text.</summary>
    public static string Strip(string text, CodeShape shape)
    {
        var code = text.ToCharArray();
        for (var i = 0; i < text.Length;)
        {
            i = Next(text, i, shape, code);
        }

        return new string(code);
    }

    private static int Next(string text, int i, CodeShape shape, char[] code)
    {
        foreach (var quote in shape.LongQuotes)
        {
            if (StartsAt(text, i, quote))
            {
                var close = text.IndexOf(quote, i + quote.Length, StringComparison.Ordinal);
                while (quote == "`" && close > 0 && text[close - 1] == '\\')
                {
                    close = text.IndexOf('`', close + 1);
                }

                return Blank(code, i + quote.Length, close < 0 ? text.Length : close, quote.Length);
            }
        }

        foreach (var line in shape.Line)
        {
            if (StartsAt(text, i, line) && !(line == "#" && i + 1 < text.Length && text[i + 1] == '['))
            {
                var end = text.IndexOf('\n', i);
                return Blank(code, i, end < 0 ? text.Length : end, 0);
            }
        }

        if (shape.Block && StartsAt(text, i, "/*"))
        {
            var close = text.IndexOf("*/", i + 2, StringComparison.Ordinal);
            return Blank(code, i, close < 0 ? text.Length : close + 2, 0);
        }

        return shape.Quotes.Contains(text[i], StringComparison.Ordinal) ? Blank(code, i + 1, StringEnd(text, i), 1) : i + 1;
    }

    private static int StringEnd(string text, int open)
    {
        for (var i = open + 1; i < text.Length; i++)
        {
            if (text[i] == text[open] || text[i] == '\n')
            {
                return i;
            }

            i += text[i] == '\\' ? 1 : 0;
        }

        return text.Length;
    }

    private static int Blank(char[] code, int from, int to, int further)
    {
        for (var i = from; i < to; i++)
        {
            code[i] = code[i] is '\n' or '\r' ? code[i] : ' ';
        }

        return Math.Min(to + further, code.Length);
    }

    private static bool StartsAt(string text, int at, string word) => string.CompareOrdinal(text, at, word, 0, word.Length) == 0;
}
