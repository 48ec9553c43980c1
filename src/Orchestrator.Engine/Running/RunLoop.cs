using System.Threading.Channels;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Ports;

namespace Orchestrator.Engine.Running;

/// <summary>
/// The one thread that decides: take facts from the inbox, journal them durably, decide, hand out the orders. Facts that
/// have come together are journalled together and decided one by one. Nothing waits for those who only watch.
/// </summary>
public sealed class RunLoop(RunJournal journal, IHands hands, IReadOnlyList<IObserver> observers, TimeProvider time, Action<string> report)
{
    private const int MostAtOnce = 64;
    private static readonly TimeSpan RefusedAgain = TimeSpan.FromSeconds(2);
    private readonly TaskCompletionSource _stopAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RunState? _latest;
    private readonly Channel<Event> _inbox = Channel.CreateUnbounded<Event>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>The state that the orders handed out last come from; null before the first. From any thread.</summary>
    public RunState? Latest => _latest;

    /// <summary>Brings a fact in from outside: a signal, a reading of the machine. From any thread.</summary>
    public void Tell(Event fact)
    {
        if (fact is Event.StopAsked)
        {
            _stopAsked.TrySetResult();
        }

        _inbox.Writer.TryWrite(fact);
    }

    /// <summary>Runs until the run is final and nothing is under way any more.</summary>
    /// <param name="run">The run.</param>
    /// <param name="state">Its state so far; null for a new one.</param>
    /// <param name="first">The fact to begin with: that it started, or that it goes on.</param>
    /// <returns>The final state.</returns>
    /// <exception cref="JournalException">The journal is damaged, or the disk refuses it and somebody asked to stop meanwhile.</exception>
    public async Task<RunState> RunAsync(RunId run, RunState? state, Event first)
    {
        var gallery = new Gallery(observers, report);
        await using var seated = gallery.ConfigureAwait(false);
        var dispatch = new Dispatch(hands, _inbox.Writer, time, report);
        await using (dispatch.ConfigureAwait(false))
        {
            var batch = new List<Entry> { Stamp(first) };
            var states = new List<RunState>();
            while (true)
            {
                await AppendAsync(run, batch).ConfigureAwait(false);
                IReadOnlyList<Order> orders = [];
                for (var i = 0; i < batch.Count; i++)
                {
                    var (fact, at) = batch[i];
                    if (i < batch.Count - 1)
                    {
                        state = Conductor.Fold(state, fact, at); // only the orders of the latest state are handed out
                    }
                    else
                    {
                        (state, orders) = Conductor.Decide(state, fact, at);
                    }

                    states.Add(state);
                }

                _latest = state;
                dispatch.HandOut(orders);
                for (var i = 0; i < batch.Count; i++)
                {
                    await gallery.ShowAsync(batch[i], states[i]).ConfigureAwait(false);
                }

                states.Clear();
                if (state!.Final is not null)
                {
                    return state;
                }

                batch.Clear();
                batch.Add(Stamp(await _inbox.Reader.ReadAsync().ConfigureAwait(false)));
                while (batch.Count < MostAtOnce && _inbox.Reader.TryRead(out var more))
                {
                    batch.Add(Stamp(more));
                }
            }
        }
    }

    /// <summary>
    /// Nothing may follow from a fact that is not safe. While the disk refuses, what is under way goes on, nothing new
    /// is begun, and the same facts are offered again until there is room.
    /// </summary>
    private async Task AppendAsync(RunId run, List<Entry> batch)
    {
        for (var refused = false; ; refused = true)
        {
            try
            {
                journal.Append(run, batch);
                if (refused)
                {
                    report("The journal can be written again; the run goes on.");
                }

                return;
            }
            catch (JournalException e) when (e.Trouble == JournalTrouble.Refused && !_stopAsked.Task.IsCompleted)
            {
                if (!refused)
                {
                    report($"{e.Message} Nothing new is begun until it can be written; make room on the disk, or press Ctrl-C.");
                }

                await Task.WhenAny(Task.Delay(RefusedAgain, time), _stopAsked.Task).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whole milliseconds, as the journal keeps them, so that a replay sees the very same time.</summary>
    private Entry Stamp(Event fact) => new(fact, DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()));
}
