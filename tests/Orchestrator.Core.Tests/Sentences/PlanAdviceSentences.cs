using Orchestrator.Core.Plans;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>What is not wrong with a plan and yet worth a word.</summary>
public sealed class PlanAdviceSentences
{
    private static Plan Plan(string[] lines, params (string Id, string[] Scope)[] scopes) => new(Sketch.Plan(lines).Select(
        m => m with { Criteria = ["holds"], Scope = scopes.Where(s => s.Id == m.Id.ToString()).SelectMany(s => s.Scope).ToItems() }).ToItems());

    private static string Said(Plan plan, int? slots = null) => string.Join(" | ", PlanAdvice.Of(plan, "milestones", slots).Select(p => $"{p.Code}: {p.Message}"));

    [Fact]
    public void A_plan_with_nothing_to_say_about_gets_no_advice() => Assert.Equal("", Said(Plan(["1A", "1B", "2A"], ("1A", ["src/a/**"]), ("1B", ["src/b/**"])), 4));

    [Fact]
    public void Milestones_without_exit_criteria_are_named_together() =>
        Assert.Equal("advice.criteria: 1A, 2A have no exit criteria.", Said(new Plan(Sketch.Plan("1A", "2A"))));

    [Fact]
    public void Scopes_that_meet_inside_a_stage_are_named() => Assert.Equal(
        "advice.overlap: 1A and 1B may be in work at once, and both may touch src/** and src/api/*.cs.", Said(Plan(["1A", "1B"], ("1A", ["docs", "src/**"]), ("1B", ["src/api/*.cs"]))));

    [Fact]
    public void Scopes_that_meet_are_no_matter_where_one_waits_for_the_other()
    {
        Assert.Equal("", Said(Plan(["1A", "1B after 1A"], ("1A", ["src"]), ("1B", ["src"]))));
        Assert.Equal("", Said(Plan(["1A", "1B after 1A", "1C after 1B"], ("1A", ["src"]), ("1C", ["src"]))));
        Assert.Equal("", Said(Plan(["1A", "2A"], ("1A", ["src"]), ("2A", ["src"]))));
    }

    [Fact]
    public void A_stage_that_is_too_wide_for_one_merge_is_named()
    {
        var lines = Enumerable.Range(0, 13).Select(i => $"1{(char)('A' + i)}").ToArray();
        Assert.Equal("advice.wide: Stage 1 has 13 milestones, which are merged as one.", Said(Plan(lines)));
        Assert.Equal("", Said(Plan([.. lines.Select(line => line + " needs")]))); // without a barrier each is merged by itself
    }

    [Fact]
    public void A_stage_wider_than_the_slots_is_named_with_the_width_that_counts()
    {
        Assert.Equal("advice.slots: Stage 1 could have 3 milestones in work at once; there are 2 slots.", Said(Plan(["1A", "1B", "1C"]), 2));
        Assert.Equal("", Said(Plan(["1A", "1B", "1C after 1A"]), 2));
    }

    [Fact]
    public void A_plan_that_is_one_long_chain_is_named()
    {
        Assert.Equal("advice.chain: 4 of 4 milestones wait one for the other: 1A → 2A → 3A → 4A.", Said(Plan(["1A", "2A", "3A", "4A"])));
        Assert.Equal("", Said(Plan(["1A", "2A", "3A", "4A", "4B", "4C", "4D", "4E"])));
    }

    [Fact]
    public void Every_advice_is_a_warning_with_a_hint() => Assert.All(
        PlanAdvice.Of(new Plan(Sketch.Plan("1A", "2A", "3A", "4A", "4B")), "milestones", 1), p => Assert.True(p.Severity == Severity.Warning && p.Hint.Length > 0));

    [Theory]
    [InlineData("src/**", "src/a.cs", true)]
    [InlineData("src", "src/a/b.cs", true)]
    [InlineData("src/", "lib/src/x", true)]
    [InlineData("src/a/**", "src/b/**", false)]
    [InlineData("*.cs", "src/deep/*.cs", true)]
    [InlineData("*.cs", "*.md", false)]
    [InlineData("*.cs", "Program.*", true)]
    [InlineData("a*c", "ab?", true)]
    [InlineData("a*c", "b*c", false)]
    [InlineData("src", "test", false)]
    [InlineData("docs", "src/api/*.cs", false)]
    [InlineData("*.cs", "src/**", true)]
    [InlineData("src/{api,web}/**", "src/web/x.ts", true)]
    [InlineData("src/{api,web}/**", "src/core/x.ts", false)]
    [InlineData("**/test/*", "src/test/a", true)]
    [InlineData("/README.md", "docs/README.md", false)]
    [InlineData("README.md", "docs/README.md", true)]
    [InlineData("src/[ab].c", "src/b.c", true)]
    public void Globs_meet_when_a_path_can_fit_both(string one, string other, bool meet)
    {
        Assert.Equal(meet, ScopeOverlap.Meet(one, other));
        Assert.Equal(meet, ScopeOverlap.Meet(other, one));
    }

    [Fact]
    public void What_a_scope_takes_back_does_not_meet() => Assert.Null(ScopeOverlap.Of(["src/**", "!src/api/**"], ["src/api/users/**"]));

    [Fact]
    public void An_empty_scope_says_nothing() => Assert.Null(ScopeOverlap.Of([], ["src"]));
}
