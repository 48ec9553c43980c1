using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>What a person who is away is told.</summary>
public sealed class NoticeSentences
{
    private static readonly Policy OneTry = new(Review: ReviewLevel.None, ReviewRounds: 0, RateLimitWait: TimeSpan.FromMinutes(5));

    private static Notice Only(Story story) => Assert.Single(story.Told);

    private static string Kinds(Story story) => string.Join(' ', story.Told.Select(notice => notice.Kind));

    private static DateTimeOffset In(double minutes) => Story.Start.AddMinutes(minutes);

    [Fact]
    public void A_run_that_goes_well_is_told_once_at_its_end()
    {
        var notice = Only(Story.Of("1A", "2A").Begins().Accepts("1A").Lands().Accepts("2A").Lands().Ends<Final.Completed>());
        Assert.Equal((NoticeKind.Finished, "finished"), (notice.Kind, notice.Title));
        Assert.Equal("Run story is finished: 2 of 2 milestones are done. Look at the merges on main, e.g. with 'orchestrator report'.", notice.Text);
    }

    [Fact]
    public void What_could_not_reach_the_branch_needs_a_person()
    {
        var notice = Only(Story.Of("1A").Begins().Accepts("1A").Lands(unlanded: "an edit of yours is in the way").LandsAgain("an edit of yours is in the way").Ends<Final.Completed>());
        Assert.Equal(NoticeKind.Unlanded, notice.Kind);
        Assert.Equal("Run story is finished: 1 of 1 milestones is done. But main was left alone: an edit of yours is in the way. Clear the way, then run 'orchestrator run'.", notice.Text);
    }

    [Fact]
    public void Work_that_stays_on_its_branch_by_wish_is_finished()
    {
        var notice = Only(Story.Of("1A").Under(new Policy(Publish: PublishMode.Branch)).Begins().Accepts("1A").Lands(unlanded: "the work is on a branch").Ends<Final.Completed>());
        Assert.Equal("Run story is finished: 1 of 1 milestones is done. The work is on a branch. Look at the merges, e.g. with 'orchestrator report'.", notice.Text);
    }

    [Fact]
    public void A_failed_milestone_is_told_when_it_fails_and_again_only_with_the_end()
    {
        var story = Story.Of("1A", "1B", "2A").Under(OneTry).Begins().Implements("1A", "1B").Gates("1A", green: false);
        var notice = Only(story);
        Assert.Equal((NoticeKind.MilestoneFailed, "1A failed", Sketch.Id("1A"), "gate.rounds"), (notice.Kind, notice.Title, notice.Milestone, notice.Code));
        Assert.StartsWith("1A was given up (gate.rounds): Not accepted, remediation rounds used up (0): ", notice.Text, StringComparison.Ordinal);
        Assert.EndsWith(" 2A cannot be done without it. The run goes on without it; 'orchestrator explain 1A' says what to do.", notice.Text, StringComparison.Ordinal);

        story.Gates("1B").Lands().Ends<Final.WithFailures>();
        Assert.Equal("MilestoneFailed WithFailures", Kinds(story));
        Assert.Equal("Run story has ended: 1 of 3 milestones are done. Failed: 1A. Not begun, for they need others: 2A. 'orchestrator explain 1A' says why and what to do; then run 'orchestrator run'.", story.Told[1].Text);
    }

    [Fact]
    public void A_failure_that_ends_the_run_is_one_notice() =>
        Assert.Equal(NoticeKind.WithFailures, Only(Story.Of("1A").Under(OneTry).Begins().Implements("1A").Gates("1A", green: false).Ends<Final.WithFailures>()).Kind);

