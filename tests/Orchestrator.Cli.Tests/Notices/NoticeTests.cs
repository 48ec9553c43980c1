using System.Diagnostics;
using System.Text.Json;
using Orchestrator.Engine.Tests.Notices;

namespace Orchestrator.Cli.Tests.Notices;

/// <summary>Notices of real runs, to a server on loopback and to a script.</summary>
public sealed class NoticeTests
{
    private const string Command = """ "command": "cat >/dev/null; echo $ORCHESTRATOR_NOTICE_KIND $ORCHESTRATOR_NOTICE_MILESTONE >>$HOME/told" """;

    private static string Log(SampleRepository repository) => File.ReadAllText(Directory.EnumerateFiles(Path.Combine(repository.Folder, "logs"), "*.log").Single());

    private static IEnumerable<string> Kinds(Hook hook) => hook.Bodies.Select(body =>
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.GetProperty("kind").GetString()!;
    });

    [Fact]
    public void What_failed_and_how_it_ended_arrive_by_webhook_and_by_command()
    {
        using var hook = new Hook(_ => 200);
        using var repository = new SampleRepository($"\"retry_attempts\": 1, \"notify\": {{ \"webhook\": \"env:HOOK\", {Command} }}", ("1A", "fake: nothing"), ("1B", "fake: slow:1500"), ("2A", "fake: ok"));
        using var run = repository.Start(new Dictionary<string, string> { ["HOOK"] = hook.Address.ToString() }, "run");

        Assert.Equal(3, run.WaitForExit(60));

        Assert.Equal(["failed", "finished-with-failures"], Kinds(hook));
        Assert.Equal("failed 1A\nfinished-with-failures\n", File.ReadAllText(Path.Combine(repository.Home, "told")));
        Assert.Contains("1 of 3 milestones are done, ", hook.Bodies.Last(), StringComparison.Ordinal);
        Assert.Contains(" USD. Failed: 1A. Not begun, for they need others: 2A.", hook.Bodies.Last(), StringComparison.Ordinal);
        Assert.DoesNotContain("no notice", Log(repository), StringComparison.Ordinal);
        var secret = Tool.Run("/bin/grep", repository.Folder, repository.Home, 30, "-rl", "secret-path", ".", repository.Home);
        Assert.Equal("", secret.Out + (run.Out + run.Error).Split("secret-path").Skip(1).FirstOrDefault());
    }

    [Fact]
    public void A_run_that_needs_a_person_says_so_and_what_is_not_asked_for_stays_untold()
    {
        using var repository = new SampleRepository($"\"notify\": {{ \"on\": [\"person\"], {Command} }}", ("1A", "fake: login"));

        Assert.Equal(4, repository.Run("run").Exit);
        Assert.Equal("stopped\n", File.ReadAllText(Path.Combine(repository.Home, "told")));
    }

    [Fact]
    public void A_webhook_that_hangs_changes_neither_the_run_nor_its_code()
    {
        using var hook = new Hook(_ => null);
        using var repository = new SampleRepository($"\"notify\": {{ \"webhook\": \"{hook.Address}\" }}", ("1A", "fake: ok"));
        using var run = repository.Start("run");
        run.WaitForLine("1A   done");
        var watch = Stopwatch.StartNew();

        Assert.Equal(0, run.WaitForExit(30));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"{watch.Elapsed}");
        Assert.Equal("1A", repository.Merged());
        Assert.Equal(["finished"], Kinds(hook));
        Assert.Contains("no notice by webhook: the run is over, and it did not go out in time", Log(repository), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-path", Log(repository) + run.Out + run.Error, StringComparison.Ordinal);
        Assert.Empty(repository.LeftOver());
    }
}
