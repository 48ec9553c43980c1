namespace Orchestrator.Cli.Tests.World;

/// <summary>What agents and gates leave behind without the right to write to it, for a user who is not above that.</summary>
public sealed class ReadOnlyFolderTests
{
    private const string Leave = "mkdir -p ro/deep cache/pkg && echo x > ro/deep/f && echo x > cache/pkg/f && chmod -R a-w ro cache";

    [Fact]
    public void Nothing_that_may_not_be_written_to_is_in_the_way_of_what_comes_next()
    {
        using var repository = new SampleRepository(
            "\"review\": { \"level\": \"none\" }, \"gates\": [ { \"name\": \"fetches\", \"run\": \"test -d cache/gate || { chmod u+w . cache; mkdir -p cache/gate && echo x > cache/gate/f && chmod -R a-w cache; }\" } ]",
            ("1A", $"fake: do {Leave}"), ("1B", "fake: ok"), ("2A", "fake: do chmod -R u+w ro && rm -r ro"), ("3A", "fake: ok"));
        repository.Write(".gitignore", "cache/\n");
        repository.Git("add", "-A");
        repository.Git("commit", "-q", "-m", "ignore");

        for (var start = 0; start < 2; start++)
        {
            using var run = StartAsOneOfMany(repository, "run");
            Assert.True(run.WaitForExit(90) == 0, run.Out + run.Error);
        }

        repository.EndedWell("1A 1B 2A 3A");
        using var clean = StartAsOneOfMany(repository, "clean");
        Assert.True(clean.WaitForExit(30) == 0, clean.Out + clean.Error);
        Assert.Empty(Directory.GetDirectories(Path.Combine(repository.Folder, ".worktree"), "*", SearchOption.TopDirectoryOnly));
    }

    /// <summary>Without the rights of root to write and read what it may not, where root runs the tests.</summary>
    private static RunningTool StartAsOneOfMany(SampleRepository repository, params string[] arguments) => Environment.IsPrivilegedProcess
        ? new RunningTool("/usr/bin/setpriv", repository.Folder, repository.Home, ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search", Tool.Program, .. arguments])
        : repository.Start(arguments);
}
