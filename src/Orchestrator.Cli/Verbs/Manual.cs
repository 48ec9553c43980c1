using System.CommandLine;

namespace Orchestrator.Cli.Verbs;

/// <summary>One command line as an example.</summary>
/// <param name="Line">As it is typed; a test parses it.</param>
/// <param name="Meaning">What it does, in a few words.</param>
internal sealed record Example(string Line, string Meaning);

/// <summary>What the help says of a verb beside its options.</summary>
/// <param name="Path">The verb as it is typed, e.g. <c>rescue list</c>; empty for the bare command.</param>
/// <param name="Notes">What else there is to know, one sentence or two each.</param>
/// <param name="Examples">Two to four of them.</param>
/// <param name="ExitCodes">Those that it can end with.</param>
/// <param name="SeeAlso">Other verbs.</param>
internal sealed record ManualPage(string Path, IReadOnlyList<string> Notes, IReadOnlyList<Example> Examples, IReadOnlyList<int> ExitCodes, IReadOnlyList<string> SeeAlso);

/// <summary>The manual: <c>--help</c>, <c>help VERB</c> and the man page are made from it and from the command line.</summary>
internal static partial class Manual
{
    /// <summary>The page of a command; null when nobody has written it, which a test does not allow.</summary>
    public static ManualPage? PageOf(Command command)
    {
        var path = PathOf(command);
        return Pages.FirstOrDefault(page => page.Path == path);
    }

    /// <summary>The verb as it is typed, e.g. <c>rescue list</c>.</summary>
    public static string PathOf(Command command) => command is RootCommand
        ? ""
        : $"{command.Parents.OfType<Command>().Select(PathOf).FirstOrDefault()} {command.Name}".TrimStart();

    /// <summary>The commands that the help shows, the one given first.</summary>
    public static IEnumerable<Command> Shown(Command command) => command.Subcommands.Where(c => !c.Hidden).SelectMany(Shown).Prepend(command);

    /// <summary>What an exit code means, as <c>docs/reference/exit-codes.md</c> has it in full.</summary>
    public static string Meaning(int exitCode) => exitCode switch
    {
        ExitCode.Done => "Done.",
        ExitCode.Bug => "A fault of the program itself.",
        ExitCode.Problems => "Something to mend first; the message says what.",
        ExitCode.SomeFailed => "The run ended; some milestones failed or were blocked.",
        ExitCode.Stopped => "Stopped; it can go on.",
        ExitCode.LimitReached => "A limit is reached and the run does not wait; it can go on.",
        ExitCode.Busy => "Another process works on this repository.",
        ExitCode.Unlanded => "All is integrated, but not on your branch yet.",
        _ => throw new ArgumentOutOfRangeException(nameof(exitCode), exitCode, "No such exit code."),
    };
}
