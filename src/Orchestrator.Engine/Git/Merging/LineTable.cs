namespace Orchestrator.Engine.Git.Merging;

/// <summary>Numbers for lines, so that they are compared cheaply. Line ends are no part of a line.</summary>
internal sealed class LineTable
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _lines = [];

    /// <summary>The lines of a text, as numbers.</summary>
    public int[] Read(string text) => [.. Split(text).Select(Number)];

    /// <summary>A line.</summary>
    public string this[int number] => _lines[number];

    /// <summary>The number of the same line without the white space around it.</summary>
    public int Trimmed(int number) => Number(_lines[number].Trim());

    /// <summary>Whether a line says something: one of brackets alone stands in every text.</summary>
    public bool Tells(int number) => Tells(_lines[number]);

    /// <summary>Whether a line says something.</summary>
    public static bool Tells(string line) => line.Any(IsOfWord);

    /// <summary>The lines of a text without their ends; what follows the last end is a line when it is not empty.</summary>
    public static IEnumerable<string> Split(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            var stop = end < 0 ? text.Length : end;
            yield return text[at..(stop > at && text[stop - 1] == '\r' ? stop - 1 : stop)];
            at = stop + 1;
        }
    }

    /// <summary>The words of a line. Bytes beyond ASCII count as letters, whatever the encoding.</summary>
    public static HashSet<string> Words(string line)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at < line.Length; at++)
        {
            var start = at;
            for (; at < line.Length && IsOfWord(line[at]); at++)
            {
            }

            if (at > start)
            {
                words.Add(line[start..at]);
            }
        }

        return words;
    }

    private static bool IsOfWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_' || c >= 0x80;

    private int Number(string line)
    {
        if (!_numbers.TryGetValue(line, out var number))
        {
            _numbers[line] = number = _lines.Count;
            _lines.Add(line);
        }

        return number;
    }
}
