using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Plans;

namespace Orchestrator.Engine.Tests.Plans;

public sealed class MilestoneTextTests
{
    [Theory]
    [InlineData("## Exit Criteria\n\n- one\n* two\n1. three\n2) four\n- [ ] five\n- [x] six\n", "one|two|three|four|five|six")]
    [InlineData("## Exit Criteria:\n- one\n  goes on\n\n- two\n", "one goes on|two")]
    [InlineData("## exit criteria\nIt works.\nAnd fast.\n\n## Notes\n- not one\n", "It works.|And fast.")]
    [InlineData("## Exit Criteria\n\n### Tests\n- one\n# Other\n- not one\n", "one")]
    [InlineData("## Tasks\n- not one\n", "")]
    [InlineData("## Exit Criteria\n", "")]
    [InlineData("## Exit Criteria\n- \n- `a`\n", "`a`")]
    public void Exit_criteria_are_the_entries_of_their_section(string text, string expected)
    {
        var file = MilestoneText.Read(MilestoneId.Parse("1A"), System.Text.Encoding.UTF8.GetBytes("# Title\n\n" + text), "1A.md", []);
        Assert.Equal(expected, string.Join('|', file!.Criteria));
    }

    [Fact]
    public void Entry_requirements_are_read_as_exit_criteria_are()
    {
        var file = MilestoneText.Read(MilestoneId.Parse("1A"), Encoding.UTF8.GetBytes("# Title\n\n## Entry Requirements\n- [ ] one\n  goes on\n- two\n\n## Exit Criteria\n- not one\n"), "1A.md", []);
        Assert.Equal("one goes on|two", string.Join('|', file!.Entry));
    }

    [Theory]
    [InlineData("# Parser\n", "Parser")]
    [InlineData("# Milestone 1A: Parser\n", "Parser")]
    [InlineData("# 1A - Parser\n", "Parser")]
    [InlineData("# 1A – The 1A parser ##\n", "The 1A parser")]
    [InlineData("# 1AB: other name\n", "1AB: other name")]
    [InlineData("Parser\n======\n\ntext\n", "Parser")]
    [InlineData("\uFEFF\r\n# Parser\r\n\r\ntext", "Parser")]
    [InlineData("Some words first.\n\n## Parser\n", "Parser")]
    [InlineData("```\n# not a title\n```\n# Parser\n", "Parser")]
    [InlineData("# `code` and *more*\n", "`code` and *more*")]
    public void The_first_heading_is_the_title(string text, string title) => Assert.Equal(title, Sound(text).Title);

    [Theory]
    [InlineData("## Dependencies\n\n- 1B\n- Milestone 1C (parser), 1B again\n", "1B:5 1C:6")]
    [InlineData("## Dependencies\n1B, 1C and 10AB.\n", "1B:4 1C:4 10AB:4")]
    [InlineData("## dependencies:\n\n**1B**: needs `1C`\n", "1B:5 1C:5")]
    [InlineData("### Dependencies\n- Depends on: 1B\n- Blocks: 2A\n- **Blocks**: 2B\n- Required by 2C\n- Blocking 2D\n", "1B:4")]
    [InlineData("## Dependencies\n\nNone\n\n## Tasks\n\n- see 2A\n", "")]
    [InlineData("## Dependencies\n\n### Internal\n\n1B\n\n## Tasks\n2A\n", "1B:7")]
    [InlineData("## Dependencies\n\n### Needs\n- 1B\n\n### Blocks\n- 2A\n\n### Also\n- 1C\n", "1B:6 1C:12")]
    [InlineData("## Dependencies\n\n```\n## Tasks\n```\n\n1B\n", "1B:9")]
    [InlineData("```\n## Dependencies\n1B\n```\n", "")]
    [InlineData("## Dependencies\n\nwindows-1A, src/1B.cs, v1C, 1d, 01E, 1FFF, A1A\n", "")]
    [InlineData("## Description\n\nLike 1B.\n", "")]
    public void Ids_in_a_Dependencies_section_are_needs(string section, string expected)
    {
        var file = Sound("# Title\n\n" + section);
        Assert.Equal(expected, string.Join(' ', file.Named.Select(r => $"{r.Id}:{r.Line}")));
        Assert.Null(file.DependsOn);
    }

    [Theory]
    [InlineData("depends_on: [1B, 1C]", "1B:2 1C:2")]
    [InlineData("depends_on: 1B", "1B:2")]
    [InlineData("depends_on: 1B, 1C", "1B:2 1C:2")]
    [InlineData("depends_on:\n  - 1B\n  - 1C", "1B:3 1C:4")]
    [InlineData("depends_on: []", "")]
    [InlineData("depends_on:", "")]
    public void Depends_on_may_be_a_list_or_one_word(string yaml, string expected)
    {
        var file = Sound($"---\n{yaml}\n---\n# Title\n\n## Dependencies\n\n2A\n");
        Assert.Equal(expected, string.Join(' ', file.DependsOn!.Value.Select(r => $"{r.Id}:{r.Line}")));
        Assert.Single(file.Named); // lines count from the head of the file, not of the text
        Assert.Equal(file.Named[0].Line, yaml.Split('\n').Length + 7);
    }

    [Fact]
    public void Every_key_of_the_front_matter_is_read()
    {
        var file = Sound("---\r\nverify:\r\n  - make test\r\n  - \"dotnet test # all\"\r\nscope: [src/**, tests/**]\r\nmodel: opus\r\nbudget_usd: 2.50\r\ntimeout: 90m\r\nreview: strict\r\n---\r\n# Title\r\n");
        Assert.Equal(["make test", "dotnet test # all"], file.Verify);
        Assert.Equal(["src/**", "tests/**"], file.Scope);
        Assert.Equal(("opus", 2.50m, TimeSpan.FromMinutes(90), ReviewLevel.Strict), (file.Model, file.BudgetUsd, file.Timeout, file.Review));
        Assert.Equal("# Title\r\n", file.Text);
    }

    [Theory]
    [InlineData("90s", 90)]
    [InlineData("90", 90)]
    [InlineData("1.5h", 5400)]
    [InlineData("168h", 604800)]
    [InlineData("169h", null)]
    [InlineData("0m", null)]
    [InlineData("-5m", null)]
    [InlineData("5d", null)]
    [InlineData("5hm", null)]
    [InlineData("soon", null)]
    [InlineData("[1m, 2m]", null)]
    [InlineData("1e400", null)]
    public void A_timeout_is_a_number_and_a_unit(string text, int? seconds)
    {
        var (file, problems) = Read($"---\ntimeout: {text}\n---\n# Title\n");
        Assert.Equal(seconds is null ? 1 : 0, problems.Count);
        Assert.Equal(seconds, (int?)file?.Timeout?.TotalSeconds);
    }

    [Fact]
    public void A_rule_further_down_is_no_front_matter()
    {
        var file = Sound("# Title\n\n---\nmodel: opus\n---\n");
        Assert.Null(file.Model);
        Assert.Contains("model: opus", file.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hash_is_of_the_files_bytes() =>
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("\uFEFF# Title\r\n"u8)), Sound("\uFEFF# Title\r\n").Hash);

    private static (MilestoneFile? File, List<Problem> Problems) Read(string text)
    {
        var problems = new List<Problem>();
        return (MilestoneText.Read(MilestoneId.Parse("1A"), Encoding.UTF8.GetBytes(text), "1A.md", problems), problems);
    }

    private static MilestoneFile Sound(string text)
    {
        var (file, problems) = Read(text);
        Assert.Empty(problems);
        return file!;
    }
}
