namespace Orchestrator.Engine.Claude;

/// <summary>
/// Follows the file that an agent's standard output goes to and keeps the few fields that decide. Unknown messages
/// are passed over: each release brings some.
/// </summary>
public sealed class TranscriptReader(string file)
{
    private readonly JsonLines _lines = new(file);

    /// <summary>How many bytes were read so far; more of them are a sign of life.</summary>
    public long Length => _lines.Length;

    /// <summary>What was read so far.</summary>
    public TurnReport Report { get; } = new();

    /// <summary>What a transcript says that nobody writes any more.</summary>
    public static TurnReport ReadWhole(string file)
    {
        var reader = new TranscriptReader(file);
        reader.Poll();
        return reader.Report;
    }

    /// <summary>Reads what has come since; a torn or foreign line says nothing, and a missing result is noticed at the end.</summary>
    public void Poll() => _lines.Poll(Report.Take, _ => Report.BadLines++);
}
