using System.Diagnostics;
using Orchestrator.Core.Agents;
using Orchestrator.Engine.Gates.Reports;
using Orchestrator.Engine.Tests.BadInput;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Gates.Reports;

[Collection(Alone.Name)]
public sealed class TestReportsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Samples => [.. Corpus.Names];

    [Theory, MemberData(nameof(Samples))]
    public void What_runners_print_and_write_is_understood(string name)
    {
        var (expected, text) = Corpus.Read(name);
        Assert.Equal(expected, Corpus.Told(Corpus.Understand(name, text)));
    }

    [Theory, MemberData(nameof(Samples))]
    public void Line_ends_of_another_system_change_nothing(string name)
    {
        var (expected, text) = Corpus.Read(name);
        Assert.Equal(expected, Corpus.Told(Corpus.Understand(name, text.Replace("\n", "\r\n", StringComparison.Ordinal))));
    }

    /// <summary>2,000 of each kind, in no more than a second.</summary>
    [Theory, InlineData(".txt"), InlineData(".trx"), InlineData(".xml")]
    public void No_spoilt_sample_throws_or_takes_long(string kind)
    {
        var samples = Corpus.Names.Where(n => n.EndsWith(kind, StringComparison.Ordinal)).Select(n => (Name: n, Text: System.Text.Encoding.UTF8.GetBytes(Corpus.Read(n).Text))).ToList();
        var rng = new CaseRng("reports" + kind, 1);
        var cases = Enumerable.Range(0, 2000).Select(i => (samples[i % samples.Count].Name, Bytes: Mutator.Spoil(rng, samples[i % samples.Count].Text))).ToList();
        var begun = Stopwatch.GetTimestamp();
        foreach (var (name, bytes) in cases)
        {
            Fit(Corpus.Understand(name, bytes));
        }

        var time = Stopwatch.GetElapsedTime(begun);
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases.Count} of {kind}: {time.TotalSeconds:0.00} s");
        Assert.InRange(time, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Theory, MemberData(nameof(Samples))]
    public void A_report_that_is_cut_off_anywhere_is_no_exception(string name)
    {
        var text = Corpus.Read(name).Text;
        for (var length = 0; length < text.Length; length += 7)
        {
            Fit(Corpus.Understand(name, text[..length]));
        }
    }

    [Fact]
    public void The_reports_count_and_not_the_output_and_several_are_added_up()
    {
        var trx = _folder.Write("a.trx", Corpus.Read("vstest.trx").Text);
        var xml = _folder.Write("b.xml", Corpus.Read("surefire.xml").Text);
        var tally = TestReports.Read("99 passed, 9 failed", [trx, xml, _folder.In("gone.xml")])!;
        Assert.Equal((10, 5, 2), (tally.Total, tally.Failed, tally.Skipped));
        Assert.Equal(["Shop.CartTests.Adds (Data Row 1)", "Shop.CartTests.Waits", "Shop.StoreTests.Opens(n: 1)", "com.shop.CartTest.adds(int)[1]", "com.shop.CartTest.breaks"], tally.Failing);
    }

    [Fact]
    public void Where_no_report_is_understood_the_output_counts()
    {
        var spoilt = _folder.Write("a.trx", "no XML at all");
        Assert.Equal("total 108, failed 9, skipped 0", Corpus.Told(TestReports.Read("99 passed, 9 failed", [spoilt])));
        Assert.Null(TestReports.Read("done", [spoilt]));
    }

    [Fact]
    public void A_report_that_is_too_large_or_no_file_is_not_read()
    {
        var large = _folder.In("large.xml");
        using (var stream = File.Create(large))
        {
            stream.Write("<testsuite><testcase name='a'><failure/></testcase>"u8);
            stream.SetLength(TestReports.MostBytes + 1);
        }

        Shell.Run("mkfifo", _folder.Path, _folder.Path, "pipe.xml");
        Assert.Null(TestReports.Read("", [large, _folder.In("pipe.xml"), _folder.Path, "", "\0"]));
    }

    [Fact]
    public void Names_are_few_short_sorted_and_fit_to_be_shown()
    {
        var cases = string.Concat(Enumerable.Range(0, 500).Select(i => $"<testcase classname='c' name='{999 - i}&#x1B;[31m&#x202E;{new string('x', 400)}'><failure/></testcase>"));
        var tally = TestReports.Read("", [_folder.Write("a.xml", $"<testsuite>{cases}{cases}</testsuite>")])!;
        Assert.Equal((1000, 1000, TestTally.MostNames), (tally.Total, tally.Failed, tally.Failing.Count));
        Assert.StartsWith("c.500[31mxxx", tally.Failing[0], StringComparison.Ordinal);
        Assert.Equal(300, tally.Failing[0].Length);
        Fit(tally);
    }

    [Fact]
    public void An_element_in_an_element_without_end_is_given_up()
    {
        var deep = _folder.Write("a.xml", "<testsuite><testcase name='a'/>" + string.Concat(Enumerable.Repeat("<a>", 2_000_000)));
        Assert.Equal("total 1, failed 0, skipped 0", Corpus.Told(TestReports.Read("", [deep])));
    }

    [Fact]
    public void A_long_text_full_of_signs_is_read()
    {
        var text = string.Concat(Enumerable.Repeat("== \"a\" = b ===\n", 500_000));
        var report = _folder.Write("a.xml", $"<testsuite><testcase name='a'><failure>{text}</failure><system-out><![CDATA[{text}]]></system-out></testcase><testcase name='b'/></testsuite>");
        Assert.Equal("total 2, failed 1, skipped 0\n- a", Corpus.Told(TestReports.Read("", [report])));
    }

    [Theory, InlineData("utf-16"), InlineData("utf-8"), InlineData("iso-8859-1")]
    public void A_report_in_another_encoding_is_read(string encoding)
    {
        var file = _folder.In("a.xml");
        File.WriteAllText(file, $"<?xml version='1.0' encoding='{encoding}'?><testsuite><testcase name='a'><failure>ö</failure></testcase></testsuite>", System.Text.Encoding.GetEncoding(encoding));
        Assert.Equal("total 1, failed 1, skipped 0\n- a", Corpus.Told(TestReports.Read("", [file])));
    }

    [Fact]
    public void An_element_of_nothing_but_attributes_is_given_up()
    {
        var wide = _folder.Write("a.xml", "<testsuite><testcase name='a'/><a " + string.Concat(Enumerable.Range(0, 3_000_000).Select(i => $"a{i}='' ")) + "/></testsuite>");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("total 1, failed 0, skipped 0", Corpus.Told(TestReports.Read("", [wide])));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50 << 20);
    }

    [Theory]
    [InlineData("one long line", "x", 10_000_000, 1)]
    [InlineData("long lines of names", "FAILED a.py::b[ - ", 200, 2500)]
    [InlineData("long lines of colours", "\u001b[31m", 700, 2500)]
    [InlineData("commands without end", "\u001b]0;", 900, 2500)]
    [InlineData("long lists", "1 failed, ", 390, 2500)]
    [InlineData("long lists of points", "# Subtest: a - ok # ", 190, 2500)]
    [InlineData("long results", "Failed Total: , Errors: [1 ms] ", 120, 2500)]
    [InlineData("many short lines", "Failed X [1 ms]", 1, 500_000)]
    [InlineData("many names", "--- FAIL: TestX (0.00s)", 1, 400_000)]
    [InlineData("many braces", "{\"Package\":}", 1, 700_000)]
    [InlineData("many points", "    not ok 1 - a\nnot ok 2 - b", 1, 300_000)]
    [InlineData("mocha without end", "1 passing (1s)\n1 failing\n 1) a\nb\nc", 1, 200_000)]
    public void A_large_output_takes_no_longer_than_its_length(string what, string part, int inLine, int lines)
    {
        var output = string.Concat(Enumerable.Repeat(string.Concat(Enumerable.Repeat(part, inLine)) + "\n", lines));
        var begun = Stopwatch.GetTimestamp();
        Fit(SummaryLines.Read(output));
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(10), $"{what}: {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s");
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {output.Length:N0} characters, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.00} s");
    }

    public void Dispose() => _folder.Dispose();

    private static void Fit(TestTally? tally)
    {
        if (tally is null)
        {
            return;
        }

        Assert.True(tally.Failed >= 0 && tally.Skipped >= 0 && tally.Total >= 0 && ((long)tally.Failed + tally.Skipped <= tally.Total || tally.Total == int.MaxValue));
        Assert.True(tally.Failing.Count <= TestTally.MostNames);
        Assert.Equal(tally.Failing.Distinct().Order(StringComparer.Ordinal), tally.Failing);
        Assert.All(tally.Failing, name => Assert.True(name.Length is > 0 and <= 300 && !name.Any(char.IsControl)));
    }
}
