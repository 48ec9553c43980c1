namespace Orchestrator.Engine.Claude;

/// <summary>What a line of an agent's story is.</summary>
public enum StoryKind
{
    /// <summary>The agent says something.</summary>
    Said,

    /// <summary>It uses a tool.</summary>
    Used,

    /// <summary>What the tool answered.</summary>
    Result,

    /// <summary>It thinks.</summary>
    Thinking,

    /// <summary>The CLI or the provider has something to say.</summary>
    System,

    /// <summary>It came to an end.</summary>
    Ended,
}

/// <summary>
/// A piece of an agent's story, fit to be shown: no sequences, no controls but line feeds, nothing that cannot be seen,
/// of bounded length.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">In words; of a tool its name, two spaces, and what it is used on.</param>
/// <param name="Bad">True for what went wrong.</param>
/// <param name="Inner">True for what a sub-agent does.</param>
/// <param name="Until">Until when it holds, for a limit that says so.</param>
public sealed record StoryLine(StoryKind Kind, string Text, bool Bad = false, bool Inner = false, DateTimeOffset? Until = null);
