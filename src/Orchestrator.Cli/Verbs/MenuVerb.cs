using System.CommandLine;
using Orchestrator.Cli.Screens;
using Orchestrator.Core;

namespace Orchestrator.Cli.Verbs;

/// <summary>
/// The menu of the program without a verb on a terminal: asks in plain lines, so that it works wherever lines can be
/// read, and does what the command line would.
/// </summary>
internal static class MenuVerb
{
    private const string Asks = "?";

    /// <summary>An entry.</summary>
    /// <param name="Key">What to type.</param>
    /// <param name="Text">What it does.</param>
    /// <param name="Words">The command line; a word that begins with <c>?</c> is asked for.</param>
    /// <param name="Last">Whether the program ends with it.</param>
    private sealed record Entry(string Key, string Text, string[] Words, bool Last = false);

    private static readonly Entry[] Entries =
    [
        new("1", "run all that is not done", ["run"], Last: true),
        new("2", "one pass, without waiting for limits", ["single"], Last: true),
        new("3", "run one stage", ["run", "--stage", "?Which stage (1, 2, …)"], Last: true),
        new("4", "run one milestone", ["run", "--milestone", "?Which milestone (1A, …)"], Last: true),
        new("5", "status", ["status"]),
        new("6", "report: the whole run as one HTML file", ["report"]),
        new("7", "logs: what an agent said and did", ["logs", "?Which milestone (1A, …)"]),
        new("8", "clean: what would be removed", ["clean", "--dry-run"]),
        new("9", "doctor: is everything there that is needed?", ["doctor"]),
        new("s", "settings and plan: check them, show the schedule", ["run", "--validate-only"]),
        new("h", "help", ["help"]),
        new("q", "leave", []),
    ];

    /// <summary>Asks until something was chosen that ends the program, or nobody answers any more.</summary>
    /// <param name="around">Console.</param>
    /// <param name="answers">The user's answers, line by line.</param>
    /// <param name="root">The command line.</param>
    /// <param name="folder">The folder to act in.</param>
    public static async Task<int> RunAsync(Surroundings around, TextReader answers, RootCommand root, string folder)
    {
        var ink = new Terminal(around.User).Ink;
        while (true)
        {
            Show(around, ink, folder);
            var answer = (await answers.ReadLineAsync().ConfigureAwait(false))?.Trim();
            if (answer is null or "q")
            {
                return ExitCode.Done;
            }

            if (Array.Find(Entries, entry => entry.Key == answer) is not { } chosen)
            {
                around.Out.WriteLine(answer.Length == 0 ? "" : $"There is no '{answer}'.");
                continue;
            }

            if (await WordsAsync(around, answers, chosen).ConfigureAwait(false) is not { } words)
            {
                continue;
            }

            around.Out.WriteLine();
            var code = await root.Parse(["-C", folder, .. words], new ParserConfiguration { ResponseFileTokenReplacer = null })
                .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = around.Out, Error = around.Error }).ConfigureAwait(false);
            if (chosen.Last && code != ExitCode.Problems)
            {
                return code;
            }

            around.Out.Write("\nEnter goes back to the menu. ");
            around.Out.Flush();
            if (await answers.ReadLineAsync().ConfigureAwait(false) is null)
            {
                return ExitCode.Done;
            }
        }
    }

    private static void Show(Surroundings around, Ink ink, string folder)
    {
        Inked(around, ink.Bold($"Claude Code Orchestrator, {Plain.Line(folder)}") + "\n\n");
        foreach (var entry in Entries)
        {
            Inked(around, $"  {ink.Cyan(entry.Key)}  {entry.Text}\n");
        }

        Inked(around, "\nYour choice: ");
        around.Out.Flush();
    }

    /// <summary>The command line of an entry; null when a question was answered with nothing.</summary>
    private static async Task<IReadOnlyList<string>?> WordsAsync(Surroundings around, TextReader answers, Entry entry)
    {
        var words = new List<string>();
        foreach (var word in entry.Words)
        {
            if (!word.StartsWith(Asks, StringComparison.Ordinal))
            {
                words.Add(word);
                continue;
            }

            around.Out.Write($"{word[Asks.Length..]}: ");
            around.Out.Flush();
            if ((await answers.ReadLineAsync().ConfigureAwait(false))?.Trim() is not { Length: > 0 } answer)
            {
                return null;
            }

            words.Add(answer);
        }

        return words;
    }

    private static void Inked(Surroundings around, string text)
    {
        if (around.Out is InertWriter writer)
        {
            writer.WriteInked(text);
        }
        else
        {
            around.Out.Write(text);
        }
    }
}
