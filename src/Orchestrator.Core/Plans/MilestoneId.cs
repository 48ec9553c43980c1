using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Orchestrator.Core.Plans;

/// <summary>
/// The name of a milestone: a stage number from 1 to 999 and a task of one or two capital letters, e.g. <c>1A</c>,
/// <c>10A</c>, <c>1AA</c>. Ordered by stage, then A…Z, AA…ZZ.
/// </summary>
public readonly record struct MilestoneId : IComparable<MilestoneId>
{
    private readonly int _task;

    private MilestoneId(int stage, int task) => (Stage, _task) = (stage, task);

    /// <summary>The stage, from 1.</summary>
    public int Stage { get; }

    /// <summary>The letters.</summary>
    public string Task => _task > 26
        ? string.Create(2, _task - 27, static (span, n) => (span[0], span[1]) = ((char)('A' + n / 26), (char)('A' + n % 26)))
        : ((char)('A' + _task - 1)).ToString();

    /// <summary>
    /// Reads a name. Only ASCII digits and capital letters count: a look-alike digit, a trailing line feed or a
    /// path is not a name, because names become paths and refs.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MilestoneId id)
    {
        id = default;
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
        {
            digits++;
        }

        var letters = text[digits..];
        if (digits is 0 or > 3 || text[0] == '0' || letters.Length is 0 or > 2 || letters.ContainsAnyExceptInRange('A', 'Z'))
        {
            return false;
        }

        var task = letters.Length == 1 ? letters[0] - 'A' + 1 : 27 + (letters[0] - 'A') * 26 + (letters[1] - 'A');
        id = new MilestoneId(int.Parse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture), task);
        return true;
    }

    /// <summary>Reads a name that is known to be one.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static MilestoneId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a milestone name.");

    /// <summary>The name after this one in its stage (Z is followed by AA); null after ZZ.</summary>
    public MilestoneId? Next() => _task < 27 + 26 * 26 - 1 ? new MilestoneId(Stage, _task + 1) : null;

    /// <summary>The first name of a stage.</summary>
    public static MilestoneId First(int stage) => new(stage, 1);

    /// <inheritdoc/>
    public int CompareTo(MilestoneId other) =>
        Stage != other.Stage ? Stage.CompareTo(other.Stage) : _task.CompareTo(other._task);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stage}{Task}");

    /// <summary>Before, in plan order.</summary>
    public static bool operator <(MilestoneId left, MilestoneId right) => left.CompareTo(right) < 0;

    /// <summary>After, in plan order.</summary>
    public static bool operator >(MilestoneId left, MilestoneId right) => left.CompareTo(right) > 0;

    /// <summary>Not after, in plan order.</summary>
    public static bool operator <=(MilestoneId left, MilestoneId right) => left.CompareTo(right) <= 0;

    /// <summary>Not before, in plan order.</summary>
    public static bool operator >=(MilestoneId left, MilestoneId right) => left.CompareTo(right) >= 0;
}
