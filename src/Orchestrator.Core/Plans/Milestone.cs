namespace Orchestrator.Core.Plans;

/// <summary>How strictly a milestone is reviewed.</summary>
public enum ReviewLevel
{
    /// <summary>No review; gates only.</summary>
    None,

    /// <summary>One reviewer, a bounded number of rounds.</summary>
    Normal,

    /// <summary>As normal, and what the reviewer finds counts only when another one, who tries, sees it too.</summary>
    Strict,
}

/// <summary>An id that a milestone file names, and the line where it does.</summary>
public readonly record struct Reference(MilestoneId Id, int Line);

/// <summary>One milestone file, read. What the agent is told is <see cref="Text"/>, whole.</summary>
/// <param name="Id">Its name, from the file name.</param>
/// <param name="File">The file as the user would name it.</param>
/// <param name="Title">The first heading.</param>
/// <param name="Text">The whole text, front matter left out.</param>
/// <param name="Hash">SHA-256 of the file's bytes, lower-case hex.</param>
/// <param name="DependsOn">Front matter <c>depends_on</c>; null when absent, and then the stage barrier holds.</param>
/// <param name="Named">Ids named in the Dependencies section.</param>
/// <param name="Verify">Commands that must pass, from the front matter.</param>
/// <param name="Scope">Globs of what it may touch; empty means anything.</param>
/// <param name="Model">The model to use, or null for the settings' one.</param>
/// <param name="BudgetUsd">The most it may cost in US dollars, or null.</param>
/// <param name="Timeout">The longest one turn may take, or null.</param>
/// <param name="Review">How it is reviewed, or null for the settings' level.</param>
/// <param name="Criteria">What its section Exit Criteria lists, in order.</param>
/// <param name="Entry">What its section Entry Requirements lists, in order.</param>
public sealed record MilestoneFile(
    MilestoneId Id,
    string File,
    string Title,
    string Text,
    string Hash,
    Items<Reference>? DependsOn = null,
    Items<Reference> Named = default,
    Items<string> Verify = default,
    Items<string> Scope = default,
    string? Model = null,
    decimal? BudgetUsd = null,
    TimeSpan? Timeout = null,
    ReviewLevel? Review = null,
    Items<string> Criteria = default,
    Items<string> Entry = default);

/// <summary>A milestone as the plan knows it: what it needs and how it is proved. Its text lies beside the journal.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Title">Its title.</param>
/// <param name="Hash">SHA-256 of its file, lower-case hex.</param>
/// <param name="Needs">What must be integrated before it may start, in plan order.</param>
/// <param name="Barrier">True while the stage barrier holds for it; false with <c>depends_on</c>.</param>
/// <param name="Verify">Commands that must pass besides the gates of the settings.</param>
/// <param name="Model">The model, or null for the settings' one.</param>
/// <param name="BudgetUsd">The most it may cost in US dollars, or null.</param>
/// <param name="Timeout">The longest one turn may take, or null for the settings' limit.</param>
/// <param name="Review">How it is reviewed, or null for the settings' level.</param>
/// <param name="Scope">Globs of what it may touch; empty means anything.</param>
/// <param name="Criteria">Its exit criteria, in order.</param>
/// <param name="Entry">Its entry requirements, in order.</param>
public sealed record Milestone(
    MilestoneId Id,
    string Title,
    string Hash,
    Items<MilestoneId> Needs,
    bool Barrier = true,
    Items<string> Verify = default,
    string? Model = null,
    decimal? BudgetUsd = null,
    TimeSpan? Timeout = null,
    ReviewLevel? Review = null,
    Items<string> Scope = default,
    Items<string> Criteria = default,
    Items<string> Entry = default);
