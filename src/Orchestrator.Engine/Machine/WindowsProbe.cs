using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Orchestrator.Core.Capacity;

namespace Orchestrator.Engine.Machine;

/// <summary>Windows.</summary>
internal static partial class WindowsProbe
{
    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryStatus
    {
        public uint Length;
        public uint Load;
        public ulong Total;
        public ulong Available;
        public ulong TotalPageFile;
        public ulong AvailablePageFile;
        public ulong TotalVirtual;
        public ulong AvailableVirtual;
        public ulong AvailableExtendedVirtual;
    }

    [SupportedOSPlatform("windows")]
    public static MachineSample Look(ProcessorTimes times)
    {
        var sample = new MachineSample { Cores = Environment.ProcessorCount };
        var memory = new MemoryStatus { Length = (uint)Marshal.SizeOf<MemoryStatus>() };
        if (GlobalMemoryStatusEx(ref memory))
        {
            sample = sample with { MemoryTotal = (long)memory.Total, MemoryAvailable = (long)memory.Available };
        }

        // The time of the kernel contains the idle time.
        return GetSystemTimes(out var idle, out var kernel, out var user) ? sample with { CpuBusy = times.Busy((ulong)idle, (ulong)(kernel + user)) } : sample;
    }

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GlobalMemoryStatusEx(ref MemoryStatus status);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetSystemTimes(out long idle, out long kernel, out long user);
}
