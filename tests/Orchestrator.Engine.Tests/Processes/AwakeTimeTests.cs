using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Processes;

public sealed class AwakeTimeTests
{
    [Fact]
    public void Looks_at_the_rhythm_add_up_to_the_time_that_passed()
    {
        var clock = new HandClock();
        var awake = new AwakeTime(clock);
        for (var i = 0; i < 60; i++)
        {
            clock.Pass(1.1);
            awake.Look();
        }

        Assert.Equal(66, awake.Elapsed.TotalSeconds, 3);
    }

    [Fact]
    public void Time_that_is_passed_over_counts_nothing()
    {
        var clock = new HandClock();
        var awake = new AwakeTime(clock);
        for (var i = 0; i < 60; i++)
        {
            clock.Pass(1);
            awake.Pass();
        }

        clock.Pass(1);
        Assert.Equal(1, awake.Look().TotalSeconds);
    }

    [Fact]
    public void An_hour_in_which_nobody_looked_counts_next_to_nothing()
    {
        var clock = new HandClock();
        var awake = new AwakeTime(clock);
        clock.Pass(1);
        awake.Look();
        clock.Pass(3600);
        Assert.InRange(awake.Look().TotalSeconds, 1, 3);
    }
}
