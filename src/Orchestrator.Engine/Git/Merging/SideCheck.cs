namespace Orchestrator.Engine.Git.Merging;

/// <summary>
/// Whether both sides' changes of one file are still there after somebody resolved their conflict. What only one side
/// changed must have survived as it was; where both changed the same lines a rewrite is allowed, but no side may be
/// gone without a trace. Texts are bytes read as Latin-1, so that any encoding passes.
/// </summary>
public static class SideCheck
{
    private const int BinaryWithin = 8000; // where git looks for a zero byte
    private const int MostLines = 200_000;
    private const int LongestExcerpt = 120;

    /// <summary>Looks at one file. A text that is null is a file that is not there.</summary>
    /// <param name="path">Its name, for what is reported.</param>
    /// <param name="base">What both sides began with.</param>
    /// <param name="ours">What was integrated.</param>
    /// <param name="theirs">The milestone's.</param>
    /// <param name="result">What the resolution made of it.</param>
    /// <param name="elsewhere">Lines, without the white space around them, that the resolution wrote into other files: what moved there has not vanished.</param>
    public static IReadOnlyList<Vanished> Look(string path, string? @base, string? ours, string? theirs, string? result, IReadOnlySet<string>? elsewhere = null)
    {
        elsewhere ??= new HashSet<string>();
        if (new[] { @base, ours, theirs, result }.Any(IsBinary))
        {
            return [.. OfBinary(path, @base, ours, theirs, result)];
        }

        if (result is null)
        {
            return [.. OfGone(path, @base, ours, Side.Integrated, elsewhere), .. OfGone(path, @base, theirs, Side.Milestone, elsewhere)];
        }

        var back = OfDeleted(path, @base, ours, theirs);
        if (back.Count > 0)
        {
            return back;
        }

        var (first, second) = (ours ?? @base ?? "", theirs ?? @base ?? "");
        if (new[] { @base, first, second, result }.Any(IsHuge))
        {
            return LineTally.Look(path, @base ?? "", first, second, result, elsewhere);
        }

        // Where both added the file there is no base: what they have in common takes its place, and both wrote it.
        var bothAdded = @base is null && ours is not null && theirs is not null;
        var lines = new LineCheck(path, bothAdded ? null : @base ?? "", first, second, result, elsewhere).Look();
        return OfLineEnds(path, @base, first, second, result) is { } ends ? [.. lines, ends] : lines;
    }

    /// <summary>Whether git takes it for binary.</summary>
    public static bool IsBinary(string? text) => text is not null && text.AsSpan(0, Math.Min(text.Length, BinaryWithin)).Contains('\0');

    /// <summary>A line as it is shown: nobody reads a million characters.</summary>
    internal static string Excerpt(string line)
    {
        var text = line.Trim();
        return text.Length > LongestExcerpt ? text[..LongestExcerpt] + "…" : text;
    }

    private static IEnumerable<Vanished> OfBinary(string path, string? @base, string? ours, string? theirs, string? result)
    {
        foreach (var (text, side) in new[] { (ours, Side.Integrated), (theirs, Side.Milestone) })
        {
            if (text != @base && text != result)
            {
                // Deleted by this side, changed by the other, and the change was kept: nothing is lost.
                var keptInstead = text is null && result is not null && result != @base;
                if (!keptInstead)
                {
                    yield return new Vanished(path, side, 1, text is null ? "deleted" : $"binary, {text.Length} bytes", text is null ? Loss.Deletion : Loss.Whole);
                }
            }
        }
    }

    private static IEnumerable<Vanished> OfGone(string path, string? @base, string? text, Side side, IReadOnlySet<string> elsewhere)
    {
        if (text is null || text == @base)
        {
            yield break;
        }

        var old = LineTable.Split(@base ?? "").ToHashSet(StringComparer.Ordinal);
        var number = 0;
        var (first, excerpt) = (1, "");
        var (wrote, found) = (false, true);
        foreach (var line in LineTable.Split(text))
        {
            number++;
            if (old.Contains(line) || !LineTable.Tells(line))
            {
                continue;
            }

            wrote = true;
            if (found && !elsewhere.Contains(line.Trim()))
            {
                (found, first, excerpt) = (false, number, Excerpt(line));
            }
        }

        if (!wrote || !found)
        {
            yield return new Vanished(path, side, first, excerpt.Length > 0 ? excerpt : "the whole file", Loss.Whole);
        }
    }

    /// <summary>A file that is back although a side deleted it and the other did not need it.</summary>
    private static List<Vanished> OfDeleted(string path, string? @base, string? ours, string? theirs)
    {
        var list = new List<Vanished>();
        if (@base is null)
        {
            return list;
        }

        if (ours is null && (theirs is null || Alike(theirs, @base)))
        {
            list.Add(new Vanished(path, Side.Integrated, 1, "the whole file is back", Loss.Deletion));
        }

        if (theirs is null && (ours is null || Alike(ours, @base)))
        {
            list.Add(new Vanished(path, Side.Milestone, 1, "the whole file is back", Loss.Deletion));
        }

        return list;
    }

    private static Vanished? OfLineEnds(string path, string? @base, string ours, string theirs, string result)
    {
        if (@base is null || !result.Contains('\n', StringComparison.Ordinal) || HasCarriageReturns(ours) == HasCarriageReturns(theirs))
        {
            return null;
        }

        // There are but two ways, so one side alone changed them, and the result must have them its way.
        var side = HasCarriageReturns(ours) != HasCarriageReturns(@base) ? Side.Integrated : Side.Milestone;
        var wanted = HasCarriageReturns(side == Side.Integrated ? ours : theirs);
        return HasCarriageReturns(result) == wanted ? null : new Vanished(path, side, 1, wanted ? "line ends are CRLF" : "line ends are LF", Loss.LineEnds);
    }

    private static bool Alike(string one, string other) => one == other || LineTable.Split(one).SequenceEqual(LineTable.Split(other), StringComparer.Ordinal);

    private static bool IsHuge(string? text) => text is not null && text.AsSpan().Count('\n') > MostLines;

    /// <summary>Whether most lines end as on Windows.</summary>
    private static bool HasCarriageReturns(string text) => text.AsSpan().Count("\r\n") * 2 > text.AsSpan().Count('\n');
}
