namespace Orchestrator.Engine.Git.Merging;

/// <summary>
/// What the result must hold whatever becomes of the conflicts, laid beside the result: which of it stands there, and
/// which lines of the result are free, because nothing expected accounts for them.
/// </summary>
internal sealed class ExpectedText
{
    // Conflicts with no more lines than this between them are shown as one, so whoever resolves them may mix their lines.
    private const int Apart = 3;

    private readonly int[] _result;
    private readonly bool[] _taken;
    private readonly int[] _match;
    private readonly int[] _after; // for each place in the expected text, where the next line of it that stands does so
    private readonly int[] _before; // and just behind the one before
    private readonly (int Start, int End)[] _places;
    private readonly int[] _group;
    private readonly Dictionary<int, Bag> _reach;

    /// <summary>Lays them beside each other.</summary>
    public ExpectedText(IReadOnlyList<Piece> pieces, int[] @base, int[] ours, int[] theirs, int[] result, LineTable table)
    {
        _result = result;
        var expected = new List<int>();
        _places = new (int, int)[pieces.Count];
        for (var i = 0; i < pieces.Count; i++)
        {
            var start = expected.Count;
            var piece = pieces[i];
            expected.AddRange(piece.Change switch
            {
                Change.None => @base[piece.Base],
                Change.Ours or Change.Same => ours[piece.Ours],
                Change.Theirs => theirs[piece.Theirs],
                _ => [],
            });
            _places[i] = (start, expected.Count);
        }

        _match = LineDiff.Match([.. expected], result);
        _taken = new bool[result.Length];
        _before = new int[_match.Length + 1];
        _after = new int[_match.Length + 1];
        for (var e = 0; e < _match.Length; e++)
        {
            _before[e + 1] = _match[e] < 0 ? _before[e] : _match[e] + 1;
            if (_match[e] >= 0)
            {
                _taken[_match[e]] = true;
            }
        }

        _after[^1] = result.Length;
        for (var e = _match.Length - 1; e >= 0; e--)
        {
            _after[e] = _match[e] < 0 ? _after[e + 1] : _match[e];
        }

        _group = Groups(pieces, _places);
        var owner = new int[result.Length];
        for (var i = 0; i < pieces.Count; i++)
        {
            if (pieces[i].Change == Change.Conflict)
            {
                Array.Fill(owner, _group[i], Gap(i).Start, Gap(i).End - Gap(i).Start);
            }
        }

        var free = Enumerable.Range(0, result.Length).Where(r => !_taken[r]).ToList();
        Free = new Bag(table, free.Select(r => result[r]));
        var unowned = new Bag(table, free.Where(r => owner[r] == 0).Select(r => result[r]));
        _reach = free.Where(r => owner[r] > 0).GroupBy(r => owner[r], r => result[r]).ToDictionary(g => g.Key, g => new Bag(table, g, unowned));
        _reach[0] = unowned;
    }

    /// <summary>All free lines.</summary>
    public Bag Free { get; }

    /// <summary>Whether a line of a piece stands in the result.</summary>
    public bool Stands(int piece, int line) => _match[_places[piece].Start + line] >= 0;

    /// <summary>The free lines where a piece is, or would be: between what stands before and after it.</summary>
    public IEnumerable<int> Between(int piece)
    {
        var (start, end) = Gap(piece);
        return Enumerable.Range(start, end - start).Where(r => !_taken[r]).Select(r => _result[r]);
    }

    /// <summary>Where the lines of a conflict may be found: in it, in those that git shows as one with it, or where there is no conflict.</summary>
    public Bag Reach(int piece) => _reach.GetValueOrDefault(_group[piece], _reach[0]);

    /// <summary>The number, from 1, of the conflict that git shows each one in.</summary>
    private static int[] Groups(IReadOnlyList<Piece> pieces, (int Start, int End)[] places)
    {
        var groups = new int[pieces.Count];
        var (number, last) = (0, -1);
        for (var i = 0; i < pieces.Count; i++)
        {
            if (pieces[i].Change == Change.Conflict)
            {
                groups[i] = last >= 0 && places[i].Start - places[last].End <= Apart ? number : ++number;
                last = i;
            }
        }

        return groups;
    }

    private (int Start, int End) Gap(int piece) => (_before[_places[piece].Start], _after[_places[piece].End]);
}

/// <summary>Lines to be counted, and those of another bag with them.</summary>
internal sealed class Bag(LineTable table, IEnumerable<int> lines, Bag? beside = null)
{
    private readonly Dictionary<int, int> _exact = lines.CountBy(line => line).ToDictionary();
    private Dictionary<int, int>? _trimmed;

    /// <summary>The different lines.</summary>
    public IEnumerable<int> Lines => beside is null ? _exact.Keys : _exact.Keys.Concat(beside.Lines);

    /// <summary>How often a line is in it, white space around it aside if so wished.</summary>
    public int Holds(int line, bool trimmed) => (trimmed ? Trimmed.GetValueOrDefault(table.Trimmed(line)) : _exact.GetValueOrDefault(line)) + (beside?.Holds(line, trimmed) ?? 0);

    private Dictionary<int, int> Trimmed => _trimmed ??= _exact.GroupBy(pair => table.Trimmed(pair.Key), pair => pair.Value).ToDictionary(g => g.Key, g => g.Sum());
}
