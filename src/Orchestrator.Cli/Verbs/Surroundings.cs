using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Verbs;

/// <summary>What the verbs are given: nothing in them reaches for the console, the clock or the environment itself.</summary>
/// <param name="User">The environment we were started in.</param>
/// <param name="Folder">The current folder.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Time">The clock.</param>
internal sealed record Surroundings(UserEnvironment User, string Folder, TextWriter Out, TextWriter Error, TimeProvider Time)
{
    /// <summary>What is piped or redirected into the program.</summary>
    public Func<Stream> Input { get; init; } = () => Stream.Null;

    /// <summary>Whom a question can be asked; null where there is no terminal.</summary>
    public Func<TextReader?> Terminal { get; init; } = () => null;
}
