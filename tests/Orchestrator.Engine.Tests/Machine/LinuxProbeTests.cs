using Orchestrator.Core.Capacity;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Machine;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Machine;

/// <summary>Machines as they were recorded, and the one that we are on.</summary>
public sealed class LinuxProbeTests : IDisposable
{
    private const long Mebi = 1 << 20;
    private readonly TempFolder _root = new();

    public LinuxProbeTests()
    {
        _root.Write("proc/meminfo", "MemTotal:       16384000 kB\nMemFree:          200000 kB\nMemAvailable:    8192000 kB\nBuffers: 1 kB\n");
        _root.Write("proc/loadavg", "3.50 2.00 1.00 2/345 6789\n");
        _root.Write("proc/stat", "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 2 3\nintr 5\n");
        _root.Write("proc/pressure/cpu", "some avg10=83.25 avg60=1.00 avg300=0.00 total=1\n");
        _root.Write("proc/pressure/memory", "some avg10=2.50 avg60=0.00 avg300=0.00 total=0\nfull avg10=1.00 avg60=0.00 avg300=0.00 total=0\n");
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_machine_without_a_container_is_what_its_hardware_is()
    {
        var sample = Look();
        Assert.Equal((16000 * Mebi, 8000 * Mebi, 8d), (sample.MemoryTotal, sample.MemoryAvailable, sample.Cores));
        Assert.Equal((3.5, 83.25, 2.5, (double?)null, (double?)null), (sample.Load, sample.CpuStall, sample.MemoryStall, sample.IoStall, sample.CpuBusy));
    }

    [Fact]
    public void A_folder_that_leads_to_another_disk_is_looked_at_there()
    {
        using var memory = new TempFolder(quick: true);
        var total = new DriveInfo(memory.Path).TotalSize;
        var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory); // what is temporary may lie in memory, too
        Assert.SkipWhen(new DriveInfo(here).TotalSize == total, "no second disk");
        var link = _root.In("link");
        Directory.CreateSymbolicLink(link, memory.Path);
        var disks = RunSession.ProbeOf(new RepositoryPlaces(here, here), link).Look().Disks;
        Assert.Equal([(here, false), (memory.Path, true)], disks.Select(disk => (disk.Path, disk.Total == total)));
    }

    [Fact]
    public void How_busy_it_is_shows_between_two_looks()
    {
        var probe = new LinuxProbe(_root.Path, 8);
        probe.Look();
        _root.Write("proc/stat", "cpu  175 0 100 720 105 0 0 0 0 0\n");
        Assert.Equal(0.75, probe.Look().CpuBusy);
    }

    [Fact]
    public void In_a_container_of_version_two_its_limits_count()
    {
        _root.Write("proc/self/cgroup", "0::/system.slice/docker-1.scope\n");
        _root.Write("proc/self/mountinfo", "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
        Group("sys/fs/cgroup/system.slice/docker-1.scope", ("memory.max", "max"), ("memory.current", "0"), ("cpu.max", "150000 100000"), ("memory.pressure", "some avg10=61.00 avg60=0.00\n"));
        Group("sys/fs/cgroup/system.slice", ("memory.max", $"{2048 * Mebi}"), ("memory.current", $"{1536 * Mebi}"), ("memory.stat", $"anon 5\ninactive_file {128 * Mebi}\nactive_file {96 * Mebi}\nslab_reclaimable {32 * Mebi}\nslab_unreclaimable {900 * Mebi}\n"), ("cpu.max", "max 100000"));
        Group("sys/fs/cgroup", ("memory.max", $"{4096 * Mebi}"), ("memory.current", $"{1600 * Mebi}"), ("cpu.max", "600000 100000"));
        var sample = Look();
        Assert.Equal((2048 * Mebi, 768 * Mebi, 1.5, 61d), (sample.MemoryTotal, sample.MemoryAvailable, sample.Cores, sample.MemoryStall));
    }

    [Fact]
    public void In_a_container_of_version_one_too()
    {
        _root.Write("proc/self/cgroup", "9:name=systemd:/docker/abc\n4:memory:/docker/abc\n2:cpuacct,cpu:/docker/abc\n0::/\n");
        _root.Write("proc/self/mountinfo", "31 25 0:27 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n32 25 0:28 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n33 25 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
        Group("sys/fs/cgroup/memory", ("memory.limit_in_bytes", $"{1024 * Mebi}"), ("memory.usage_in_bytes", $"{1000 * Mebi}"), ("memory.stat", $"inactive_file 1\ntotal_inactive_file {60 * Mebi}\ntotal_active_file {40 * Mebi}\n"));
        Group("sys/fs/cgroup/cpu,cpuacct", ("cpu.cfs_quota_us", "50000"), ("cpu.cfs_period_us", "100000"));
        var sample = Look();
        Assert.Equal((1024 * Mebi, 124 * Mebi, 0.5), (sample.MemoryTotal, sample.MemoryAvailable, sample.Cores));
    }

    [Theory]
    [InlineData("9223372036854771712")]
    [InlineData("-1")]
    [InlineData("")]
    public void No_limit_is_no_limit(string limit)
    {
        _root.Write("proc/self/cgroup", "4:memory:/a/b\n1:cpu:/\n");
        _root.Write("proc/self/mountinfo", "31 25 0:27 / /m rw - cgroup cgroup rw,memory\n32 25 0:28 / /c rw - cgroup cgroup rw,cpu\n");
        Group("m", ("memory.limit_in_bytes", limit), ("memory.usage_in_bytes", "5"));
        Group("c", ("cpu.cfs_quota_us", "-1"), ("cpu.cfs_period_us", "100000"));
        Assert.Equal((16000 * Mebi, 8000 * Mebi, 8d), Look() is var s ? (s.MemoryTotal, s.MemoryAvailable, s.Cores) : default);
    }

    [Theory]
    [InlineData("proc/meminfo", "")]
    [InlineData("proc/meminfo", "MemAvailable: many kB\n")]
    [InlineData("proc/stat", "nonsense")]
    [InlineData("proc/loadavg", "")]
    [InlineData("proc/pressure/cpu", "some avg10=x")]
    [InlineData("proc/self/cgroup", "\n:::\n4:memory:/../..\n0::/../x\n")]
    [InlineData("proc/self/mountinfo", "1 2 - cgroup2\n - - -\n")]
    public void What_it_does_not_understand_it_does_not_know(string file, string text)
    {
        _root.Write(file, text);
        Assert.NotNull(Look());
    }

    [Fact]
    public void This_very_machine_tells_what_it_has()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "not a Linux");
        var sample = new MachineProbe(_root.Path, _root.Path, _root.In("proc"), "/not/there").Look();
        Assert.True(sample is { MemoryTotal: > 0, MemoryAvailable: > 0, Cores: > 0, Load: >= 0 }, sample.ToString());
        var disk = Assert.Single(sample.Disks);
        Assert.True(disk is { Free: > 0, Worktrees: true } && disk.Total >= disk.Free, disk.ToString());
        Assert.NotEqual(Pressure.Critical, MachineProbe.Read("/not/there").Pressure);
    }

    private MachineSample Look() => new LinuxProbe(_root.Path, 8).Look();

    private void Group(string folder, params (string File, string Text)[] files)
    {
        foreach (var (file, text) in files)
        {
            _root.Write($"{folder}/{file}", text);
        }
    }
}
