namespace Orchestrator.Rehearsal;

/// <summary>A limit of the whole account, as the script has it.</summary>
/// <param name="After">It begins with the first request after this many were let through, or null.</param>
/// <param name="With">It begins with the first request of such a prompt, or null.</param>
/// <param name="Lasts">How long it lasts from its beginning.</param>
/// <param name="Kind">The provider's name for it, such as <c>five_hour</c>.</param>
/// <param name="Model">It concerns only models whose name contains this; null: all.</param>
internal sealed record ScriptedLimit(int? After, Occasion? With, TimeSpan Lasts, string Kind, string? Model)
{
    public bool Concerns(Conversation conversation) =>
        Model is null || conversation.Model.Contains(Model, StringComparison.OrdinalIgnoreCase);

    public bool BeginsWith(Conversation conversation, int letThrough) =>
        Concerns(conversation)
        && (With is null ? letThrough >= After : conversation.Header is { } header && With.Covers(header));
}

/// <summary>A window of the account whose use every good answer tells.</summary>
/// <param name="Kind">The provider's name for it.</param>
/// <param name="Percent">What is used at the beginning.</param>
/// <param name="PerAnswer">What each request that is let through adds.</param>
/// <param name="WarnAt">From where on the provider warns, or null for never.</param>
/// <param name="Lasts">When it begins anew, from the start of the server.</param>
internal sealed record ScriptedWindow(string Kind, int Percent, int PerAnswer, int? WarnAt, TimeSpan Lasts);
