using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Processes;

public sealed class LongProcessTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _order = $"test/{Guid.NewGuid()}";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Ready => _folder.In("ready");

    public LongProcessTests() => Shell.Run("/usr/bin/mkfifo", _folder.Path, _folder.Path, Ready);

    public void Dispose()
    {
        ProcessSweep.KillAll(LongProcess.OrderMarker, _order);
        _folder.Dispose();
    }

    [Fact]
    public async Task Input_comes_from_a_file_and_output_and_errors_go_to_files()
    {
        var input = _folder.Write("in", "grün\nand more\n");
        using var process = await StartAsync("cat; echo wrong >&2; exit 7", input);
        Assert.Equal(7, await process.WaitAsync(Stop));
        Assert.Equal("grün\nand more\n", File.ReadAllText(_folder.In("out")));
        Assert.Equal("wrong\n", File.ReadAllText(_folder.In("err")));
    }

    [Fact]
    public async Task Arguments_are_handed_over_as_they_are()
    {
        string[] odd = ["", "a b", "$HOME `id` $(id)", "line\nfeed", "\"'\\", "-n", "*"];
        var spec = new ProcessSpec("/usr/bin/printf", ["[%s]", .. odd], _folder.Path, Environment());
        using var process = await LongProcess.StartAsync(spec, _order, null, _folder.In("out"), _folder.In("err"));
        Assert.Equal(0, await process.WaitAsync(Stop));
        Assert.Equal(string.Concat(odd.Select(a => $"[{a}]")), File.ReadAllText(_folder.In("out")));
    }

    [Fact]
    public async Task Nothing_of_our_own_environment_is_inherited()
    {
        using var process = await StartAsync("env");
        await process.WaitAsync(Stop);
        var names = File.ReadAllLines(_folder.In("out")).Select(l => l.Split('=')[0]).Except(["PWD", "SHLVL", "_", "OLDPWD"]);
        Assert.Equal(["ORCHESTRATOR_LIFE", "ORCHESTRATOR_ORDER", "ORCHESTRATOR_REPOSITORY", "PATH"], names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_child_that_took_its_marks_off_is_swept_with_the_session()
    {
        using var process = await StartAsync("env -i /bin/sleep 1000 & echo $!");
        Assert.Equal(0, await process.WaitAsync(Stop));
        var child = File.ReadAllText(_folder.In("out")).Trim();
        for (var i = 0; ProcessSweep.Find(LongProcess.OrderMarker, _order).Count > 0; i++)
        {
            Assert.True(i < 1000, "the mark is still there");
            await Task.Delay(5, Stop);
        }

        process.Sweep();
        for (var i = 0; Directory.Exists("/proc/" + child) && !File.ReadAllText($"/proc/{child}/stat").Contains(") Z ", StringComparison.Ordinal); i++)
        {
            Assert.True(i < 1000, "still there");
            await Task.Delay(5, Stop);
        }
    }

    [Fact]
    public async Task An_end_by_a_signal_is_128_and_its_number()
    {
        using var process = await StartAsync("kill -9 $$");
        Assert.Equal(137, await process.WaitAsync(Stop));
    }

    [Fact]
    public async Task Megabytes_of_output_are_whole_although_nobody_reads()
    {
        using var process = await StartAsync("head -c 5000000 /dev/zero; echo end");
        await process.WaitAsync(Stop);
        Assert.Equal(5_000_004, new FileInfo(_folder.In("out")).Length);
    }

    [Fact]
    public async Task It_has_a_session_of_its_own_and_its_pid_is_the_programs()
    {
        using var process = await StartAsync("echo $$; ps -o sid= -p $$ 2>/dev/null || cut -d' ' -f6 /proc/$$/stat");
        await process.WaitAsync(Stop);
        Assert.Equal([process.Id, process.Id], File.ReadAllLines(_folder.In("out")).Select(l => int.Parse(l, null)));
    }

    [Theory]
    [InlineData("setsid sh -c 'echo up > ready; sleep 600; :' </dev/null >/dev/null 2>&1 &")]
    [InlineData("nohup sh -c 'echo up > ready; sleep 600; :' >/dev/null 2>&1 &")]
    [InlineData("(setsid sh -c 'trap \"\" INT TERM HUP; (setsid sh -c \"echo up > ready; sleep 600; :\") & sleep 600; :' &) ")]
    public async Task What_fled_into_a_session_of_its_own_is_found_and_killed(string flight)
    {
        using var process = await StartAsync(flight + "\nexit 0");
        await IsReadyAsync();
        Assert.Equal(0, await process.WaitAsync(Stop));
        Assert.NotEmpty(ProcessSweep.Find(LongProcess.OrderMarker, _order));
        process.Sweep();
        Assert.Empty(ProcessSweep.Find(LongProcess.OrderMarker, _order));
    }

    [Fact]
    public async Task A_sweep_spares_whoever_bears_another_mark()
    {
        using var spared = await LongProcess.StartAsync(
            new ProcessSpec("/bin/sh", ["-c", "echo up > ready; sleep 600; :"], _folder.Path, Environment()), _order + "0", null, _folder.In("out0"), _folder.In("err0"));
        await IsReadyAsync();
        ProcessSweep.KillAll(LongProcess.OrderMarker, _order); // a mark that begins alike
        Assert.NotEmpty(ProcessSweep.Find(LongProcess.OrderMarker, _order + "0"));
        await spared.StopAsync();
        Assert.Empty(ProcessSweep.Find(LongProcess.OrderMarker, _order + "0"));
    }

    [Fact]
    public async Task Stopping_asks_with_an_interrupt_first()
    {
        using var process = await StartAsync("trap 'echo asked; exit 3' INT\necho up > ready\nwhile :; do sleep 0.05; done");
        await IsReadyAsync();
        await process.StopAsync();
        Assert.Equal(3, await process.WaitAsync(Stop));
        Assert.Equal("asked\n", File.ReadAllText(_folder.In("out")));
    }

    [Fact]
    public async Task Stopping_ends_one_that_ignores_every_request()
    {
        using var process = await StartAsync("trap '' INT TERM HUP\necho up > ready\nwhile :; do sleep 0.1; done");
        await IsReadyAsync();
        await process.StopAsync();
        Assert.Equal(137, await process.WaitAsync(Stop));
        Assert.Empty(ProcessSweep.Find(LongProcess.OrderMarker, _order));
    }

    [Fact]
    public async Task What_takes_longer_than_its_limit_is_told_and_still_runs()
    {
        using var process = await StartAsync("echo up > ready; sleep 600; :");
        await IsReadyAsync();
        Assert.Null(await process.WaitAsync(TimeSpan.FromMilliseconds(50), Stop));
        Assert.NotEmpty(ProcessSweep.Find(LongProcess.OrderMarker, _order));
        await process.StopAsync();
        Assert.NotEqual(0, await process.WaitAsync(TimeSpan.FromMinutes(1), Stop));
    }

    [Fact]
    public async Task Stopping_what_has_ended_does_no_harm()
    {
        using var process = await StartAsync("exit 0");
        await process.WaitAsync(Stop);
        await process.StopAsync();
        Assert.Equal(0, await process.WaitAsync(Stop));
    }

    private Task<LongProcess> StartAsync(string script, string? input = null) => LongProcess.StartAsync(
        new ProcessSpec("/bin/sh", ["-c", script], _folder.Path, Environment()), _order, input, _folder.In("out"), _folder.In("err"));

    private static Dictionary<string, string> Environment() => new() { ["PATH"] = "/usr/bin:/bin", [LongProcess.RepositoryMarker] = "test" };

    /// <summary>Opening a FIFO waits for whoever writes into it.</summary>
    private Task IsReadyAsync() => Task.Run(() => Assert.Equal("up\n", File.ReadAllText(Ready)), Stop);
}
