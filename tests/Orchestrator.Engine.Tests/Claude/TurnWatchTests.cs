using Orchestrator.Core.Agents;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Claude;

/// <summary>Real processes and files, and a clock that is moved by hand: hours of silence pass in a moment.</summary>
public sealed class TurnWatchTests : IDisposable
{
    private const string Call = """{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t1","name":"Bash","input":{}}]}}""";
    private const string Answer = """{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t1","content":"ok"}]}}""";
    private const string Result = """{"type":"result","subtype":"success","is_error":false,"result":"done"}""";

    private static readonly LivenessLimits Limits = new(Idle: TimeSpan.FromSeconds(60), Wall: TimeSpan.FromHours(2), ResultGrace: TimeSpan.FromSeconds(10));

    private readonly TempFolder _folder = new();
    private readonly HandClock _clock = new();
    private readonly string _order = $"test/{Guid.NewGuid()}";
    private LongProcess? _agent;
    private TurnWatch? _watch;

    private string Work => _folder.In("work");

    private string Stream => _folder.In("stream.jsonl");

    public TurnWatchTests() => Directory.CreateDirectory(Work);

    public void Dispose()
    {
        _agent?.Sweep();
        _agent?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task One_that_is_still_is_hung_at_the_idle_limit_and_not_before()
    {
        await StartAsync("exec sleep 600");
        Assert.Equal(Life.Working, After(5));
        Assert.Equal(Life.Thinking, After(54));
        Assert.Equal(Life.Hung, After(1));
    }

    [Fact]
    public async Task Whatever_it_prints_is_a_sign_of_life()
    {
        await StartAsync("exec sleep 600");
        for (var i = 0; i < 5; i++)
        {
            Say("""{"type":"something_new"}""");
            Assert.Equal(Life.Thinking, After(59));
        }

        Assert.Equal(Life.Hung, After(2));
    }

    [Fact]
    public async Task A_called_tool_for_which_nothing_runs_is_parked_at_a_prompt()
    {
        await StartAsync("exec sleep 600");
        Say(Call);
        Assert.Equal(Life.Working, After(60));
        Assert.Equal(Life.PromptParked, After(1));
    }

    [Fact]
    public async Task A_tool_that_answered_is_not_pending()
    {
        await StartAsync("exec sleep 600");
        Say(Call);
        Say(Answer);
        Assert.Equal(Life.Hung, After(61));
    }

    [Fact]
    public async Task A_tool_that_runs_and_does_nothing_is_hung()
    {
        var agent = await StartAsync("sleep 600; :");
        await ComesAsync(() => agent.Activity() is { AnyOther: true });
        Say(Call);
        Assert.Equal(Life.RunningTool, After(60));
        Assert.Equal(Life.Hung, After(1));
    }

    [Theory]
    [InlineData("sh -c 'while :; do :; done'")]
    [InlineData("setsid sh -c 'while :; do :; done'")]
    [InlineData("env -i sh -c 'while :; do :; done'")]
    public async Task A_tool_that_computes_is_left_alone_although_nothing_else_shows(string tool)
    {
        var agent = await StartAsync(tool + " & wait");
        Say(Call);
        for (var i = 0; i < 20; i++)
        {
            await ComputesAsync(agent);
            Assert.Equal(i == 0 ? Life.Working : Life.RunningTool, After(8));
        }
    }

    [Fact]
    public async Task A_tool_that_begins_and_ends_many_programs_is_left_alone()
    {
        var agent = await StartAsync("(while :; do /bin/true; done) & wait");
        Say(Call);
        for (var i = 0; i < 10; i++)
        {
            await ComputesAsync(agent);
            Assert.Equal(i == 0 ? Life.Working : Life.RunningTool, After(8));
        }
    }

    [Fact]
    public async Task One_that_changes_files_is_left_alone_and_hung_when_it_does_so_no_more()
    {
        await StartAsync("exec sleep 600");
        for (var i = 0; i < 6; i++)
        {
            After(20);
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(Work, "deep", "down")).FullName, $"{i % 2}.txt"), new string('x', i));
            Assert.Contains(After(20), new[] { Life.Working, Life.Thinking });
        }

        Assert.Equal(Life.Hung, After(76)); // it may have been seen up to a quarter of the limit late
    }

    [Fact]
    public async Task While_it_asks_the_provider_again_its_clock_stands_still()
    {
        await StartAsync("exec sleep 600");
        Say("""{"type":"system","subtype":"api_retry","attempt":1,"retry_delay_ms":300000}""");
        Assert.Equal(Life.Limited, After(300));
        Assert.Equal(Life.Thinking, After(59));
        Assert.Equal(Life.Hung, After(2));
    }

    [Fact]
    public async Task While_a_limit_is_in_force_its_clock_stands_still()
    {
        await StartAsync("exec sleep 600");
        Say($$$"""{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":{{{_clock.GetUtcNow().AddSeconds(300).ToUnixTimeSeconds()}}}}}""");
        Assert.Equal(Life.Limited, After(299));
        Assert.Equal(Life.Thinking, After(58));
        Assert.Equal(Life.Hung, After(3));
    }

    [Fact]
    public async Task After_a_night_in_which_the_machine_slept_nobody_is_hung_for_it()
    {
        await StartAsync("exec sleep 600");
        After(30);
        _clock.Pass(8 * 3600);
        Assert.Equal(Life.Thinking, After(1));
        Assert.Equal(Life.Thinking, After(20));
        Assert.Equal(Life.Hung, After(10));
    }

    [Fact]
    public async Task One_that_was_stopped_is_not_hung_for_it()
    {
        var agent = await StartAsync("exec sleep 600");
        Kill(agent, "STOP");
        await ComesAsync(() => agent.Activity() is { Stopped: true });
        Assert.NotEqual(Life.Hung, After(600));
        Kill(agent, "CONT");
        await ComesAsync(() => agent.Activity() is { Stopped: false });
        Assert.NotEqual(Life.Hung, After(50));
        Assert.Equal(Life.Hung, After(11));
    }

    [Fact]
    public async Task One_that_stays_after_its_result_is_done_after_the_grace()
    {
        await StartAsync("exec sleep 600");
        Say(Result);
        Assert.Equal(Life.Working, After(10));
        Assert.Equal(Life.DoneButAlive, After(1));
    }

    [Fact]
    public async Task One_that_calls_a_tool_after_its_result_goes_on()
    {
        await StartAsync("exec sleep 600");
        Say(Result);
        After(5);
        Say(Call);
        Assert.Equal(Life.Working, After(30));
        Say(Answer);
        Say(Result);
        Assert.Equal(Life.DoneButAlive, After(11));
    }

    [Fact]
    public void A_folder_shows_what_changed_in_it()
    {
        var empty = FolderStamp.Of(Work);
        File.CreateSymbolicLink(Path.Combine(Work, "loop"), Work);
        var linked = FolderStamp.Of(Work);
        var file = _folder.Write("work/a/b/c", "1");
        var written = FolderStamp.Of(Work);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(1));
        var touched = FolderStamp.Of(Work);
        File.Delete(file);
        var deleted = FolderStamp.Of(Work);
        Assert.Equal(5, new[] { empty, linked, written, touched, deleted }.Distinct().Count());
        Assert.Equal((1, 4), (linked.Entries, written.Entries));
        Assert.Equal(default, FolderStamp.Of(_folder.In("nowhere")));
    }

    /// <summary>How it stands after so many seconds, looked at in each of them.</summary>
    private Life After(int seconds)
    {
        var life = Life.Working;
        for (var i = 0; i < seconds; i++)
        {
            _clock.Pass(1);
            life = _watch!.Look();
        }

        return life;
    }

    private void Say(string line) => File.AppendAllText(Stream, line + "\n");

    private async Task<LongProcess> StartAsync(string script)
    {
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", [LongProcess.RepositoryMarker] = "test" };
        var process = _agent = await LongProcess.StartAsync(new ProcessSpec("/bin/sh", ["-c", script], Work, environment), _order, null, _folder.In("out"), _folder.In("err"));
        await ComesAsync(() => File.ReadAllText($"/proc/{process.Id}/cmdline").Contains(script.StartsWith("exec", StringComparison.Ordinal) ? "sleep\0600" : script, StringComparison.Ordinal));
        _watch = new TurnWatch(process, new TranscriptReader(Stream), Work, Limits, _clock);
        return process;
    }

    /// <summary>Waits until it has used more of the processor than a heartbeat.</summary>
    private static async Task ComputesAsync(LongProcess agent)
    {
        var before = agent.Activity()!.Value.Others;
        await ComesAsync(() => agent.Activity()!.Value.Others - before > TimeSpan.FromMilliseconds(150));
    }

    private static async Task ComesAsync(Func<bool> fact)
    {
        for (var i = 0; !fact(); i++)
        {
            Assert.True(i < 6000, "it does not come");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private void Kill(LongProcess agent, string signal) => Shell.Run("/bin/sh", Work, Work, "-c", $"kill -{signal} {agent.Id}");
}
