namespace Orchestrator.Engine.Secrets;

/// <summary>Private keys in a block of many lines, as they stand in files of their own, in JSON with <c>\n</c>, or in source code.</summary>
internal static class PrivateKeys
{
    /// <summary>The rule's name.</summary>
    public const string Pem = "private-key";

    /// <summary>The name of the rule for a key in the file of a Google service account.</summary>
    public const string ServiceAccount = "google-service-account";

    /// <summary>What every one begins with.</summary>
    public const string Anchor = "-----BEGIN ";

    private const string Ending = "PRIVATE KEY";
    private const int LongestTitle = 60;
    private const int LongestBody = 32 * 1024;
    private const int ShortestBody = 48;

    /// <summary>The block that begins there; null when it is another one, or has nothing in it.</summary>
    public static SecretSpan? At(ReadOnlySpan<char> text, int at)
    {
        var header = text[at..Math.Min(text.Length, at + LongestTitle)];
        var close = header[Anchor.Length..].IndexOf("-----");
        if (close < 0 || !header[Anchor.Length..(Anchor.Length + close)].Contains(Ending, StringComparison.Ordinal))
        {
            return null;
        }

        var start = at + Anchor.Length + close + 5;
        var window = text[start..Math.Min(text.Length, start + LongestBody)];
        var stop = window.IndexOf("-----END");
        var body = stop < 0 ? window : window[..stop];
        Span<char> letters = stackalloc char[256];
        var count = Letters(body, letters);
        if (count < ShortestBody || !Plausible.IsVaried(letters[..count], 4.0))
        {
            return null;
        }

        var length = stop < 0 ? body.IndexOf("\n\n") is >= 0 and var gap ? start + gap - at : start + body.Length - at : start + stop - at;
        var before = text[Math.Max(0, at - 24)..at];
        return before.Contains("private_key", StringComparison.Ordinal)
            ? new SecretSpan(ServiceAccount, "the key of a Google service account", at, length)
            : new SecretSpan(Pem, "a private key", at, length);
    }

    /// <summary>The first letters of the key itself: what is escaped, quoted, or says how it is encrypted is passed over.</summary>
    private static int Letters(ReadOnlySpan<char> body, Span<char> into)
    {
        var count = 0;
        foreach (var line in body.ToString().Replace("\\n", "\n", StringComparison.Ordinal).EnumerateLines())
        {
            if (line.Contains(':'))
            {
                continue;
            }

            foreach (var c in line)
            {
                if (count < into.Length && (char.IsAsciiLetterOrDigit(c) || c is '+' or '/'))
                {
                    into[count++] = c;
                }
            }
        }

        return count;
    }
}
