using System.Text.RegularExpressions;

namespace Orchestrator.Engine.Secrets;

/// <summary>One kind of secret that is known by its form.</summary>
/// <param name="Name">Its name in settings and in what is put in its place.</param>
/// <param name="Title">What it is, for people.</param>
/// <param name="Form">The whole of it from a place on; begins with <c>\G</c>, and has no part that could be read in two ways.</param>
/// <param name="Anchors">What of it is always there. It is looked for first, in all of a text at once; the form is tried around it only.</param>
internal sealed record SecretRule(string Name, string Title, Regex Form, params string[] Anchors)
{
    /// <summary>The value begins after the anchor, which says only what it is.</summary>
    public bool IsBehind { get; init; }

    /// <summary>The anchor stands in the middle: the value begins before it, at most so many of these characters, the last time with this sign.</summary>
    public (int Most, Func<char, bool> Takes, string Sign)? Before { get; init; }

    /// <summary>Where the value may begin when the anchor was found; null when something stands before it that makes it part of a longer word.</summary>
    public int? BeginOf(ReadOnlySpan<char> text, int at, string anchor)
    {
        if (IsBehind)
        {
            return at + anchor.Length;
        }

        var begin = at;
        if (Before is var (most, takes, sign))
        {
            while (begin > 0 && at - begin < most && takes(text[begin - 1]))
            {
                begin--;
            }

            return sign.Length == 0 ? begin : begin + Math.Max(0, text[begin..at].LastIndexOf(sign));
        }

        return IsInWord(text, begin) ? null : begin;
    }

    /// <summary>What is escaped ends in a letter too: the n of a line feed, the D of a <c>%3D</c>.</summary>
    private static bool IsInWord(ReadOnlySpan<char> text, int begin) =>
        begin > 0 && char.IsAsciiLetterOrDigit(text[begin - 1])
        && !(begin > 1 && text[begin - 2] == '\\' && text[begin - 1] is 'n' or 'r' or 't')
        && !(begin > 2 && text[begin - 3] == '%' && char.IsAsciiHexDigit(text[begin - 2]) && char.IsAsciiHexDigit(text[begin - 1]));
}
