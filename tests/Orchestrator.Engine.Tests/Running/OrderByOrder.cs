using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Gates;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Machine;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Tests.Git;

namespace Orchestrator.Engine.Tests.Running;

/// <summary>Tests that give the hands one order after the other.</summary>
public abstract class OrderByOrder : InRepository
{
    /// <summary>The hands of a run, with an agent that the test has no turn for unless it names one.</summary>
    protected Hands HandsOf(RunContext context, string agent = "/bin/false")
    {
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = Repo.User.Home, [LongProcess.RepositoryMarker] = Opened.Places.CommonDir };
        var turns = new TurnRunner(new AgentSetup(agent, environment, null, null, TimeSpan.FromMinutes(1)));
        return new Hands(context, Opened, turns, new HeldTurns(), new MachineSlots(Repo.Around.In("turns"), 8, TimeProvider.System), new GateRunner(environment), new LiveTasks(Opened.Places), new ConfigGuard(Opened));
    }
}
