namespace Orchestrator.Engine.Git.Merging;

/// <summary>What the resolution made.</summary>
internal sealed class ResultTree
{
    private readonly Dictionary<string, Entry> _all;
    private readonly IReadOnlyList<Difference> _differs;

    /// <summary>Reads <c>ls-tree -r -z</c>, and keeps in what it differs from git's own merge.</summary>
    public ResultTree(string listing, IReadOnlyList<Difference> differs)
    {
        _differs = differs;
        _all = listing.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t', 2)).ToDictionary(
            parts => parts[1], parts => new Entry(parts[0].Split(' ')[0], parts[0].Split(' ')[2]), StringComparer.Ordinal);
    }

    /// <summary>What stands at a path.</summary>
    public Entry? At(string path) => _all.GetValueOrDefault(path);

    /// <summary>Whether the resolution put something like this elsewhere.</summary>
    public bool HasElsewhere(Entry entry, IReadOnlyList<string> names) =>
        _differs.Any(d => !names.Contains(d.Path) && d.New is { } made && made.Kind == entry.Kind && made.Object == entry.Object && d.Old?.Object != entry.Object);

    /// <summary>All that has to be read of it.</summary>
    public IEnumerable<Entry> Entries(IEnumerable<Meeting> meetings) =>
        meetings.SelectMany(m => m.Names).Select(At).Concat(_differs.SelectMany(d => new[] { d.Old, d.New })).OfType<Entry>();

    /// <summary>The lines that it wrote itself, trimmed: they stand in no side's text of the same file.</summary>
    public IReadOnlySet<string> Elsewhere(IEnumerable<Meeting> meetings, IReadOnlyDictionary<string, string> texts)
    {
        var sides = meetings.SelectMany(m => m.Names.Select(name => (name, m))).ToLookup(p => p.name, p => p.m, StringComparer.Ordinal);
        var lines = new HashSet<string>(StringComparer.Ordinal);
        foreach (var differs in _differs.Where(d => d.New?.Kind == Kind.File))
        {
            var before = sides[differs.Path].SelectMany(m => m.Entries).ToList();
            if (before.Count == 0 && differs.Old is { } old)
            {
                before.Add(old);
            }

            var known = before.Where(e => e.Kind == Kind.File).SelectMany(e => LineTable.Split(texts[e.Object])).Select(line => line.Trim()).ToHashSet(StringComparer.Ordinal);
            lines.UnionWith(LineTable.Split(texts[differs.New!.Object]).Select(line => line.Trim()).Where(line => !known.Contains(line)));
        }

        return lines;
    }
}
