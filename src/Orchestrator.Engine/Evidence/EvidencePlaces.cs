using System.Globalization;
using System.Text.Json;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;

namespace Orchestrator.Engine.Evidence;

/// <summary>Where the evidence of a run lies, and which files belong to which turn or gates. It only looks.</summary>
/// <param name="places">The repository.</param>
/// <param name="run">The run.</param>
public sealed class EvidencePlaces(RepositoryPlaces places, RunId run)
{
    /// <summary>The name of the file that tells all.</summary>
    public const string FileName = "evidence.json";

    /// <summary>The name of the file with the facts.</summary>
    public const string FactsName = "events.jsonl";

    /// <summary>The run's folder.</summary>
    public string Run => places.Run(run.Value);

    /// <summary>A milestone's folder.</summary>
    public string Of(MilestoneId id) => places.Milestone(run.Value, id.ToString());

    /// <summary>The files of each turn of a milestone, relative to its folder, by the turn's ticket.</summary>
    public ILookup<long, string> Turns(MilestoneId id) => Files(Path.Combine(Of(id), "turns"), "turns")
        .Select(file => (Number: NumberOf(Path.GetFileName(file)), File: file)).Where(f => f.Number > 0).ToLookup(f => f.Number, f => f.File);

    /// <summary>The transcripts of a milestone's turns, the earliest first; one under way has its own already.</summary>
    public IReadOnlyList<Transcript> Transcripts(MilestoneId id)
    {
        var folder = Path.Combine(Of(id), "turns");
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.jsonl").Select(Transcript.Of).OfType<Transcript>().OrderBy(t => t.Ticket).ThenBy(t => t.Start)]
            : [];
    }

    /// <summary>The transcript of a milestone's turn, of its latest process; null while there is none.</summary>
    public Transcript? TranscriptOf(MilestoneId id, Ticket turn) => Transcripts(id).LastOrDefault(t => t.Ticket == turn.Number);

    /// <summary>The output of one run of a milestone's gates, relative to its folder.</summary>
    public IReadOnlyList<string> Gates(MilestoneId id, Ticket ticket) => Files(Path.Combine(Of(id), "gates", ticket.ToString()), $"gates/{ticket}");

    /// <summary>The output of a candidate's gates, relative to the run's folder.</summary>
    public IReadOnlyList<string> Candidate(Ticket ticket) => Files(Path.Combine(Run, "candidates", ticket.ToString()), $"candidates/{ticket}");

    /// <summary>How many facts the evidence that lies there was made of; 0 when there is none, or none that can be read.</summary>
    public int FactsTold()
    {
        try
        {
            using var told = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Run, FileName)));
            return told.RootElement.TryGetProperty("facts", out var facts) && facts.TryGetInt32(out var number) ? number : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return 0;
        }
    }

    private static IReadOnlyList<string> Files(string folder, string shown) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal).Select(name => $"{shown}/{name}")] : [];

    /// <summary>The ticket that a turn's file begins with.</summary>
    private static long NumberOf(string name) =>
        name.IndexOf('-') is > 0 and var dash && long.TryParse(name.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
