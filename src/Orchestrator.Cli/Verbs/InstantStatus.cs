namespace Orchestrator.Cli.Verbs;

/// <summary>
/// Recognises the two plain spellings of 'status', which prompts and watchers ask every second, without setting up
/// the command line's library (a third of the time of the whole). Anything else goes the ordinary way.
/// </summary>
internal static class InstantStatus
{
    /// <summary>The folder and whether JSON is wanted; null for every other command line.</summary>
    public static (string Folder, bool Json)? TryParse(string[] args) => args switch
    {
        ["status"] => (".", false),
        ["status", "--json"] => (".", true),
        ["-C", var folder, "status"] => (folder, false),
        ["-C", var folder, "status", "--json"] => (folder, true),
        _ => null,
    };
}
