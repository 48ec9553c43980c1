namespace Orchestrator.Rehearsal;

/// <summary>
/// What the rehearsed model says and does: conversations, each chosen by the header line of a prompt, and a fallback for everything else.
/// A script never changes after it has been read and may be shared by any number of servers.
/// </summary>
public sealed class RehearsalScript
{
    internal RehearsalScript(
        IReadOnlyList<ScriptedConversation> conversations,
        IReadOnlyList<Step> fallback,
        IReadOnlyList<ScriptedLimit> limits,
        IReadOnlyList<ScriptedWindow> windows)
    {
        Conversations = conversations;
        Fallback = fallback;
        Limits = limits;
        Windows = windows;
    }

    internal IReadOnlyList<ScriptedConversation> Conversations { get; }

    internal IReadOnlyList<Step> Fallback { get; }

    internal IReadOnlyList<ScriptedLimit> Limits { get; }

    internal IReadOnlyList<ScriptedWindow> Windows { get; }

    /// <summary>
    /// Whether the script plays what only a subscription has. With an API key the CLI overlooks those headers and tries again for minutes:
    /// then give it a dummy OAuth token instead.
    /// </summary>
    public bool NeedsSubscription => Limits.Count > 0 || Windows.Count > 0;

    /// <summary>
    /// Reads a script. Comments and trailing commas are allowed.
    /// Every problem found is returned, not only the first one; text that is not JSON is a problem too and nothing is thrown.
    /// The script holds whatever could be understood; play it only if there are no problems.
    /// </summary>
    /// <param name="json">The text of the script.</param>
    /// <param name="fileName">The name to show in problems; no file is opened.</param>
    public static (RehearsalScript Script, IReadOnlyList<ScriptProblem> Problems) Read(string json, string fileName) =>
        ScriptReader.Read(json, fileName);
}

/// <summary>One conversation of a script: when it is played, and its steps in order.</summary>
internal sealed record ScriptedConversation(Occasion When, IReadOnlyList<Step> Steps);

/// <summary>The prompts a conversation is meant for; null means any.</summary>
internal sealed record Occasion(string? Milestone, string? Role, int? Attempt, int? Round)
{
    public bool Covers(PromptHeader header) =>
        (Milestone is null || Milestone == header.Milestone)
        && (Role is null || Role == header.Role)
        && (Attempt is null || Attempt == header.Attempt)
        && (Round is null || Round == header.Round);
}
