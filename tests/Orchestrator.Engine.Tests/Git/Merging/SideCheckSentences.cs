using Orchestrator.Engine.Git.Merging;

namespace Orchestrator.Engine.Tests.Git.Merging;

/// <summary>What counts as vanished. In texts, <c>|</c> is a line end; null is a file that is not there.</summary>
public sealed class SideCheckSentences
{
    private const string Ten = "l1|l2|l3|l4|l5|l6|l7|l8|l9|l10|";

    [Fact]
    public void What_both_changed_in_different_places_must_all_be_there()
    {
        const string ours = "A|l2|l3|l4|l5|l6|l7|l8|l9|l10|";
        const string theirs = "l1|l2|l3|l4|l5|l6|l7|l8|l9|B|";
        Kept(Ten, ours, theirs, "A|l2|l3|l4|l5|l6|l7|l8|l9|B|");
        Lost(Ten, ours, theirs, theirs, "Integrated 1 Lines A");
        Lost(Ten, ours, theirs, ours, "Milestone 10 Lines B");
        Lost(Ten, ours, theirs, Ten, "Integrated 1 Lines A", "Milestone 10 Lines B");
    }

    [Fact]
    public void A_line_that_one_side_deleted_may_not_come_back()
    {
        const string ours = "l1|l2|l4|l5|l6|l7|l8|l9|l10|";
        const string theirs = "l1|l2|l3|l4|l5|l6|l7|B|l9|l10|";
        Kept(Ten, ours, theirs, "l1|l2|l4|l5|l6|l7|B|l9|l10|");
        Lost(Ten, ours, theirs, theirs, "Integrated 3 Deletion l3");
    }

    [Fact]
    public void Where_both_changed_the_same_line_a_rewrite_is_fine_and_a_choice_is_not()
    {
        Kept("x = 1|", "x = 2|", "x = 3|", "x = 5|");
        Kept("f(a)|", "f(a, b)|", "f(a, c)|", "f(a, b, c)|");
        Lost("x = 1|", "x = 2|", "x = 3|", "x = 2|", "Milestone 1 Lines x = 3");
        Lost("x = 1|", "x = 2|", "x = 3|", "x = 3|", "Integrated 1 Lines x = 2");
        Lost("x = 1|", "x = 2|", "x = 3|", "x = 1|", "Integrated 1 Lines x = 2", "Milestone 1 Lines x = 3");
        Lost("x = 1|", "x = 2|", "x = 3|", "", "Integrated 1 Lines x = 2", "Milestone 1 Lines x = 3");
    }

    [Fact]
    public void A_remark_beside_one_sides_text_is_no_rewrite_of_the_other()
    {
        Lost("x = 1|", "x = 2|", "x = 3|", "// resolved|x = 3|", "Integrated 1 Lines x = 2");
        Lost("x = 1|", "x = 2|", "x = 3|", "// resolved|", "Integrated 1 Lines x = 2", "Milestone 1 Lines x = 3");
        Lost("log(0)|", "log(alpha)|", "log(beta)|", "log(beta)|log(resolved)|", "Integrated 1 Lines log(alpha)");
        Kept("log(0)|", "log(alpha)|", "log(beta)|", "log(beta)|log(alpha, too)|");
    }

    [Fact]
    public void Of_several_lines_in_a_conflict_each_counts()
    {
        Kept("l1|", "l1|a1|a2|", "l1|b1|b2|", "l1|b1|b2|a1|a2|");
        Lost("l1|", "l1|a1|a2|", "l1|b1|b2|", "l1|b1|b2|a1|", "Integrated 3 Lines a2");
    }

    [Fact]
    public void A_deletion_against_a_change_in_it_is_gone_only_when_all_is_back()
    {
        const string @base = "l1|f1|f2|f3|l2|";
        Lost(@base, "l1|l2|", "l1|f1|F|f3|l2|", "l1|f1|F|f3|l2|", "Integrated 2 Deletion f1");
        Lost(@base, "l1|l2|", "l1|f1|F|f3|l2|", "l1|l2|", "Milestone 3 Lines F");
        Kept(@base, "l1|l2|", "l1|f1|F|f3|l2|", "l1|F|l2|");
        Kept("l1|f|l2|", "l1|l2|", "l1|F|l2|", "l1|F|l2|"); // the other changed all that was deleted
    }

