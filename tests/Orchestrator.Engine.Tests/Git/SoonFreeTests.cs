using System.Diagnostics;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Git;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>Whether to wait for a worktree or to make one.</summary>
public sealed class SoonFreeTests
{
    private static readonly MilestoneId Own = MilestoneId.Parse("2A");
    private static readonly MilestoneId One = MilestoneId.Parse("1A");
    private static readonly MilestoneId Two = MilestoneId.Parse("1B");

    private readonly SoonFree _soon = new() { Patience = TimeSpan.FromHours(1) };
    private readonly Queue<string> _free = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_stands_free_is_taken_and_what_nobody_expects_is_not_waited_for()
    {
        _free.Enqueue("pool-1");
        Assert.Equal("pool-1", await TakeAsync());
        Assert.Null(await TakeAsync());
    }

    [Fact]
    public async Task What_is_expected_is_waited_for()
    {
        _soon.Expect(One);
        var taking = TakeAsync();
        Assert.False(taking.IsCompleted);
        _free.Enqueue("pool-1");
        _soon.Settle(One);
        Assert.Equal("pool-1", await taking);
    }

    [Fact]
    public async Task Whose_milestone_goes_on_in_it_is_waited_for_no_longer()
    {
        _soon.Expect(One);
        _soon.Expect(Two);
        var taking = TakeAsync();
        _soon.Settle(One);
        Assert.False(taking.IsCompleted);
        _soon.Settle(Two);
        Assert.Null(await taking);
    }

    [Fact]
    public async Task Whatever_comes_free_is_seen_by_who_waits_for_another()
    {
        _soon.Expect(One);
        var taking = TakeAsync();
        _free.Enqueue("pool-1");
        _soon.Came();
        Assert.Equal("pool-1", await taking);
    }

    [Fact]
    public async Task Nobody_waits_for_itself()
    {
        _soon.Expect(Own);
        var taking = TakeAsync();
        Assert.True(taking.IsCompleted);
        Assert.Null(await taking);
    }

    [Fact]
    public async Task One_is_not_waited_for_by_two()
    {
        _soon.Expect(One);
        var taking = TakeAsync();
        var second = TakeAsync();
        Assert.True(second.IsCompleted);
        Assert.Null(await second);
        Assert.False(taking.IsCompleted);
        _soon.Settle(One);
        Assert.Null(await taking);
    }

    [Fact]
    public async Task The_wait_is_as_long_as_making_another_takes_and_is_not_made_twice()
    {
        _soon.Patience = TimeSpan.Zero;
        _soon.Expect(One);
        Assert.Null(await TakeAsync()); // nobody knows how long it takes

        _soon.Patience = TimeSpan.FromMilliseconds(20);
        Assert.Null(await TakeAsync());

        _soon.Patience = TimeSpan.FromHours(1);
        Assert.True(TakeAsync().IsCompleted); // it came too late once
    }

    [Fact]
    public async Task A_wait_ends_when_all_does()
    {
        using var ending = new CancellationTokenSource();
        _soon.Expect(One);
        var taking = TakeAsync(ending.Token);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
        _free.Enqueue("pool-1");
        Assert.Equal("pool-1", await TakeAsync());
    }

    private Task<string?> TakeAsync(CancellationToken? stop = null) => _soon.TakeAsync(Own, Stopwatch.GetTimestamp(), () => _free.TryDequeue(out var name) ? name : null, stop ?? Stop);
}
