using System.Collections.Concurrent;
using System.Diagnostics;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Notices;

namespace Orchestrator.Engine.Tests.Notices;

public sealed class NoticeObserverTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 23, 22, 0, 0, TimeSpan.Zero);
    private static readonly NoticeWishes All = new(NoticeTopics.All, TimeSpan.FromMinutes(30), _ => "later");

    private readonly ConcurrentQueue<string> _sent = new();
    private readonly ConcurrentQueue<string> _said = new();

    private NoticeObserver Observer(Func<Message, CancellationToken, Task<string?>> send, TimeSpan? patience = null) =>
        new(new RunId("r"), "/repo", null, All, [new NoticeSender("test", send)], _said.Enqueue, patience);

    private Task<string?> Sent(Message message)
    {
        _sent.Enqueue(message.Notice.Text.Split('.')[0]);
        return Task.FromResult<string?>(null);
    }

    private static void Alarm(NoticeObserver observer, int number) => observer.Alarm($"alarm {number}", At);

    [Fact]
    public async Task What_a_fact_leads_to_is_sent_in_its_order_before_the_end()
    {
        var start = new Event.RunStarted(new RunId("r"), [new Milestone(MilestoneId.Parse("1A"), "A", "h", [])], new Policy(), "refs/heads/main", "base", [], []);
        var state = Conductor.Fold(null, start, At);
        var stopped = state with { Final = new Final.Stopped("agent.login", "Not logged in") };
        await using (var observer = Observer((message, _) => Sent(message)))
        {
            Alarm(observer, 1);
            observer.Saw(start, state, At);
            observer.Saw(new Event.Woke(), stopped, At);
            observer.Saw(new Event.Woke(), stopped, At);
        }

        Assert.Equal(["alarm 1", "Run r has stopped (agent"], _sent);
        Assert.Empty(_said);
    }

    [Fact]
    public async Task A_way_that_hangs_holds_nobody_up_and_the_end_only_for_a_while()
    {
        var watch = Stopwatch.StartNew();
        var observer = Observer(async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return null;
        }, TimeSpan.FromMilliseconds(200));
        Alarm(observer, 1);
        Alarm(observer, 2);

        await observer.DisposeAsync();

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
        Assert.Equal(["no notice by test: the run is over, and it did not go out in time"], _said);
    }

    [Fact]
    public async Task A_way_that_does_not_even_hear_is_left_behind()
    {
        var never = new TaskCompletionSource<string?>();
        var observer = Observer((_, _) => never.Task, TimeSpan.FromMilliseconds(1));
        Alarm(observer, 1);
        await observer.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Single(_said);
    }

    [Fact]
    public async Task What_waits_behind_a_way_that_hangs_still_goes_out_at_the_end()
    {
        var first = true;
        var observer = Observer(async (message, cancellation) =>
        {
            if (first)
            {
                first = false;
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            cancellation.ThrowIfCancellationRequested();
            return await Sent(message);
        }, TimeSpan.FromSeconds(2));
        Alarm(observer, 1);
        Alarm(observer, 2);
        Alarm(observer, 3);
        await observer.DisposeAsync();
        Assert.Equal(["alarm 2", "alarm 3"], _sent);
    }

    [Fact]
    public async Task Trouble_is_said_once_until_one_gets_through()
    {
        var answers = new Queue<string?>(["down", "down", null, "down again"]);
        await using (var observer = Observer((_, _) => Task.FromResult(answers.Dequeue())))
        {
            for (var i = 1; i <= 4; i++)
            {
                Alarm(observer, i);
            }
        }

        Assert.Equal(["no notice by test: down", "no notice by test: down again"], _said);
    }

    [Fact]
    public async Task A_way_that_throws_fails_nothing_and_its_words_stay_out()
    {
        await using (var observer = Observer((_, _) => throw new InvalidOperationException("https://secret")))
        {
            Alarm(observer, 1);
        }

        Assert.Equal(["no notice by test: InvalidOperationException"], _said);
    }

    [Fact]
    public async Task When_too_many_wait_the_oldest_goes()
    {
        var held = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        var start = new Event.RunStarted(new RunId("r"), [.. Enumerable.Range(0, 40).Select(i => new Milestone(MilestoneId.Parse($"{i + 1}A"), "A", "h", []))], new Policy(), "refs/heads/main", "base", [], []);
        var state = Conductor.Fold(null, start, At);
        var observer = Observer(async (message, _) =>
        {
            begun.TrySetResult();
            await held.Task;
            return await Sent(message);
        });
        observer.Saw(start, state, At);
        for (var i = 0; i < 40; i++)
        {
            state = state with { Milestones = state.Milestones.With(i, state.Milestones[i] with { Phase = new Phase.Failed("x", "y") }) };
            observer.Saw(new Event.Woke(), state, At);
            await begun.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }

        held.SetResult();
        await observer.DisposeAsync();
        Assert.Equal(17, _sent.Count);
        Assert.Equal("40A was given up (x): y", _sent.Last());
        Assert.Equal(["no notice by test: too many wait; the oldest are dropped"], _said);
    }

    [Fact]
    public async Task The_same_alarm_is_told_once_and_many_only_for_a_while()
    {
        await using (var observer = Observer((message, _) => Sent(message)))
        {
            for (var i = 0; i < 30; i++)
            {
                Alarm(observer, i / 2);
            }
        }

        Assert.Equal(8, _sent.Count);
    }
}
