using System.ComponentModel;
using System.Text;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Processes;

public sealed class ShortProcessTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly TempFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Output_errors_and_exit_code_are_kept()
    {
        var end = await RunAsync("printf 'a\\0b\\377'; echo wrong >&2; exit 3", null, Long);
        Assert.Equal([(byte)'a', 0, (byte)'b', 0xFF], end.Output);
        Assert.Equal((3, "wrong\n", false), (end.ExitCode, end.Errors, end.TimedOut));
    }

    [Fact]
    public async Task Megabytes_go_in_and_out_without_a_standstill()
    {
        var input = new byte[3_000_000];
        new Random(1).NextBytes(input);
        Assert.Equal(input, (await RunAsync("cat", input, Long)).Output);
    }

    [Fact]
    public async Task No_input_is_an_end_at_once_and_unread_input_does_no_harm()
    {
        Assert.Equal("0", Encoding.UTF8.GetString((await RunAsync("wc -c | tr -d ' \\n'", null, Long)).Output));
        Assert.Equal(5, (await RunAsync("exec 0<&-; exit 5", new byte[1_000_000], Long)).ExitCode);
    }

    [Fact]
    public async Task One_that_takes_too_long_is_ended_with_its_children()
    {
        var end = await RunAsync("sleep 600 & sleep 600", null, TimeSpan.FromMilliseconds(300));
        Assert.True(end.TimedOut);
        Assert.NotEqual(0, end.ExitCode);
    }

    [Fact]
    public async Task Cancelling_ends_it_and_throws()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        cancel.CancelAfter(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ShortProcess.RunAsync(Spec("sleep 600"), null, Long, cancel.Token));
    }

    [Fact]
    public async Task A_grandchild_that_holds_the_output_does_not_hold_us()
    {
        var order = $"test/{Guid.NewGuid()}";
        var spec = Spec("setsid sleep 600 & echo said; exit 4") with { Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", [LongProcess.OrderMarker] = order } };
        var end = await ShortProcess.RunAsync(spec, null, Long, Stop);
        Assert.Equal((4, "said\n", false), (end.ExitCode, Encoding.UTF8.GetString(end.Output), end.TimedOut));
        Assert.NotEqual(0, ProcessSweep.KillAll(LongProcess.OrderMarker, order));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_said_so_and_the_next_one_starts()
    {
        await Assert.ThrowsAsync<Win32Exception>(() => ShortProcess.RunAsync(Spec("") with { File = "/nowhere/at-all" }, null, Long, Stop));
        Assert.Equal(0, (await RunAsync("exit 0", null, Long)).ExitCode);
    }

    private Task<ProcessEnd> RunAsync(string script, byte[]? input, TimeSpan timeout) => ShortProcess.RunAsync(Spec(script), input, timeout, Stop);

    private ProcessSpec Spec(string script) => new("/bin/sh", ["-c", script], _folder.Path, new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" });
}
