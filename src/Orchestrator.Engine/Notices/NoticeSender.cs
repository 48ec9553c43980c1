using Orchestrator.Core.Progress;

namespace Orchestrator.Engine.Notices;

/// <summary>A notice and where it comes from, as it goes out.</summary>
/// <param name="Notice">What to tell.</param>
/// <param name="Run">The run.</param>
/// <param name="Repository">The repository's folder.</param>
public sealed record Message(Notice Notice, string Run, string Repository)
{
    /// <summary>Tells one repository from another; shown above the text.</summary>
    public string Title => $"{Core.Plain.Whole(Path.GetFileName(Path.TrimEndingDirectorySeparator(Repository)))}: {Notice.Title}";
}

/// <summary>A way to a person.</summary>
/// <param name="Name">How it is called in the log.</param>
/// <param name="SendAsync">Sends one; returns why it could not, null when it could. Never shows an address.</param>
public sealed record NoticeSender(string Name, Func<Message, CancellationToken, Task<string?>> SendAsync);
