using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Core.Agents;

namespace Orchestrator.Engine.Evidence;

/// <summary>The transcript of one agent process, as its file's name tells.</summary>
/// <param name="Ticket">The number of the turn's ticket; turns of a milestone are in its order.</param>
/// <param name="Role">What for.</param>
/// <param name="Attempt">Which try.</param>
/// <param name="Round">Which round.</param>
/// <param name="Start">Which process of this turn, from 1.</param>
/// <param name="File">Where it lies.</param>
public sealed partial record Transcript(long Ticket, Role Role, int Attempt, int Round, int Start, string File)
{
    /// <summary>Reads a file's name; null when it is no transcript's.</summary>
    public static Transcript? Of(string file) =>
        Name().Match(Path.GetFileName(file)) is { Success: true } m && Enum.TryParse<Role>(m.Groups[2].Value, ignoreCase: true, out var role)
            && long.TryParse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var ticket)
            && int.TryParse(m.Groups[3].ValueSpan, CultureInfo.InvariantCulture, out var attempt)
            && int.TryParse(m.Groups[4].ValueSpan, CultureInfo.InvariantCulture, out var round)
            && int.TryParse(m.Groups[5].ValueSpan, CultureInfo.InvariantCulture, out var start)
            ? new Transcript(ticket, role, attempt, round, start, file)
            : null;

    [GeneratedRegex(@"^([0-9]+)-([a-z]+)-a([0-9]+)-r([0-9]+)-([0-9]+)\.jsonl\z")]
    private static partial Regex Name();
}
