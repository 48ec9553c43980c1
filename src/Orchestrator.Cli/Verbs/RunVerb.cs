using Orchestrator.Cli.Agents;
using Orchestrator.Cli.Screens;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Ports;
using Orchestrator.Engine.Running;

namespace Orchestrator.Cli.Verbs;

/// <summary>How a run is shown while it is under way.</summary>
internal enum RunOutput
{
    /// <summary>On a terminal the live screen, else lines.</summary>
    Screen,

    /// <summary>One line for each change.</summary>
    Plain,

    /// <summary>The same, for programs.</summary>
    Json,
}

/// <summary><c>run</c> and <c>single</c>: runs to the end, shows each change, and turns signals into a drain or a stop.</summary>
internal static class RunVerb
{
    /// <summary>Runs.</summary>
    /// <param name="around">Console, clock, environment.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="validateOnly">Only check.</param>
    /// <param name="script">A rehearsal script that replaces the settings' model, or null.</param>
    /// <param name="output">How it is shown.</param>
    public static async Task<int> RunAsync(Surroundings around, RunRequest request, bool validateOnly = false, string? script = null, RunOutput output = RunOutput.Screen)
    {
        if (validateOnly)
        {
            return await Validation.RunAsync(around, request).ConfigureAwait(false);
        }

        var agents = new AgentSources(around.User, output == RunOutput.Json ? around.Error.WriteLine : around.Out.WriteLine, script);
        await using (agents.ConfigureAwait(false))
        {
            RunSession? session = null;
            var live = output == RunOutput.Screen && new Terminal(around.User).CanDraw ? new LiveRun(around, request.Folder, () => session!) : null;
            var error = live?.Told ?? around.Error;
            IObserver watcher = live ?? (output == RunOutput.Json ? new ProgressJson(around.Out) : (IObserver)new ProgressLines(around.Out, around.Time.LocalTimeZone));
            session = new RunSession(around.User, agents.FindAsync, [watcher], around.Time)
            {
                Alarm = text => error.WriteLine($"warning: {text}"),
                Warn = problems => error.Write(problems.Count > 0 ? ProblemScreen.Text(problems) + "\n" : ""),
            };
            using var signals = new Signals(session, error, live is null ? null : live.Sleep);
            RunEnd end;
            try
            {
                end = await session.RunAsync(request, CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                if (live is not null)
                {
                    await live.DisposeAsync().ConfigureAwait(false);
                }
            }

            return Show(around, end, silent: output == RunOutput.Json);
        }
    }

    private static int Show(Surroundings around, RunEnd end, bool silent)
    {
        switch (end)
        {
            case RunEnd.Refused refused:
                around.Error.WriteLine(ProblemScreen.Text(refused.Problems));
                return ExitCode.Problems;
            case RunEnd.Busy busy:
                var who = busy.Holder is { } h ? $"process {h.ProcessId} on {h.Host}, since {h.Since}" : "another process";
                around.Error.WriteLine($"error: {who} already works on this repository.\n       Look on with 'orchestrator status --watch', or stop it first.");
                return ExitCode.Busy;
            case RunEnd.NothingToDo nothing:
                around.Error.Write(nothing.Warnings.Count > 0 ? ProblemScreen.Text(nothing.Warnings) + "\n" : "");
                (silent ? around.Error : around.Out).WriteLine("All chosen milestones are done.");
                return ExitCode.Done;
            case RunEnd.Ended ended when silent:
                return CodeOf(ended.State);
            case RunEnd.Ended ended:
                around.Out.WriteLine();
                around.Out.Write(StatusScreen.Text(ended.State, alive: true, around.Time, new Core.Capacity.MachineSample()));
                around.Out.WriteLine($"\nLog: {ended.LogFile}");
                return CodeOf(ended.State);
            default:
                throw new InvalidOperationException($"Unknown end {end.GetType().Name}.");
        }
    }

    private static int CodeOf(RunState state) => state.Final switch
    {
        Final.Completed => state.IsUndelivered ? ExitCode.Unlanded : ExitCode.Done,
        Final.WithFailures => ExitCode.SomeFailed,
        Final.Stopped => ExitCode.Stopped,
        Final.LimitReached => ExitCode.LimitReached,
        _ => throw new InvalidOperationException("The run came back without an end."),
    };
}
