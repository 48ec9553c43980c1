using System.Text.Json;

namespace Orchestrator.Cli.Tests;

public sealed class RunTests
{
    [Fact]
    public void Milestones_become_merged_commits_one_each_with_a_trailer()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"), ("1B", "fake: changes-then-approve"), ("2A", "fake: ok"));

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Equal("1A 1B 2A", repository.Merged());
        Assert.Equal("1A attempt 1 round 0\n", repository.Read("out/1A.txt"));
        Assert.Equal("1B attempt 1 round 1\n", repository.Read("out/1B.txt"));
        Assert.Contains("- [x] 2A Title of 2A", repository.Read("TASKS.md"), StringComparison.Ordinal);
        Assert.Equal("", repository.Git("status", "--porcelain"));
        Assert.Equal(repository.Read("TASKS.md").Trim(), repository.Git("show", "main:TASKS.md"));
        Assert.Equal("", repository.Git("fsck"));
        Assert.Empty(LeftWorktrees.Of(repository.Folder));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(repository.Folder, "logs"), "orchestrator_*.log"));
        using var metrics = JsonDocument.Parse(repository.Read("logs/metrics.json"));
        Assert.Equal(3, metrics.RootElement.GetProperty("milestones").GetArrayLength());
    }

    [Fact]
    public void A_second_run_says_that_all_is_done()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"));
        Assert.Equal(0, repository.Run("run").Exit);
        var tip = repository.Git("rev-parse", "main");

        var (exit, output, _) = repository.Run("run");

        Assert.Equal(0, exit);
        Assert.Contains("done", output, StringComparison.Ordinal);
        Assert.Equal(tip, repository.Git("rev-parse", "main"));
    }

    [Fact]
    public void A_fresh_clone_knows_what_is_done()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"), ("2A", "fake: ok"));
        Assert.Equal(0, repository.Run("run", "--stage", "1").Exit);
        var clone = Path.Combine(repository.Home, "clone");
        repository.Git("clone", "-q", repository.Folder, clone);

        var (exit, output, error) = Tool.Run(Tool.Program, clone, repository.Home, 120, "run");

        Assert.True(exit == 0, output + error);
        Assert.Contains("done by an earlier run", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(clone, "out", "2A.txt")));
    }

    [Fact]
    public void A_failed_milestone_blocks_only_what_needs_it()
    {
        using var repository = new SampleRepository(
            "\"retry_attempts\": 2", ("1A", "fake: nothing"), ("1B", "fake: ok"), ("2A", "fake: ok"), ("2B", "fake: ok\n"));
        repository.Write("milestones/2B.md", "---\ndepends_on: [1B]\n---\n# 2B: Free\n\nfake: ok\n");

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 3, output + error);
        Assert.Equal("1B 2B", repository.Merged());
        using var status = JsonDocument.Parse(repository.Run("status", "--json").Out);
        var states = status.RootElement.GetProperty("milestones").EnumerateArray().Select(m => $"{m.GetProperty("id")} {m.GetProperty("state")} {m.GetProperty("attempt")}");
        Assert.Equal(["1A failed 2", "1B done 1", "2A failed 0", "2B done 1"], states);
        Assert.Contains("needs 1A", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Uncommitted_and_untracked_files_are_untouched()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"));
        repository.Write("README.md", "# Sample, edited\r\n");
        repository.Write("notes.txt", "mine\n");
        repository.Write("TASKS.md", "my own list\r\n\r\n- buy milk\r\n");

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Equal("# Sample, edited\r\n", repository.Read("README.md"));
        Assert.Equal("mine\n", repository.Read("notes.txt"));
        Assert.StartsWith("my own list\r\n\r\n- buy milk\r\n", repository.Read("TASKS.md"), StringComparison.Ordinal);
        Assert.Equal("1A", repository.Merged());
    }

    [Fact]
    public void A_checkout_in_the_way_is_left_alone_and_the_next_run_lands_it()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"));
        repository.Write("out/1A.txt", "the user's own\n");

        var (exit, output, _) = repository.Run("run");

        Assert.True(exit == 7, output);
        Assert.Equal("the user's own\n", repository.Read("out/1A.txt"));
        Assert.Contains("git merge --ff-only", output, StringComparison.Ordinal);

        File.Delete(Path.Combine(repository.Folder, "out", "1A.txt"));
        Assert.Equal(0, repository.Run("run").Exit);
        Assert.Equal("1A", repository.Merged());
    }

    [Fact]
    public void The_projects_own_prompts_count_as_committed_and_their_faults_stop_the_start()
    {
        using var repository = new SampleRepository("\"prompts\": \"./prompts\"", ("1A", "fake: ok"));
        repository.Write("prompts/implement.md", "Ours at home. {{text}} {{foo}}\n");
        repository.Git("add", "-A");
        repository.Git("commit", "-q", "-m", "prompts");

        var (exit, _, error) = repository.Run("run");

        Assert.Equal(2, exit);
        Assert.Contains("prompts/implement.md:1", error, StringComparison.Ordinal);
        Assert.Contains("lacks '{{situation}}'", error, StringComparison.Ordinal);
        var (code, _, said) = repository.Run("run", "--validate-only");
        Assert.Equal(2, code);
        Assert.StartsWith(error.TrimEnd(), said, StringComparison.Ordinal);
        Assert.EndsWith("\n2 errors.", said, StringComparison.Ordinal);

        repository.Write("prompts/implement.md", "Ours at home. {{text}} {{situation}}\n");
        repository.Git("commit", "-q", "-a", "-m", "mended");
        repository.Write("prompts/implement.md", "Planted. {{text}} {{situation}}\n");
        Assert.Equal(0, repository.Run("run").Exit);
        Assert.Equal("1A", repository.Merged());
        var runs = Path.Combine(repository.Folder, ".orchestrator", "runs");
        var prompt = Assert.Single(Directory.GetFiles(runs, "*implement*.prompt.md", SearchOption.AllDirectories));
        Assert.StartsWith("[orchestrator] milestone=1A role=implement attempt=1 round=0\n\nOurs at home. # 1A", File.ReadAllText(prompt), StringComparison.Ordinal);
        Assert.Contains(repository.Git("rev-parse", "HEAD:prompts/implement.md"), File.ReadAllText(Path.ChangeExtension(prompt, "json")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_conflict_is_done_again_on_what_was_merged_first()
    {
        using var repository = new SampleRepository("", ("1A", "fake: conflict"), ("1B", "fake: conflict"));

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Equal("1A 1B", repository.Merged());
        Assert.Equal("1B attempt 2 round 0\n", repository.Read("out/same.txt"));
    }

    [Fact]
    public void A_red_gate_sends_the_work_back_and_a_red_candidate_never_lands()
    {
        using var repository = new SampleRepository(
            "\"gates\": [ { \"name\": \"alone\", \"run\": \"test $(ls out | wc -l) -lt 2\" } ], \"retry_attempts\": 2, \"review\": { \"level\": \"none\" }",
            ("1A", "fake: ok"), ("1B", "fake: ok"));

        var (exit, output, error) = repository.Run("run");

        // Each is green alone, both together are red: one lands, the other cannot.
        Assert.True(exit == 3, output + error);
        Assert.Equal("1A", repository.Merged());
        Assert.Contains("alone", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flaky_gate_stops_nothing_and_is_named()
    {
        using var repository = new SampleRepository(
            "\"gates\": [ { \"name\": \"moody\", \"run\": \"mkdir \\\"$HOME/moody\\\" || exit 0; exit 1\" }, { \"name\": \"steady\", \"run\": \"true\" } ]", ("1A", "fake: ok"));

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Contains("Flaky gates, which failed and passed on the same files: moody.", repository.Run("status").Out, StringComparison.Ordinal);
        using var status = JsonDocument.Parse(repository.Run("status", "--json").Out);
        Assert.Equal("moody", Assert.Single(status.RootElement.GetProperty("flaky_gates").EnumerateArray()).GetString());
        Assert.Contains("gates green; flaky, passed only when run again: moody", File.ReadAllText(Directory.EnumerateFiles(Path.Combine(repository.Folder, "logs"), "*.log").Single()), StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_commands_count_as_the_base_commit_has_them()
    {
        using var repository = new SampleRepository("\"retry_attempts\": 1, \"review\": { \"rounds\": 0 }", ("1A", "x"));
        repository.Write("milestones/1A.md", "---\nverify: test -f out/1A.txt\n---\n# 1A: Verified\n\nfake: ok\n");
        repository.Git("commit", "-q", "-a", "-m", "verify");
        repository.Write("milestones/1A.md", "---\nverify: touch planted\n---\n# 1A: Verified\n\nfake: ok\n");

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Contains("the committed ones count", error, StringComparison.Ordinal);
        Assert.Contains("1A: test -f out/1A.txt", File.ReadAllText(Directory.EnumerateFiles(Path.Combine(repository.Folder, "logs"), "*.log").Single()), StringComparison.Ordinal);
    }
}
