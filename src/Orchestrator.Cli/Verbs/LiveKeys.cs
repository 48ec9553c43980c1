using Orchestrator.Cli.Screens;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Running;

namespace Orchestrator.Cli.Verbs;

/// <summary>What the keys of the live screen do, and what of it stays: who is chosen, whether he is followed, what was told last.</summary>
internal sealed class LiveKeys
{
    private const int Page = 10;
    private char _armed;

    /// <summary>The place of the chosen milestone.</summary>
    public int Chosen { get; private set; } = -1;

    /// <summary>Whether its agent is followed.</summary>
    public bool Follows { get; private set; }

    /// <summary>How many lines the follower has gone back from the end.</summary>
    public int Back { get; private set; }

    /// <summary>What the user was told last.</summary>
    public string? Told { get; set; }

    /// <summary>Sees to it that the chosen one has a line: at first, and when its stage is done, the first that is in work.</summary>
    public void Settle(RunState state)
    {
        var places = LiveRows.Places(state);
        if (places.Count > 0 && !places.Contains(Chosen) && !Follows)
        {
            Chosen = places.FirstOrDefault(i => state.Milestones[i].Phase is Phase.Working, places[0]);
        }
    }

    /// <summary>Takes a key.</summary>
    /// <param name="key">Which.</param>
    /// <param name="state">The run as it is shown.</param>
    /// <param name="run">Whom to ask.</param>
    public void Press(ConsoleKeyInfo key, RunState state, RunSession run)
    {
        var armed = _armed;
        (_armed, Told) = ('\0', null);
        switch (key.Key)
        {
            case ConsoleKey.UpArrow or ConsoleKey.K when Follows:
                Back++;
                break;
            case ConsoleKey.PageUp when Follows:
                Back += Page;
                break;
            case ConsoleKey.DownArrow or ConsoleKey.J when Follows:
                Back = Math.Max(0, Back - 1);
                break;
            case ConsoleKey.PageDown or ConsoleKey.End when Follows:
                Back = key.Key == ConsoleKey.End ? 0 : Math.Max(0, Back - Page);
                break;
            case ConsoleKey.UpArrow or ConsoleKey.K:
                Choose(state, -1);
                break;
            case ConsoleKey.DownArrow or ConsoleKey.J:
                Choose(state, 1);
                break;
            case ConsoleKey.Enter or ConsoleKey.F when !Follows && Chosen >= 0:
                (Follows, Back) = (true, 0);
                break;
            case ConsoleKey.Escape or ConsoleKey.Q or ConsoleKey.Backspace or ConsoleKey.Enter when Follows:
                Follows = false;
                break;
            case ConsoleKey.P:
                run.Pause(state.PausedSince is null);
                Told = state.PausedSince is null ? "Paused: the agents are frozen, nothing begins. p goes on." : "Going on.";
                break;
            case ConsoleKey.D:
                Ask(run, armed, 'd', Urgency.Drain, "d again: end after the steps under way.", "Ending after the steps under way.");
                break;
            case ConsoleKey.S:
                Ask(run, armed, 's', Urgency.Stop, "s again: stop the agents now; the next start goes on.", "Stopping the agents.");
                break;
            case ConsoleKey.Q:
                Told = "d ends after the steps under way, s stops the agents now.";
                break;
            default:
                break;
        }
    }

    /// <summary>What ends a run is asked twice, for keys are pressed by mistake.</summary>
    private void Ask(RunSession run, char armed, char key, Urgency urgency, string warning, string doing)
    {
        if (armed != key)
        {
            (_armed, Told) = (key, warning);
            return;
        }

        run.Ask(new StopRequest(urgency, "operator", urgency == Urgency.Drain ? "Asked to end." : "Asked to stop."));
        Told = doing;
    }

    private void Choose(RunState state, int step)
    {
        var places = LiveRows.Places(state);
        var at = places.ToList().IndexOf(Chosen);
        Chosen = places.Count == 0 ? -1 : places[Math.Clamp(at + step, 0, places.Count - 1)];
    }
}
