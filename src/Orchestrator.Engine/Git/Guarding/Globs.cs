namespace Orchestrator.Engine.Git.Guarding;

/// <summary>
/// Globs as <c>.gitignore</c> has them: <c>*</c> and <c>?</c> stay within a name, <c>**</c> is any number of folders,
/// <c>[a-z]</c> one of them, <c>{a,b}</c> one or the other, <c>!</c> takes back. Without a slash, or with one at its end only, a glob
/// holds at any depth. One that meets a folder holds for all in it.
/// </summary>
public sealed class Globs
{
    private const int MostAlternatives = 256;

    private readonly List<(bool Takes, bool FolderOnly, string[] Segments)> _globs = [];

    /// <summary>Reads them; what is empty is passed over.</summary>
    public Globs(IEnumerable<string> globs)
    {
        foreach (var text in globs)
        {
            var takes = !text.StartsWith('!');
            foreach (var glob in Alternatives(takes ? text.Trim() : text[1..].Trim()))
            {
                Add(takes, glob);
            }
        }
    }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _globs.Count == 0;

    /// <summary>Whether a path of the repository is meant; the last glob that fits decides.</summary>
    public bool Match(string path)
    {
        var names = path.Split('/');
        for (var i = _globs.Count - 1; i >= 0; i--)
        {
            if (Fits(_globs[i].Segments, names, _globs[i].FolderOnly))
            {
                return _globs[i].Takes;
            }
        }

        return false;
    }

    private void Add(bool takes, string glob)
    {
        var folderOnly = glob.EndsWith('/');
        var body = glob.StartsWith("./", StringComparison.Ordinal) ? glob[1..] : glob;
        var anchored = body.TrimEnd('/').Contains('/', StringComparison.Ordinal);
        var segments = body.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length > 0)
        {
            _globs.Add((takes, folderOnly, anchored ? segments : ["**", .. segments]));
        }
    }

    /// <summary><c>a{b,c}d</c> is <c>abd</c> and <c>acd</c>. A brace that is not closed stands for itself.</summary>
    private static List<string> Alternatives(string glob)
    {
        var done = new List<string>();
        var open = new Stack<string>([glob]);
        while (open.TryPop(out var text))
        {
            var start = text.IndexOf('{', StringComparison.Ordinal);
            var end = start < 0 ? -1 : text.IndexOf('}', start);
            if (end < 0 || done.Count + open.Count >= MostAlternatives)
            {
                done.Add(text);
                continue;
            }

            start = text.LastIndexOf('{', end); // the innermost first
            foreach (var part in text[(start + 1)..end].Split(','))
            {
                open.Push(text[..start] + part + text[(end + 1)..]);
            }
        }

        return done;
    }

    /// <summary>Goes back only to the last <c>**</c>, so that the work is bounded by the product of the lengths.</summary>
    private static bool Fits(string[] glob, string[] names, bool folderOnly)
    {
        int g = 0, n = 0, star = -1, from = 0;
        while (true)
        {
            if (g == glob.Length && n > 0 && (n < names.Length || !folderOnly))
            {
                return true; // the path, or a folder above it
            }

            if (n == names.Length && !(g < glob.Length && glob[g] == "**"))
            {
                return false;
            }

            if (g < glob.Length && glob[g] == "**")
            {
                if (g == glob.Length - 1)
                {
                    return n < names.Length;
                }

                star = g++;
                from = n;
            }
            else if (g < glob.Length && NameGlob.Fits(glob[g], names[n]))
            {
                g++;
                n++;
            }
            else if (star >= 0 && from < names.Length)
            {
                g = star + 1;
                n = ++from;
            }
            else
            {
                return false;
            }
        }
    }
}

/// <summary>A glob for one name.</summary>
internal static class NameGlob
{
    /// <summary>Whether the name fits.</summary>
    public static bool Fits(ReadOnlySpan<char> glob, ReadOnlySpan<char> name)
    {
        int g = 0, n = 0, star = -1, from = 0;
        while (n < name.Length)
        {
            if (g < glob.Length && glob[g] == '*')
            {
                star = g++;
                from = n;
            }
            else if (g < glob.Length && One(glob, g, name[n], out var next))
            {
                g = next;
                n++;
            }
            else if (star >= 0)
            {
                g = star + 1;
                n = ++from;
            }
            else
            {
                return false;
            }
        }

        return glob[g..].TrimStart('*').IsEmpty;
    }

    private static bool One(ReadOnlySpan<char> glob, int at, char c, out int next)
    {
        next = at + 1;
        switch (glob[at])
        {
            case '?':
                return true;
            case '\\' when next < glob.Length:
                return glob[next++] == c;
            case '[' when glob[next..].IndexOf(']') is > 0 and var length:
                var set = glob.Slice(next, length);
                next += length + 1;
                var not = set[0] is '!' or '^';
                return In(not ? set[1..] : set, c) != not;
            default:
                return glob[at] == c;
        }
    }

    private static bool In(ReadOnlySpan<char> set, char c)
    {
        for (var i = 0; i < set.Length; i++)
        {
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                if (set[i] <= c && c <= set[i + 2])
                {
                    return true;
                }

                i += 2;
            }
            else if (set[i] == c)
            {
                return true;
            }
        }

        return false;
    }
}
