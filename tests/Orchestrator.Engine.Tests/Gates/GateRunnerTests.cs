using Orchestrator.Core.Agents;
using Orchestrator.Engine.Gates;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Gates;

public sealed class GateRunnerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task A_gate_that_passes_when_it_is_run_again_is_green_and_flaky_and_keeps_what_it_said_first()
    {
        var result = await RunAsync("echo run >> runs; test $(wc -l < runs) -gt 1 || { echo 3 of 9 fail; exit 7; }");
        Assert.Equal(("g", true, true), (result.Name, result.Passed, result.Flaky));
        Assert.Equal("exit code 7\n3 of 9 fail", result.Detail);
    }

    [Fact]
    public async Task A_gate_that_fails_twice_is_red_and_is_not_run_a_third_time()
    {
        var result = await RunAsync("echo run >> runs; echo red at $(wc -l < runs); false");
        Assert.Equal((false, false), (result.Passed, result.Flaky));
        Assert.Equal("exit code 1\nred at 2", result.Detail);
        Assert.Equal(2, File.ReadAllLines(Path.Combine(_folder.Path, "runs")).Length);
    }

    [Fact]
    public async Task A_green_gate_is_run_once()
    {
        Assert.Equal(new GateResult("g", true, ""), await RunAsync("echo run >> runs"));
        Assert.Single(File.ReadAllLines(Path.Combine(_folder.Path, "runs")));
    }

    [Fact]
    public async Task What_both_runs_said_is_kept()
    {
        await RunAsync("echo run >> runs; echo run $(wc -l < runs); false");
        Assert.Equal(["run 1\n", "run 2\n"], new[] { "1.log", "1.again.log" }.Select(name => File.ReadAllText(Path.Combine(_folder.Path, "logs", name))));
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private async Task<GateResult> RunAsync(string command)
    {
        var runner = new GateRunner(new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" });
        var gate = new GateSetting("g", command, TimeSpan.FromSeconds(30));
        return Assert.Single(await runner.RunAsync([gate], _folder.Path, Path.Combine(_folder.Path, "logs"), "test", TestContext.Current.CancellationToken));
    }
}
