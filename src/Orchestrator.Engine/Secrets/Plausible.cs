using System.Buffers;

namespace Orchestrator.Engine.Secrets;

/// <summary>Tells what somebody drew at random from what somebody wrote. Documents and tests are full of values that only have the form of a secret.</summary>
internal static class Plausible
{
    // As people write them: drawn text holds a short word far more often when its case does not matter.
    private static readonly SearchValues<string> Placeholders = SearchValues.Create(
        [.. new[] { "example", "changeme", "change-me", "change_me", "placeholder", "dummy", "your", "xxxxx", "redacted", "sample", "fake", "insert", "todo-", "todo_", "notreal", "not-real", "mysecret", "my-secret", "my_secret", "password", "deadbeef" }
            .SelectMany(word => new[] { word, word.ToUpperInvariant(), char.ToUpperInvariant(word[0]) + word[1..] }), "${", "{{", "..."],
        StringComparison.Ordinal);

    /// <summary>Whether a value that has a secret's form may be one.</summary>
    /// <param name="value">The value.</param>
    /// <param name="least">The least entropy for each character, in bits.</param>
    public static bool IsDrawn(ReadOnlySpan<char> value, double least = 2.5) => !value.ContainsAny(Placeholders) && IsVaried(value, least);

    /// <summary>Whether it is neither the same again and again nor a part of the alphabet.</summary>
    public static bool IsVaried(ReadOnlySpan<char> value, double least) => Entropy(value) >= least && Steps(value) * 2 < value.Length;

    /// <summary>
    /// Whether a value without a form of its own looks drawn. Names change between letters and digits seldom, drawn text
    /// does all the time; what is put together with hyphens or dots is judged by its longest part.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <param name="isCertain">False when it might as well be a name of the program: then more is asked.</param>
    public static bool IsRandom(ReadOnlySpan<char> value, bool isCertain)
    {
        if (!IsDrawn(value, 3.0))
        {
            return false;
        }

        var part = LongestPart(value, isCertain || value.Contains('+') ? "-_.:" : "-_.:/"); // a name of a file holds no plus
        if (part.Length < 16)
        {
            return false;
        }

        int letters = 0, digits = 0, clusters = 0, changes = 0;
        for (var i = 0; i < part.Length; i++)
        {
            var kind = KindOf(part[i]);
            letters += kind is 'a' or 'A' ? 1 : 0;
            digits += kind == '0' ? 1 : 0;
            var before = i == 0 ? ' ' : KindOf(part[i - 1]);
            changes += i > 0 && kind != before ? 1 : 0;
            clusters += kind == '0' && before != '0' ? 1 : 0;
        }

        var rate = (double)changes / part.Length;
        return letters >= 3 && (isCertain
            ? digits >= 1 && (rate >= 0.4 || (clusters >= 2 && rate >= 0.3) || (clusters >= 3 && rate >= 0.15))
            : digits >= 2 && (rate >= 0.5 || (clusters >= 3 && rate >= 0.22)));
    }

    private static double Entropy(ReadOnlySpan<char> value)
    {
        Span<int> counts = stackalloc int[128];
        foreach (var c in value)
        {
            counts[c & 127]++;
        }

        var bits = 0.0;
        foreach (var count in counts)
        {
            bits -= count == 0 ? 0 : (double)count / value.Length * Math.Log2((double)count / value.Length);
        }

        return bits;
    }

    /// <summary>How often a character follows the one before it in the alphabet, or is the same.</summary>
    private static int Steps(ReadOnlySpan<char> value)
    {
        var steps = 0;
        for (var i = 1; i < value.Length; i++)
        {
            steps += value[i] - value[i - 1] is 0 or 1 or -1 ? 1 : 0;
        }

        return steps;
    }

    private static ReadOnlySpan<char> LongestPart(ReadOnlySpan<char> value, ReadOnlySpan<char> between)
    {
        ReadOnlySpan<char> longest = [];
        foreach (var range in value.SplitAny(between))
        {
            longest = value[range].Length > longest.Length ? value[range] : longest;
        }

        return longest;
    }

    private static char KindOf(char c) => c switch
    {
        >= 'a' and <= 'z' => 'a',
        >= 'A' and <= 'Z' => 'A',
        >= '0' and <= '9' => '0',
        _ => '+',
    };
}
