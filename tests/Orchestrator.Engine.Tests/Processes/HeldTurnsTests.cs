using System.Globalization;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Processes;

/// <summary>Freezing real processes, and letting them go on.</summary>
public sealed class HeldTurnsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _order = $"test/{Guid.NewGuid()}";
    private readonly HeldTurns _held = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        ProcessSweep.KillAll(LongProcess.OrderMarker, _order);
        _folder.Dispose();
    }

    [Fact]
    public async Task All_that_it_started_is_frozen_wherever_it_fled_and_goes_on_where_it_was()
    {
        using var process = await StartAsync("setsid sh -c 'echo $$ > fled; while :; do sleep 0.02; done' & echo $$ > own; while [ ! -e go ]; do sleep 0.02; done; echo done; kill -9 $(cat fled)");
        var pids = new[] { await PidAsync("own"), await PidAsync("fled") };
        using var entry = _held.Enter("turn", process);
        _held.Set(["turn"]);
        var still = 0;
        await UntilAsync(() => (still = pids.All(IsFrozen) ? still + 1 : 0) == 20);
        File.WriteAllText(_folder.In("go"), "");
        _held.Set([]);
        Assert.Equal(0, await process.WaitAsync(TimeSpan.FromSeconds(30), Stop));
        Assert.Equal("done\n", File.ReadAllText(_folder.In("out")));
    }

    [Fact]
    public async Task One_that_is_frozen_hears_that_it_shall_end()
    {
        using var process = await StartAsync("trap 'echo asked; exit 3' INT; echo $$ > own; while :; do sleep 0.02; done");
        var pid = await PidAsync("own");
        using var entry = _held.Enter("turn", process);
        _held.Set(["turn"]);
        await UntilAsync(() => IsFrozen(pid));
        await process.StopAsync();
        _held.Set(["turn", "another"]); // too late for it
        Assert.Equal(3, await process.WaitAsync(Stop));
        Assert.Equal("asked\n", File.ReadAllText(_folder.In("out")));
    }

    [Fact]
    public async Task One_that_is_to_be_frozen_does_not_begin()
    {
        _held.Set(["turn"]);
        var waiting = _held.WhileHeldAsync("turn", Stop);
        _held.Set(["turn", "another"]);
        Assert.False(waiting.IsCompleted);
        Assert.True(_held.WhileHeldAsync("third", Stop).IsCompletedSuccessfully);
        _held.Set(["another"]);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Stop);
        using var stop = new CancellationTokenSource();
        var stopped = _held.WhileHeldAsync("another", stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
    }

    [Fact]
    public async Task What_we_start_is_chosen_before_us_when_memory_ends()
    {
        Assert.SkipUnless(File.Exists("/proc/self/oom_score_adj"), "not a Linux");
        using var process = await StartAsync("cat /proc/self/oom_score_adj");
        await process.WaitAsync(Stop);
        Assert.Equal("500\n", File.ReadAllText(_folder.In("out")));
    }

    [Fact]
    public async Task What_a_turn_takes_is_measured_with_all_that_it_started()
    {
        Assert.SkipUnless(Directory.Exists("/proc/self"), "not a Linux");
        using var meters = new TreeMeters(TimeProvider.System);
        using var process = await StartAsync("setsid sh -c 'x=$(head -c 60000000 /dev/zero | tr \"\\\\0\" a); echo $$ > own; while :; do :; done' & wait");
        var meter = meters.Watch(process);
        await PidAsync("own");
        await UntilAsync(() =>
        {
            meters.Look();
            return meter.Peak > 50 << 20 && meter.Cpu > TimeSpan.FromSeconds(0.1);
        });
        Assert.Equal(meter.Memory, meters.Memory);
        await process.StopAsync();
        meters.Leave(meter);
        Assert.Null(meters.Memory);
    }

    private Task<LongProcess> StartAsync(string script) => LongProcess.StartAsync(
        new ProcessSpec("/bin/sh", ["-c", script], _folder.Path, new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", [LongProcess.RepositoryMarker] = "test" }), _order, null, _folder.In("out"), _folder.In("err"));

    private async Task<int> PidAsync(string file)
    {
        var pid = 0;
        await UntilAsync(() => File.Exists(_folder.In(file)) && int.TryParse(File.ReadAllText(_folder.In(file)), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out pid));
        return pid;
    }

    /// <summary>Stopped itself, or waiting in the kernel for a child that was stopped before it became another program.</summary>
    private static bool IsFrozen(int pid) => File.ReadAllText($"/proc/{pid}/stat") is var stat && stat[stat.LastIndexOf(')') + 2] is 'T' or 'D';

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 3000, "it never came so");
            await Task.Delay(10, Stop);
        }
    }
}
