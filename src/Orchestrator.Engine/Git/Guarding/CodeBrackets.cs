namespace Orchestrator.Engine.Git.Guarding;

/// <summary>Looks ahead over brackets. All looks at a text together have a bound; beyond it nothing is found.</summary>
internal sealed class CodeBrackets(string code)
{
    private long _left = (8L * code.Length) + 10_000;

    /// <summary>How many things stand between an opening bracket and its closing one, and where that is (or the text's end).</summary>
    public (int Count, int Close) Elements(int open)
    {
        int depth = 0, count = 0;
        var pending = false;
        for (var i = open; i < code.Length && _left-- > 0; i++)
        {
            switch (code[i])
            {
                case '(' or '[' or '{':
                    pending |= depth > 0;
                    depth++;
                    break;
                case ')' or ']' or '}':
                    if (--depth == 0)
                    {
                        return (count + (pending ? 1 : 0), i);
                    }

                    break;
                case ',' when depth == 1:
                    count += pending ? 1 : 0;
                    pending = false;
                    break;
                case var c:
                    pending |= !char.IsWhiteSpace(c);
                    break;
            }
        }

        return (0, code.Length);
    }

    /// <summary>Where the bracket closes.</summary>
    public int Close(int open) => Elements(open).Close;

    /// <summary>The size of the list among arguments that begin here: the second one's, or else the first one's.</summary>
    public int Arguments(int at)
    {
        int first = 0, second = 0, argument = 0;
        for (var i = at; i < code.Length && _left-- > 0 && code[i] != ')'; i++)
        {
            if (code[i] == ',')
            {
                argument++;
            }
            else if (code[i] is '[' or '{' or '(')
            {
                var (count, close) = Elements(i);
                first = argument == 0 && first == 0 ? count : first;
                second = argument == 1 && second == 0 ? count : second;
                i = close;
            }
        }

        return second > 0 ? second : first;
    }

    /// <summary>The size of the group that follows the one we are in.</summary>
    public int SecondGroup(int inside)
    {
        var i = Close(inside - 1) + 1;
        while (i < code.Length && char.IsWhiteSpace(code[i]) && _left-- > 0)
        {
            i++;
        }

        return i < code.Length && code[i] == '{' ? Elements(i).Count : 0;
    }
}
