using System.Threading.Channels;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Ports;

namespace Orchestrator.Engine.Running;

/// <summary>
/// Where the observers sit. They see each fact with the state it led to, one after the other, in order; whoever decides
/// waits for them at the end, and when they are far behind. What one of them throws is reported and goes no further.
/// </summary>
internal sealed class Gallery : IAsyncDisposable
{
    // Each holds on to a state.
    private const int MostBehind = 64;

    private readonly Channel<(Entry Entry, RunState State)> _shown = Channel.CreateBounded<(Entry, RunState)>(new BoundedChannelOptions(MostBehind) { SingleReader = true, SingleWriter = true });
    private readonly IReadOnlyList<IObserver> _observers;
    private readonly Action<string> _report;
    private readonly Task _looking;

    public Gallery(IReadOnlyList<IObserver> observers, Action<string> report)
    {
        (_observers, _report) = (observers, report);
        _looking = Task.Run(LookAsync);
    }

    /// <summary>Shows them a fact. Returns at once, unless they are far behind.</summary>
    public ValueTask ShowAsync(Entry entry, RunState state) => _shown.Writer.WriteAsync((entry, state));

    /// <summary>Waits until they have seen all.</summary>
    public async ValueTask DisposeAsync()
    {
        _shown.Writer.Complete();
        await _looking.ConfigureAwait(false);
    }

    private async Task LookAsync()
    {
        await foreach (var ((fact, at), state) in _shown.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            foreach (var observer in _observers)
            {
                try
                {
                    observer.Saw(fact, state, at);
                }
                catch (Exception e)
                {
                    _report($"{observer.GetType().Name} failed: {e.Message}");
                }
            }
        }
    }
}
