using System.Text;

namespace Orchestrator.Engine.Claude;

/// <summary>
/// The story of one agent process, read on while it is told. Each look reads only what came since, and none throws:
/// what cannot be read now may be at the next look.
/// </summary>
/// <param name="file">The transcript; it need not be there yet.</param>
public sealed class StoryFile(string file)
{
    private const int MostForeign = 2000;
    private readonly JsonLines _lines = new(file);
    private readonly TurnStory _story = new();

    /// <summary>What the agent does right now, as of the latest look; null when it is not known.</summary>
    public string? Now => _story.Now;

    /// <summary>True when, as of the latest look, its result was its last word.</summary>
    public bool Ended => _story.Ended;

    /// <summary>What was added to the story since the look before.</summary>
    public IReadOnlyList<StoryLine> ReadOn()
    {
        var added = new List<StoryLine>();
        try
        {
            _lines.Poll(message => added.AddRange(_story.Take(message)), line => added.Add(TurnStory.Foreign(Encoding.UTF8.GetString(line.AsSpan(0, Math.Min(line.Length, MostForeign))))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is being moved, or is not ours to read.
        }

        return added;
    }
}
