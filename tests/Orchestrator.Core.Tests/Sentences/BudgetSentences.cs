using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>What may be spent, and what was.</summary>
public sealed class BudgetSentences
{
    private static Policy Run(decimal usd, int parallel = 4) => new(MaxParallel: parallel, Budget: new Budget(Run: new Cap(usd)));

    [Fact]
    public void Turns_side_by_side_share_what_is_left_and_never_get_the_same_dollar_twice()
    {
        var story = Story.Of("1A", "1B", "1C").Under(Run(9)).Begins().Ready("1A").Ready("1B").Ready("1C");
        Assert.Equal((3m, 3m, 3m), (story.Brief("1A").Cap.Usd, story.Brief("1B").Cap.Usd, story.Brief("1C").Cap.Usd));
    }

    [Fact]
    public void What_a_turn_does_not_use_comes_back()
    {
        var story = Story.Of("1A", "1B").Under(Run(10, parallel: 2)).Begins().Ready("1A").Ready("1B").Completes("1A", cost: 1).Commits("1A");
        Assert.Equal(4, story.Brief("1A").Cap.Usd); // 10 less 1 spent and 5 set aside for 1B
    }

    [Fact]
    public void A_turn_that_used_up_its_share_goes_on_in_its_conversation_when_there_is_more()
    {
        var story = Story.Of("1A", "1B").Under(Run(10, parallel: 2)).Begins().Ready("1A").Ready("1B").Completes("1B", cost: 1).Commits("1B").Approved("1B").Gates("1B");
        var session = story.Brief("1A").Session;
        story.Ends("1A", new TurnOutcome.Spent("spent"), cost: 5).Expect("1A: implementing");
        Assert.Equal((session, Ask.GoOn, 1, 4m), (story.Brief("1A").Session, story.Brief("1A").Ask, story.Of("1A").Attempt, story.Brief("1A").Cap.Usd));
    }

    [Fact]
    public void While_the_rest_is_set_aside_for_others_a_turn_waits_for_it() =>
        Story.Of("1A", "1B").Under(Run(10, parallel: 2)).Begins().Ready("1A").Ready("1B")
            .Ends("1A", new TurnOutcome.Spent("spent"), cost: 5).Expect("1A: parked Budget", "1B: implementing")
            .Completes("1B", cost: 1).Expect("1A: implementing");

    [Fact]
    public void When_the_budget_of_the_run_is_spent_it_stops_and_says_so_and_goes_on_when_there_is_more()
    {
        var story = Story.Of("1A").Under(Run(2)).Begins().Ready("1A").Ends("1A", new TurnOutcome.Spent("spent"), cost: 2.05m).Ends<Final.Stopped>();
        Assert.Equal(("budget.run", 1), (((Final.Stopped)story.State.Final!).Code, story.Of("1A").Attempt));
        Assert.Contains("2 USD", ((Final.Stopped)story.State.Final!).Message, StringComparison.Ordinal);
        story.Resumes().Ends<Final.Stopped>();
        story.Resumes(Run(5)).Expect("1A: implementing");
        Assert.Equal(2.95m, story.Brief("1A").Cap.Usd);
    }

    [Fact]
    public void The_budget_of_a_stage_binds_that_stage_alone()
    {
        var policy = new Policy(Budget: new Budget(Stage: new Cap(2)));
        var story = Story.Of("1A", "2A").Under(policy).Begins().Ready("1A").Completes("1A", cost: 1.5m).Commits("1A").Approved("1A").Gates("1A").Lands().Ready("2A");
        Assert.Equal(2, story.Brief("2A").Cap.Usd);
    }

    [Fact]
    public void Tokens_are_bounded_like_dollars()
    {
        var story = Story.Of("1A").Under(new Policy(Budget: new Budget(Milestone: new Cap(Tokens: 1000)))).Begins().Ready("1A");
        Assert.Equal(new Cap(Tokens: 1000), story.Brief("1A").Cap);
        story.Happens(new Event.TurnFinished(story.Given<Order.RunTurn>("1A").Ticket, new TurnOutcome.Spent("spent"), new Usage(0, 900, 200))).Expect("1A: failed budget.milestone");
    }

    [Fact]
    public void A_share_that_is_used_up_again_and_again_without_a_cent_on_the_bill_spends_an_attempt()
    {
        var story = Story.Of("1A").Under(Run(2) with { Redeliveries = 2 }).Begins().Ready("1A");
        for (var i = 0; i < 3; i++)
        {
            story.Ends("1A", new TurnOutcome.Spent("spent"));
        }

        Assert.Equal(2, story.Of("1A").Attempt);
    }

