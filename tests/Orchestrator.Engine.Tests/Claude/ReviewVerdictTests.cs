using System.Text.Json;
using Orchestrator.Core.Agents;
using Orchestrator.Engine.Claude;

namespace Orchestrator.Engine.Tests.Claude;

public sealed class ReviewVerdictTests
{
    [Fact]
    public void Approval_without_a_blocking_finding_is_approval()
    {
        Assert.Equal(new TurnOutcome.Approved("fine"), Read("""{"verdict":"approved","summary":"fine","findings":[]}"""));
        Assert.IsType<TurnOutcome.Approved>(Read("""{"verdict":"approved","summary":"","findings":[{"severity":"minor","claim":"a typo"}]}"""));
    }

    [Theory]
    [InlineData("major")]
    [InlineData("critical")]
    [InlineData("unheard-of")]
    public void Approval_with_a_blocking_finding_is_none(string severity) =>
        Assert.IsType<TurnOutcome.ChangesRequested>(Read($$"""{"verdict":"approved","summary":"","findings":[{"severity":"{{severity}}","claim":"wrong"}]}"""));

    [Theory]
    [InlineData("minor", FindingSeverity.Minor, true)]
    [InlineData("minor", FindingSeverity.Major, false)]
    [InlineData("major", FindingSeverity.Major, true)]
    [InlineData("major", FindingSeverity.Critical, false)]
    [InlineData("critical", FindingSeverity.Critical, true)]
    [InlineData("unheard-of", FindingSeverity.Critical, true)]
    public void The_bar_says_what_blocks_whatever_the_verdict_is_called(string severity, FindingSeverity bar, bool blocks)
    {
        foreach (var verdict in new[] { "approved", "changes_requested" })
        {
            var outcome = Read($$"""{"verdict":"{{verdict}}","summary":"s","findings":[{"severity":"{{severity}}","claim":"wrong"}]}""", bar);
            Assert.Equal(blocks, outcome is TurnOutcome.ChangesRequested);
        }
    }

    [Fact]
    public void Findings_below_the_bar_of_an_approved_change_are_kept() =>
        Assert.Equal(
            new TurnOutcome.Approved("s", [new Finding(FindingSeverity.Major, "a.cs", 7, "slow", "run bench"), new Finding(FindingSeverity.Minor, null, null, "typo")]),
            Read("""{"verdict":"changes_requested","summary":"s","findings":[{"severity":"minor","claim":"typo"},{"severity":"major","file":"a.cs","line":7,"claim":"slow","reproduce":"run bench"}]}""", FindingSeverity.Critical));

    [Fact]
    public void Findings_keep_severity_place_claim_and_how_to_see_them()
    {
        var outcome = Read("""{"verdict":"changes_requested","summary":"s","findings":[{"severity":"critical","file":"a.cs","line":7,"claim":"breaks","reproduce":"dotnet test"},{"severity":"minor","line":-1,"claim":"typo"}]}""");
        Assert.Equal(
            new TurnOutcome.ChangesRequested([new Finding(FindingSeverity.Critical, "a.cs", 7, "breaks", "dotnet test"), new Finding(FindingSeverity.Minor, null, null, "typo")]), outcome);
    }

    [Fact]
    public void A_reviewer_that_wants_changes_and_names_none_is_taken_at_its_word() =>
        Assert.Equal(
            new TurnOutcome.ChangesRequested([new Finding(FindingSeverity.Major, null, null, "not good")]),
            Read("""{"verdict":"changes_requested","summary":"not good","findings":[]}"""));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"verdict":"maybe"}""")]
    [InlineData("""{"verdict":5,"findings":"none"}""")]
    [InlineData("[]")]
    public void No_verdict_spends_an_attempt(string json)
    {
        var failed = Assert.IsType<TurnOutcome.Failed>(Read(json));
        Assert.Equal((FailureKind.Attempt, "review.no-verdict"), (failed.Kind, failed.Code));
    }

    [Fact]
    public void The_schema_is_JSON_and_asks_for_what_is_read()
    {
        using var schema = JsonDocument.Parse(ReviewVerdict.Schema);
        Assert.Equal(["verdict", "summary", "findings"], schema.RootElement.GetProperty("required").EnumerateArray().Select(e => e.GetString()));
    }

    [Fact]
    public void A_criterion_that_is_met_is_proved_by_what_the_reviewer_says_of_it()
    {
        var approved = Assert.IsType<TurnOutcome.Approved>(Read("""
            {"verdict":"approved","summary":"s","findings":[],"criteria":[{"number":2,"met":true,"evidence":"a.cs:7"},{"number":1,"met":true,"evidence":""},{"number":-1,"met":true,"evidence":"x"}]}
            """));
        Assert.Equal([new CriterionProof(2, ProvedBy.Reviewer, "a.cs:7")], approved.Proofs); // a word without evidence proves nothing
    }

    [Fact]
    public void A_criterion_that_is_not_met_blocks_whatever_the_verdict_says()
    {
        var refused = Assert.IsType<TurnOutcome.ChangesRequested>(Read("""{"verdict":"approved","summary":"s","findings":[],"criteria":[{"number":3,"met":false,"evidence":"no test"}]}"""));
        Assert.Equal("Exit criterion 3 does not hold: no test", Assert.Single(refused.Findings).Claim);
    }

    private static TurnOutcome Read(string json, FindingSeverity bar = FindingSeverity.Major)
    {
        using var document = JsonDocument.Parse(json);
        return ReviewVerdict.Read(document.RootElement, bar);
    }
}
