using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Ports;
using Orchestrator.Engine.Running;
using Xunit;

namespace Orchestrator.Engine.Tests.Running;

public sealed class LoopTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;

    [Fact]
    public async Task A_timer_that_rings_too_early_is_set_again()
    {
        using var journal = RunJournal.OpenToWrite(Path.Combine(_folder, "journal.db"), DateTimeOffset.UnixEpoch);
        var hands = new PlayedHands { LimitOnce = TimeSpan.FromMilliseconds(1) };
        var loop = new RunLoop(journal, hands, [], new HastyClock(), _ => { });

        var state = await loop.RunAsync(new RunId("r"), null, Start).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.IsType<Final.Completed>(state.Final);
        Assert.Equal(state, journal.Reader.StateOf(new RunId("r")));
    }

    [Fact]
    public async Task A_broken_observer_leaves_the_run_alone_and_is_reported()
    {
        using var journal = RunJournal.OpenToWrite(Path.Combine(_folder, "journal.db"), DateTimeOffset.UnixEpoch);
        var reports = new List<string>();
        var loop = new RunLoop(journal, new PlayedHands(), [new BrokenObserver()], TimeProvider.System, reports.Add);

        var state = await loop.RunAsync(new RunId("r"), null, Start).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.IsType<Final.Completed>(state.Final);
        Assert.Contains("BrokenObserver failed: no", reports);
    }

    [Fact]
    public async Task Hands_that_throw_answer_with_a_failure_instead_of_silence()
    {
        using var journal = RunJournal.OpenToWrite(Path.Combine(_folder, "journal.db"), DateTimeOffset.UnixEpoch);
        var loop = new RunLoop(journal, new PlayedHands { Throws = true }, [], new HastyClock(), _ => { });
        var stop = new Event.StopAsked(new StopRequest(Urgency.Drain, "test", "enough"));
        loop.Tell(stop);

        var state = await loop.RunAsync(new RunId("r"), null, Start).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.IsType<Final.Stopped>(state.Final);
        Assert.Contains(journal.Reader.Read(new RunId("r")), e => e.Fact is Event.OrderFailed { Code: "bug" });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Event.RunStarted Start => new(
        new RunId("r"), [new Milestone(MilestoneId.Parse("1A"), "A", "h", [])], new Policy(Review: ReviewLevel.None), "refs/heads/main", "base", [], []);

    /// <summary>Everything succeeds, at once; the first turn may meet a limit.</summary>
    private sealed class PlayedHands : IHands
    {
        private int _turns;

        public TimeSpan? LimitOnce { get; init; }

        public bool Throws { get; init; }

        public void Hold(IReadOnlyCollection<Ticket> turns)
        {
        }

        public Task<Event?> CarryOutAsync(Order order, CancellationToken cancellation) => Throws ? throw new InvalidOperationException("broken") : Task.FromResult<Event?>(order switch
        {
            Order.Prepare o => new Event.WorktreeReady(o.Ticket, "base", null),
            Order.RunTurn o => new Event.TurnFinished(o.Ticket, LimitOnce is { } wait && _turns++ == 0 ? new TurnOutcome.Limited(HastyClock.Begin + wait, "limit") : new TurnOutcome.Completed("done"), default),
            Order.Commit o => new Event.WorkCommitted(o.Ticket, "work", 1),
            Order.RunGates o => new Event.GateFinished(o.Ticket, []),
            Order.BuildCandidate o => new Event.CandidateBuilt(o.Ticket, "base", "base", "candidate", [MilestoneId.Parse("1A")], []),
            Order.TestCandidate o => new Event.GateFinished(o.Ticket, []),
            Order.Publish o => new Event.Published(o.Ticket, o.Candidate, null, Proof.Whole),
            _ => null,
        });
    }

    private sealed class BrokenObserver : IObserver
    {
        public void Saw(Event fact, RunState state, DateTimeOffset at) => throw new InvalidOperationException("no");
    }

    /// <summary>A clock whose timers ring at once, each a little before its time; only ringing moves it.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long _milliseconds;

        public static DateTimeOffset Begin { get; } = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Begin.AddMilliseconds(Interlocked.Read(ref _milliseconds) / 2.0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Add(ref _milliseconds, Math.Max(1, (long)(dueTime.TotalMilliseconds * 2) - 1));
            ThreadPool.QueueUserWorkItem(_ => callback(state));
            return new NoTimer();
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
