using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orchestrator.Cli.Verbs;

namespace Orchestrator.Cli.Tests.Fences;

/// <summary>What stands before each agent in its fence must not be noticed by it.</summary>
public sealed class FenceRelayTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("exit 7", 7)]
    [InlineData("kill -TERM $$", 143)]
    [InlineData("kill -KILL $$", 137)]
    public void The_end_of_the_program_is_its_own(string script, int exit) => Assert.Equal(exit, Run("/bin/sh", "-c", script).Exit);

    [Fact]
    public void The_program_has_the_folder_the_environment_and_the_streams()
    {
        string[] program = ["/bin/sh", "-c", "pwd; echo \"$1|$2\"; env | sort; cat; echo trouble >&2; ls /proc/self/fd; grep Sig[BI] /proc/self/status", "sh", "a b", ""];

        var direct = Tool.Run(program[0], _folder.Path, _folder.Path, 30, program[1..]);

        Assert.Equal((0, "trouble"), (direct.Exit, direct.Error));
        Assert.Equal(direct, Run(program)); // open files and signals included
    }

    [Theory]
    [InlineData("HUP")]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void A_signal_is_passed_on(string signal)
    {
        using var relay = new RunningTool(Tool.Program, _folder.Path, _folder.Path, "fence-relay", "--", "/bin/sh", "-c", $"trap 'echo heard; exit 9' {signal}; echo ready; while :; do sleep 0.05; done");
        relay.WaitForLine("ready");

        relay.Signal(signal);

        Assert.Equal(9, relay.WaitForExit(30));
        Assert.Contains("heard", relay.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_ports_are_open_before_the_program_begins()
    {
        var ports = new[] { FreePort(), FreePort() };

        var script = string.Concat(ports.Select(p => $"exec 3<>/dev/tcp/127.0.0.1/{p.ToString(CultureInfo.InvariantCulture)} && echo open\n"));
        var (exit, output, _) = Tool.Run(Tool.Program, _folder.Path, _folder.Path, 30, ["fence-relay", .. ports.SelectMany(p => new[] { "--to", "/nowhere", "--listen", $"{p}" }), "--", "/bin/bash", "-c", script]);

        Assert.Equal((0, "open\nopen"), (exit, output));
    }

    [Fact]
    public void What_cannot_be_done_has_codes_that_no_agent_has()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        Assert.Equal(127, Run("/nowhere/at/all").Exit);
        Assert.Equal(126, Run("/etc/hostname").Exit);
        Assert.Equal(125, Tool.Run(Tool.Program, _folder.Path, _folder.Path, 30, "fence-relay", "--to", "/nowhere", "--listen", port, "--", "/bin/true").Exit);
        Assert.Equal(125, Tool.Run(Tool.Program, _folder.Path, _folder.Path, 30, "fence-relay").Exit);
    }

    [Theory]
    [InlineData("--")]
    [InlineData("-- true")] // one by that name in the agent's own folder would be taken first
    [InlineData("--to /s -- /bin/true")]
    [InlineData("--to /s --listen 0 -- /bin/true")]
    [InlineData("--to /s --listen 65536 -- /bin/true")]
    [InlineData("--to /s --listen -1 -- /bin/true")]
    [InlineData("--listen 1 --to /s -- /bin/true")]
    [InlineData("/bin/true")]
    public void What_is_said_otherwise_is_not_guessed(string line) => Assert.Null(FenceRelay.Parse(line.Split(' ')));

    [Fact]
    public void It_is_in_no_list_of_verbs() =>
        Assert.DoesNotContain("fence-relay", Tool.Run(Tool.Program, _folder.Path, _folder.Path, 30, "help").Out, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private (int Exit, string Out, string Error) Run(params string[] program) => Tool.Run(Tool.Program, _folder.Path, _folder.Path, 30, ["fence-relay", "--", .. program]);
}
