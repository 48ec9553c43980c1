using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>When a plan, or what is left of a run, would be done.</summary>
public sealed class ForecastSentences
{
    // Ten minutes each, one for a merge.
    private static readonly Pace Ten = new(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

    private static Forecast Of(int slots, params string[] plan) => Forecast.Of(new Plan(Sketch.Plan(plan)), slots, Ten);

    private static string Shown(Forecast forecast) => string.Join(" ", forecast.Milestones.Select(p => $"{p.Id}@{p.Begins.TotalMinutes:0}/{p.Slot}"));

    private static int Minutes(TimeSpan time) => (int)time.TotalMinutes;

    [Fact]
    public void A_stage_fills_the_slots_in_plan_order_and_the_next_begins_when_it_is_merged()
    {
        var forecast = Of(2, "1A", "1B", "1C", "2A");
        Assert.Equal("1A@0/1 1B@0/2 1C@10/1 2A@21/1", Shown(forecast));
        Assert.Equal(32, Minutes(forecast.Total));
    }

    [Fact]
    public void With_depends_on_a_milestone_begins_as_soon_as_what_it_names_is_merged() =>
        Assert.Equal("1A@0/1 1B@0/2 2A@11/1", Shown(Of(2, "1A needs", "1B", "2A needs 1A")));

    [Fact]
    public void Inside_a_stage_who_depends_waits_for_a_merge_of_the_other() =>
        Assert.Equal("1A@0/1 1B@11/1", Shown(Of(4, "1A", "1B after 1A")));

    [Fact]
    public void The_chain_is_the_least_that_more_slots_can_bring()
    {
        var forecast = Of(1, "1A", "1B", "1C", "2A");
        Assert.Equal((42, 22), (Minutes(forecast.Total), Minutes(forecast.ChainTime)));
        Assert.Equal(Sketch.Ids("1A", "2A"), forecast.Chain);
        Assert.Equal(3, forecast.Width);
    }

    [Fact]
    public void What_is_done_takes_no_time_and_what_is_left_out_is_not_there()
    {
        var plan = new Plan(Sketch.Plan("1A", "1B", "2A", "2B needs 1A"));
        var forecast = Forecast.Of(plan, 4, Ten, Sketch.Ids("1A").ToHashSet(), Sketch.Ids("1B").ToHashSet());
        Assert.Equal("2B@0/1", Shown(forecast)); // 2A needs 1B, which is not done in this run
    }

    [Fact]
    public void An_empty_forecast_takes_no_time()
    {
        var forecast = Forecast.Of(new Plan(Sketch.Plan("1A")), 4, Ten, Sketch.Ids("1A").ToHashSet());
        Assert.Equal((0, TimeSpan.Zero, 0), (forecast.Milestones.Count, forecast.Total, forecast.Chain.Count));
    }

    [Fact]
    public void The_cost_is_known_only_when_earlier_runs_tell()
    {
        Assert.Null(Of(1, "1A").CostUsd);
        Assert.Equal(1.5m, Forecast.Of(new Plan(Sketch.Plan("1A", "1B", "2A")), 1, Ten with { CostUsd = 0.5m }).CostUsd);
    }

    [Fact]
    public void Of_a_run_under_way_what_is_in_work_has_the_rest_of_its_time_left()
    {
        var story = Story.Of("1A", "2A").Begins();
        story.Now += TimeSpan.FromMinutes(3);
        Assert.Equal(Minutes(TimeSpan.FromMinutes(7 + 1 + 10 + 1)), Minutes(Forecast.Of(story.State, Ten, story.Now)!.Total));
    }

    [Fact]
    public void Who_takes_longer_than_expected_is_not_taken_for_done()
    {
        var story = Story.Of("1A").Begins();
        Assert.Equal(3, Minutes(Forecast.Of(story.State, Ten, story.Now + TimeSpan.FromHours(5))!.Total));
    }

    [Fact]
    public void While_the_provider_refuses_nothing_begins()
    {
        var story = Story.Of("1A").Begins();
        var limited = story.State with { Limits = [new Limit(null, story.Now + TimeSpan.FromMinutes(30), "limit")], Milestones = story.State.Milestones.With(0, story.State.Milestones[0] with { Phase = new Phase.Waiting() }) };
        Assert.Equal(41, Minutes(Forecast.Of(limited, Ten, story.Now)!.Total));
    }

    [Fact]
    public void What_failed_and_what_needs_it_takes_no_time()
    {
        var story = Story.Of("1A", "1B", "2A").Begins();
        var failed = story.State with { Milestones = story.State.Milestones.With(0, story.State.Milestones[0] with { Phase = new Phase.Failed("x", "x") }) };
        Assert.Equal("1B@0/1", Shown(Forecast.Of(failed, Ten, story.Now)!));
    }

    [Fact]
    public void What_is_being_merged_is_not_merged_twice()
    {
        var story = Story.Of("1A", "1B needs").Begins();
        var accepted = story.State.Milestones.With(0, story.State.Milestones[0] with { Phase = new Phase.Accepted("tip") }).With(1, story.State.Milestones[1] with { Phase = new Phase.Failed("x", "x") });
        var merging = story.State with { Milestones = accepted, Integration = new Integration.Building(new Ticket(99), [new BatchItem(Sketch.Id("1A"), "tip")]) };
        Assert.Equal(1, Minutes(Forecast.Of(merging, Ten, story.Now)!.Total));
    }

    [Fact]
    public void A_run_that_ended_or_is_to_stop_has_no_estimated_end()
    {
        var story = Story.Of("1A").Begins();
        Assert.Null(Forecast.Of(story.State with { Final = new Final.Completed() }, Ten, story.Now));
        Assert.Null(Forecast.Of(story.State with { Stop = new StopRequest(Urgency.Drain, "operator", "x") }, Ten, story.Now));
    }

    [Fact]
    public void A_thousand_milestones_are_forecast_at_once()
    {
        var plan = new Plan(Enumerable.Range(0, 1000).Select(i => new Milestone(Sketch.Id($"{1 + (i / 500)}{(char)('A' + (i % 500 / 26))}{(char)('A' + (i % 26))}"), "", "", i < 500 ? default : Enumerable.Range(0, 500).Select(n => Sketch.Id($"1{(char)('A' + (n / 26))}{(char)('A' + (n % 26))}")).ToItems())).ToItems());
        var begun = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.Equal(1000, Forecast.Of(plan, 4, Ten).Milestones.Count);
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(20)); // a moment; one that is cubic takes minutes
    }

