namespace Orchestrator.Engine.Git.Guarding;

/// <summary>
/// Counts tests, assertions and skip markers of one text, going through it once. No parser: what it sees is what a
/// reader sees who runs a finger down the page. Looking ahead has a bound, so that the time grows with the length alone.
/// </summary>
internal sealed class TestCounter
{
    private const int LongestHead = 600;

    private static readonly string[] Imports = ["import ", "using ", "use ", "from "];

    private readonly string _text;
    private readonly string _code;
    private readonly TestLanguage _language;
    private readonly TestCount _count = new();
    private readonly CodeBrackets _brackets;
    private int _cases = 1;
    private int _comingCases;
    private bool _mayHaveCases;
    private bool _asserted = true;

    private TestCounter(string text, TestLanguage language)
    {
        _text = text;
        _language = language;
        _code = CodeText.Strip(text, language.Shape);
        _brackets = new CodeBrackets(_code);
    }

    /// <summary>Counts.</summary>
    public static TestCount Count(string text, TestLanguage language)
    {
        var counter = new TestCounter(text, language);
        counter.Count();
        return counter._count;
    }

    private void Count()
    {
        var lineBegins = true;
        for (var i = 0; i < _code.Length; i++)
        {
            if (char.IsWhiteSpace(_code[i]))
            {
                lineBegins |= _code[i] == '\n';
                continue;
            }

            if (lineBegins && Array.Exists(Imports, word => string.CompareOrdinal(_code, i, word, 0, word.Length) == 0))
            {
                i = _code.IndexOf('\n', i) is >= 0 and var end ? end - 1 : _code.Length;
                continue;
            }

            lineBegins = false;
            i = Math.Max(i, At(i) - 1);
        }
    }

    /// <summary>Counts what begins at a place. Returns where to go on.</summary>
    private int At(int i)
    {
        var skipped = _language.Skips.At(_code, i);
        if (skipped is { } marker)
        {
            _count.Skips.Add(_code[i..marker.End].Trim());
        }

        if (_language.Lists.At(_code, i) is { } list)
        {
            TakeList(list.End);
            return list.End;
        }

        if (_language.Cases.At(_code, i) is { } one)
        {
            TakeCase();
            return one.End;
        }

        if (_language.Tests.At(_code, i) is { } test)
        {
            Begin(1 + _comingCases, NameOf(i, test.Pattern.Text, test.End));
            _comingCases = 0;
            _mayHaveCases = _language.WithCases.At(_code, i) is not null;
            return test.End;
        }

        if (skipped is null && _language.Assertions.At(_code, i) is { } assertion)
        {
            TakeAssertion(i, assertion.Pattern.Text, assertion.End);
            return assertion.End;
        }

        return i + 1;
    }

    private void Begin(int cases, string? name)
    {
        _count.Tests += cases;
        _cases = cases;
        _asserted = false;
        if (name is { Length: > 0 })
        {
            _count.Names.Add(name);
        }
    }

    private void TakeCase()
    {
        if (_mayHaveCases)
        {
            _mayHaveCases = false; // the first one is the test itself
            return;
        }

        _count.Tests++;
        _cases = _asserted ? 1 : _cases + 1;
        _asserted = false;
    }

    private void TakeList(int end)
    {
        var cases = Math.Max(1, _language.ListIsSecond ? _brackets.SecondGroup(end) : _brackets.Arguments(end));
        switch (_language.ListPlace)
        {
            case CaseList.Before:
                _comingCases += cases - 1;
                break;
            case CaseList.Itself:
                Begin(cases, null);
                break;
            default:
                _count.Tests += cases - 1;
                _cases += cases - 1;
                break;
        }
    }

    private void TakeAssertion(int at, string pattern, int end)
    {
        _asserted = true;
        var rest = _code[end..Math.Min(_code.Length, end + 300)];
        if (Assertion.IsTrivial(_code[at..end], rest, _text.Substring(end, rest.Length), pattern))
        {
            return;
        }

        var strict = !Assertion.IsLax(_code[at..end], rest);
        _count.Assertions += new Strength(1, _cases, strict ? 1 : 0, strict ? _cases : 0);
    }

    private string? NameOf(int at, string pattern, int end) => pattern switch
    {
        _ when pattern.Contains('*', StringComparison.Ordinal) => NameIn(_code[at..end]),
        _ when pattern[^1] is '(' or '"' or '\'' => Quoted(pattern[^1] == '(' ? end : end - 1),
        _ => NameAfter(end, pattern.Count(c => c == '[') - pattern.Count(c => c == ']')),
    };

    private static string NameIn(string head)
    {
        var end = head.AsSpan().TrimEnd("( )").Length;
        var start = end;
        while (start > 0 && CodePattern.IsName(head[start - 1]))
        {
            start--;
        }

        return head[start..end];
    }

    private string? Quoted(int at)
    {
        while (at < _code.Length && char.IsWhiteSpace(_code[at]))
        {
            at++;
        }

        var end = at < _code.Length && _code[at] is '"' or '\'' or '`' ? _code.IndexOf(_code[at], at + 1, Math.Min(200, _code.Length - at - 1)) : -1;
        return end < 0 ? null : _text[(at + 1)..end];
    }

    /// <summary>The name of the method that follows attributes or annotations: the first one before a bracket.</summary>
    private string? NameAfter(int at, int depth)
    {
        var last = Math.Min(_code.Length, at + LongestHead);
        var annotation = depth == 0 && at < last && _code[at] == '(';
        for (var i = at; i < last; i++)
        {
            depth += _code[i] switch { '[' => 1, ']' => -1, _ => 0 };
            annotation |= _code[i] == '@';
            if (_code[i] == '(' && depth == 0)
            {
                if (!annotation)
                {
                    return NameIn(_code[at..i]);
                }

                i = _brackets.Close(i);
                annotation = false;
            }
            else if (_code[i] == '\n')
            {
                annotation = false;
            }
        }

        return null;
    }
}