    [Fact]
    public void A_change_that_both_made_alike_counts_for_both()
    {
        Kept(Ten, "A|l2|l3|l4|l5|l6|l7|l8|l9|l10|", "A|l2|l3|l4|l5|l6|l7|l8|l9|l10|", "A|l2|l3|l4|l5|l6|l7|l8|l9|l10|");
        Lost(Ten, "A|l2|l3|l4|l5|l6|l7|l8|l9|l10|", "A|l2|l3|l4|l5|l6|l7|l8|l9|l10|", Ten, "Integrated 1 Lines A", "Milestone 1 Lines A");
        Lost("l1|", "l1|same|a|", "l1|same|b|", "l1|a|b|", "Integrated 2 Lines same", "Milestone 2 Lines same");
    }

    [Fact]
    public void A_moved_block_takes_along_what_the_other_changed_in_it()
    {
        const string @base = "f1|f2|f3|l1|l2|l3|l4|";
        const string moved = "l1|l2|l3|l4|f1|f2|f3|";
        Kept(@base, moved, "f1|F|f3|l1|l2|l3|l4|", "l1|l2|l3|l4|f1|F|f3|");
        Lost(@base, moved, "f1|F|f3|l1|l2|l3|l4|", moved, "Milestone 2 Lines F");
        Assert.Contains(Look(@base, moved, "f1|F|f3|l1|l2|l3|l4|", "f1|F|f3|l1|l2|l3|l4|"), v => v.Side == Side.Integrated);
    }

    [Fact]
    public void Line_ends_and_a_missing_last_one_raise_no_alarm()
    {
        Kept("l1|l2|l3|", "A|l2|l3|", "l1|l2|B|", "A|l2|B");
        Kept("l1\r|l2\r|l3\r|", "A\r|l2\r|l3\r|", "l1\r|l2\r|B\r|", "A\r|l2\r|B");
        Kept("l1|l2|l3", "l1|l2|l3|", "A|l2|l3", "A|l2|l3");
        Kept("l1\r|l2|l3\r|", "A|l2\r|l3\r|", "l1\r|l2|B\r|", "A\r|l2\r|B\r|");
    }

    [Fact]
    public void All_line_ends_changed_by_one_side_stay_changed()
    {
        Kept("l1|l2|", "l1\r|l2\r|", "l1|B|", "l1\r|B\r|");
        Lost("l1|l2|", "l1\r|l2\r|", "l1|B|", "l1|B|", "Integrated 1 LineEnds line ends are CRLF");
        Lost("l1\r|l2\r|", "l1\r|B\r|", "l1|l2|", "l1\r|B\r|", "Milestone 1 LineEnds line ends are LF");
    }

    [Fact]
    public void White_space_counts_only_where_nothing_else_was_changed()
    {
        Kept("a|", "  a|", "b|", "  b|");
        Lost("a|", "  a|", "b|", "b|", "Integrated 1 Lines a");
        Kept(Ten, "A|l2|l3|l4|l5|l6|l7|l8|l9|l10|", "l1|l2|l3|l4|l5|l6|l7|l8|l9|B|", "  A|l2|l3|l4|l5|l6|l7|l8|l9|\tB|");
        Lost(Ten, "  l1|l2|l3|l4|l5|l6|l7|l8|l9|l10|", "l1|l2|l3|l4|l5|l6|l7|l8|l9|B|", "l1|l2|l3|l4|l5|l6|l7|l8|l9|B|", "Integrated 1 Lines l1");
    }

    [Fact]
    public void Brackets_alone_are_nobodys_change() =>
        Kept("l1|", "l1|f {|a|}|", "l1|g {|b|}|", "l1|f {|a|g {|b|}|");

    [Fact]
    public void Of_a_modified_and_a_deleted_file_the_modification_wins_or_is_missed()
    {
        Kept("a|b|", "a|B|", null, "a|B|");
        Kept("a|b|", null, "a|B|", "a|B|");
        Lost("a|b|", "a|B|", null, null, "Integrated 2 Whole B");
        Lost("a|b|", null, "a|B|", null, "Milestone 2 Whole B");
        Lost("a|b|", null, "a|B|", "a|b|", "Milestone 2 Lines B");
        Lost("a|b|", null, "a|b|", "a|b|", "Integrated 1 Deletion the whole file is back");
        Kept("a|b|", null, null, null);
    }

