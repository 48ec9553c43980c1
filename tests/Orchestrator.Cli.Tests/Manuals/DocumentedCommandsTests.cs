using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Orchestrator.Cli.Verbs;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Tests.Manuals;

/// <summary>What the documents tell people to type is typed.</summary>
public sealed partial class DocumentedCommandsTests
{
    private static readonly RootCommand Root = CommandLine.Build(new Surroundings(UserEnvironment.Read(), Tool.Root, TextWriter.Null, TextWriter.Null, TimeProvider.System));

    /// <summary>Those have tests of their own: they fetch, ask, or play a whole run against a model.</summary>
    private static readonly string[] Elsewhere = ["demo", "rehearse", "plan", "menu", "doctor"];

    [Fact]
    public void Every_command_in_the_documents_is_understood()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Tool.Root, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Tool.Root, "README.md"));
        var lines = files.SelectMany(file => Typed().Matches(File.ReadAllText(file)).Select(m => (File: Path.GetFileName(file), Line: m.Groups[1].Value))).Where(l => !l.Line.Contains("VERB", StringComparison.Ordinal) && !l.Line.Contains('[', StringComparison.Ordinal)).ToList();

        Assert.True(lines.Count > 40, $"only {lines.Count} were found");
        Assert.All(lines, typed =>
        {
            var words = CommandLineParser.SplitCommandLine(Placeholder().Replace(typed.Line, "1A")).Skip(1);
            var parsed = Root.Parse([.. words]);
            Assert.True(parsed.Errors.Count == 0, $"{typed.File}: {typed.Line}: {string.Join(' ', parsed.Errors.Select(e => e.Message))}");
        });
    }

    [Fact]
    public void Every_example_of_the_manual_ends_as_its_page_says()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"), ("2A", "fake: ok"));
        Assert.Equal(0, repository.Run("run").Exit);
        foreach (var page in Manual.Pages.Where(p => p.Path.Length > 0 && !Elsewhere.Contains(p.Path)))
        {
            foreach (var example in page.Examples)
            {
                var words = CommandLineParser.SplitCommandLine(example.Line.Replace("-C ../other", $"-C {repository.Folder}", StringComparison.Ordinal)).Skip(1).ToArray();
                var (exit, output, error) = repository.Run(words);
                Assert.True(page.ExitCodes.Contains(exit) && exit != ExitCode.Bug, $"{example.Line} ended with {exit}: {output}{error}");
            }
        }
    }

    [GeneratedRegex(@"(?:^|`)((?:orchestrator|\./orchestrator\.sh)(?: +[^`\n|<#…\\]+)?)", RegexOptions.Multiline)]
    private static partial Regex Typed();

    [GeneratedRegex(@"\b(?:ID|N|NAME|RUN)\b")]
    private static partial Regex Placeholder();
}
