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

    [Fact]
    public void Findings_keep_severity_place_and_claim()
    {
        var outcome = Read("""{"verdict":"changes_requested","summary":"s","findings":[{"severity":"critical","file":"a.cs","line":7,"claim":"breaks"},{"severity":"minor","line":-1,"claim":"typo"}]}""");
        Assert.Equal(
            new TurnOutcome.ChangesRequested([new Finding(FindingSeverity.Critical, "a.cs", 7, "breaks"), new Finding(FindingSeverity.Minor, null, null, "typo")]), outcome);
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

    private static TurnOutcome Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return ReviewVerdict.Read(document.RootElement);
    }
}
