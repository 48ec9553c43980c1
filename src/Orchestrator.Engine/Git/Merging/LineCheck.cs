namespace Orchestrator.Engine.Git.Merging;

/// <summary>
/// The rules for lines. From base and both sides follows what the result must hold but for the conflicts; where that
/// stands in the result, and what stands between, tells what became of each side.
/// </summary>
internal sealed class LineCheck
{
    private readonly string _path;
    private readonly IReadOnlySet<string> _elsewhere;
    private readonly LineTable _table = new();
    private readonly int[] _base;
    private readonly int[] _ours;
    private readonly int[] _theirs;
    private readonly int[] _result;
    private readonly bool _bothAdded;
    private readonly HashSet<int> _trimmedBase;
    private readonly HashSet<int> _known;
    private readonly IReadOnlyList<Piece> _pieces;
    private readonly ExpectedText _expected;
    private readonly Dictionary<Side, HashSet<int>> _changedBy = [];

    /// <summary>Reads the texts. A base of null: both added the file.</summary>
    public LineCheck(string path, string? @base, string ours, string theirs, string result, IReadOnlySet<string> elsewhere)
    {
        _path = path;
        _elsewhere = elsewhere;
        _ours = _table.Read(ours);
        _theirs = _table.Read(theirs);
        _result = _table.Read(result);
        _bothAdded = @base is null;
        _base = @base is null ? Common(_ours, _theirs) : _table.Read(@base);
        _trimmedBase = [.. _base.Select(_table.Trimmed)];
        _known = [.. _base, .. _ours, .. _theirs];
        _pieces = ThreeWay.Divide(_base, _ours, _theirs);
        _expected = new ExpectedText(_pieces, _base, _ours, _theirs, _result, _table);
        foreach (var side in new[] { Side.Integrated, Side.Milestone })
        {
            _changedBy[side] = [.. _pieces.Where(p => p.Change == Change.Conflict).SelectMany(p => _base[p.Base].Except(Text(side)[Lines(p, side)]))];
        }
    }

    /// <summary>What vanished, and what marks were left.</summary>
    public IReadOnlyList<Vanished> Look()
    {
        var list = new List<Vanished>();
        for (var i = 0; i < _pieces.Count; i++)
        {
            var piece = _pieces[i];
            switch (piece.Change)
            {
                case Change.None when !_bothAdded:
                    break;
                case Change.Ours:
                    OfOneWay(i, list, Side.Integrated);
                    break;
                case Change.Theirs:
                    OfOneWay(i, list, Side.Milestone);
                    break;
                case Change.Conflict:
                    OfConflict(i, list);
                    break;
                default:
                    OfOneWay(i, list, Side.Integrated, Side.Milestone);
                    break;
            }
        }

        list.AddRange(Marks());
        return list;
    }

    private static int[] Common(int[] one, int[] other) => [.. LineDiff.Match(one, other).Select((place, i) => (place, i)).Where(p => p.place >= 0).Select(p => one[p.i])];

    private int[] Text(Side side) => side == Side.Integrated ? _ours : _theirs;

    private static Range Lines(Piece piece, Side side) => side == Side.Integrated ? piece.Ours : piece.Theirs;

    private static Side Other(Side side) => side == Side.Integrated ? Side.Milestone : Side.Integrated;

    /// <summary>A piece that one side changed, or both alike: it stands in the result, and what was there before does not.</summary>
    private void OfOneWay(int at, List<Vanished> list, params Side[] writers)
    {
        var piece = _pieces[at];
        var lines = Lines(piece, writers[0]);
        for (var i = lines.Start.Value; i < lines.End.Value; i++)
        {
            var line = Text(writers[0])[i];
            if (!_expected.Stands(at, i - lines.Start.Value) && _table.Tells(line) && !MovedOrChanged(line, writers))
            {
                list.AddRange(writers.Select(w => Lost(w, Lines(piece, w).Start.Value + i - lines.Start.Value, Loss.Lines, line)));
                return;
            }
        }

        var deleted = _base[piece.Base].Where(_table.Tells).Except(Text(writers[0])).ToHashSet();
        if (deleted.Count > 0 && _expected.Between(at).FirstOrDefault(deleted.Contains, -1) is >= 0 and var back)
        {
            list.AddRange(writers.Select(w => Lost(w, Lines(piece, w).Start.Value, Loss.Deletion, back)));
        }
    }

    /// <summary>It stands somewhere else; or it was moved by its side, and the other changed it where it was.</summary>
    private bool MovedOrChanged(int line, Side[] writers) =>
        _expected.Free.Holds(line, IsNewText(line)) > 0
        || _elsewhere.Contains(_table[line].Trim())
        || (writers.Length == 1 && _changedBy[Other(writers[0])].Contains(line));

    /// <summary>White space around a line does not matter, unless that is all that was changed in it.</summary>
    private bool IsNewText(int line) => !_trimmedBase.Contains(_table.Trimmed(line));

