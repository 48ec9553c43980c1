namespace Orchestrator.Engine.Git.Merging;

/// <summary>Who changed a piece of a file.</summary>
internal enum Change
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>What was integrated.</summary>
    Ours,

    /// <summary>The milestone.</summary>
    Theirs,

    /// <summary>Both, alike.</summary>
    Same,

    /// <summary>Both, differently.</summary>
    Conflict,
}

/// <summary>A piece of a file in all three texts: the lines from one place up to, not including, another.</summary>
internal readonly record struct Piece(Change Change, Range Base, Range Ours, Range Theirs);

/// <summary>Divides a file into the pieces that nobody, one side or both have changed. Changes that touch are one, as git has it.</summary>
internal static class ThreeWay
{
    /// <summary>The pieces, in order; together they are the whole of each text.</summary>
    public static IReadOnlyList<Piece> Divide(int[] @base, int[] ours, int[] theirs)
    {
        var inOurs = LineDiff.Match(@base, ours);
        var inTheirs = LineDiff.Match(@base, theirs);
        var pieces = new List<Piece>();
        var (b, o, t) = (0, 0, 0);
        while (b < @base.Length || o < ours.Length || t < theirs.Length)
        {
            var same = 0;
            while (b + same < @base.Length && inOurs[b + same] == o + same && inTheirs[b + same] == t + same)
            {
                same++;
            }

            if (same > 0)
            {
                pieces.Add(new Piece(Change.None, b..(b + same), o..(o + same), t..(t + same)));
                (b, o, t) = (b + same, o + same, t + same);
                continue;
            }

            var next = b;
            while (next < @base.Length && (inOurs[next] < 0 || inTheirs[next] < 0))
            {
                next++;
            }

            var (bases, oursTo, theirsTo) = next < @base.Length ? (b..next, o..inOurs[next], t..inTheirs[next]) : (b..@base.Length, o..ours.Length, t..theirs.Length);
            pieces.Add(new Piece(Who(@base.AsSpan(bases), ours.AsSpan(oursTo), theirs.AsSpan(theirsTo)), bases, oursTo, theirsTo));
            (b, o, t) = (bases.End.Value, oursTo.End.Value, theirsTo.End.Value);
        }

        return pieces;
    }

    private static Change Who(ReadOnlySpan<int> @base, ReadOnlySpan<int> ours, ReadOnlySpan<int> theirs) =>
        ours.SequenceEqual(theirs) ? Change.Same
        : ours.SequenceEqual(@base) ? Change.Theirs
        : theirs.SequenceEqual(@base) ? Change.Ours
        : Change.Conflict;
}
