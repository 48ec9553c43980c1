namespace Orchestrator.Engine.Git.Guarding;

/// <summary>Judges one assertion by its text: whether it can fail, and how much it asks.</summary>
internal static class Assertion
{
    // These fail by being reached, or ask by their name alone, whatever they are given.
    private static readonly string[] ByName = ["fail", "error", "throw", "raise", "exception", "fatal", "called", "verify", "multiple", "is_expected", "flunk", "received", "mustha", "panic", "warns"];

    private static readonly string[] Lax =
    [
        "NotNull", "NotBeNull", "IsNotNone", "is not None", "IsNotNull", "toBeDefined", "toBeTruthy", "not.toBeNull", "not.toBeUndefined", "NotNil", "not_to be_nil", "to be_truthy", "refute_nil", "is_some()", "is_ok()", "IsNotEmpty", "to.exist", "!= nil", "!= null", "!== undefined",
    ];

    private static readonly string[] Words = ["true", "false", "True", "False", "null", "None", "nil", "NULL", "undefined", "YES", "NO"];

    /// <summary>Whether it asks only that something is there.</summary>
    public static bool IsLax(string name, string rest)
    {
        var line = name + Line(rest);
        return Array.Exists(Lax, word => line.Contains(word, StringComparison.Ordinal));
    }

    /// <summary>Whether it cannot fail.</summary>
    /// <param name="name">The assertion's name, with the bracket when it has one.</param>
    /// <param name="rest">The code behind it.</param>
    /// <param name="said">The same with what its strings say.</param>
    /// <param name="pattern">By which it was found.</param>
    public static bool IsTrivial(string name, string rest, string said, string pattern)
    {
        if (Array.Exists(ByName, word => name.Contains(word, StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        var bracket = name[^1] == '(';
        var end = bracket ? Close(rest) : Line(rest).Length;
        if (end < 0 || (!bracket && name[^1] is '<' or '.' or '{' or '['))
        {
            return false;
        }

        var arguments = Arguments(rest[..end], said[..end]);
        if (arguments.Count == 0)
        {
            return false;
        }

        var (first, meant) = arguments[0];
        if (!bracket && pattern == "assert")
        {
            return IsConstant(first, meant); // what follows is the message
        }

        if (bracket && name.StartsWith("expect", StringComparison.OrdinalIgnoreCase) && arguments.Count == 1)
        {
            return IsConstant(first, meant) || IsMetByItself(meant, rest[end..], said[end..]);
        }

        return arguments.TrueForAll(a => IsConstant(a.Code, a.Said)) || (arguments.Count == 2 && arguments[1].Said == meant) || (arguments.Count <= 2 && IsConstant(first, meant) && IsTruth(name));
    }

    /// <summary><c>expect(x).toBe(x)</c>.</summary>
    private static bool IsMetByItself(string meant, string rest, string said)
    {
        var open = rest.IndexOf('(', StringComparison.Ordinal);
        var close = open < 0 ? -1 : Close(rest[(open + 1)..]);
        return close >= 0 && !rest.AsSpan(0, open).ContainsAny('\n', ';') && said.Substring(open + 1, close).Trim() == meant && !rest.AsSpan(0, open).Contains("not", StringComparison.Ordinal);
    }

    private static bool IsTruth(string name) => name.Contains("True", StringComparison.OrdinalIgnoreCase) || name is "assert(" or "assert.ok(" or "assert!(";

    private static bool IsConstant(string code, string said)
    {
        var text = code.Trim();
        foreach (var always in new[] { "|| true", "or True", "or true", "|| 1" })
        {
            if (text.EndsWith(always, StringComparison.Ordinal))
            {
                return true;
            }
        }

        var sides = Sides(code, said);
        return sides is [var (left, leftSaid), var (right, rightSaid)] ? leftSaid == rightSaid || (IsLiteral(left) && IsLiteral(right)) : IsLiteral(text);
    }

    private static List<(string, string)> Sides(string code, string said)
    {
        var at = code.IndexOf("==", StringComparison.Ordinal);
        if (at < 0)
        {
            return [];
        }

        var length = at + 2 < code.Length && code[at + 2] == '=' ? 3 : 2;
        return [(code[..at].Trim(), said[..at].Trim()), (code[(at + length)..].Trim(), said[(at + length)..].Trim())];
    }

    private static bool IsLiteral(string text)
    {
        text = text.TrimStart('!').Trim();
        text = text.StartsWith("not ", StringComparison.Ordinal) ? text[4..].Trim() : text;
        return text.Length > 0
            && (Array.IndexOf(Words, text) >= 0
                || (char.IsAsciiDigit(text[0]) && text.All(c => char.IsLetterOrDigit(c) || c is '.' or '_'))
                || (text.Length > 1 && text[0] is '"' or '\'' or '`' && text.IndexOf(text[0], 1) == text.Length - 1));
    }

    private static string Line(string rest) => rest.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var end ? rest[..end] : rest;

    private static int Close(string rest)
    {
        var depth = 1;
        for (var i = 0; i < rest.Length; i++)
        {
            depth += rest[i] switch { '(' or '[' or '{' => 1, ')' or ']' or '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return i;
            }
        }

        return -1;
    }

    private static List<(string Code, string Said)> Arguments(string code, string said)
    {
        var list = new List<(string, string)>();
        int depth = 0, start = 0;
        for (var i = 0; i <= code.Length; i++)
        {
            if (i == code.Length || (code[i] == ',' && depth == 0))
            {
                if (!string.IsNullOrWhiteSpace(code[start..i]))
                {
                    list.Add((code[start..i].Trim(), said[start..i].Trim()));
                }

                start = i + 1;
                continue;
            }

            depth += code[i] switch { '(' or '[' or '{' => 1, ')' or ']' or '}' => -1, _ => 0 };
        }

        return list;
    }
}