    /// <summary>A piece that both changed.</summary>
    private void OfConflict(int at, List<Vanished> list)
    {
        var between = _expected.Between(at).ToList();
        var reach = _expected.Reach(at);
        var missing = new[] { Side.Integrated, Side.Milestone }.ToDictionary(s => s, s => Missing(_pieces[at], s, reach));
        foreach (var side in new[] { Side.Integrated, Side.Milestone })
        {
            var (writes, lost) = missing[side];
            if (!writes)
            {
                OfDeletionIn(at, side, between, list);
            }
            else if (lost.Count > 0)
            {
                var otherStands = missing[Other(side)].Lost.Count == 0;
                var unexplained = Unexplained(_pieces[at], side, lost, otherStands, between.Count > 0 ? between : reach.Lines);
                if (unexplained >= 0)
                {
                    list.Add(Lost(side, unexplained, Loss.Lines, Text(side)[unexplained]));
                }
            }
        }
    }

    /// <summary>Whether a side wrote anything into a piece, and the places of those lines that the result has not.</summary>
    private (bool Writes, List<int> Lost) Missing(Piece piece, Side side, Bag reach)
    {
        var text = Text(side);
        var (mine, other, old) = (Count(text[Lines(piece, side)]), Count(Text(Other(side))[Lines(piece, Other(side))]), Count(_base[piece.Base]));
        var (writes, lost) = (false, new List<int>());
        var lines = Lines(piece, side);
        for (var i = lines.Start.Value; i < lines.End.Value; i++)
        {
            var line = text[i];
            var before = old.GetValueOrDefault(line);
            if (!_table.Tells(line) || !mine.TryGetValue(line, out var times) || times <= before)
            {
                continue;
            }

            writes = true;
            mine.Remove(line); // each line once, however often it stands there
            var needed = times - Math.Max(0, before - other.GetValueOrDefault(line));
            if (reach.Holds(line, IsNewText(line)) < needed && !_elsewhere.Contains(_table[line].Trim()))
            {
                lost.Add(i);
            }
        }

        return (writes, lost);

        static Dictionary<int, int> Count(int[] lines) => lines.CountBy(line => line).ToDictionary();
    }

    /// <summary>
    /// The first lost line that no line of the result's own stands for, or -1. If the other side stands whole, each lost
    /// line must have left a word of its own; if neither does, it is a rewrite of both, and any word will do.
    /// </summary>
    private int Unexplained(Piece piece, Side side, List<int> lost, bool otherStands, IEnumerable<int> lines)
    {
        var rewritten = lines.Where(line => !_known.Contains(line)).ToList();
        var words = Words(rewritten);
        if (!otherStands)
        {
            return words.Overlaps(Words(lost.Select(place => Text(side)[place]))) ? -1 : lost[0];
        }

        var common = Words(_base[piece.Base].Concat(Text(Other(side))[Lines(piece, Other(side))]));
        return lost.FindIndex(place => !Left(Text(side)[place])) is >= 0 and var i ? lost[i] : -1;

        bool Left(int line)
        {
            if (!IsNewText(line))
            {
                return rewritten.Exists(r => Indent(r) == Indent(line)); // only its indent was changed, and what the other wrote there has it
            }

            var all = LineTable.Words(_table[line]);
            var own = all.Except(common).ToList();
            return words.Overlaps(own.Count > 0 ? own : all);
        }

        string Indent(int line) => _table[line][..^_table[line].TrimStart().Length];
    }

    private HashSet<string> Words(IEnumerable<int> lines) => lines.SelectMany(line => LineTable.Words(_table[line])).ToHashSet(StringComparer.Ordinal);

    /// <summary>A side that only deleted is gone when all that it deleted is back, but for what the other changed.</summary>
    private void OfDeletionIn(int at, Side side, List<int> between, List<Vanished> list)
    {
        var piece = _pieces[at];
        var deleted = _base[piece.Base].Where(_table.Tells).Except(Text(side)[Lines(piece, side)]).Intersect(Text(Other(side))[Lines(piece, Other(side))]).ToList();
        if (deleted.Count > 0 && deleted.All(between.Contains))
        {
            list.Add(Lost(side, Lines(piece, side).Start.Value, Loss.Deletion, deleted[0]));
        }
    }

    /// <summary>Marks that git leaves around a conflict, and that neither side had.</summary>
    private IEnumerable<Vanished> Marks()
    {
        for (var i = 0; i < _result.Length; i++)
        {
            var line = _table[_result[i]];
            if (line.Length >= 7 && line[0] is '<' or '|' or '=' or '>' && line.AsSpan(0, 7).Trim(line[0]).IsEmpty && (line.Length == 7 || line[7] == ' ') && !_known.Contains(_result[i]))
            {
                yield return Lost(Side.Neither, i, Loss.Mark, _result[i]);
            }
        }
    }

    private Vanished Lost(Side side, int place, Loss loss, int line) => new(_path, side, place + 1, SideCheck.Excerpt(_table[line]), loss);
}
