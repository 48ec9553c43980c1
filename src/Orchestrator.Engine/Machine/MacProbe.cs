using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Orchestrator.Core.Capacity;

namespace Orchestrator.Engine.Machine;

/// <summary>macOS. What is free, inactive or can be purged counts as available, as the system's own monitor reckons.</summary>
internal static partial class MacProbe
{
    private const int VirtualMemory64 = 4;

    // The places of 32-bit counters in vm_statistics64.
    private const int Free = 0, Inactive = 2, Purgeable = 22;

    [SupportedOSPlatform("macos")]
    public static MachineSample Look()
    {
        nuint size = sizeof(ulong);
        long? total = SystemFigure("hw.memsize", out var bytes, ref size, 0, 0) == 0 ? (long)bytes : null;
        var figures = new uint[64];
        var count = (uint)figures.Length;
        long? available = HostStatistics(HostSelf(), VirtualMemory64, figures, ref count) == 0 && count > Purgeable
            ? ((long)figures[Free] + figures[Inactive] + figures[Purgeable]) * Environment.SystemPageSize
            : null;
        var loads = new double[3];
        return new MachineSample { MemoryTotal = total, MemoryAvailable = available, Cores = Environment.ProcessorCount, Load = LoadAverages(loads, 3) > 0 ? loads[0] : null };
    }

    [LibraryImport("libc", EntryPoint = "sysctlbyname", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SystemFigure(string name, out ulong value, ref nuint size, nint nothing, nuint none);

    [LibraryImport("libc", EntryPoint = "mach_host_self")]
    private static partial uint HostSelf();

    [LibraryImport("libc", EntryPoint = "host_statistics64")]
    private static partial int HostStatistics(uint host, int flavor, [Out] uint[] figures, ref uint count);

    [LibraryImport("libc", EntryPoint = "getloadavg")]
    private static partial int LoadAverages([Out] double[] loads, int count);
}
