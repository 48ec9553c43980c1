using System.Diagnostics;
using Orchestrator.Core.Tests.Simulation;

namespace Orchestrator.Bench;

/// <summary>How many whole simulated runs, all laws checked after every step, one core does in a second of CPU.</summary>
internal static class SimulationFigure
{
    public static IEnumerable<Figure> Measure()
    {
        const int Warm = 3000, Measured = 20_000;
        for (ulong seed = 0; seed < Warm; seed++)
        {
            Simulator.Run(1_000_000 + seed);
        }

        var before = Process.GetCurrentProcess().TotalProcessorTime;
        for (ulong seed = 0; seed < Measured; seed++)
        {
            Simulator.Run(seed);
        }

        var cpu = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
        yield return new Figure("simulated world: whole runs per second of CPU", Measured / cpu, 2000, "", AtLeast: true);
    }
}
