using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Orchestrator.Cli.Screens;
using Orchestrator.Core;

namespace Orchestrator.Cli.Verbs;

/// <summary><c>help</c>, and what <c>--help</c> adds to the library's own: notes, examples, exit codes, see also.</summary>
internal static class HelpVerb
{
    /// <summary>Makes <c>--help</c> of every verb show its page of the manual.</summary>
    public static void AddTo(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Description = "Show the help of the verb.";
        option.Action = new WithManual((HelpAction)option.Action!);
    }

    /// <summary>Shows all verbs, or the one that the words name.</summary>
    public static int Show(Surroundings around, RootCommand root, IReadOnlyList<string> words)
    {
        Command at = root;
        foreach (var word in words)
        {
            if (at.Subcommands.FirstOrDefault(c => c.Name == word || c.Aliases.Contains(word)) is not { } next)
            {
                var known = at.Subcommands.Where(c => !c.Hidden).Select(c => c.Name).ToList();
                around.Error.WriteLine(ProblemScreen.Text([new Problem("help.unknown", $"There is no verb '{string.Join(' ', words)}'.", new Place("help"), known.Count > 0 ? $"There are {string.Join(", ", known)}." : $"'{at.Name}' has no verbs of its own.")]));
                return ExitCode.Problems;
            }

            at = next;
        }

        root.Parse([.. Manual.PathOf(at).Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]).Invoke(new InvocationConfiguration { Output = around.Out });
        return ExitCode.Done;
    }

    /// <summary>Writes the man page.</summary>
    public static int Man(Surroundings around, RootCommand root)
    {
        around.Out.Write(ManualScreen.Man(root, ProgramVersion.Text));
        return ExitCode.Done;
    }

    private sealed class WithManual(HelpAction options) : SynchronousCommandLineAction
    {
        /// <inheritdoc/>
        public override bool ClearsParseErrors => true;

        /// <inheritdoc/>
        public override int Invoke(ParseResult parseResult)
        {
            options.Invoke(parseResult);
            if (Manual.PageOf(parseResult.CommandResult.Command) is { } page)
            {
                parseResult.InvocationConfiguration.Output.Write(ManualScreen.Text(page));
            }

            return ExitCode.Done;
        }
    }
}
