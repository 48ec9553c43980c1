using Orchestrator.Engine.Git.Merging;

namespace Orchestrator.Engine.Tests.Git.Merging;

/// <summary>
/// Shapes of conflicts with real git, each with a resolution that keeps both sides: that one passes; what git left, and
/// either side alone, does not. The changes are written as in <see cref="Shape"/>.
/// </summary>
public sealed class SideLookTests : InRepository
{
    private const string Ten = "1|2|3|4|5|6|7|8|9|10|";

    private static readonly string Minified = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"var v{i}={i};"));

    private static readonly Dictionary<string, Resolved> Shapes = new()
    {
        ["same line"] = new(["a = 1|2|3|"], ["a = 1|A|3|"], ["a = 1|B|3|"], "a", ["a = 1|A|B|3|"]),
        ["same line, rewritten"] = new(["a = call(1)|"], ["a = call(1, ours)|"], ["a = call(1, theirs)|"], "a", ["a = call(1, ours, theirs)|"]),
        ["adjacent lines"] = new(["a = 1|2|3|4|"], ["a = 1|A|3|4|"], ["a = 1|2|B|4|"], "a", ["a = 1|A|B|4|"]),
        ["both append at the end"] = new(["a = 1|"], ["a = 1|A|"], ["a = 1|B|"], "a", ["a = 1|B|A|"], ["Integrated: a = 1|B|C|", "Milestone: a = 1|A|C|"]),
        ["both append, without a line end"] = new(["a = 1"], ["a = 1|A"], ["a = 1|B"], "a", ["a = 1|A|B"]),
        ["both insert at the same place"] = new(["a = 1|2|3|"], ["a = 1|A1|A2|2|3|"], ["a = 1|B1|B2|2|3|"], "a", ["a = 1|A1|A2|B1|B2|2|3|"], ["Integrated: a = 1|A1|B1|B2|2|3|", "Milestone: a = 1|A1|A2|B2|2|3|"]),
        ["conflict beside what only one side changed"] = new(
            [$"a = top|{Ten}end|"], [$"a = top|A|{Ten}OURS|"], [$"a = top|B|1|2|3|4|THEIRS|6|7|8|9|10|end|"], "a", ["a = top|A|B|1|2|3|4|THEIRS|6|7|8|9|10|OURS|"],
            [$"Integrated: a = top|A|B|1|2|3|4|THEIRS|6|7|8|9|10|end|", $"Milestone: a = top|A|B|{Ten}OURS|"]),
        ["import lists"] = new(["a = using A;|using C;||body();|"], ["a = using A;|using Ours;|using C;||body();|"], ["a = using A;|using Theirs;|using C;||body();|"], "a", ["a = using A;|using C;|using Ours;|using Theirs;||body();|"]),
        ["both add the same file"] = new(["z = z|"], ["a = head|A|tail|"], ["a = head|B|tail|"], "a", ["a = head|A|B|tail|"]),
        ["modify against delete"] = new(["a = 1|2|3|", "z = z|"], ["a = 1|A|3|"], ["- a"], "a", ["a = 1|A|3|"], Fine: Side.Integrated),
        ["delete against modify"] = new(["a = 1|2|3|", "z = z|"], ["- a"], ["a = 1|B|3|"], "a", ["a = 1|B|3|"], Fine: Side.Milestone),
        ["delete against modify, taken elsewhere"] = new(["a = 1|2|3|", "z = z|"], ["- a", "z = 1|3|z|"], ["a = 1|B|3|"], "a", ["- a", "z = 1|B|3|z|"]),
        ["moved against modified"] = new([$"a = {Ten}"], ["a => b"], ["a = 1|2|3|4|5|6|7|8|9|B|"], "", ["- a", "b = 1|2|3|4|5|6|7|8|9|B|"]),
        ["moved and modified against modified"] = new([$"a = {Ten}"], ["- a", "b = 1|2|3|4|5|6|7|8|9|A|"], ["a = 1|2|3|4|5|6|7|8|9|B|"], "b", ["- a", "b = 1|2|3|4|5|6|7|8|9|A|B|"]),
        ["moved to two names"] = new([$"a = {Ten}"], ["- a", "b = A|2|3|4|5|6|7|8|9|10|"], ["- a", "c = 1|2|3|4|5|6|7|8|9|B|"], "a b c", ["- a", "c = A|2|3|4|5|6|7|8|9|B|"]),
        ["two moved to one name"] = new([$"a = {Ten}", "b = other|other2|other3|"], ["a => c"], ["b => c"], "c", ["- a", "- b", $"c = {Ten}", "d = other|other2|other3|"]),
        ["moved against deleted"] = new([$"a = {Ten}", "z = z|"], ["a => b"], ["- a"], "b", ["a => b"], Fine: Side.Integrated),
        ["folder moved against file added in it"] = new([$"old/a = {Ten}", "old/b = b|b|b|"], ["old => new"], ["old/c = c|"], "new/c", ["old => new", "new/c = c|"]),
        ["mode against content"] = new(["a = 1|2|3|"], ["a *= 1|2|3|"], ["a = 1|B|3|"], "", ["a *= 1|B|3|"]),
        ["mode and content against content"] = new(["a = 1|2|3|"], ["a *= 1|A|3|"], ["a = 1|B|3|"], "a", ["a *= 1|A|B|3|"], ["Integrated: a = 1|A|B|3|"]),
        ["both add, with another mode"] = new(["z = z|"], ["a = 1|"], ["a *= 1|"], "a", ["a *= 1|"], Fine: Side.Milestone),
        ["all line ends against one line"] = new(["a = 1|2|3|"], ["a = 1\r|2\r|3\r|"], ["a = 1|B|3|"], "a", ["a = 1\r|B\r|3\r|"]),
        ["white space against content"] = new(["a = f:|one|two|three|"], ["a = f:|  one|  two|  three|"], ["a = f:|one|TWO|three|"], "a", ["a = f:|  one|  TWO|  three|"]),
        ["folder against file"] = new(["z = z|"], ["a/b = A|"], ["a = B|"], "a", ["a/b = A|", "a.txt = B|"]),
        ["file becomes a folder against changed"] = new(["a = 1|2|3|"], ["- a", "a/b = 1|2|3|"], ["a = 1|B|3|"], null, ["- a", "a/b = 1|B|3|"]),
        ["link against file"] = new(["z = z|"], ["a -> z"], ["a = B|"], "a", ["a.link -> z", "a = B|"]),
        ["link against link"] = new(["a -> z"], ["a -> A"], ["a -> B"], "a", ["a -> both"]),
        ["submodule against submodule"] = new(["lib @ 1"], ["lib @ 2"], ["lib @ 3"], "lib", ["lib @ 4"]),
        ["submodule against file"] = new(["z = z|"], ["lib @ 1"], ["lib = B|"], "lib", ["lib @ 1", "lib.txt = B|"]),
        ["binary against binary"] = new(["a = 1|\0|3|"], ["a = A|\0|3|"], ["a = 1|\0|B|"], "a", ["a = A|\0|3|", "a2 = 1|\0|B|"], ["Integrated: a = 1|\0|C|", "Milestone: a = 1|\0|C|"]),
        ["moved block against a change in it"] = new(
            ["a = f1|f2|f3|l1|l2|l3|l4|l5|"], ["a = l1|l2|l3|l4|l5|f1|f2|f3|"], ["a = f1|F|f3|l1|l2|l3|l4|l5|"], "a", ["a = l1|l2|l3|l4|l5|f1|F|f3|"]),
        ["minified"] = new([$"a = {Minified}|"], [$"a = {Minified}ours();|"], [$"a = theirs();{Minified}|"], "a", [$"a = theirs();{Minified}ours();|"]),
        ["neighbouring keys of JSON"] = new(
            ["a = {|  \"x\": 1|}|"], ["a = {|  \"x\": 1,|  \"ours\": 2|}|"], ["a = {|  \"x\": 1,|  \"theirs\": 3|}|"], "a", ["a = {|  \"x\": 1,|  \"ours\": 2,|  \"theirs\": 3|}|"]),
        ["entries of a lock file"] = new(
            ["a = m 1.0|  h1:m|z 1.0|  h1:z|"], ["a = m 1.0|  h1:m|o 1.1|  h1:o|z 1.0|  h1:z|"], ["a = m 1.0|  h1:m|p 2.0|  h1:p|z 1.0|  h1:z|"], "a", ["a = m 1.0|  h1:m|o 1.1|  h1:o|p 2.0|  h1:p|z 1.0|  h1:z|"]),
        ["function deleted against a change in it"] = new(
            ["a = top|f1|f2|f3|end|"], ["a = top|end|"], ["a = top|f1|F|f3|end|"], "a", ["a = top|F|end|"]),
        ["same fix, and a neighbour each"] = new(["a = 1|2|3|4|"], ["a = 1|FIX|A|4|"], ["a = B|FIX|3|4|"], "a", ["a = B|FIX|A|4|"], ["Integrated: a = B|2|A|4|", "Milestone: a = B|2|A|4|"]),
        ["a name beyond ASCII"] = new(["\u00fc = 1|2|3|"], ["\u00fc = 1|\u00e4|3|"], ["\u00fc = 1|\u00ff|3|"], null, ["\u00fc = 1|\u00e4|\u00ff|3|"]),
    };

    public static TheoryData<string> Names => [.. Shapes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_keeps_both_sides_passes_and_what_drops_one_is_found(string name)
    {
        var shape = Shapes[name];
        var batch = new Shape(shape.Base, [shape.Ours, shape.Theirs, shape.Good, .. shape.Bad.Select(bad => new[] { bad[(bad.IndexOf(' ', StringComparison.Ordinal) + 1)..] })], []).Make(Repo);
        var (onto, work, good) = (batch[0].Tip, batch[1].Tip, batch[2].Tip);

        var built = await BuildAsync(Repo.Tip(), batch[0], batch[1]);
        if (shape.Conflict is { } paths)
        {
            Assert.Equal(paths, string.Join(' ', built.Conflicts.SelectMany(c => c.Paths).Order(StringComparer.Ordinal)));
        }

        Assert.Empty(await LookAsync(good));
        Assert.Equal(shape.Fine == Side.Integrated ? [] : [Side.Milestone], await SidesAsync(onto));
        Assert.Equal(shape.Fine == Side.Milestone ? [] : [Side.Integrated], await SidesAsync(work));
        Assert.Equal([Side.Integrated, Side.Milestone], (await SidesAsync(Repo.Tip())).Concat(shape.Fine switch { Side.Integrated => [Side.Milestone], Side.Milestone => [Side.Integrated], _ => [] }).Distinct().Order());
        for (var i = 0; i < shape.Bad.Length; i++)
        {
            Assert.Contains(shape.Bad[i].Split(':')[0], (await SidesAsync(batch[3 + i].Tip)).Select(s => s.ToString()));
        }

        Task<IReadOnlyList<Vanished>> LookAsync(string result) => SideLook.LookAsync(Opened, onto, work, result, Stop);

        async Task<IEnumerable<Side>> SidesAsync(string result) => (await LookAsync(result)).Select(v => v.Side).Distinct().Order();
    }

    private sealed record Resolved(string[] Base, string[] Ours, string[] Theirs, string? Conflict, string[] Good, string[]? Lossy = null, Side Fine = Side.Neither)
    {
        /// <summary>Resolutions that lose something, and whose.</summary>
        public string[] Bad => Lossy ?? [];
    }
}
