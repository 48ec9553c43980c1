using System.Globalization;
using Orchestrator.Core.Capacity;

namespace Orchestrator.Engine.Machine;

/// <summary>Looks at the machine's free memory. An agent with its build is reckoned at 400 MiB on top of a reserve.</summary>
public static class MachineProbe
{
    private const long Mebi = 1 << 20;
    private const long Reserve = 512 * Mebi;
    private const long PerAgent = 400 * Mebi;

    /// <summary>A reading; no bound where the machine does not tell.</summary>
    public static MachineReading Read()
    {
        if (AvailableMemory() is not { } free)
        {
            return MachineReading.Unknown;
        }

        return Judge(free);
    }

    /// <summary>Judges free memory in bytes. Rounded to whole agents, so that small changes are no news.</summary>
    public static MachineReading Judge(long free) => free switch
    {
        < Reserve / 2 => new MachineReading(Pressure.Critical, 0, $"less than {Reserve / 2 / Mebi} MiB of memory are free"),
        < Reserve + PerAgent => new MachineReading(Pressure.Tense, 1, $"less than {(Reserve + PerAgent) / Mebi} MiB of memory are free"),
        _ => new MachineReading(Pressure.Calm, (int)Math.Min(64, (free - Reserve) / PerAgent), ""),
    };

    private static long? AvailableMemory()
    {
        const string File = "/proc/meminfo";
        if (!System.IO.File.Exists(File))
        {
            return null;
        }

        foreach (var line in System.IO.File.ReadLines(File))
        {
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            {
                return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
            }
        }

        return null;
    }
}
