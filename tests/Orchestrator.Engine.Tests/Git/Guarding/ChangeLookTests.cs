using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git.Guarding;
using Orchestrator.Engine.Tests.BadInput;

namespace Orchestrator.Engine.Tests.Git.Guarding;

public sealed class ChangeLookTests(ITestOutputHelper output)
{
    private static readonly string[] Endings = [".cs", ".js", ".py", ".go", ".rs", ".java", ".kt", ".swift", ".rb", ".php", ".cc", ".exs", ".dart", ".bats"];

    private static List<MarkKind> KindsOf(TamperPair pair) => [.. ChangeLook.Look(pair.Files, pair.Context).Select(m => m.Kind).Distinct().Order()];

    [Fact]
    public void Weakened_tests_are_marked_and_honest_changes_are_not()
    {
        var wrong = new List<string>();
        int tampered = 0, found = 0, honest = 0, falsely = 0;
        foreach (var pair in TamperPair.All)
        {
            var kinds = KindsOf(pair);
            tampered += pair.Expected.Count > 0 ? 1 : 0;
            found += pair.Expected.Count > 0 && !pair.Expected.Except(kinds).Any() ? 1 : 0;
            honest += pair.Expected.Count == 0 ? 1 : 0;
            falsely += pair.Expected.Count == 0 && kinds.Count > 0 ? 1 : 0;
            if (!kinds.SequenceEqual(pair.Expected))
            {
                wrong.Add($"{pair.Name}: expected [{string.Join(' ', pair.Expected)}], got [{string.Join(' ', kinds)}] {string.Join(" ", ChangeLook.Look(pair.Files, pair.Context).Select(m => m.Detail))}");
            }
        }

        output.WriteLine($"{TamperPair.All.Count} changes: of {tampered} weakened ones {found} are marked, of {honest} honest ones {falsely}.");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(TamperPair.All.Count >= 100);
    }

    [Fact]
    public void The_corpus_itself_is_sound()
    {
        Assert.Equal(TamperPair.All.Count, TamperPair.All.Select(p => p.Name).Distinct().Count());
        Assert.All(TamperPair.All, pair => Assert.NotEmpty(pair.Files));
        Assert.All(TamperPair.All, pair => Assert.Equal(pair.Name.Contains("honest", StringComparison.Ordinal), pair.Expected.Count == 0));
    }

    [Fact]
    public void Fourteen_languages_have_weakened_tests_in_the_corpus()
    {
        var endings = TamperPair.All.Where(p => p.Expected.Any(k => k is MarkKind.TestSkipped or MarkKind.FewerTests or MarkKind.FewerAssertions)).SelectMany(p => p.Files).Select(f => Path.GetExtension(f.Path)).ToHashSet();
        Assert.Superset(Endings.ToHashSet(), endings);
    }

    [Fact]
    public void The_same_change_backwards_is_no_weakening_of_what_it_strengthened()
    {
        foreach (var pair in TamperPair.All.Where(p => p.Expected.Contains(MarkKind.FewerTests) || p.Expected.Contains(MarkKind.FewerAssertions)))
        {
            var back = pair.Files.Select(f => new ChangedFile(f.Path, f.After, f.Before)).ToList();
            Assert.DoesNotContain(ChangeLook.Look(back, pair.Context), m => m.Kind is MarkKind.FewerTests or MarkKind.FewerAssertions);
        }
    }

    [Fact]
    public void Nothing_that_stays_as_it_is_gets_a_mark_for_its_tests()
    {
        var files = TamperPair.All.SelectMany(p => p.Files).Select((f, i) => new ChangedFile($"{i}/{f.Path}", f.Before, f.Before)).ToList();
        Assert.DoesNotContain(ChangeLook.Look(files, new GuardContext()), m => m.Kind is MarkKind.TestSkipped or MarkKind.FewerTests or MarkKind.FewerAssertions);
    }

    [Fact]
    public void No_more_than_twenty_files_are_marked_one_by_one()
    {
        var files = Enumerable.Range(0, 45).Select(i => new ChangedFile($"f{i:00}", FileSide.Absent, FileSide.Of("x"))).ToList();
        var marks = ChangeLook.Look(files, new GuardContext(["src/"]));
        Assert.Equal(21, marks.Count);
        Assert.Equal(new Mark(MarkKind.OutsideScope, "f20", "The same holds for 25 more files, this one first."), marks[20]);
        Assert.Equal("This file is outside the milestone's scope (src/).", marks[0].Detail);
    }

    [Fact]
    public void A_mark_says_what_is_gone()
    {
        var pair = TamperPair.All.Single(p => p.Name == "C#: a test was taken away");
        var marks = ChangeLook.Look(pair.Files, pair.Context);
        Assert.Equal("There were 2 C# tests in the changed files, now 1. Gone: Refuses_negative.", marks[0].Detail);
        Assert.Equal("There were 2 C# assertions in the changed tests, now 1.", marks[1].Detail);
        Assert.Equal("tests/CartTests.cs", marks[0].Path);
    }

    [Theory]
    [InlineData("javascript.txt", "adds")]
    [InlineData("python.txt", "test_refuses")]
    [InlineData("others.txt", "adds")]
    public void Names_of_tests_are_found_in_every_manner_of_writing(string file, string name)
    {
        Assert.NotEmpty(file);
        Assert.Contains(TamperPair.All.SelectMany(p => ChangeLook.Look(p.Files, p.Context)), m => m.Detail.Contains($"Gone: {name}", StringComparison.Ordinal));
    }

    [Fact]
    public void Spoilt_input_never_throws_and_gives_the_same_twice()
    {
        var bad = new CaseRng("tamper", 1);
        for (var n = 0; n < 3000; n++)
        {
            var pair = bad.Of(TamperPair.All);
            var files = pair.Files.Select(f => new ChangedFile(f.Path, Spoilt(bad, f.Before), Spoilt(bad, f.After))).ToList();
            Assert.Equal(ChangeLook.Look(files, pair.Context), ChangeLook.Look(files, pair.Context));
        }
    }

    [Theory]
    [InlineData("test.each(")]
    [InlineData("[[[[[[[[")]
    [InlineData("@pytest.mark.parametrize([{(")]
    [InlineData("[]struct {")]
    [InlineData("#[test](((")]
    [InlineData("assert(((((")]
    [InlineData("assert_eq!(a == a, ")]
    [InlineData("it.skip`")]
    [InlineData("/* ")]
    [InlineData("\"\"\"")]
    [InlineData("it                ")]
    [InlineData("[Fact @")]
    [InlineData("aaaaaaaaaaaaaaaa")]
    public void Half_a_megabyte_of_anything_takes_no_long_time(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, (1 << 19) / piece.Length));
        var files = Endings.Select(ending => new ChangedFile($"tests/test_a_test{ending}", FileSide.Of(text), FileSide.Absent)).ToList();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        ChangeLook.Look(files, new GuardContext());
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s for {files.Count} files");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed} for {files.Count} files");
    }

    private static FileSide Spoilt(CaseRng random, FileSide side) =>
        side.Text is { } text && random.Percent(80) ? FileSide.Of(Mutator.Spoil(random, System.Text.Encoding.UTF8.GetBytes(text))) : side;
}
