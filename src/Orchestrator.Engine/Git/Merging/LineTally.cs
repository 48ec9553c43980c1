namespace Orchestrator.Engine.Git.Merging;

/// <summary>The cheaper check for files too long to be compared line by line: it counts lines and knows no places.</summary>
internal static class LineTally
{
    /// <summary>What of either side's added lines is missing; as many may be missing as the result has lines of its own.</summary>
    public static IReadOnlyList<Vanished> Look(string path, string @base, string ours, string theirs, string result, IReadOnlySet<string> elsewhere)
    {
        var (inBase, inOurs, inTheirs, inResult) = (Count(@base), Count(ours), Count(theirs), Count(result));
        var own = inResult.Keys.Count(line => !inBase.ContainsKey(line) && !inOurs.ContainsKey(line) && !inTheirs.ContainsKey(line));
        return [.. Missing(ours, inOurs, inTheirs, Side.Integrated), .. Missing(theirs, inTheirs, inOurs, Side.Milestone)];

        IEnumerable<Vanished> Missing(string text, Dictionary<string, int> mine, Dictionary<string, int> other, Side side)
        {
            var missing = new List<Vanished>();
            var number = 0;
            foreach (var line in LineTable.Split(text))
            {
                number++;
                var before = inBase.GetValueOrDefault(line);
                var needed = mine.GetValueOrDefault(line) - Math.Max(0, before - other.GetValueOrDefault(line));
                if (mine.GetValueOrDefault(line) > before && inResult.GetValueOrDefault(line) < needed && LineTable.Tells(line) && !elsewhere.Contains(line.Trim()))
                {
                    missing.Add(new Vanished(path, side, number, SideCheck.Excerpt(line)));
                    mine.Remove(line); // said once
                }
            }

            return missing.Count > own ? missing : [];
        }
    }

    private static Dictionary<string, int> Count(string text)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in LineTable.Split(text))
        {
            counts[line] = counts.GetValueOrDefault(line) + 1;
        }

        return counts;
    }
}
