using Orchestrator.Core.Capacity;
using Orchestrator.Engine.Machine;

namespace Orchestrator.Engine.Tests.Machine;

public sealed class MachineProbeTests
{
    [Theory]
    [InlineData(0, Pressure.Critical)]
    [InlineData(700, Pressure.Tense)]
    [InlineData(4096, Pressure.Calm)]
    public void Little_memory_means_few_agents(long mebibytes, Pressure pressure) => Assert.Equal(pressure, MachineProbe.Judge(mebibytes << 20).Pressure);

    [Fact]
    public void A_disk_that_is_full_is_critical_and_named()
    {
        Assert.Null(MachineProbe.JudgeDisk(1L << 30, "/x"));
        var full = MachineProbe.JudgeDisk(1 << 20, "/x")!;
        Assert.Equal(Pressure.Critical, full.Pressure);
        Assert.Contains("disk of /x", full.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_bounds_nothing() => Assert.NotEqual(Pressure.Critical, MachineProbe.Read("/not/there").Pressure);
}
