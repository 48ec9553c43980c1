namespace Orchestrator.Engine.Git.Guarding;

/// <summary>
/// A piece of code to look for, written as it stands there: a blank is any run of blanks, <c>*</c> any run of letters
/// that a name may have. What begins or ends like a name is found only as a whole one.
/// </summary>
internal sealed class CodePattern(string text)
{
    /// <summary>As written.</summary>
    public string Text { get; } = text;

    /// <summary>Whether a letter may be part of a name.</summary>
    public static bool IsName(char c) => char.IsLetterOrDigit(c) || c == '_';

    /// <summary>Where the piece ends that begins at <paramref name="at"/>; -1 when none does.</summary>
    public int EndAt(string code, int at)
    {
        if (IsName(Text[0]) && at > 0 && IsName(code[at - 1]))
        {
            return -1;
        }

        var end = at;
        foreach (var c in Text)
        {
            if (c == '*')
            {
                while (end < code.Length && IsName(code[end]))
                {
                    end++;
                }
            }
            else if (c == ' ')
            {
                while (end < code.Length && code[end] is ' ' or '\t')
                {
                    end++;
                }
            }
            else if (end < code.Length && code[end] == c)
            {
                end++;
            }
            else
            {
                return -1;
            }
        }

        return IsName(Text[^1]) && end < code.Length && IsName(code[end]) ? -1 : end;
    }
}

/// <summary>Patterns by their first letter, so that a text is gone through once.</summary>
internal sealed class CodePatterns
{
    private readonly Dictionary<char, CodePattern[]> _byFirst;
    private readonly bool _asMember;

    /// <param name="patterns">In the order in which they are tried.</param>
    /// <param name="asMember">Whether those that begin like a name may stand behind a dot.</param>
    public CodePatterns(IEnumerable<string> patterns, bool asMember)
    {
        _byFirst = patterns.Select(text => new CodePattern(text)).GroupBy(p => p.Text[0]).ToDictionary(g => g.Key, g => g.ToArray());
        _asMember = asMember;
    }

    /// <summary>The pattern that fits at a place, and where the piece ends.</summary>
    public (CodePattern Pattern, int End)? At(string code, int at)
    {
        if (!_byFirst.TryGetValue(code[at], out var patterns) || (!_asMember && at > 0 && code[at - 1] == '.' && CodePattern.IsName(code[at])))
        {
            return null;
        }

        foreach (var pattern in patterns)
        {
            if (pattern.EndAt(code, at) is >= 0 and var end)
            {
                return (pattern, end);
            }
        }

        return null;
    }
}
