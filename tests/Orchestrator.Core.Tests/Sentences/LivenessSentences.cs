using Orchestrator.Core.Agents;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>Whether an agent is alive, judged by all its signs.</summary>
public sealed class LivenessSentences
{
    private static readonly LivenessLimits Limits = new(Idle: Minutes(15), Wall: Minutes(240), ResultGrace: TimeSpan.FromSeconds(30));

    /// <summary>An agent that has shown nothing for a long time, and has begun before that.</summary>
    private static readonly TurnSigns Still = new(SinceBegin: Minutes(60), SinceStream: Minutes(30), SinceCpu: Minutes(30), SinceChange: Minutes(30));

    private static readonly TurnSigns Lively = Still with { SinceStream = TimeSpan.FromSeconds(1) };

    private static TimeSpan Minutes(double minutes) => TimeSpan.FromMinutes(minutes);

    private static Life Judge(TurnSigns signs) => Liveness.Judge(signs, Limits);

    private static LifeAction ActionOf(TurnSigns signs) => Liveness.ActionOf(Judge(signs), Limits);

    [Fact]
    public void One_that_just_printed_works() => Assert.Equal(Life.Working, Judge(Lively));

    [Fact]
    public void One_that_is_still_for_a_while_thinks() => Assert.Equal(Life.Thinking, Judge(Still with { SinceStream = Minutes(14.9) }));

    [Fact]
    public void One_whose_tool_runs_is_running_a_tool() => Assert.Equal(Life.RunningTool, Judge(Lively with { ToolPending = true, ToolRuns = true }));

    [Fact]
    public void A_tool_that_computes_for_hours_and_prints_nothing_is_left_alone() =>
        Assert.Equal(Life.RunningTool, Judge(Still with { SinceCpu = Minutes(0.3), ToolPending = true, ToolRuns = true }));

    [Fact]
    public void A_tool_that_only_writes_files_is_left_alone() =>
        Assert.Equal(Life.RunningTool, Judge(Still with { SinceChange = Minutes(5), ToolPending = true, ToolRuns = true }));

    [Fact]
    public void One_without_any_sign_of_life_is_hung_and_goes_on_in_the_same_conversation_without_spending_an_attempt()
    {
        Assert.Equal(Life.Hung, Judge(Still));
        Assert.True(ActionOf(Still) is { Stops: true, Why: { Kind: FailureKind.Transient, Code: "agent.hung" } });
    }

    [Fact]
    public void One_whose_tool_sleeps_without_any_sign_of_life_is_hung() => Assert.Equal(Life.Hung, Judge(Still with { ToolPending = true, ToolRuns = true }));

    [Fact]
    public void A_called_tool_for_which_nothing_runs_waits_for_a_permission_and_that_spends_an_attempt()
    {
        var parked = Still with { ToolPending = true };
        Assert.Equal(Life.PromptParked, Judge(parked));
        Assert.True(ActionOf(parked) is { Stops: true, Why: { Kind: FailureKind.Attempt, Code: "agent.prompt" } });
    }

    [Fact]
    public void A_called_tool_for_which_nothing_runs_yet_is_given_its_time() => Assert.Equal(Life.Working, Judge(Still with { ToolPending = true, SinceStream = Minutes(14) }));

    [Fact]
    public void The_idle_limit_is_reached_when_the_last_of_the_signs_is_that_old()
    {
        var signs = Still with { SinceStream = Minutes(15), SinceCpu = Minutes(15), SinceChange = Minutes(15) };
        Assert.Equal(Life.Hung, Judge(signs));
        foreach (var alive in new[] { signs with { SinceStream = Minutes(14.99) }, signs with { SinceCpu = Minutes(14.99) }, signs with { SinceChange = Minutes(14.99) } })
        {
            Assert.Equal(Life.Thinking, Judge(alive));
        }
    }

    [Fact]
    public void While_the_provider_refuses_nobody_is_hung()
    {
        Assert.Equal(Life.Limited, Judge(Still with { Refused = true }));
        Assert.Equal(Life.Limited, Judge(Still with { Refused = true, ToolPending = true }));
        Assert.False(ActionOf(Still with { Refused = true }).Stops);
    }

    [Fact]
    public void No_turn_takes_longer_than_the_wall_limit_however_lively_it_is()
    {
        foreach (var signs in new[] { Lively, Still, Lively with { ToolPending = true, ToolRuns = true }, Still with { Refused = true } })
        {
            Assert.Equal(Life.OverTime, Judge(signs with { SinceBegin = Minutes(240) }));
        }

        Assert.True(ActionOf(Lively with { SinceBegin = Minutes(240) }) is { Stops: true, Why: { Kind: FailureKind.Attempt, Code: "agent.timeout" } });
    }

    [Fact]
    public void One_that_gave_its_result_and_stays_is_ended_after_the_grace_and_the_result_counts()
    {
        var done = Lively with { SinceStream = TimeSpan.FromSeconds(29), SinceResult = TimeSpan.FromSeconds(29) };
        Assert.False(ActionOf(done).Stops);
        var stays = done with { SinceStream = TimeSpan.FromSeconds(30), SinceResult = TimeSpan.FromSeconds(30) };
        Assert.Equal(Life.DoneButAlive, Judge(stays));
        Assert.Equal(new LifeAction(true, null), ActionOf(stays));
    }

    [Fact]
    public void One_that_still_prints_after_a_result_may_give_another() =>
        Assert.False(ActionOf(Lively with { SinceResult = Minutes(5) }).Stops);

    [Fact]
    public void At_the_wall_limit_a_result_still_counts() =>
        Assert.Equal(new LifeAction(true, null), ActionOf(Lively with { SinceBegin = Minutes(240), SinceResult = TimeSpan.Zero }));

    [Fact]
    public void A_result_counts_although_the_agent_then_lies_still_for_longer_than_the_idle_limit() =>
        Assert.Equal(Life.DoneButAlive, Judge(Still with { SinceResult = Minutes(30), ToolPending = true }));

    [Fact]
    public void Each_state_has_its_action() => Assert.Equal(
        ["Working", "Thinking", "RunningTool", "Limited", "PromptParked stops agent.prompt", "Hung stops agent.hung", "DoneButAlive stops ", "OverTime stops agent.timeout"],
        Enum.GetValues<Life>().Select(life => Liveness.ActionOf(life, Limits) is { Stops: true } action ? $"{life} stops {action.Why?.Code}" : life.ToString()));

    [Theory]
    [InlineData(90, "The agent showed no sign of life for 90 seconds.")]
    [InlineData(900, "The agent showed no sign of life for 15 minutes.")]
    public void The_time_is_said_in_words(int seconds, string words) =>
        Assert.Equal(words, Liveness.ActionOf(Life.Hung, Limits with { Idle = TimeSpan.FromSeconds(seconds) }).Why!.Message);
}
