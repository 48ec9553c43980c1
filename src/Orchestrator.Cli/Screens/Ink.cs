namespace Orchestrator.Cli.Screens;

/// <summary>Plain colours of a terminal, or none. Each text ends as it began, so that no line colours the next.</summary>
/// <param name="On">Whether there are any.</param>
internal readonly record struct Ink(bool On)
{
    private const string End = "\u001b[0m";

    /// <summary>No colours.</summary>
    public static Ink None => new(false);

    /// <summary>Stands out.</summary>
    public string Bold(string text) => In("\u001b[1m", text);

    /// <summary>Steps back.</summary>
    public string Dim(string text) => In("\u001b[2m", text);

    /// <summary>Went wrong.</summary>
    public string Red(string text) => In("\u001b[31m", text);

    /// <summary>Went well.</summary>
    public string Green(string text) => In("\u001b[32m", text);

    /// <summary>Waits, or wants to be looked at.</summary>
    public string Yellow(string text) => In("\u001b[33m", text);

    /// <summary>Is a name.</summary>
    public string Cyan(string text) => In("\u001b[36m", text);

    /// <summary>How long the sequence of ours is that begins there; 0 when none does.</summary>
    public static int LengthAt(ReadOnlySpan<char> text) => text switch
    {
        ['\u001b', '[', '0' or '1' or '2', 'm', ..] => 4,
        ['\u001b', '[', '3', '1' or '2' or '3' or '6', 'm', ..] => 5,
        _ => 0,
    };

    private string In(string begin, string text) => On && text.Length > 0 ? begin + text + End : text;
}
