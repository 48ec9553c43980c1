namespace Orchestrator.Cli.Tests.World;

/// <summary>What agents and gates find in their worktrees beside the files of the commit, in whole runs.</summary>
public sealed class ReadyTests
{
    private const string Look = "fake: do (echo $PORT; echo $ORCHESTRATOR_PORT_COUNT; echo $TMPDIR; cat .env prepared) > seen-$(basename $PWD).txt; echo x > $TMPDIR/left";

    [Fact]
    public void Agents_and_gates_find_what_the_project_wants_along_and_nothing_of_it_lands()
    {
        using var repository = new SampleRepository(
            """
            "worktree": { "setup": "cp .env prepared; test -d \"$TMPDIR\"", "teardown": ["echo gone $(basename $PWD) >> $TMPDIR/../../../torn"], "ports": 4 },
            "gates": [ { "name": "ready", "run": "test -f .env && test -f prepared && test -d $TMPDIR && test $PORT = $ORCHESTRATOR_PORT" } ]
            """, ("1A", Look), ("1B", Look));
        repository.Write(".gitignore", ".env\nprepared\ntorn\n");
        repository.Write(".worktreeinclude", ".env\n");
        repository.Git("add", "-A");
        repository.Git("commit", "-q", "-m", "included");
        repository.Write(".env", "TOKEN=1\n");

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Equal("1A 1B", repository.Merged());
        var seen = new[] { "1A", "1B" }.Select(id => repository.Read($"seen-{id}.txt").Split('\n')).ToList();
        Assert.NotEqual(seen[0][0], seen[1][0]);
        Assert.All(seen, lines => Assert.InRange(int.Parse(lines[0], System.Globalization.CultureInfo.InvariantCulture), 20_000, 65_535));
        Assert.All(seen, lines => Assert.Equal(("4", "TOKEN=1", "TOKEN=1"), (lines[1], lines[3], lines[4])));
        Assert.Equal(Path.Combine(repository.Folder, ".orchestrator", "tmp", "1A"), seen[0][2]);
        Assert.DoesNotContain(".env", repository.Git("ls-tree", "-r", "--name-only", "main").Split('\n'));
        Assert.Equal("", repository.Git("for-each-ref", "refs/orchestrator/rescue"));
        Assert.Equal(["gone 1A", "gone 1B", "gone candidate"], repository.Read("torn").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order().Distinct());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(repository.Folder, ".orchestrator", "tmp")));
        Assert.Empty(LeftWorktrees.Of(repository.Folder));
    }

    [Fact]
    public void A_teardown_that_hangs_keeps_nobody_waiting_who_begins()
    {
        using var repository = new SampleRepository(
            "\"max_parallel_tasks\": 1, \"review\": { \"level\": \"none\" }, \"worktree\": { \"teardown\": \"test -f $HOME/go || case $PWD in */1A) touch $HOME/hangs; while ! test -f $HOME/go; do sleep 0.1; done;; esac\" }",
            ("1A", "fake: ok"), ("1B", "fake: ok"), ("1C", "fake: hold:implement")); // the second is made ready before the first ends
        using var run = repository.Start("run");
        repository.AwaitHeld(run); // the last one is at work
        HeldRun.Until(() => File.Exists(Path.Combine(repository.Home, "hangs")), 30, () => run.Out + run.Error);
        repository.LetGo();
        Assert.True(run.WaitForExit(60) == 0, run.Out + run.Error);
        repository.EndedWell("1A 1B 1C");
    }

    [Fact]
    public void A_setup_that_fails_is_said_and_tried_again_until_it_works()
    {
        using var repository = new SampleRepository("\"worktree\": { \"setup\": \"test -f $HOME/online || { echo cannot reach it; exit 6; }\" }", ("1A", "fake: ok"));
        using var run = repository.Start("run");
        HeldRun.Until(() => repository.Run("status", "--json").Out.Contains("cannot reach it", StringComparison.Ordinal), 30, () => run.Out + run.Error + repository.Run("status", "--json").Out);
        File.WriteAllText(Path.Combine(repository.Home, "online"), "");
        Assert.True(run.WaitForExit(60) == 0, run.Out + run.Error);
        Assert.Equal("1A", repository.Merged());
    }
}
