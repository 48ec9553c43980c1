using System.CommandLine;
using System.CommandLine.Completions;
using Orchestrator.Cli.Screens;

namespace Orchestrator.Cli.Verbs;

/// <summary><c>completion SHELL</c> prints the script for a shell; the script asks <c>complete -- WORDS =WORD</c> at every press of the key.</summary>
internal static class CompletionVerb
{
    /// <summary>Prints the script.</summary>
    public static int Run(Surroundings around, string shell)
    {
        around.Out.Write(CompletionScripts.Of[shell]);
        return ExitCode.Done;
    }

    /// <summary>
    /// Prints what the last word, which stands behind a '=', can become, one a line; nothing where the shell knows better (files, branches).
    /// The library's own directive takes the line as one text, stumbles over global options, and offers what holds
    /// the letters anywhere; so only its knowledge of the symbols is used.
    /// </summary>
    public static int Complete(Surroundings around, RootCommand root, IReadOnlyList<string> words)
    {
        var begun = words is [.., ['=', .. var last]] ? last : "";
        var line = root.Parse([.. words.SkipLast(1)], new ParserConfiguration { ResponseFileTokenReplacer = null });
        foreach (var candidate in Candidates(line, begun).Where(c => c.StartsWith(begun, StringComparison.Ordinal)))
        {
            around.Out.WriteLine(candidate);
        }

        return ExitCode.Done;
    }

    private static IEnumerable<string> Candidates(ParseResult line, string begun)
    {
        if (line.UnmatchedTokens.Count > 0)
        {
            return []; // there is something already that the program does not understand
        }

        var command = line.CommandResult.Command;
        var context = line.GetCompletionContext();
        var options = Scope(command).SelectMany(c => c.Options.Where(o => !o.Hidden && (c == command || o.Recursive))).ToList();
        if (line.Tokens is [.., var last] && options.FirstOrDefault(o => TakesValue(o) && (o.Name == last.Value || o.Aliases.Contains(last.Value))) is { } open)
        {
            return Values(open, open.CompletionSources, context);
        }

        var names = options.Where(o => line.GetResult(o) is null or { Implicit: true }).Select(o => o.Name);
        var values = command.Arguments.Where(a => line.GetResult(a)?.Tokens.Count is not > 0 || a.Arity.MaximumNumberOfValues > 1).SelectMany(a => Values(a, a.CompletionSources, context));
        return begun.StartsWith('-') ? names : [.. command.Subcommands.Where(c => !c.Hidden && line.CommandResult.Tokens.Count <= 1).Select(c => c.Name), .. values];
    }

    private static IEnumerable<string> Values(Symbol symbol, List<Func<CompletionContext, IEnumerable<CompletionItem>>> sources, CompletionContext context) =>
        symbol.Hidden ? [] : sources.SelectMany(source => source(context)).Select(item => item.InsertText ?? item.Label);

    private static bool TakesValue(Option option) => option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool);

    private static IEnumerable<Command> Scope(Command? command)
    {
        for (; command is not null; command = command.Parents.OfType<Command>().FirstOrDefault())
        {
            yield return command;
        }
    }
}
