using System.Text.Json;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Fence;

namespace Orchestrator.Cli.Tests;

/// <summary>The whole, with the real Claude Code CLI against the rehearsal model.</summary>
public sealed class DemoTests
{
    private const string Everything = "README.md\nTASKS.md\nbin/hello\ndocs/manual.md\nlib/greet.sh\nlib/shout.sh\nlib/words.sh\n";

    [Fact]
    public async Task The_demo_merges_every_milestone_and_run_again_says_that_all_is_done()
    {
        using var top = new TemporaryFolder();
        var demo = Path.Combine(top.Path, "demo");

        var (exit, output, error) = Tool.Run(Tool.Program, top.Path, top.Path, 180, "demo", "--dir", demo);

        Assert.True(exit == 0, output + error);
        Assert.Contains("1B   working: remediating (round 1)", output, StringComparison.Ordinal);
        Assert.Contains("Merge milestone 2B: Manual", output, StringComparison.Ordinal);
        Assert.StartsWith(Everything, Git(demo, "ls-tree", "-r", "--name-only", "main", "--", "README.md", "TASKS.md", "bin", "docs", "lib") + "\n", StringComparison.Ordinal);
        Assert.Equal("5", Git(demo, "rev-list", "--count", "--merges", "main"));

        // Without a network: what the demo needs is the model, and that it reaches through the gateway.
        var fenced = (await FenceProbe.LookAsync(TestContext.Current.CancellationToken)).Level == FenceLevel.None ? 1 : 3;
        Assert.Equal(fenced, JsonDocument.Parse(Tool.Run(Tool.Program, top.Path, top.Path, 60, "-C", demo, "status", "--json").Out).RootElement.GetProperty("fence").GetInt32());

        var again = Tool.Run(Tool.Program, top.Path, top.Path, 60, "demo", "--dir", demo);
        Assert.Equal(0, again.Exit);
        Assert.Contains("All chosen milestones are done.", again.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Killed_ten_times_the_demo_ends_with_the_same_tree_and_no_agent_left(int seed)
    {
        var random = new Random(seed);
        using var top = new TemporaryFolder();
        var demo = Path.Combine(top.Path, "demo");
        for (var kills = 0; kills < 10; kills++)
        {
            using var run = Git(demo, "rev-parse", "-q", "--verify", "HEAD").Length > 0
                ? new RunningTool(Tool.Program, top.Path, top.Path, "-C", demo, "run")
                : new RunningTool(Tool.Program, top.Path, top.Path, "demo", "--dir", demo);
            run.WaitForAtMost(random.Next(50, 2000));
            if (!run.HasExited)
            {
                run.Kill();
            }
        }

        var (exit, output, error) = Tool.Run(Tool.Program, top.Path, top.Path, 180, "-C", demo, "run");

        Assert.True(exit == 0, output + error);
        Assert.Equal("d6e00370c585a250c86a9cb82edb0f440890b294", Git(demo, "rev-parse", "main^{tree}"));
        Assert.Equal("5", Git(demo, "rev-list", "--count", "--merges", "main"));
        Assert.Equal("", Git(demo, "fsck", "--no-dangling"));
        Assert.Empty(Engine.Processes.ProcessSweep.Find(Engine.Processes.LongProcess.RepositoryMarker, Path.Combine(demo, ".git")));
    }

    [Fact]
    public void Rehearse_plays_the_users_own_plan_in_a_clone()
    {
        using var repository = new SampleRepository("", ("1A", "Something."), ("2A", "Something else."));
        repository.Write("orchestrator.config.json", "{}\n"); // the real CLI, as a user has it
        var clone = Path.Combine(repository.Home, "clone");
        var before = repository.Git("rev-parse", "main");

        var (exit, output, error) = repository.Run("rehearse", "--dir", clone);

        Assert.True(exit == 0, output + error);
        Assert.True(File.Exists(Path.Combine(clone, "rehearsal", "2A.md")));
        Assert.Equal(before, repository.Git("rev-parse", "main"));
    }

    private static string Git(string folder, params string[] arguments)
    {
        if (!Directory.Exists(folder))
        {
            return "";
        }

        var (exit, output, _) = Tool.Run("/usr/bin/git", folder, folder, 60, arguments);
        return exit == 0 ? output.Trim() : "";
    }
}

/// <summary>A folder that goes when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
