using System.Text.RegularExpressions;

namespace Orchestrator.Cli.Tests;

/// <summary>Holds the reference to the code.</summary>
public sealed class DocsTests
{
    [Fact]
    public void Every_exit_code_is_documented()
    {
        var code = Regex.Matches(Read("src/Orchestrator.Cli/ExitCode.cs"), @"const int (\w+) = (\d+);").Select(m => $"{m.Groups[2].Value} {m.Groups[1].Value}");
        var docs = Regex.Matches(Read("docs/reference/exit-codes.md"), @"^\| *`?(\d+)`? *\| *`?(\w+)`? *\|", RegexOptions.Multiline).Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value}");
        Assert.Equal(code, docs);
    }

    [Fact]
    public void Every_fact_is_documented()
    {
        var docs = Read("docs/reference/events.md");
        Assert.All(Engine.Journal.JournalNames.All, fact => Assert.Contains($"`{fact.Name}`", docs, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_setting_is_documented()
    {
        var docs = Read("docs/reference/settings.md");
        var schema = Read("docs/reference/orchestrator.config.schema.json");
        var keys = Regex.Matches(Read("src/Orchestrator.Engine/Settings/SettingsReader.cs"), @"\.(?:Int|Seconds|Bool|Text|Texts|Folder|Choice|Choices|Secret|Map|Maps)\(""([a-z_]+)""").Select(m => m.Groups[1].Value).ToList();
        Assert.True(keys.Count > 15);
        Assert.All(keys, key => Assert.Matches($@"`[a-z_.\[\]]*{key}`", docs));
        Assert.All(keys, key => Assert.Contains($"\"{key}\"", schema, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_rule_for_secrets_is_documented()
    {
        var docs = Read("docs/concepts/safety.md");
        Assert.All(Engine.Secrets.SecretScanner.RuleNames, rule => Assert.Contains($"`{rule}`", docs, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_way_a_turn_can_fail_is_documented()
    {
        var docs = Read("docs/reference/failures.md");
        var codes = Directory.GetFiles(Path.Combine(Tool.Root, "src/Orchestrator.Engine/Claude"), "*.cs")
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), @"""((?:agent|review|budget)\.[a-z-]+)""").Select(m => m.Groups[1].Value)).Distinct().ToList();
        Assert.True(codes.Count > 15);
        Assert.All(codes, code => Assert.Contains($"`{code}`", docs, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_failure_that_has_a_hint_is_documented()
    {
        var docs = Read("docs/reference/failures.md");
        var codes = Regex.Matches(Read("src/Orchestrator.Core/Progress/NextSteps.cs"), @"""((?:agent|review|gate|work|merge|integration|budget|entry)\.[a-z-]+)""").Select(m => m.Groups[1].Value).ToList();
        Assert.True(codes.Count > 15);
        Assert.All(codes, code => Assert.Contains($"`{code}`", docs, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_reason_to_stop_that_has_a_hint_is_documented()
    {
        var docs = Read("docs/reference/failures.md");
        var codes = Regex.Matches(Read("src/Orchestrator.Core/Progress/NoticeText.cs"), @"""((?:agent|budget|limit|target|proof)\.[a-z-]+|signal|operator)"" ?(?:=>|or|})").Select(m => m.Groups[1].Value).ToList();
        Assert.True(codes.Count > 11);
        Assert.All(codes, code => Assert.Contains($"`{code}`", docs, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_field_of_the_evidence_is_documented()
    {
        var docs = Read("docs/reference/files.md");
        var fields = Directory.GetFiles(Path.Combine(Tool.Root, "src/Orchestrator.Engine/Evidence"), "*.cs")
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), @"(?:json\.Write\w+\(|(?:List|Texts|Time|Commands)\(json, )""([a-z_]+)""").Select(m => m.Groups[1].Value)).Distinct().ToList();
        Assert.True(fields.Count > 50);
        Assert.All(fields, field => Assert.Matches($"`{field}(\\[\\])?`", docs));
        Assert.All(Enum.GetNames<Core.Progress.Fate>(), fate => Assert.Contains($"| `{Regex.Replace(fate, "(?<=.)([A-Z])", "-$1").ToLowerInvariant()}` |", docs, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_kind_and_every_field_of_a_notice_is_documented()
    {
        var docs = Read("docs/reference/notices.md");
        var fields = Regex.Matches(Read("src/Orchestrator.Engine/Notices/MessageJson.cs"), @"json\.Write\w+\(""([a-z_]+)""").Select(m => m.Groups[1].Value).ToList();
        var variables = Regex.Matches(Read("src/Orchestrator.Engine/Notices/CommandSender.cs"), @"\[Prefix \+ ""([A-Z_]+)""\]").Select(m => $"ORCHESTRATOR_NOTICE_{m.Groups[1].Value}").ToList();
        Assert.True(fields.Count > 8 && variables.Count > 7);
        Assert.All([.. fields, .. variables], name => Assert.Contains($"`{name}`", docs, StringComparison.Ordinal));
        Assert.All(Enum.GetValues<Core.Progress.NoticeKind>(), kind => Assert.Contains($"| `{new Core.Progress.Notice(kind, default, "", "").Word}` |", docs, StringComparison.Ordinal));
    }

    [Fact]
    public void Addresses_and_machine_paths_stay_out()
    {
        var files = Tool.Run("/usr/bin/git", Tool.Root, Path.GetTempPath(), 30, "-c", "safe.directory=*", "ls-files", "-z").Out.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(files.Length > 100);
        foreach (var file in files.Where(f => !f.EndsWith("DocsTests.cs", StringComparison.Ordinal)).Select(f => Path.Combine(Tool.Root, f)).Where(File.Exists))
        {
            var text = File.ReadAllText(file);
            Assert.False(Regex.IsMatch(text, @"registry\.npmjs|nuget\.org/v3|""resolved"": *""https?:|/work/|/root/"), $"{file} names a registry or a path of a machine.");
        }
    }

    private static string Read(string name) => File.ReadAllText(Path.Combine(Tool.Root, name));
}
