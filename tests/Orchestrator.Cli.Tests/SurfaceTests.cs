using System.Text.Json;

namespace Orchestrator.Cli.Tests;

public sealed class SurfaceTests
{
    [Fact]
    public void Help_names_every_verb()
    {
        using var top = new TemporaryFolder();
        var (exit, output, _) = Tool.Run(Tool.Program, top.Path, top.Path, 30);

        Assert.Equal(0, exit);
        foreach (var verb in new[] { "run", "single", "status", "explain", "logs", "report", "clean", "doctor", "plan", "init", "demo", "rehearse", "completion", "help" })
        {
            Assert.Contains($"  {verb}", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Init_writes_starters_that_validate()
    {
        using var repository = new SampleRepository();
        File.Delete(Path.Combine(repository.Folder, "orchestrator.config.json"));

        Assert.Equal(0, repository.Run("init").Exit);
        var (exit, output, error) = repository.Run("run", "--validate-only");

        Assert.True(exit == 0, output + error);
        Assert.Contains("1A", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(repository.Folder, ".orchestrator")));
    }

    [Fact]
    public void All_problems_of_settings_and_plan_come_at_once()
    {
        using var repository = new SampleRepository("\"max_paralel_tasks\": 4, \"retry_attempts\": 0", ("1A", "x"), ("2A", "## Dependencies\n- 9Z"));
        repository.Write("milestones/1b.md", "# lower case\n");

        foreach (var arguments in new[] { new[] { "run" }, ["run", "--validate-only"] })
        {
            var (exit, _, error) = repository.Run(arguments);
            Assert.Equal(2, exit);
            Assert.Contains("Did you mean 'max_parallel_tasks'?", error, StringComparison.Ordinal);
            Assert.Contains("'retry_attempts' is 0", error, StringComparison.Ordinal);
            Assert.Contains("milestones/1b.md: This is not the name of a milestone.", error, StringComparison.Ordinal);
            Assert.Contains("milestones/2A.md:4: 2A depends on 9Z, which has no file.", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Outside_a_repository_the_hint_says_what_to_do()
    {
        using var top = new TemporaryFolder();
        var (exit, _, error) = Tool.Run(Tool.Program, top.Path, top.Path, 30, "run");

        Assert.Equal(2, exit);
        Assert.Contains("not a git repository", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_choice_is_refused_with_what_there_is()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"), ("2A", "fake: ok"));

        Assert.Contains("The plan has no such milestone.", repository.Run("run", "--stage", "7").Error, StringComparison.Ordinal);
        Assert.Contains("needs 1A, not done yet", repository.Run("run", "--milestone", "2A").Error, StringComparison.Ordinal);
        Assert.Contains("not the name of a milestone", repository.Run("run", "--milestone", "x").Error, StringComparison.Ordinal);
        Assert.Contains("no unfinished run", repository.Run("--resume").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Minus_C_acts_on_the_repository_there_also_through_the_script()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"));

        var (exit, output, error) = Tool.Run(Path.Combine(Tool.Root, "orchestrator.sh"), repository.Home, repository.Home, 120, "-C", repository.Folder, "run");

        Assert.True(exit == 0, output + error);
        Assert.Equal("1A", repository.Merged());
    }

    [Fact]
    public void Clean_removes_what_is_merged_and_keeps_every_commit()
    {
        using var repository = new SampleRepository("\"retry_attempts\": 1", ("1A", "fake: ok"), ("1B", "fake: never-approve"));
        Assert.Equal(3, repository.Run("run").Exit);
        repository.Write(".worktree/1B/unsaved.txt", "work in progress\n");
        var commits = repository.Git("rev-list", "--all").Split('\n');

        var dry = repository.Run("clean", "--dry-run").Out;
        Assert.Contains("would remove  worktree .worktree/1B", dry, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(repository.Folder, ".worktree", "1B")));
        var (exit, output, error) = repository.Run("clean");

        Assert.True(exit == 0, output + error);
        Assert.False(Directory.Exists(Path.Combine(repository.Folder, ".worktree", "1B")));
        Assert.Empty(commits.Except(repository.Git("rev-list", "--all").Split('\n')));
        var rescue = repository.Git("for-each-ref", "--format=%(refname)", "refs/orchestrator/rescue/");
        Assert.Equal("work in progress", repository.Git("show", $"{rescue}:unsaved.txt"));
        Assert.Equal("Nothing to clean.", repository.Run("clean").Out.Split('\n')[0]);
    }

    [Fact]
    public void Status_as_json_has_the_promised_fields()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"));
        Assert.Equal("null", repository.Run("status", "--json").Out);
        Assert.Equal(0, repository.Run("run").Exit);

        using var status = JsonDocument.Parse(repository.Run("status", "--json").Out);
        var milestone = status.RootElement.GetProperty("milestones")[0];

        foreach (var name in new[] { "id", "stage", "state", "attempt", "commit", "cost_usd", "waiting_for", "until" })
        {
            Assert.True(milestone.TryGetProperty(name, out _), name);
        }

        Assert.Equal("done", milestone.GetProperty("state").GetString());
        Assert.Equal(0.02m, milestone.GetProperty("cost_usd").GetDecimal());
    }

    [Fact]
    public void An_agents_environment_is_made_from_nothing()
    {
        using var repository = new SampleRepository("\"review\": { \"level\": \"none\" }", ("1A", "x"));
        repository.Write("agent.sh", "#!/bin/sh\nenv > seen.txt\necho '{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"done\"}'\n");
        Assert.Equal(0, Tool.Run("/bin/chmod", repository.Folder, repository.Home, 10, "+x", "agent.sh").Exit);
        repository.Write("orchestrator.config.json", "{ \"claude\": { \"path\": \"./agent.sh\" }, \"isolation\": \"off\", \"review\": { \"level\": \"none\" } }");
        repository.Git("commit", "-q", "-a", "-m", "agent");
        var (exit, output, error) = Tool.Run("/usr/bin/env", repository.Folder, repository.Home, 60, "ANTHROPIC_API_KEY=stray", "SECRET=1", Tool.Program, "run");

        Assert.True(exit == 0, output + error);
        var seen = repository.Read("seen.txt");
        Assert.DoesNotContain("stray", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", seen, StringComparison.Ordinal);
        Assert.Contains($"HOME={repository.Home}", seen, StringComparison.Ordinal);
    }
}
