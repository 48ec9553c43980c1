using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Plans;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Plans;

public sealed class MilestoneFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_sound_folder_is_a_plan_and_what_is_no_milestone_is_passed_over()
    {
        Write("1A.md", "# Milestone 1A: Parser\n\n## Description\n\nParse.\n");
        Write("1B.md", "---\nverify: [make test]\n---\n# Printer\n");
        Write("2A.md", "# Glue\n");
        Write("README.md", "# How we work\n");
        Write(".hidden.md", "");
        Write("notes.txt", "x");
        Directory.CreateDirectory(_folder.In("milestones", "images"));

        var reading = MilestoneFolder.Read(_folder.Path);

        Assert.Empty(reading.Problems);
        Assert.Equal(["1A Parser needs ", "1B Printer needs ", "2A Glue needs 1A 1B"], reading.Plan!.Milestones.Select(m => $"{m.Id} {m.Title} needs {string.Join(' ', m.Needs)}"));
        Assert.Equal("# Printer\n", reading.Files[1].Text); // the agent is not told the front matter
    }

    [Fact]
    public void No_folder_and_an_empty_folder_are_problems_with_a_hint()
    {
        Assert.Equal("plan.missing", Assert.Single(MilestoneFolder.Read(_folder.Path).Problems).Code);
        Directory.CreateDirectory(_folder.In("milestones"));
        Assert.Equal("plan.empty", Assert.Single(MilestoneFolder.Read(_folder.Path).Problems).Code);
    }

    [Fact]
    public void Every_fault_is_reported_at_once_with_file_line_and_hint()
    {
        Write("1A.md", "# Good\n");
        Write("1b.md", "# Lower case\n");
        Write("\u0661A.md", "# Arabic digit\n");
        Write("1\nD.md", "# Line feed in the name\n");
        Write("01A.md", "# Leading zero\n");
        Write("1A.MD", "# Capital ending\n");
        Write("1B.md", "# B\n\n## Dependencies\n\n- 7Z\n");
        Write("2A.md", "---\nmodel: opus\ndepends_on: [2A]\n---\n# Itself\n");
        Write("2B.md", "# Cycle\n\n## Dependencies\n\nAfter 2C.\n");
        Write("2C.md", "---\ndepends_on: 2B\n---\n# Cycle\n");
        Write("2D.md", " \n\t\r\n");
        Write("2E.md", "# Big\n" + new string('x', 1 << 20));
        Shell.Run("/usr/bin/mkfifo", _folder.Path, _folder.Path, _folder.In("milestones", "2F.md"));
        File.CreateSymbolicLink(_folder.In("milestones", "2G.md"), _folder.Write("outside.md", "# Secret\n"));
        File.CreateSymbolicLink(_folder.In("milestones", "2H.md"), "gone.md");
        File.CreateSymbolicLink(_folder.In("milestones", "2I.md"), "2I.md");
        File.WriteAllBytes(_folder.In("milestones", "2J.md"), [.. "# Broken\n\nline 3 "u8, 0xFF, 0xFE]);
        Directory.CreateDirectory(_folder.In("milestones", "2K.md"));
        Write("2L.md", "Only text, no title.\n");
        Write("2M.md", "#\n\ntext\n");
        Write("2N.md", "---\nmodel: opus\n# No end\n");
        Write("2O.md", "---\nmodel: opus\ncolour: red\nmodel: haiku\n---\n# Unknown key, and one twice\n");
        Write("2P.md", "---\nmodel: [opus\n---\n# Bad YAML\n");
        Write("2Q.md", "---\nbudget_usd: -1\ntimeout: soon\nreview: harsh\nmodel: []\n---\n# Bad values\n");
        Write("2R.md", "---\ndepends_on:\n  - 1A\n  - one\n---\n# Bad dependency\n");
        Write("2S.md", "---\nverify: {a: b}\nscope: [[x]]\n---\n# Nested\n");
        Write("2T.md", "---\n- 1A\n---\n# A list\n");

        var reading = MilestoneFolder.Read(_folder.Path);

        Assert.Null(reading.Plan);
        Approved.Same("plan-faults.txt", string.Concat(reading.Problems.Where(p => p.Severity == Severity.Error)
            .OrderBy(p => p.Where.File, StringComparer.Ordinal).ThenBy(p => p.Where.Line).Select(p => $"{p.Where} [{p.Code}] {p.Message} -> {p.Hint}\n")));
        Assert.All(reading.Problems, p => Assert.False(string.IsNullOrWhiteSpace(p.Hint) || p.Where.File.Contains('\n', StringComparison.Ordinal)));
    }

    [Fact]
    public void A_link_inside_the_folder_is_as_good_as_the_file()
    {
        Write("1A.md", "# A\n");
        Write("draft.txt", "# B\n");
        File.CreateSymbolicLink(_folder.In("milestones", "1B.md"), "draft.txt");
        Assert.Equal(["A", "B"], MilestoneFolder.Read(_folder.Path).Plan!.Milestones.Select(m => m.Title));
    }

    [Fact]
    public void Gaps_are_worth_a_warning_and_stop_nothing()
    {
        Write("1A.md", "# A\n");
        Write("1C.md", "# C\n");
        Write("3A.md", "# A\n");
        var reading = MilestoneFolder.Read(_folder.Path);
        Assert.NotNull(reading.Plan);
        Assert.Equal(["1B has no file, 1C has.", "Stage 2 has no file, stage 3 has."], reading.Problems.Select(p => p.Message));
        Assert.All(reading.Problems, p => Assert.Equal(Severity.Warning, p.Severity));
    }

    [Fact]
    public void A_milestone_of_exactly_one_mebibyte_is_read()
    {
        Write("1A.md", "# Big\n" + new string('x', (1 << 20) - 6));
        Assert.NotNull(MilestoneFolder.Read(_folder.Path).Plan);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(20261123);
        string[] words =
        [
            "---\n", "...\n", "# ", "## Dependencies\n", "Title\n===\n", "```\n", "~~~\n", "> ", "- ", "1A", "2B", "depends_on: ", "[1A, 2B]", "verify:\n  - make\n", "timeout: 30m\n",
            "&a ", "*a ", "? ", ": ", "{", "}", "[", "]", "|\n", "!!tag ", "\t", "\r\n", "\0", "\uFEFF", "日本", "<!--", "<div>", "[x]: y\n", "`", "\\", "%YAML 9.9\n", "budget_usd: 1e400\n", "\"",
        ];
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new List<byte>();
            for (var n = random.Next(0, 60); n > 0; n--)
            {
                if (random.Next(10) == 0)
                {
                    bytes.Add((byte)random.Next(256));
                }
                else
                {
                    bytes.AddRange(Encoding.UTF8.GetBytes(words[random.Next(words.Length)]));
                }
            }

            var problems = new List<Problem>();
            var file = MilestoneText.Read(MilestoneId.Parse("1A"), [.. bytes], "1A.md", problems);
            Assert.True(file is not null || problems.Count > 0, $"Case {i} came to nothing.");
            Assert.All(problems, p => Assert.True(p.Where.Line is > 0));
        }
    }

    [Theory]
    [InlineData('>')]
    [InlineData('[')]
    [InlineData('*')]
    [InlineData('-')]
    [InlineData('(')]
    public void Great_depth_is_a_milestone_or_a_problem_and_never_an_exception(char sign)
    {
        foreach (var depth in new[] { string.Concat(Enumerable.Repeat($"{sign} ", 5000)), new string(sign, 5000) })
        {
            Write("1A.md", $"# Deep\n\n{depth}\n");
            Write("1B.md", $"---\nmodel: {depth}\n---\n# Deep\n");
            Assert.NotEmpty(MilestoneFolder.Read(_folder.Path).Files.Select(f => f.Id.ToString()).Concat(MilestoneFolder.Read(_folder.Path).Problems.Select(p => p.Code)));
        }
    }

    [Fact]
    public void A_link_through_a_linked_folder_leaves_the_folder()
    {
        Write("2A.md", "# Fine\n");
        _folder.Write("outside/1Z.md", "# Secret\n");
        Directory.CreateSymbolicLink(_folder.In("milestones", "sub"), "../outside");
        File.CreateSymbolicLink(_folder.In("milestones", "1A.md"), "sub/1Z.md");
        Assert.Equal("plan.link", Assert.Single(MilestoneFolder.Read(_folder.Path).Problems, p => p.Severity == Severity.Error).Code);
    }

    [Fact]
    public void A_folder_that_is_a_link_out_of_the_repository_is_not_read()
    {
        _folder.Write("outside/1A.md", "# Secret\n");
        Directory.CreateDirectory(_folder.In("repo"));
        Directory.CreateSymbolicLink(_folder.In("repo", "milestones"), "../outside");
        Assert.Equal("plan.link", Assert.Single(MilestoneFolder.Read(_folder.In("repo")).Problems).Code);
    }

    [Theory]
    [InlineData("---\nmodel: \"\\UD800\"\n---\n# T\n")]
    [InlineData("---\nverify: [\"true\\0 && false\"]\n---\n# T\n")]
    [InlineData("---\nx: [\n%YAML 1.1\n--- a\n---\n# T\n")]
    public void Front_matter_that_is_none_is_a_problem(string text)
    {
        Write("1A.md", text);
        Assert.Contains(MilestoneFolder.Read(_folder.Path).Problems, p => p.Code == "plan.front-matter");
    }

    private void Write(string name, string text) => _folder.Write($"milestones/{name}", text);
}
