using Orchestrator.Core.Capacity;

namespace Orchestrator.Engine.Machine;

/// <summary>Looks at the machine: memory, processors, and the file systems that a run writes to. Each look costs about a millisecond.</summary>
/// <param name="worktrees">The folder in which worktrees are made, or one above it; null when there is none.</param>
/// <param name="folders">Other folders that are written to.</param>
public sealed class MachineProbe(string? worktrees, params IReadOnlyList<string> folders)
{
    private readonly LinuxProbe _linux = new();
    private readonly ProcessorTimes _times = new();

    /// <summary>Tells how many worktrees stand.</summary>
    public Func<int> Standing { get; init; } = () => 0;

    /// <summary>Looks. How busy the processors are is known from the second look on.</summary>
    public MachineSample Look()
    {
        var sample = OperatingSystem.IsLinux() ? _linux.Look()
            : OperatingSystem.IsWindows() ? WindowsProbe.Look(_times)
            : OperatingSystem.IsMacOS() ? MacProbe.Look()
            : new MachineSample { Cores = Environment.ProcessorCount };
        return sample with { Disks = DiskSpace.Of(worktrees, folders), Standing = Standing() };
    }

    /// <summary>One look, judged by itself with the usual limits; how much room there is, is said for up to 64 turns.</summary>
    public static MachineReading Read(params IReadOnlyList<string> folders) => Judgement.Of(new MachineProbe(null, folders).Look(), default, new GaugeLimits(MaxParallel: 64));
}