    [Fact]
    public void Without_earlier_runs_the_pace_is_an_assumption()
    {
        Assert.Equal(Pace.Assumed, Pace.Of([]));
        Assert.Equal(Pace.Assumed, Pace.Of([Story.Of("1A").Begins().Chronicle]));
        Assert.Equal(0, Pace.Assumed.Measured);
    }

    [Fact]
    public void The_pace_is_the_median_of_earlier_milestones_without_their_waits()
    {
        var at = Story.Start;
        Dossier Took(string id, int minutes, int waited, decimal cost) => new(Sketch.Id(id))
        {
            Turns = [new TurnRecord(new Ticket(1), Role.Implement, default, 1, 0, at, at.AddMinutes(minutes), Usage: new Usage(cost, 1, 1))],
            Commits = [new CommitRecord(at.AddMinutes(minutes), Role.Implement, 1, 0, "c", 1)],
            Waits = [new Wait(WaitKind.Limit, at.AddMinutes(1), at.AddMinutes(1 + waited), ""), new Wait(WaitKind.Merge, at.AddMinutes(minutes + 2), null, "")],
        };
        var unfinished = new Dossier(Sketch.Id("1D")) { Turns = [new TurnRecord(new Ticket(1), Role.Implement, default, 1, 0, at)] };
        var pace = Pace.Of([new Chronicle(new Paged<Dossier>([Took("1A", 8, 0, 1), Took("1B", 70, 60, 2), Took("1C", 300, 0, 6), unfinished])) { Candidates = [new CandidateRecord(at, "", "c", default, default, false) { End = CandidateEnd.Landed, Ended = at.AddMinutes(3) }] }]);
        Assert.Equal(new Pace(TimeSpan.FromMinutes(12), TimeSpan.FromMinutes(2), TimeSpan.Zero, TimeSpan.FromMinutes(3), 3, 3m), pace);
    }
}
