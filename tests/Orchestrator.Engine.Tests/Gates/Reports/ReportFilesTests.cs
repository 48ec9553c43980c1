using Orchestrator.Engine.Gates.Reports;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Gates.Reports;

public sealed class ReportFilesTests : IDisposable
{
    private static readonly DateTime Then = new(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc);
    private readonly TempFolder _folder = new();

    [Fact]
    public void Without_a_pattern_the_usual_names_are_found()
    {
        string[] reports =
        [
            "TEST-root.xml", "a/TestResults/deep/b.xml", "build/test-results/test/any.xml", "junit.xml", "src/my-junit-report.xml", "target/surefire-reports/TEST-com.x.CartTest.xml", "x.trx",
        ];
        foreach (var name in reports.Concat(["pom.xml", "TestResults/log.txt", "test-results.xml", "TEST-a.txt", ".git/x.trx", "a/node_modules/b/x.trx", ".worktree/1A/x.trx"]))
        {
            Write(name);
        }

        Assert.Equal(reports, Find(null));
    }

    [Theory]
    [InlineData("TestResults/*.trx", "TestResults/a.trx")]
    [InlineData("./TestResults/**/*.trx", "TestResults/a.trx TestResults/b/c/a.trx")]
    [InlineData("**", "TestResults/a.trx TestResults/b/c/a.trx out/report.json out/report1.xml")]
    [InlineData("out/report?.xml", "out/report1.xml")]
    [InlineData("out/report.json", "out/report.json")]
    [InlineData("**/**/**/**/*.xml", "out/report1.xml")]
    [InlineData("../*/TestResults/*.trx", "")]
    [InlineData("/TestResults/a.tr", "")]
    [InlineData("", "")]
    public void With_a_pattern_only_its_files_are_found(string glob, string expected)
    {
        foreach (var name in new[] { "TestResults/a.trx", "TestResults/b/c/a.trx", "out/report1.xml", "out/report.json" })
        {
            Write(name);
        }

        Assert.Equal(expected, string.Join(' ', Find(glob)));
    }

    [Fact]
    public void What_is_older_was_not_written_by_the_gate()
    {
        Write("old.trx", -TimeSpan.FromSeconds(1));
        Write("new.trx", TimeSpan.Zero);
        Assert.Equal(["new.trx"], Find(null));
    }

    [Fact]
    public void A_file_that_is_written_now_is_not_taken_for_an_older_one()
    {
        for (var i = 0; i < 200; i++)
        {
            var now = DateTime.UtcNow;
            _folder.Write("now.trx", $"{i}");
            Assert.Single(ReportFiles.Find(_folder.Path, now, null));
        }
    }

    [Fact]
    public void No_link_is_followed()
    {
        using var outside = new TempFolder();
        var file = outside.Write("TestResults/x.trx", "x");
        File.CreateSymbolicLink(_folder.In("linked.trx"), file);
        Directory.CreateSymbolicLink(_folder.In("TestResults"), outside.In("TestResults"));
        Directory.CreateSymbolicLink(_folder.In("round"), _folder.Path);
        Write("own.trx");
        Assert.Equal(["own.trx"], Find(null));
        Assert.Equal(["own.trx"], Find("**/*.trx"));
    }

    [Fact]
    public void At_most_200_are_found_and_always_the_same()
    {
        for (var i = 0; i < ReportFiles.Most + 50; i++)
        {
            Write($"{999 - i}.trx");
        }

        var found = Find(null);
        Assert.Equal((ReportFiles.Most, "750.trx"), (found.Count, found[0]));
    }

    [Fact]
    public void A_folder_that_is_not_there_holds_none() => Assert.Empty(ReportFiles.Find(_folder.In("gone"), Then, null));

    public void Dispose() => _folder.Dispose();

    private void Write(string name, TimeSpan? after = null) => File.SetLastWriteTimeUtc(_folder.Write(name, "x"), Then + (after ?? TimeSpan.FromMinutes(1)));

    private List<string> Find(string? glob) => [.. ReportFiles.Find(_folder.Path, Then, glob).Select(file => Path.GetRelativePath(_folder.Path, file))];
}
