namespace Orchestrator.Core.Plans;

/// <summary>
/// Whether two scopes can mean the same file, by their globs alone: no file has to be there yet. Where it cannot be told
/// (a set such as <c>[a-z]</c>), they meet.
/// </summary>
public static class ScopeOverlap
{
    private const int MostAlternatives = 64;

    /// <summary>A glob of one and a glob of the other that meet; null when none do, or when a scope is empty and so says nothing.</summary>
    public static (string One, string Other)? Of(IReadOnlyList<string> one, IReadOnlyList<string> other)
    {
        foreach (var a in one.Where(Takes))
        {
            foreach (var b in other.Where(Takes))
            {
                if (!TakenBack(one, b) && !TakenBack(other, a) && Meet(a, b))
                {
                    return (a, b);
                }
            }
        }

        return null;
    }

    /// <summary>
    /// Whether a path can fit both globs. One that meets a folder holds for all in it. A bare name, which holds at any depth,
    /// is not looked for below what the other one names: else any two names would meet, in a folder of the other's name.
    /// </summary>
    public static bool Meet(string one, string other) =>
        Alternatives(one).Exists(a => Alternatives(other).Exists(b => Meet(Segments(a), IsBare(a), Segments(b), IsBare(b))));

    private static bool Takes(string glob) => !glob.StartsWith('!');

    /// <summary>A scope that takes back what the other names, or a folder above it.</summary>
    private static bool TakenBack(IReadOnlyList<string> scope, string glob) => scope.Where(g => !Takes(g)).Select(g => Bare(g[1..])).Any(
        back => Bare(glob) == back || Bare(glob).StartsWith(back + "/", StringComparison.Ordinal));

    private static string Bare(string glob)
    {
        var bare = glob.Trim().Trim('/');
        return bare.EndsWith("/**", StringComparison.Ordinal) ? bare[..^3] : bare;
    }

    private static string[] Segments(string glob)
    {
        var body = glob.StartsWith("./", StringComparison.Ordinal) ? glob[1..] : glob;
        var segments = body.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return IsBare(glob) ? ["**", .. segments] : segments;
    }

    private static bool IsBare(string glob) => !(glob.StartsWith("./", StringComparison.Ordinal) ? glob[1..] : glob).TrimEnd('/').Contains('/', StringComparison.Ordinal);

    private static List<string> Alternatives(string glob)
    {
        var done = new List<string>();
        var open = new Stack<string>([glob.Trim()]);
        while (open.TryPop(out var text))
        {
            var end = text.IndexOf('}', StringComparison.Ordinal);
            var start = end < 0 ? -1 : text.LastIndexOf('{', end);
            if (start < 0 || done.Count + open.Count >= MostAlternatives)
            {
                done.Add(text);
                continue;
            }

            foreach (var part in text[(start + 1)..end].Split(','))
            {
                open.Push(text[..start] + part + text[(end + 1)..]);
            }
        }

        return done;
    }

    /// <summary>From the ends to the beginning: what is left of both can meet when the rest can.</summary>
    private static bool Meet(string[] one, bool oneIsBare, string[] other, bool otherIsBare)
    {
        var meet = new bool[one.Length + 1, other.Length + 1];
        for (var i = one.Length; i >= 0; i--)
        {
            for (var j = other.Length; j >= 0; j--)
            {
                if (i == one.Length || j == other.Length)
                {
                    meet[i, j] = !(oneIsBare && i == 0) && !(otherIsBare && j == 0); // a folder of one, and all below it
                    continue;
                }

                meet[i, j] = (one[i] == "**" && (meet[i + 1, j] || meet[i, j + 1]))
                    || (other[j] == "**" && (meet[i, j + 1] || meet[i + 1, j]))
                    || (one[i] != "**" && other[j] != "**" && meet[i + 1, j + 1] && NamesMeet(one[i], other[j]));
            }
        }

        return meet[0, 0];
    }

    private static bool NamesMeet(string one, string other)
    {
        var meet = new bool[one.Length + 1, other.Length + 1];
        for (var i = one.Length; i >= 0; i--)
        {
            for (var j = other.Length; j >= 0; j--)
            {
                var (a, b) = (i < one.Length ? one[i] : '\0', j < other.Length ? other[j] : '\0');
                meet[i, j] = (a == '\0' && b == '\0')
                    || a == '[' || b == '['
                    || (a == '*' && (meet[i + 1, j] || (b != '\0' && meet[i, j + 1])))
                    || (b == '*' && (meet[i, j + 1] || (a != '\0' && meet[i + 1, j])))
                    || (a != '\0' && b != '\0' && (a == b || a == '?' || b == '?') && meet[i + 1, j + 1]);
            }
        }

        return meet[0, 0];
    }
}
