using Orchestrator.Core.Conducting;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>Every shape in which milestones meet in the same files: merged with exactly this tree, or named and left out whole.</summary>
public sealed class ConflictShapeTests : InRepository
{
    private const string Ten = "1|2|3|4|5|6|7|8|9|10|";
    private static readonly string Long = new('x', 1 << 20);

    private static readonly Dictionary<string, Shape> Shapes = new()
    {
        ["same line"] = new(["a = 1|2|3|"], ["a = 1|A|3|"], ["a = 1|B|3|"], ["1B ! a", "a = 1|A|3|"]),
        ["adjacent lines"] = new(["a = 1|2|3|4|"], ["a = 1|A|3|4|"], ["a = 1|2|B|4|"], ["1B ! a", "a = 1|A|3|4|"]),
        ["different regions of one file"] = new([$"a = {Ten}"], ["a = A|2|3|4|5|6|7|8|9|10|"], ["a = 1|2|3|4|5|6|7|8|9|B|"], ["a = A|2|3|4|5|6|7|8|9|B|"]),
        ["same change on both sides"] = new(["a = 1|2|3|"], ["a = 1|X|3|", "b = b|"], ["a = 1|X|3|", "c = c|"], ["a = 1|X|3|", "b = b|", "c = c|"]),
        ["both append at the end"] = new(["a = 1|"], ["a = 1|A|"], ["a = 1|B|"], ["1B ! a", "a = 1|A|"]),
        ["no line end at the end"] = new(["a = 1|2|3|4|5"], ["a = A|2|3|4|5"], ["a = 1|2|3|4|5|"], ["a = A|2|3|4|5|"]),
        ["both add the same"] = new(["z = z|"], ["a = 1|"], ["a = 1|", "b = b|"], ["a = 1|", "b = b|", "z = z|"]),
        ["both add, with other content"] = new(["z = z|"], ["a = A|"], ["a = B|", "b = b|"], ["1B ! a", "a = A|", "z = z|"]),
        ["empty file against content"] = new(["z = z|"], ["a = "], ["a = B|"], ["a = B|", "z = z|"]),
        ["emptied against changed"] = new(["a = 1|2|3|"], ["a = "], ["a = 1|B|3|"], ["1B ! a", "a = "]),
        ["modify against delete"] = new(["a = 1|2|3|", "z = z|"], ["a = 1|A|3|"], ["- a"], ["1B ! a", "a = 1|A|3|", "z = z|"]),
        ["delete against delete"] = new(["a = 1|", "z = z|"], ["- a"], ["- a", "b = b|"], ["b = b|", "z = z|"]),
        ["one file moved to two names"] = new([$"a = {Ten}"], ["a => b"], ["a => c"], ["1B ! a b c", $"b = {Ten}"]),
        ["one file moved to the same name"] = new([$"a = {Ten}", "z = z|"], ["a => b"], ["a => b", "c = c|"], [$"b = {Ten}", "c = c|", "z = z|"]),
        ["two files moved to one name"] = new([$"a = {Ten}", "b = other|other2|other3|"], ["a => c"], ["b => c"], ["1B ! c", "b = other|other2|other3|", $"c = {Ten}"]),
        ["moved against changed"] = new([$"a = {Ten}"], ["a => b"], ["a = 1|2|3|4|5|6|7|8|9|B|"], ["b = 1|2|3|4|5|6|7|8|9|B|"]),
        ["moved against deleted"] = new([$"a = {Ten}", "z = z|"], ["a => b"], ["- a"], ["1B ! b", $"b = {Ten}", "z = z|"]),
        ["folder moved against file added in it"] = new([$"old/a = {Ten}", "old/b = b|b|b|"], ["old => new"], ["old/c = c|"], ["1B ! new/c", $"new/a = {Ten}", "new/b = b|b|b|"]),
        ["folder against file"] = new(["z = z|"], ["a/b = A|"], ["a = B|"], ["1B ! a", "a/b = A|", "z = z|"]),
        ["file becomes a folder against changed"] = new(["a = 1|2|3|"], ["- a", "a/b = A|"], ["a = 1|B|3|"], ["1B ! a", "a/b = A|"]),
        ["file against link"] = new(["z = z|"], ["a = A|"], ["a -> z"], ["1B ! a", "a = A|", "z = z|"]),
        ["link against link"] = new(["a -> z"], ["a -> A"], ["a -> B"], ["1B ! a", "a -> A"]),
        ["binary against binary"] = new(["a = 1|\0|3|"], ["a = A|\0|3|"], ["a = 1|\0|B|"], ["1B ! a", "a = A|\0|3|"]),
        ["binary on one side"] = new(["a = 1|\0|3|", "z = z|"], ["a = A|\0|3|"], ["z = B|"], ["a = A|\0|3|", "z = B|"]),
        ["mode against the same mode"] = new(["a = 1|", "z = z|"], ["a *= 1|"], ["a *= 1|", "z = B|"], ["a *= 1|", "z = B|"]),
        ["mode against content"] = new(["a = 1|2|3|"], ["a *= 1|2|3|"], ["a = 1|B|3|"], ["a *= 1|B|3|"]),
        ["both add, with another mode"] = new(["z = z|"], ["a = 1|"], ["a *= 1|"], ["1B ! a", "a = 1|", "z = z|"]),
        ["submodule against submodule"] = new(["lib @ 1"], ["lib @ 2"], ["lib @ 3"], ["1B ! lib", "lib @ 2"]),
        ["submodule on one side"] = new(["lib @ 1", "z = z|"], ["lib @ 2"], ["z = B|"], ["lib @ 2", "z = B|"]),
        ["submodule against file"] = new(["z = z|"], ["lib @ 1"], ["lib = B|"], ["1B ! lib", "lib @ 1", "z = z|"]),
        ["submodule against folder"] = new(["z = z|"], ["lib @ 1"], ["lib/b = B|"], ["1B ! lib", "lib @ 1", "z = z|"]),
        ["names that differ by case alone"] = new(["z = z|"], ["Read = A|"], ["read = B|"], ["Read = A|", "read = B|", "z = z|"]),
        ["line of a million characters, changed by both"] = new([$"a = {Long}|"], [$"a = {Long}A|"], [$"a = {Long}B|"], ["1B ! a", $"a = {Long}A|"]),
        ["line of a million characters, changed by one"] = new([$"a = {Long}|2|3|4|5|"], [$"a = {Long}A|2|3|4|5|"], [$"a = {Long}|2|3|4|B|"], [$"a = {Long}A|2|3|4|B|"]),
        ["all line ends changed against one line"] = new(["a = 1|2|3|"], ["a = 1\r|2\r|3\r|"], ["a = 1|B|3|"], ["1B ! a", "a = 1\r|2\r|3\r|"]),
        ["lines that look like marks of a conflict"] = new([$"a = <<<<<<< A|{Ten}"], [$"a = A|{Ten}"], ["a = <<<<<<< A|1|2|3|4|5|6|7|8|9|=======|"], ["a = A|1|2|3|4|5|6|7|8|9|=======|"]),

        // Attributes of the tree have no say in a merge: an agent could make conflicts vanish with them.
        ["union asked for by attributes"] = new([".gitattributes = a merge=union|", "a = 1|"], ["a = 1|A|"], ["a = 1|B|"], ["1B ! a", ".gitattributes = a merge=union|", "a = 1|A|"]),
        ["union asked for by one side"] = new(["a = 1|"], [".gitattributes = * merge=union|", "a = 1|A|"], ["a = 1|B|"], ["1B ! a", ".gitattributes = * merge=union|", "a = 1|A|"]),
        ["no merging by lines asked for by attributes"] = new(
            [".gitattributes = a merge=binary|", $"a = {Ten}"], ["a = A|2|3|4|5|6|7|8|9|10|"], ["a = 1|2|3|4|5|6|7|8|9|B|"], [".gitattributes = a merge=binary|", "a = A|2|3|4|5|6|7|8|9|B|"]),
        ["line ends asked for by one side"] = new(["a = 1|2|3|4|"], [".gitattributes = * text eol=crlf|", "a = A|2|3|4|"], ["a = 1|2|3|B|"], [".gitattributes = * text eol=crlf|", "a = A|2|3|B|"]),

        ["three, and the middle one conflicts"] = new(
            ["a = 1|2|3|", "z = z|"], [["a = 1|A|3|"], ["a = 1|B|3|", "b = b|"], ["z = C|"]], ["1B ! a", "a = 1|A|3|", "z = C|"]),
        ["three, and the third conflicts with both together only"] = new(
            ["x/1 = one|one|one|", "x/2 = two|two|two|"], [["x/1 => y/1"], ["x/2 => y/2"], ["x/3 = C|"]], ["1C ! y/3", "y/1 = one|one|one|", "y/2 = two|two|two|"]),
        ["three, and two of them conflict"] = new(
            ["a = 1|2|3|", "z = 1|2|3|"], [["a = 1|A|3|", "z = 1|A|3|"], ["a = 1|B|3|"], ["z = 1|C|3|"]], ["1A ! a z", "a = 1|B|3|", "z = 1|C|3|"]), // the one that overlaps with both is left out
    };

