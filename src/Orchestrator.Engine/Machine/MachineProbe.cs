using System.Globalization;
using Orchestrator.Core.Capacity;

namespace Orchestrator.Engine.Machine;

/// <summary>
/// Looks at the machine's free memory and at the disks that a run writes to. An agent with its build is reckoned at 400 MiB
/// of memory on top of a reserve; on a disk there has to be room for journal and commits.
/// </summary>
public static class MachineProbe
{
    private const long Mebi = 1 << 20;
    private const long Reserve = 512 * Mebi;
    private const long PerAgent = 400 * Mebi;

    private const long DiskFloor = 8 * Mebi;

    /// <summary>A reading; no bound where the machine does not tell.</summary>
    /// <param name="folders">Folders on the disks that matter.</param>
    public static MachineReading Read(params ReadOnlySpan<string> folders)
    {
        foreach (var folder in folders)
        {
            if (AvailableSpace(folder) is { } space && JudgeDisk(space, folder) is { } full)
            {
                return full;
            }
        }

        return AvailableMemory() is { } free ? Judge(free) : MachineReading.Unknown;
    }

    /// <summary>Judges the free space of a disk in bytes; null when there is enough.</summary>
    public static MachineReading? JudgeDisk(long free, string folder) =>
        free < DiskFloor ? new MachineReading(Pressure.Critical, 0, $"less than {DiskFloor / Mebi} MiB are free on the disk of {folder}") : null;

    /// <summary>Judges free memory in bytes. Rounded to whole agents, so that small changes are no news.</summary>
    public static MachineReading Judge(long free) => free switch
    {
        < Reserve / 2 => new MachineReading(Pressure.Critical, 0, $"less than {Reserve / 2 / Mebi} MiB of memory are free"),
        < Reserve + PerAgent => new MachineReading(Pressure.Tense, 1, $"less than {(Reserve + PerAgent) / Mebi} MiB of memory are free"),
        _ => new MachineReading(Pressure.Calm, (int)Math.Min(64, (free - Reserve) / PerAgent), ""),
    };

    private static long? AvailableSpace(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

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
