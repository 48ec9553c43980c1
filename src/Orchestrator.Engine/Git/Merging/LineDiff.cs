namespace Orchestrator.Engine.Git.Merging;

/// <summary>
/// Which lines of one text stand in another, in order. Lines that are unique in both lead the way, as a person would
/// see it; between them the shortest edit counts, as long as it can be had cheaply.
/// </summary>
internal static class LineDiff
{
    // Beyond so many edits between two anchors the texts have little in common, and finding it costs the square.
    private const int MostEdits = 600;

    /// <summary>For each line of <paramref name="a"/> its place in <paramref name="b"/>, or -1. The places increase.</summary>
    public static int[] Match(int[] a, int[] b)
    {
        var match = new int[a.Length];
        Array.Fill(match, -1);
        var ranges = new Stack<(int ALow, int AHigh, int BLow, int BHigh)>();
        ranges.Push((0, a.Length, 0, b.Length));
        while (ranges.TryPop(out var range))
        {
            var (aLow, aHigh, bLow, bHigh) = range;
            for (; aLow < aHigh && bLow < bHigh && a[aLow] == b[bLow]; aLow++, bLow++)
            {
                match[aLow] = bLow;
            }

            for (; aLow < aHigh && bLow < bHigh && a[aHigh - 1] == b[bHigh - 1]; aHigh--, bHigh--)
            {
                match[aHigh - 1] = bHigh - 1;
            }

            if (aLow == aHigh || bLow == bHigh)
            {
                continue;
            }

            var anchors = Anchors(a.AsSpan(aLow, aHigh - aLow), b.AsSpan(bLow, bHigh - bLow));
            if (anchors.Count == 0)
            {
                ShortestEdit(a.AsSpan(aLow, aHigh - aLow), b.AsSpan(bLow, bHigh - bLow), match.AsSpan(aLow, aHigh - aLow), bLow);
                continue;
            }

            var (aFrom, bFrom) = (aLow, bLow);
            foreach (var (i, j) in anchors)
            {
                match[aLow + i] = bLow + j;
                ranges.Push((aFrom, aLow + i, bFrom, bLow + j));
                (aFrom, bFrom) = (aLow + i + 1, bLow + j + 1);
            }

            ranges.Push((aFrom, aHigh, bFrom, bHigh));
        }

        return match;
    }

    /// <summary>The longest increasing row of lines that stand once in either text.</summary>
    private static List<(int A, int B)> Anchors(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        var inA = Once(a);
        var inB = Once(b);
        var pairs = new List<(int A, int B)>();
        for (var i = 0; i < a.Length; i++)
        {
            if (inA[a[i]] >= 0 && inB.TryGetValue(a[i], out var j) && j >= 0)
            {
                pairs.Add((i, j));
            }
        }

        var ends = new List<int>(); // the pair that ends the best row of each length
        var before = new int[pairs.Count];
        for (var p = 0; p < pairs.Count; p++)
        {
            var (low, high) = (0, ends.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = pairs[ends[middle]].B < pairs[p].B ? (middle + 1, high) : (low, middle);
            }

            before[p] = low > 0 ? ends[low - 1] : -1;
            if (low == ends.Count)
            {
                ends.Add(p);
            }
            else
            {
                ends[low] = p;
            }
        }

        var row = new List<(int, int)>();
        for (var p = ends.Count > 0 ? ends[^1] : -1; p >= 0; p = before[p])
        {
            row.Add(pairs[p]);
        }

        row.Reverse();
        return row;
    }

    /// <summary>Where each line stands; -1 for one that stands more than once.</summary>
    private static Dictionary<int, int> Once(ReadOnlySpan<int> lines)
    {
        var places = new Dictionary<int, int>(lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            places[lines[i]] = places.ContainsKey(lines[i]) ? -1 : i;
        }

        return places;
    }

    /// <summary>Myers' greedy search. Where it would take too long nothing is matched.</summary>
    private static void ShortestEdit(ReadOnlySpan<int> a, ReadOnlySpan<int> b, Span<int> match, int offset)
    {
        var most = Math.Min(a.Length + b.Length, MostEdits);
        var far = new int[(2 * most) + 3]; // how far each diagonal was followed
        var steps = new List<int[]>();
        for (var d = 0; d <= most; d++)
        {
            steps.Add(far.AsSpan(most + 1 - d, (2 * d) + 1).ToArray());
            for (var k = -d; k <= d; k += 2)
            {
                var down = k == -d || (k != d && far[most + k] < far[most + 2 + k]);
                var x = down ? far[most + 2 + k] : far[most + k] + 1;
                for (; x < a.Length && x - k < b.Length && x - k >= 0 && a[x] == b[x - k]; x++)
                {
                }

                far[most + 1 + k] = x;
                if (x >= a.Length && x - k >= b.Length)
                {
                    Backtrack(a.Length, b.Length, steps, match, offset);
                    return;
                }
            }
        }
    }

    private static void Backtrack(int x, int y, List<int[]> steps, Span<int> match, int offset)
    {
        for (var d = steps.Count - 1; x > 0 || y > 0; d--)
        {
            var far = steps[d]; // as it was before step d: diagonal k stands at k + d
            var k = x - y;
            var down = k == -d || (k != d && far[k - 1 + d] < far[k + 1 + d]);
            var fromX = d == 0 ? 0 : down ? far[k + 1 + d] : far[k - 1 + d];
            var fromK = d == 0 ? 0 : down ? k + 1 : k - 1;
            var startX = d == 0 ? 0 : down ? fromX : fromX + 1;
            for (; x > startX; x--, y--)
            {
                match[x - 1] = offset + y - 1;
            }

            if (d == 0)
            {
                return;
            }

            (x, y) = (fromX, fromX - fromK);
        }
    }
}
