using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git.Guarding;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git.Guarding;

public sealed class ChangeOfCommitsTests : InRepository
{
    private const string Test = "[Fact]\npublic void Adds() => Assert.Equal(3, Sum(1, 2));\n";

    private async Task<List<Mark>> MarksAsync(string from, string to, GuardContext? context = null) => [.. await ChangeLook.LookAsync(Opened, from, to, context ?? new GuardContext(), Stop)];

    [Fact]
    public async Task The_work_of_a_milestone_is_looked_at_as_committed()
    {
        Repo.Write("tests/CartTests.cs", Test + Test.Replace("Adds", "Subtracts"));
        Repo.Write(".github/workflows/ci.yml", "run: test\n");
        Repo.Write("check.sh", "make test\n");
        Repo.Write("package.json", "{\"scripts\":{\"test\":\"x\"},\"version\":\"1\"}");
        var from = Repo.Commit("tests");
        var work = await WorkAsync("1A",
            ("tests/CartTests.cs", Test.Replace("[Fact]", "[Fact(Skip = \"later\")]")), (".github/workflows/ci.yml", "run: true\n"), ("check.sh", "true\n"),
            ("package.json", "{\"scripts\":{\"test\":\"x\"},\"version\":\"2\"}"), ("src/new file\n.txt", "x"));

        var marks = await MarksAsync(from, work.Tip, new GuardContext(["src/"], "", ["./check.sh", "npm test"]));

        Assert.Equal(
            [
                "OutsideScope .github/workflows/ci.yml", "OutsideScope check.sh", "OutsideScope package.json", "OutsideScope tests/CartTests.cs", "GateChanged check.sh",
                "CiChanged .github/workflows/ci.yml", "TestSkipped tests/CartTests.cs", "FewerTests tests/CartTests.cs", "FewerAssertions tests/CartTests.cs",
            ],
            marks.Select(m => $"{m.Kind} {m.Path}"));
    }

    [Fact]
    public async Task No_change_has_no_marks() => Assert.Empty(await MarksAsync(Repo.Tip(), Repo.Tip()));

    [Fact]
    public async Task A_test_file_that_became_binary_a_link_or_huge_has_lost_its_tests()
    {
        Repo.Write("tests/A.cs", Test);
        Repo.Write("tests/B.cs", Test);
        Repo.Write("tests/C.cs", Test);
        var from = Repo.Commit("tests");
        var folder = await PrepareAsync("1A");
        File.WriteAllBytes(Path.Combine(folder, "tests/A.cs"), [0, 1, 2, 0xFF]);
        File.Delete(Path.Combine(folder, "tests/B.cs"));
        File.CreateSymbolicLink(Path.Combine(folder, "tests/B.cs"), "A.cs");
        Files.Write(folder, "tests/C.cs", Test + new string('/', 3 << 20));
        var marks = await MarksAsync(from, (await CommitAsync("1A")).Commit!);
        Assert.Equal("There were 3 C# tests in the changed files, now 0. Gone: Adds, Adds, Adds.", marks.Single(m => m.Kind == MarkKind.FewerTests).Detail);
    }

    [Fact]
    public async Task Another_encoding_or_line_end_is_no_loss()
    {
        Repo.Write("tests/A.cs", Test);
        var from = Repo.Commit("tests");
        var folder = await PrepareAsync("1A");
        foreach (var encoding in new[] { System.Text.Encoding.Unicode, System.Text.Encoding.BigEndianUnicode, System.Text.Encoding.UTF8 })
        {
            File.WriteAllText(Path.Combine(folder, "tests/A.cs"), Test.Replace("\n", "\r\n"), encoding);
            Assert.Empty(await MarksAsync(from, (await CommitAsync("1A")).Commit!));
        }
    }

    [Fact]
    public async Task A_test_that_moves_with_its_file_is_not_lost()
    {
        Repo.Write("tests/A.cs", Test);
        var from = Repo.Commit("tests");
        var folder = await PrepareAsync("1A");
        Directory.CreateDirectory(Path.Combine(folder, "tests/deep"));
        File.Move(Path.Combine(folder, "tests/A.cs"), Path.Combine(folder, "tests/deep/B.cs"));
        Assert.Empty(await MarksAsync(from, (await CommitAsync("1A")).Commit!));
    }

    [Fact]
    public async Task Thousands_of_files_are_looked_at_in_few_calls()
    {
        var folder = await PrepareAsync("1A");
        for (var i = 0; i < 3000; i++)
        {
            Files.Write(folder, $"tests/{i % 50}/T{i}.cs", Test.Replace("Adds", $"Adds{i}"));
        }

        var work = await CommitAsync("1A");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Empty(await MarksAsync(Repo.Tip(), work.Commit!));
        Assert.StartsWith("There were 3000 C# tests in the changed files, now 0.", (await MarksAsync(work.Commit!, Repo.Tip()))[0].Detail, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }
}