    [Fact]
    public void With_a_budget_a_turn_whose_use_cannot_be_read_stops_the_run()
    {
        var story = Story.Of("1A").Under(Run(2)).Begins().Ready("1A");
        story.Happens(new Event.TurnFinished(story.Given<Order.RunTurn>("1A").Ticket, new TurnOutcome.Completed("done"), default, default, Metered: false));
        Assert.Equal("budget.unreadable", story.State.Stop!.Code);
        story.Commits("1A").Ends<Final.Stopped>(); // its work is made safe first
    }

    [Fact]
    public void Without_a_budget_it_goes_on()
    {
        var story = Story.Of("1A").Begins().Ready("1A");
        story.Happens(new Event.TurnFinished(story.Given<Order.RunTurn>("1A").Ticket, new TurnOutcome.Completed("done"), default, default, Metered: false)).Expect("1A: committing");
    }

    [Fact]
    public void What_a_stopped_turn_used_is_read_before_the_run_ends_and_counted_once()
    {
        var story = new Story(Sketch.Plan("1A")) { Meters = false }.Begins().Ready("1A").Asked(Urgency.Stop);
        Assert.Null(story.State.Final);
        var meter = Assert.Single(story.Orders.OfType<Order.Meter>());
        story.Happens(new Event.TurnMetered(meter.Ticket, new Usage(0.5m, 10, 1), [new ModelUsage("opus", new Usage(0.5m, 10, 1))])).Ends<Final.Stopped>();
        story.HappensAgain();
        Assert.Equal((0.5m, 0.5m), (story.State.Usage.CostUsd, story.Of("1A").Usage.CostUsd));
        Assert.Equal(new Spending(Sketch.Id("1A"), Role.Implement, "opus", new Usage(0.5m, 10, 1)), Assert.Single(story.State.Ledger));
    }

    [Fact]
    public void What_a_turn_used_that_died_with_the_program_is_read_after_the_restart()
    {
        var story = new Story(Sketch.Plan("1A")) { Meters = false }.Begins().Ready("1A");
        var turn = story.Given<Order.RunTurn>("1A").Ticket;
        Assert.Equal(turn, Assert.Single(story.Resumes().Orders.OfType<Order.Meter>()).Turn);
        story.Expect("1A: implementing");
    }

    [Fact]
    public void With_a_budget_nothing_begins_before_it_is_read()
    {
        var story = new Story(Sketch.Plan("1A")) { Meters = false }.Under(Run(2)).Begins().Ready("1A").Resumes().Expect("1A: parked Interrupted");
        story.Happens(new Event.TurnMetered(Assert.Single(story.Orders.OfType<Order.Meter>()).Ticket, new Usage(0.5m, 0, 0), default)).Expect("1A: implementing");
        Assert.Equal(1.5m, story.Brief("1A").Cap.Usd);
    }

    [Fact]
    public void When_that_cannot_be_read_and_money_is_bounded_the_run_stops()
    {
        var story = new Story(Sketch.Plan("1A")) { Meters = false }.Under(Run(2)).Begins().Ready("1A").Asked(Urgency.Drain).Resumes();
        story.Happens(new Event.OrderFailed(Assert.Single(story.Orders.OfType<Order.Meter>()).Ticket, FailureKind.Transient, "hands", "no such file"));
        Assert.Equal("budget.unreadable", story.State.Stop!.Code);
    }

    [Fact]
    public void The_first_turn_goes_a_little_ahead_and_fills_the_cache_for_the_others() =>
        Story.Of("1A", "1B", "1C").Under(new Policy(HeadStart: TimeSpan.FromSeconds(10))).Begins().Ready("1A").Ready("1B").Ready("1C")
            .Expect("1A: implementing", "1B: parked HeadStart", "1C: parked HeadStart")
            .Answers("1A").Expect("1A: implementing", "1B: implementing", "1C: implementing");

    [Fact]
    public void But_not_longer_than_its_head_start()
    {
        var story = Story.Of("1A", "1B", "1C").Under(new Policy(HeadStart: TimeSpan.FromSeconds(10))).Begins().Ready("1A").Ready("1B").Ready("1C").Wakes().Expect("1B: implementing", "1C: implementing");
        Assert.Equal(Story.Start.AddSeconds(10), story.Now);
    }

    [Fact]
    public void A_waiting_one_keeps_its_slot() =>
        Story.Of("1A", "1B", "1C").Under(new Policy(MaxParallel: 2, HeadStart: TimeSpan.FromSeconds(10))).Begins().Ready("1A").Ready("1B").Expect("1B: parked HeadStart", "1C: waiting");

    [Fact]
    public void While_the_cache_is_warm_nobody_waits_and_another_model_has_another_cache() =>
        Story.Of("1A", "1B", "1C model opus", "1D model opus").Under(new Policy(HeadStart: TimeSpan.FromSeconds(10))).Begins().Ready("1A").Answers("1A").Ready("1B").Expect("1B: implementing")
            .Ready("1C").Ready("1D").Expect("1C: implementing", "1D: parked HeadStart");
}
