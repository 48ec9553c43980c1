using System.Text.Json;

namespace Orchestrator.Cli.Tests;

/// <summary>Each signal in each phase of a run. A class for each signal, so that they run side by side.</summary>
public abstract class SignalTests(string signal)
{
    public static TheoryData<string> Phases => [.. Moment.All.Keys];

    [Theory]
    [MemberData(nameof(Phases))]
    public void Ends_the_run_in_any_phase_and_loses_nothing(string phase)
    {
        var moment = Moment.All[phase];
        using var held = new HeldRun(moment);
        using var run = held.StartAndHold();
        run.Signal(signal);
        if (signal == "INT")
        {
            HeldRun.Until(() => run.HasExited || run.Error.Contains("Ending after the steps under way", StringComparison.Ordinal), 10, () => "not told");
            held.LetGo(); // a drain lets every step end
        }
        else if (moment.EndsByItself)
        {
            held.LetGo();
        }

        var exit = run.WaitForExit(12);

        Assert.True(exit == 4 || (exit == 0 && phase == "publishing"), $"{exit}\n{run.Out}\n{run.Error}");
        if (phase == "backing off" && signal != "INT")
        {
            // To wait for its time to come is worth ten seconds once.
            using var status = JsonDocument.Parse(held.Repository.Run("status", "--json").Out);
            var milestone = status.RootElement.GetProperty("milestones")[0];
            Assert.Equal(("parked", 1), (milestone.GetProperty("state").GetString(), milestone.GetProperty("attempt").GetInt32()));
            return;
        }

        held.GoesOnAsIfNothingHadBeen();
    }
}

public sealed class InterruptTests() : SignalTests("INT");

public sealed class TerminateTests() : SignalTests("TERM");

public sealed class HangUpTests() : SignalTests("HUP");