    public static TheoryData<string> Names => [.. Shapes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_shape_comes_out_as_the_table_says(string name)
    {
        var shape = Shapes[name];
        var batch = shape.Make(Repo);

        var built = await BuildAsync(Repo.Tip(), [.. batch]);

        Assert.Equal(shape.Comes, Short(Conflicts(built).Concat(Shape.Tree(Repo, built.Commit!)), shape));
        Assert.Equal(batch.Count, built.Merged.Count + built.Conflicts.Count);
        foreach (var item in batch)
        {
            Assert.Equal(built.Merged.Contains(item.Id), await Opened.HoldsAsync(built.Commit!, item.Tip, Stop)); // whole or not at all
        }

        Assert.Equal("", Repo.Fsck());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_shape_of_two_is_the_same_the_other_way_round(string name)
    {
        var batch = Shapes[name].Make(Repo);
        var there = await BuildAsync(Repo.Tip(), batch[0], batch[1]);
        var back = await BuildAsync(Repo.Tip(), batch[1], batch[0]);

        Assert.Equal(there.Conflicts.Count, back.Conflicts.Count);
        if (there.Conflicts.Count == 0)
        {
            Assert.Equal(Repo.Git("rev-parse", there.Commit + "^{tree}"), Repo.Git("rev-parse", back.Commit + "^{tree}"));
        }
    }

    [Fact]
    public async Task What_an_agent_writes_into_TASKS_meets_nobody()
    {
        Repo.Write("TASKS.md", "# Mine\n");
        Repo.Commit("tasks");
        var one = await WorkAsync("1A", ("TASKS.md", "A\n"), ("a.txt", "a\n"));
        var two = await WorkAsync("1B", ("TASKS.md", "B\n"), ("b.txt", "b\n"));
        var built = await BuildAsync(Repo.Tip(), one, two);
        Assert.Equal(2, built.Merged.Count);
        Assert.StartsWith("# Mine\n", Repo.Text(built.Commit!, "TASKS.md"), StringComparison.Ordinal);
        Assert.DoesNotContain("A\n", Repo.Text(built.Commit!, "TASKS.md").Split("<!--")[0], StringComparison.Ordinal);
    }

    private static IEnumerable<string> Conflicts(BuiltCandidate built) => built.Conflicts.Select(c => $"{c.Id} ! {string.Join(' ', c.Paths.Order(StringComparer.Ordinal))}");

    // A million characters help nobody who reads why a test failed.
    private static IEnumerable<string> Short(IEnumerable<string> lines, Shape shape) => [.. lines.Select((line, i) => line == shape.Comes.ElementAtOrDefault(i) ? shape.Comes[i] : line[..Math.Min(line.Length, 300)])];
}