    [Fact]
    public void A_file_that_both_added_keeps_what_either_wrote()
    {
        Kept(null, "head|a|tail|", "head|b|tail|", "head|a|b|tail|");
        Lost(null, "head|a|tail|", "head|b|tail|", "head|a|tail|", "Milestone 2 Lines b");
        Lost(null, "head|a|tail|", "head|b|tail|", "head|a|b|", "Integrated 3 Lines tail", "Milestone 3 Lines tail");
        Lost(null, "a|", null, null, "Integrated 1 Whole a");
    }

    [Fact]
    public void What_went_into_another_file_has_not_vanished()
    {
        var elsewhere = new HashSet<string> { "B" };
        Assert.Empty(SideCheck.Look("f", "a\nb\n", null, "a\nB\n", null, elsewhere));
        Assert.Empty(SideCheck.Look("f", "a\nb\n", "a\nA\n", "a\nB\n", "a\nA\n", elsewhere));
    }

    [Fact]
    public void A_mark_that_was_left_is_reported_and_one_that_was_there_before_is_not()
    {
        Lost("x|", "a|", "b|", "<<<<<<< ours|a|=======|b|>>>>>>> theirs|", "Neither 1 Mark <<<<<<< ours", "Neither 3 Mark =======", "Neither 5 Mark >>>>>>> theirs");
        Kept("x|", "a|=======|", "b|", "a|=======|b|");
        Kept("x|", "a|", "b|", "a|<<<<<<<<<| ====|======|b|");
    }

    [Fact]
    public void A_binary_file_is_one_of_the_sides_and_the_other_is_missed()
    {
        Lost("x\0|", "a\0|", "b\0|", "a\0|", "Milestone 1 Whole binary, 3 bytes");
        Lost("x\0|", "a\0|", "b\0|", "c\0|", "Integrated 1 Whole binary, 3 bytes", "Milestone 1 Whole binary, 3 bytes");
        Kept("x\0|", "a\0|", "x\0|", "a\0|");
        Kept("x\0|", null, "b\0|", "b\0|");
        Lost("x\0|", "a\0|", null, null, "Integrated 1 Whole binary, 3 bytes");
    }

    [Fact]
    public void Bytes_beyond_ASCII_are_letters() => Lost("x|", "\u00e4\u00ff|", "b|", "b|", "Integrated 1 Lines \u00e4\u00ff");

    [Fact]
    public void A_file_of_many_lines_is_counted_and_not_compared()
    {
        var @base = string.Concat(Enumerable.Range(0, 210_000).Select(i => $"line {i}|"));
        Kept(@base, "A|" + @base, @base + "B|", "A|" + @base + "B|");
        Lost(@base, "A|" + @base, @base + "B|", @base + "B|", "Integrated 1 Lines A");
        Lost(@base, "A|" + @base, @base + "B|", "A|" + @base, "Milestone 210001 Lines B");
    }

    [Fact]
    public void Texts_that_have_little_in_common_are_looked_at_in_short_time()
    {
        var random = new Random(1);
        string Text() => string.Concat(Enumerable.Range(0, 50_000).Select(_ => $"{random.Next(40)}|"));
        var (@base, ours, theirs) = (Text(), Text(), Text());
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Look(@base, ours, theirs, ours);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
    }

    private static void Kept(string? @base, string? ours, string? theirs, string? result) => Lost(@base, ours, theirs, result);

    private static void Lost(string? @base, string? ours, string? theirs, string? result, params string[] expected) =>
        Assert.Equal(expected, Look(@base, ours, theirs, result).Select(v => $"{v.Side} {v.Line} {v.Loss} {v.Excerpt}"));

    private static IReadOnlyList<Vanished> Look(string? @base, string? ours, string? theirs, string? result) => SideCheck.Look("f", Lines(@base), Lines(ours), Lines(theirs), Lines(result));

    private static string? Lines(string? text) => text?.Replace('|', '\n');
}
