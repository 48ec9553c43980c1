using System.IO.Enumeration;

namespace Orchestrator.Engine.Gates.Reports;

/// <summary>A pattern for paths below a folder: <c>*</c> and <c>?</c> inside a name, <c>**</c> for any folders, also none.</summary>
internal sealed class FilePattern
{
    private readonly string[] _parts;

    /// <summary>Makes one of a text such as <c>TestResults/*.trx</c>. A pattern that leads outside matches nothing.</summary>
    public FilePattern(string pattern) =>
        _parts = [.. pattern.Replace('\\', '/').Split('/').Where(part => part is not ("" or "."))];

    /// <summary>True when the whole path matches.</summary>
    /// <param name="path">The names on the way from the folder, the last one the file's.</param>
    public bool IsMatch(IReadOnlyList<string> path) => Walk(path)[_parts.Length];

    /// <summary>True when something below this folder can match.</summary>
    public bool CanHold(IReadOnlyList<string> folder) => Walk(folder).AsSpan(0, _parts.Length).Contains(true);

    // All ways of matching at once, so that many "**" cost no more than their number times the depth.
    private bool[] Walk(IReadOnlyList<string> path)
    {
        var at = new bool[_parts.Length + 1];
        at[0] = true;
        Skip(at);
        foreach (var name in path)
        {
            var next = new bool[at.Length];
            for (var i = 0; i < _parts.Length; i++)
            {
                if (at[i])
                {
                    var deep = _parts[i] == "**";
                    next[i] |= deep;
                    next[i + 1] |= !deep && FileSystemName.MatchesSimpleExpression(_parts[i], name, ignoreCase: false);
                }
            }

            Skip(next);
            at = next;
        }

        return at;
    }

    private void Skip(bool[] at)
    {
        for (var i = 0; i < _parts.Length; i++)
        {
            at[i + 1] |= at[i] && _parts[i] == "**";
        }
    }
}
