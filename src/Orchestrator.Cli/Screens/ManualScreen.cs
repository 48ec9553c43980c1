using System.CommandLine;
using System.Globalization;
using System.Text;
using Orchestrator.Cli.Verbs;

namespace Orchestrator.Cli.Screens;

/// <summary>What the manual says of a verb, as text below its options and as a man page.</summary>
internal static class ManualScreen
{
    private const int Width = 100;

    /// <summary>Notes, examples, exit codes and see also.</summary>
    public static string Text(ManualPage page)
    {
        var text = new StringBuilder("Notes:\n");
        foreach (var note in page.Notes)
        {
            Wrap(text, note, "  ");
        }

        var column = page.Examples.Max(e => e.Line.Length) + 3;
        text.Append("\nExamples:\n");
        foreach (var example in page.Examples)
        {
            text.Append("  ").Append(example.Line.PadRight(column)).Append(example.Meaning).Append('\n');
        }

        text.Append("\nExit codes:\n");
        foreach (var code in page.ExitCodes)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {code}  {Manual.Meaning(code)}\n");
        }

        text.Append("\nSee also:\n");
        Wrap(text, string.Join(", ", page.SeeAlso.Select(verb => $"orchestrator help {verb}")) + ".", "  ");
        return text.ToString();
    }

    /// <summary>The whole manual as one page for <c>man</c>.</summary>
    public static string Man(RootCommand root, string version)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $".TH ORCHESTRATOR 1 \"\" \"orchestrator {Inert(version)}\" \"User Commands\"\n");
        page.Append(CultureInfo.InvariantCulture, $".SH NAME\norchestrator \\- {Inert(root.Description!)}\n.SH SYNOPSIS\n.B orchestrator\n[\\fIVERB\\fR] [\\fIOPTIONS\\fR]\n.SH DESCRIPTION\n");
        Paragraphs(page, Manual.PageOf(root)!.Notes);
        page.Append(".SH OPTIONS\nFor every verb:\n");
        Options(page, root.Options.Where(o => o.Recursive || o is VersionOption));
        foreach (var command in Manual.Shown(root).Skip(1))
        {
            page.Append(CultureInfo.InvariantCulture, $".SH {Inert(Manual.PathOf(command).ToUpperInvariant())}\n.B orchestrator {Inert(Manual.PathOf(command))}\n{string.Concat(command.Arguments.Select(a => $"\\fI{Inert(a.HelpName ?? a.Name)}\\fR\n"))}.PP\n{Inert(command.Description!)}\n");
            Paragraphs(page, Manual.PageOf(command)!.Notes);
            Options(page, command.Options);
            page.Append(".PP\nExamples:\n");
            Examples(page, Manual.PageOf(command)!);
            page.Append(CultureInfo.InvariantCulture, $".PP\nExit codes: {string.Join(", ", Manual.PageOf(command)!.ExitCodes)}.\n");
        }

        page.Append(".SH EXAMPLES\n");
        Examples(page, Manual.PageOf(root)!);
        page.Append(".SH EXIT STATUS\n");
        foreach (var code in Manual.PageOf(root)!.ExitCodes)
        {
            page.Append(CultureInfo.InvariantCulture, $".TP\n.B {code}\n{Inert(Manual.Meaning(code))}\n");
        }

        return page.Append(".SH FILES\nmilestones/*.md, orchestrator.config.json, TASKS.md, .orchestrator/, .worktree/, logs/\n.SH SEE ALSO\n.BR git (1)\n").ToString();
    }

    private static void Paragraphs(StringBuilder page, IEnumerable<string> notes)
    {
        foreach (var note in notes)
        {
            page.Append(CultureInfo.InvariantCulture, $".PP\n{Inert(note)}\n");
        }
    }

    private static void Options(StringBuilder page, IEnumerable<Option> options)
    {
        foreach (var option in options.Where(o => !o.Hidden))
        {
            var names = string.Join(", ", option.Aliases.Where(a => !a.StartsWith('/')).Prepend(option.Name));
            page.Append(CultureInfo.InvariantCulture, $".TP\n.B {Inert(names)}{(option.HelpName is { } value ? $" \\fI{Inert(value)}\\fR" : "")}\n{Inert(option.Description ?? "")}\n");
        }
    }

    private static void Examples(StringBuilder page, ManualPage of)
    {
        foreach (var example in of.Examples)
        {
            page.Append(CultureInfo.InvariantCulture, $".TP\n.B {Inert(example.Line)}\n{Inert(example.Meaning)}\n");
        }
    }

    /// <summary>Text in which nothing is a command of roff, and no hyphen of an option becomes a dash.</summary>
    private static string Inert(string text)
    {
        var inert = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return inert.StartsWith('.') || inert.StartsWith('\'') ? "\\&" + inert : inert;
    }

    private static void Wrap(StringBuilder text, string sentence, string indent)
    {
        var column = 0;
        foreach (var word in sentence.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > Width)
            {
                text.Append('\n');
                column = 0;
            }

            text.Append(column == 0 ? indent : " ").Append(word);
            column += (column == 0 ? indent.Length : 1) + word.Length;
        }

        text.Append('\n');
    }
}