    [Fact]
    public void A_conflict_that_only_a_person_resolves_says_so_even_with_the_end()
    {
        var story = Story.Of("1A", "1B").Under(OneTry).Begins().Implements("1A", "1B").Gates("1A").Gates("1B").Builds("1B").Tests().Publishes().ReadyInConflict("1B").Completes("1B").CommitsLosing("1B").Ends<Final.WithFailures>();
        Assert.Equal("Unresolved WithFailures", Kinds(story));
        Assert.Equal(NoticeTopics.Failed | NoticeTopics.Person, story.Told[0].Topics);
        Assert.EndsWith(" Merge it by hand: 'orchestrator explain 1B' gives the commands.", story.Told[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stop_that_only_a_person_lifts_says_what_to_do()
    {
        var notice = Only(Story.Of("1A").Begins().Ready("1A").Ends("1A", new TurnOutcome.Failed(FailureKind.Run, "agent.login", "Not logged in")).Ends<Final.Stopped>());
        Assert.Equal((NoticeKind.Stopped, "agent.login", "needs you"), (notice.Kind, notice.Code, notice.Title));
        Assert.Equal("Run story has stopped (agent.login): Not logged in. Log in with 'claude', then run 'orchestrator run'; it goes on where it stopped.", notice.Text);
    }

    [Theory]
    [InlineData("agent.credits", "Add credits")]
    [InlineData("signal", "start it where it can stay, e.g. in tmux, then run 'orchestrator run'")]
    [InlineData("target.forged", "Look at what was committed")]
    [InlineData("agent.something-new", "Mend that")]
    public void Every_stop_ends_with_what_to_do(string code, string what) =>
        Assert.Contains($"{what}", Only(Story.Of("1A").Begins().Ready("1A").Ends("1A", new TurnOutcome.Failed(FailureKind.Run, code, "No."))).Text, StringComparison.Ordinal);

    [Fact]
    public void Who_stops_it_himself_is_not_told() => Assert.Empty(Story.Of("1A").Begins().Ready("1A").Asked(Urgency.Stop).Ends<Final.Stopped>().Told);

    [Fact]
    public void A_long_limit_is_told_once_for_as_long_as_it_stands()
    {
        var story = Story.Of("1A", "1B").Under(OneTry).Begins().Ready("1A").Ready("1B").Limited("1A", In(90));
        var notice = Only(story);
        Assert.Equal((NoticeKind.Limit, story.State.Limits[0].Until), (notice.Kind, notice.Until));
        Assert.Equal("The provider refuses everything until 23:30: Usage limit. The run waits and goes on by itself; nothing is to be done.", notice.Text);

        story.Limited("1B", In(120)).Wakes().Limited("1A", story.Now.AddMinutes(90));
        Assert.Single(story.Told);
        story.Wakes().Answers("1A").Limited("1A", story.Now.AddMinutes(60));
        Assert.Equal("Limit Limit", Kinds(story)); // another one
    }

    [Fact]
    public void A_short_limit_is_no_news_until_it_becomes_a_long_one()
    {
        var story = Story.Of("1A").Under(OneTry).Begins().Ready("1A").Limited("1A", In(29));
        Assert.Empty(story.Told);
        story.Wakes().Limited("1A", story.Now.AddMinutes(40));
        Assert.Equal(NoticeKind.Limit, Only(story).Kind);
    }

    [Fact]
    public void A_run_that_does_not_wait_tells_its_end_at_the_limit_and_nothing_else()
    {
        var notice = Only(Story.Of("1A").Under(OneTry with { AutoResume = false }).Begins().Ready("1A").Limited("1A", In(5)).Ends<Final.LimitReached>());
        Assert.Equal("Run story has ended at a limit: Usage limit. Come back at 22:05 and run 'orchestrator run'.", notice.Text);
    }

    [Fact]
    public void What_was_told_in_a_former_life_is_not_told_again()
    {
        var story = Story.Of("1A", "1B").Under(OneTry).Begins().Implements("1A").Gates("1A", green: false).Ready("1B").Limited("1B", In(90));
        Assert.Equal("MilestoneFailed Limit", Kinds(story));
        story.Resumes().Wakes().Limited("1B", story.Now.AddMinutes(90));
        Assert.Equal(2, story.Told.Count);
    }

    [Fact]
    public void A_full_disk_is_told_when_it_fills_and_not_again_soon()
    {
        var story = Story.Of("1A").Begins().Ready("1A").Critical(Scarce.Disk);
        Assert.Equal("Nothing new begins: no Disk. Make room, and it goes on by itself.", Only(story).Text);
        story.Critical(Scarce.Disk).Machine(Pressure.Calm).Critical(Scarce.Disk);
        Assert.Single(story.Told);
        story.Machine(Pressure.Calm).Passes(TimeSpan.FromHours(1)).Critical(Scarce.Disk);
        Assert.Equal("Standstill Standstill", Kinds(story));
    }

    [Fact]
    public void Memory_that_is_short_while_a_turn_goes_on_is_no_standstill() =>
        Assert.Empty(Story.Of("1A").Begins().Ready("1A").Critical(Scarce.Memory).Told);

    [Theory]
    [InlineData(NoticeTopics.Finished, "WithFailures")]
    [InlineData(NoticeTopics.Failed, "MilestoneFailed WithFailures")]
    [InlineData(NoticeTopics.Person, "")]
    [InlineData(NoticeTopics.None, "")]
    public void Only_what_is_asked_for_is_told(NoticeTopics on, string kinds)
    {
        var story = new Story(Sketch.Plan("1A", "1B")) { Wishes = new NoticeWishes(on, TimeSpan.FromMinutes(30), _ => "") };
        Assert.Equal(kinds, Kinds(story.Under(OneTry).Begins().Implements("1A", "1B").Gates("1A", green: false).Gates("1B").Lands()));
    }

    [Fact]
    public void What_an_agent_says_steers_nothing_and_stays_short()
    {
        var notice = Only(Story.Of("1A").Begins().Ready("1A").Ends("1A", new TurnOutcome.Failed(FailureKind.Run, "agent.login", "\u001b[31mred\n\u202e" + new string('x', 5000))));
        Assert.True(notice.Text.Length < 600);
        Assert.DoesNotContain(notice.Text, char.IsControl);
    }

    [Fact]
    public void Every_kind_has_a_word_and_somebody_who_wants_it()
    {
        var kinds = Enum.GetValues<NoticeKind>().Select(kind => new Notice(kind, Story.Start, "", "")).ToList();
        Assert.Equal(kinds.Count, kinds.Select(notice => notice.Word).Distinct().Count());
        Assert.All(kinds, notice => Assert.NotEqual(NoticeTopics.None, notice.Topics));
    }

    [Fact]
    public void An_alarm_names_where_to_look() =>
        Assert.Equal("The disk is full. 'orchestrator status' shows how it stands; look there, and at the log.", NoticeText.OfAlarm("The disk is full", Story.Start).Text);
}
