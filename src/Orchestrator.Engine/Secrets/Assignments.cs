using System.Buffers;

namespace Orchestrator.Engine.Secrets;

/// <summary>
/// Secrets without a form of their own: what is assigned to a name that ends in <c>password</c>, <c>secret</c>,
/// <c>token</c> or <c>key</c> and looks drawn at random. With care: text is full of such names, and of what is no secret.
/// </summary>
internal static class Assignments
{
    /// <summary>The rule's name.</summary>
    public const string Rule = "assigned-secret";

    private const string Title = "a secret that is assigned to a name";
    private const int Shortest = 16;
    private const int Longest = 256;

    private static readonly string[] Words =
        ["password", "passwd", "passphrase", "pwd", "secret", "token", "api_key", "apikey", "api-key", "access_key", "accesskey", "access-key", "auth_key", "authkey", "secret_key", "secretkey", "secret-key", "private_key", "privatekey", "encryption_key", "signing_key", "credential", "credentials"];

    private static readonly SearchValues<string> Anchors = SearchValues.Create(Words, StringComparison.OrdinalIgnoreCase);

    // Names that end in the same words and say what everybody may know.
    private static readonly SearchValues<string> Open = SearchValues.Create(
        ["public", "next", "page", "continuation", "cancel", "hash", "digest", "checksum", "fingerprint", "partition", "sort", "sync"], StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-.~!@#$%^*:");

    /// <summary>Finds them.</summary>
    public static void Find(ReadOnlySpan<char> text, List<SecretSpan> found)
    {
        for (var at = 0; text[at..].IndexOfAny(Anchors) is >= 0 and var step;)
        {
            at += step;
            if (ValueAfter(text, at) is var (start, length))
            {
                found.Add(new SecretSpan(Rule, Title, start, length));
                at = start + length;
            }
            else
            {
                at++;
            }
        }
    }

    private static (int Start, int Length)? ValueAfter(ReadOnlySpan<char> text, int at)
    {
        var end = at + WordAt(text[at..]);
        if (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            return null;
        }

        var start = Skip(text, end, "\\\"'`]");
        start = Skip(text, start, " \t");
        var operated = Skip(text, start, ":=>");
        if (operated - start is 0 or > 3 && !(operated > end && IsOption(text, at)))
        {
            return null;
        }

        start = Skip(text, operated, " \t");
        var isQuoted = start < text.Length && (text[start] is '"' or '\'' or '`' || (text[start] == '\\' && start + 1 < text.Length && text[start + 1] is '"' or '\''));
        start = isQuoted ? Skip(text, start, "\\\"'`") : start;
        var window = text[start..Math.Min(text.Length, start + Longest + 1)];
        var length = window.IndexOfAnyExcept(Allowed) is >= 0 and var stop ? stop : window.Length;
        if (length is < Shortest or > Longest || (!isQuoted && start + length < text.Length && text[start + length] is '(' or '[' or '{') || NameBefore(text, at).ContainsAny(Open))
        {
            return null;
        }

        // Elsewhere than in quotes a name of the program may stand; in an address, in markup and in the environment none does.
        var next = start + length < text.Length ? text[start + length] : ' ';
        var isCertain = isQuoted || next is '&' or '<' || char.IsAsciiLetterUpper(text[end - 1]) || IsOption(text, at);
        return Plausible.IsRandom(text.Slice(start, length), isCertain) ? (start, length) : null;
    }

    /// <summary>The longest of the words that begins there.</summary>
    private static int WordAt(ReadOnlySpan<char> text)
    {
        var longest = 0;
        foreach (var word in Words)
        {
            longest = word.Length > longest && text.StartsWith(word, StringComparison.OrdinalIgnoreCase) ? word.Length : longest;
        }

        return longest;
    }

    private static int Skip(ReadOnlySpan<char> text, int at, ReadOnlySpan<char> over)
    {
        while (at < text.Length && over.Contains(text[at]))
        {
            at++;
        }

        return at;
    }

    /// <summary>Whether a name is an option of a command line, whose value needs no sign between.</summary>
    private static bool IsOption(ReadOnlySpan<char> text, int at)
    {
        var name = NameBefore(text, at);
        return name.StartsWith("--");
    }

    private static ReadOnlySpan<char> NameBefore(ReadOnlySpan<char> text, int at)
    {
        var begin = at;
        while (begin > 0 && at - begin < 40 && (char.IsAsciiLetterOrDigit(text[begin - 1]) || text[begin - 1] is '_' or '-' or '.'))
        {
            begin--;
        }

        return text[begin..at];
    }
}
