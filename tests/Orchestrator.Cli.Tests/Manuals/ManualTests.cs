using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Orchestrator.Cli.Screens;
using Orchestrator.Cli.Verbs;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Tests.Manuals;

/// <summary>Holds the manual to the command line.</summary>
public sealed class ManualTests
{
    private static readonly RootCommand Root = CommandLine.Build(new Surroundings(UserEnvironment.Read(), Tool.Root, TextWriter.Null, TextWriter.Null, TimeProvider.System));

    private static IEnumerable<Command> All => Manual.Shown(Root);

    [Fact]
    public void Every_verb_has_a_page_and_every_page_a_verb()
    {
        Assert.All(All, command => Assert.True(Manual.PageOf(command) is not null, $"'{Manual.PathOf(command)}' has no page in ManualPages.cs."));
        Assert.Empty(Manual.Pages.Select(p => p.Path).Except(All.Select(Manual.PathOf)));
    }

    [Fact]
    public void Every_example_is_understood_by_the_command_line() => Assert.All(Manual.Pages.SelectMany(p => p.Examples.Select(e => (p.Path, e.Line))), example =>
    {
        var words = CommandLineParser.SplitCommandLine(example.Line).ToList();
        var line = Root.Parse([.. words.Skip(1)]);
        Assert.Equal("orchestrator", words[0]);
        Assert.True(line.Errors.Count == 0, $"{example.Line}: {string.Join(' ', line.Errors.Select(e => e.Message))}");
        var path = Manual.PathOf(line.CommandResult.Command);
        Assert.True(example.Path.Length == 0 || path == example.Path || path.StartsWith(example.Path + " ", StringComparison.Ordinal), $"{example.Line} is no example of '{example.Path}'.");
    });

    [Fact]
    public void Every_page_says_enough() => Assert.All(Manual.Pages, page =>
    {
        Assert.InRange(page.Examples.Count, 2, 4);
        Assert.NotEmpty(page.Notes);
        Assert.NotEmpty(page.SeeAlso);
        Assert.Equal(page.ExitCodes.Order(), page.ExitCodes);
        Assert.All(page.SeeAlso, verb => Assert.Contains(verb, All.Select(Manual.PathOf)));
    });

    [Fact]
    public void Every_exit_code_of_a_verbs_file_is_on_its_page()
    {
        var codes = typeof(ExitCode).GetFields(BindingFlags.Public | BindingFlags.Static).ToDictionary(f => f.Name, f => (int)f.GetRawConstantValue()!);
        Assert.All(codes.Values, code => Assert.NotEmpty(Manual.Meaning(code)));
        foreach (var page in Manual.Pages.Where(p => p.Path.Length > 0))
        {
            var verb = page.Path.Split(' ')[0];
            var file = Path.Combine(Tool.Root, "src/Orchestrator.Cli/Verbs", $"{char.ToUpperInvariant(verb[0])}{verb[1..]}Verb.cs");
            var used = File.Exists(file) ? Regex.Matches(File.ReadAllText(file), @"ExitCode\.(\w+)").Select(m => codes[m.Groups[1].Value]) : [];
            Assert.True(!used.Except(page.ExitCodes).Any(), $"{page.Path} ends with {string.Join(", ", used.Except(page.ExitCodes).Distinct())}, too.");
        }
    }

    [Fact]
    public void Every_verb_and_option_is_in_the_reference()
    {
        var docs = File.ReadAllText(Path.Combine(Tool.Root, "docs/reference/command-line.md"));
        foreach (var command in All.Skip(1))
        {
            Assert.Contains($"`{Manual.PathOf(command)}", docs, StringComparison.Ordinal);
            Assert.All(command.Options.Where(o => !o.Hidden), option => Assert.Contains($"`{option.Name}", docs, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Help_of_a_verb_and_the_verbs_own_say_the_same()
    {
        using var top = new TemporaryFolder();
        foreach (var path in new[] { "run", "rescue restore", "explain" })
        {
            var (exit, help, _) = Tool.Run(Tool.Program, top.Path, top.Path, 30, ["help", .. path.Split(' ')]);
            Assert.Equal(0, exit);
            Assert.Equal(help, Tool.Run(Tool.Program, top.Path, top.Path, 30, [.. path.Split(' '), "--help"]).Out);
            Assert.All(["Description:", "Usage:", "Options:", "Examples:", "Exit codes:", "See also:"], part => Assert.Contains($"\n{part}\n", "\n" + help, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Help_of_what_is_no_verb_says_what_there_is()
    {
        using var top = new TemporaryFolder();
        var (exit, _, error) = Tool.Run(Tool.Program, top.Path, top.Path, 30, "help", "rnu");
        Assert.Equal(2, exit);
        Assert.Contains("There is no verb 'rnu'.", error, StringComparison.Ordinal);
        Assert.Contains("run, single", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_man_page_names_every_verb_option_and_exit_code()
    {
        var page = ManualScreen.Man(Root, "1.2.3");
        Assert.All(All.Skip(1), command => Assert.Contains($".SH {Manual.PathOf(command).ToUpperInvariant()}\n", page, StringComparison.Ordinal));
        Assert.All(All.SelectMany(c => c.Options).Where(o => !o.Hidden), option => Assert.Contains(option.Name.Replace("-", "\\-", StringComparison.Ordinal), page, StringComparison.Ordinal));
        Assert.All(Enumerable.Range(0, 8), code => Assert.Contains(string.Create(CultureInfo.InvariantCulture, $".B {code}\n"), page, StringComparison.Ordinal));
        Assert.All(page.Split('\n').Where(line => line.StartsWith('.')), line => Assert.Matches(@"^\.(TH|SH|B|BR|PP|TP)( |$)", line));
    }
}
