namespace Orchestrator.Engine.Tests.Git.Merging;

/// <summary>A file and what two sides make of it with random edits. No line stands twice, so each can be followed.</summary>
internal sealed record EditScript(string Path, string[] Base, string[] Ours, string[] Theirs)
{
    /// <summary>Makes the case of a number; the same number makes the same.</summary>
    public static EditScript Of(int number)
    {
        var random = new Random(number);
        var path = $"f{number:D6}";
        var written = 0;
        string[] lines = [.. Enumerable.Range(0, random.Next(0, 40)).Select(i => $"base {path} {i}")];
        var shared = random.Next(4) == 0 ? Edits(random.Next(1, 3), "both") : [];
        return new EditScript(path, lines, Apply([.. shared, .. Edits(random.Next(0, 4), "ours")]), Apply([.. shared, .. Edits(random.Next(0, 4), "theirs")]));

        List<(int At, int Delete, string[] Insert)> Edits(int count, string who) => [.. Enumerable.Range(0, count).Select(_ =>
        {
            var kind = random.Next(3); // insert, delete, replace
            return (random.Next(lines.Length + 1), kind == 0 ? 0 : random.Next(1, 4), kind == 1 ? [] : Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"{who} {path} {written++}").ToArray());
        })];

        string[] Apply(List<(int At, int Delete, string[] Insert)> edits)
        {
            var gone = edits.SelectMany(e => Enumerable.Range(e.At, e.Delete)).ToHashSet();
            var inserted = edits.ToLookup(e => e.At, e => e.Insert);
            return [.. Enumerable.Range(0, lines.Length + 1).SelectMany(i => inserted[i].SelectMany(l => l).Concat(i < lines.Length && !gone.Contains(i) ? [lines[i]] : []))];
        }
    }

    /// <summary>The lines that a side wrote.</summary>
    public IEnumerable<string> Added(string[] side) => side.Except(Base);

    /// <summary>The lines of either side that a result has not.</summary>
    public IEnumerable<string> LostOf(string[] side, string[] result) => Added(side).Except(result);

    /// <summary>The lines that one side deleted and that a result has.</summary>
    public IEnumerable<string> BackIn(string[] result) => Base.Except(Ours.Intersect(Theirs)).Intersect(result);

    /// <summary>Git's merge with both sides wherever it left a conflict: what either wrote, without what either deleted.</summary>
    public string[] Union(string[] merged)
    {
        var result = new List<string>();
        var (ours, theirs) = (new List<string>(), new List<string>());
        var into = result;
        foreach (var line in merged)
        {
            switch (line.Split(' ')[0])
            {
                case "<<<<<<<":
                    into = ours;
                    break;
                case "=======":
                    into = theirs;
                    break;
                case ">>>>>>>":
                    result.AddRange(ours.Where(l => !Base.Contains(l) || Theirs.Contains(l)));
                    result.AddRange(theirs.Where(l => !Base.Contains(l) && !ours.Contains(l)));
                    ours.Clear();
                    theirs.Clear();
                    into = result;
                    break;
                default:
                    into.Add(line);
                    break;
            }
        }

        return [.. result];
    }

    /// <summary>Lines as the text of a file.</summary>
    public static string Text(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));
}
