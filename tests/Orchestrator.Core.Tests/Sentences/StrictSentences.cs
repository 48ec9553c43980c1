using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>Strict review: what one claims, another has to see; and what makes a review strict.</summary>
public sealed class StrictSentences
{
    private static Story Implemented(ReviewLevel level = ReviewLevel.Strict) => Story.Of("1A").Under(new Policy(Review: level)).Begins().Implements("1A");

    [Fact]
    public void What_a_reviewer_claims_is_given_to_another_who_tries_to_see_it()
    {
        var brief = Implemented().ChangesRequested("1A").Expect("1A: checking").Brief("1A");
        Assert.Equal((Role.Check, false), (brief.Role, brief.Known));
        Assert.Equal("wrong", Assert.Single(brief.Findings).Claim);
    }

    [Fact]
    public void What_the_other_sees_too_is_to_be_mended() => Implemented().ChangesRequested("1A").ChangesRequested("1A").Expect("1A: remediating");

    [Fact]
    public void What_the_other_cannot_see_does_not_count() => Implemented().ChangesRequested("1A").Approved("1A").Expect("1A: gates");

    [Fact]
    public void An_approval_needs_no_second_look() => Implemented().Approved("1A").Expect("1A: gates");

    [Fact]
    public void Normal_review_knows_no_second_look() => Implemented(ReviewLevel.Normal).ChangesRequested("1A").Expect("1A: remediating");

    [Fact]
    public void A_check_that_fails_is_a_review_begun_again() =>
        Assert.Equal(Role.Review, Implemented().ChangesRequested("1A").Fails("1A", FailureKind.Attempt).Brief("1A").Role);

    [Theory]
    [InlineData(ReviewLevel.None)]
    [InlineData(ReviewLevel.Normal)]
    public void A_mark_makes_any_review_strict(ReviewLevel level)
    {
        var story = Story.Of("1A").Under(new Policy(Review: level)).Begins().Ready("1A").Completes("1A").CommitsMarked("1A");
        Assert.Equal(MarkKind.FewerAssertions, Assert.Single(story.Brief("1A").Marks).Kind);
        story.ChangesRequested("1A").Expect("1A: checking");
    }

    [Fact]
    public void When_what_was_marked_is_put_right_the_review_is_as_it_was_asked_for()
    {
        var story = Story.Of("1A").Under(new Policy(Review: ReviewLevel.None)).Begins().Ready("1A").Completes("1A").CommitsMarked("1A");
        story.ChangesRequested("1A").ChangesRequested("1A").Completes("1A").Commits("1A").Expect("1A: gates");
        Assert.Empty(story.Of("1A").Marks);
    }

    [Fact]
    public void A_mark_stays_as_long_as_nothing_changes()
    {
        var story = Story.Of("1A").Under(new Policy(Review: ReviewLevel.None)).Begins().Ready("1A").Completes("1A").CommitsMarked("1A");
        story.ChangesRequested("1A").ChangesRequested("1A").Completes("1A").CommitsNothing("1A").Expect("1A: reviewing");
        Assert.NotEmpty(story.Of("1A").Marks);
    }
}
