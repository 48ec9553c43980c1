using Orchestrator.Core.Capacity;
using Orchestrator.Engine.Logs;

namespace Orchestrator.Engine.Tests.Logs;

public sealed class MachineSeriesTests
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_week_is_told_whole_with_no_more_samples_than_a_day()
    {
        var series = new MachineSeries();
        for (var i = 0; i < 7 * 86_400 / 2; i++)
        {
            series.Add(Begin.AddSeconds(2 * i), new MachineSample { Load = i });
        }

        var all = series.All();
        Assert.InRange(all.Count, 1000, 2000);
        Assert.Equal(Begin, all[0].At);
        Assert.True(Begin.AddDays(7) - all[^1].At < series.Interval + TimeSpan.FromSeconds(2));
        Assert.All(all.Zip(all.Skip(1)), pair => Assert.InRange(pair.Second.At - pair.First.At, series.Interval / 2, series.Interval * 2));
    }

    [Fact]
    public void A_clock_that_is_set_back_stops_nothing()
    {
        var series = new MachineSeries();
        series.Add(Begin, new MachineSample());
        series.Add(Begin.AddSeconds(1), new MachineSample());
        series.Add(Begin.AddDays(-1), new MachineSample());
        Assert.Equal(2, series.All().Count);
    }
}
