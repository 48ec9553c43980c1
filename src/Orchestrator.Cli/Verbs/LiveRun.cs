using Orchestrator.Cli.Screens;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Ports;
using Orchestrator.Engine.Running;

namespace Orchestrator.Cli.Verbs;

/// <summary>
/// The live screen of a run: draws what the run's thread last showed it, a few times a second, and turns keys into
/// what the run is asked. A thread of its own, so that neither waits for the other.
/// </summary>
internal sealed class LiveRun : IObserver, IAsyncDisposable
{
    private const int MostKeys = 32;
    private static readonly TimeSpan Rhythm = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(500);

    private readonly Surroundings _around;
    private readonly string _folder;
    private readonly Canvas _canvas;
    private readonly Ink _ink;
    private RepositoryPlaces? _places;
    private AgentsNow? _agents;
    private Pace _pace = Pace.Assumed;
    private readonly LiveKeys _keys = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _drawing;
    private RunState? _state;
    private volatile bool _changed;

    /// <summary>Begins to draw when the run begins; what is wrong before that is said as ever.</summary>
    /// <param name="around">Console and clock.</param>
    /// <param name="folder">A folder in the repository.</param>
    /// <param name="ask">Whom keys ask.</param>
    public LiveRun(Surroundings around, string folder, Func<RunSession> ask)
    {
        (_around, _folder, _ink) = (around, folder, new Terminal(around.User).Ink);
        _canvas = new Canvas((InertWriter)around.Out);
        Told = new ToldLines(Tell);
        _drawing = Task.Run(() => DrawAsync(ask));
    }

    /// <summary>Takes what would otherwise be written beside the screen.</summary>
    public TextWriter Told { get; }

    /// <inheritdoc/>
    public void Saw(Event fact, RunState state, DateTimeOffset at)
    {
        if (Volatile.Read(ref _state) is null && StatusVerb.FindPlaces(_folder) is { } places)
        {
            (_places, _agents, _pace) = (places, new AgentsNow(places), Replay.PaceOf(places));
            _canvas.Open();
        }

        Volatile.Write(ref _state, state);
        _changed = true;
    }

    /// <summary>Gives the terminal back while the program sleeps, and takes it again.</summary>
    public void Sleep(bool sleeps)
    {
        if (sleeps)
        {
            _canvas.Close();
        }
        else if (_places is not null)
        {
            _canvas.Open();
            _changed = true;
        }
    }

    /// <summary>Ends the drawing and gives the terminal back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _drawing.ConfigureAwait(false);
        _canvas.Dispose();
        _end.Dispose();
    }

    private void Tell(string text)
    {
        if (_places is null)
        {
            _around.Error.WriteLine(text);
        }
        else
        {
            (_keys.Told, _changed) = (text, true);
        }
    }

    private async Task DrawAsync(Func<RunSession> ask)
    {
        using var timer = new PeriodicTimer(Rhythm, _around.Time);
        var (drawn, size) = (0L, (0, 0));
        try
        {
            while (true)
            {
                await timer.WaitForNextTickAsync(_end.Token).ConfigureAwait(false);
                if (Volatile.Read(ref _state) is not { } state || _places is null)
                {
                    continue;
                }

                for (var i = 0; i < MostKeys && Terminal.Key() is { } key; i++)
                {
                    _keys.Press(key, state, ask());
                    _changed = true;
                }

                var room = (Terminal.Width ?? 80, Terminal.Height);
                if (_changed || room != size || _around.Time.GetElapsedTime(drawn) > Again)
                {
                    _changed = false;
                    (drawn, size) = (_around.Time.GetTimestamp(), room);
                    _canvas.Draw(Frame(state, room.Item1, room.Item2));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    private IReadOnlyList<string> Frame(RunState state, int width, int height)
    {
        var (at, zone) = (_around.Time.GetUtcNow(), _around.Time.LocalTimeZone);
        _keys.Settle(state);
        return _keys.Follows
            ? FollowFrame.Of(_agents!.Story(state, _keys.Chosen, width, _ink, zone), state, _keys.Chosen, width, height, _keys.Back, _ink)
            : LiveFrame.Of(new LiveView(state, at, width, height)
            {
                Ink = _ink,
                Zone = zone,
                Machine = RunSession.ProbeOf(_places!).Look(),
                Left = Forecast.Of(state, _pace, at)?.Total,
                Doing = _agents!.Look(state),
                Chosen = _keys.Chosen,
                Told = _keys.Told,
            });
    }
}
