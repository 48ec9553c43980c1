using Orchestrator.Engine.Ports;

namespace Orchestrator.Engine.Tests.Running;

/// <summary>Writes of which only the last one counts.</summary>
public sealed class SparingTests
{
    [Fact]
    public void A_short_write_is_done_at_once()
    {
        var sparing = new Sparing();
        var written = new List<int>();
        sparing.Show(() => written.Add(1), last: false);
        sparing.Show(() => written.Add(2), last: true);
        Assert.Equal([1, 2], written);
    }

    [Fact]
    public async Task After_a_long_one_the_newest_alone_follows_though_nothing_more_comes()
    {
        var sparing = new Sparing();
        var written = new List<int>();
        var followed = new TaskCompletionSource();
        sparing.Show(() => Long(() => written.Add(1)), last: false);
        sparing.Show(() => written.Add(2), last: false);
        sparing.Show(
            () =>
            {
                written.Add(3);
                followed.SetResult();
            },
            last: false);
        Assert.Equal([1], written);
        await followed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal([1, 3], written);
    }

    [Fact]
    public void The_last_one_waits_for_no_rest()
    {
        var sparing = new Sparing();
        var written = new List<int>();
        sparing.Show(() => Long(() => written.Add(1)), last: false);
        sparing.Show(() => written.Add(2), last: false);
        sparing.Show(() => written.Add(3), last: true);
        Assert.Equal([1, 3], written);
    }

    /// <summary>Takes as long as the list of a plan of thousands.</summary>
    private static void Long(Action write)
    {
        for (var begin = Environment.TickCount64; Environment.TickCount64 - begin < 50;)
        {
            Thread.SpinWait(1000);
        }

        write();
    }
}
