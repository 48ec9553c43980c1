using System.Text.Json;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Fence;

namespace Orchestrator.Cli.Tests;

/// <summary>The whole program with its agents fenced in.</summary>
public sealed class FencedRunTests
{
    private const string Required = "\"isolation\": \"required\", \"gates\": [ { \"name\": \"there\", \"run\": \"test -d out && git log --oneline -1 && ! cat $HOME/secret.txt\" } ]";

    [Fact]
    public void A_run_of_two_stages_with_review_remediation_and_gates_ends_as_ever()
    {
        using var repository = Make(("1A", "fake: ok"), ("1B", "fake: changes-then-approve"), ("2A", "fake: ok"));

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Equal("1A 1B 2A", repository.Merged());
        Assert.Equal(2, JsonDocument.Parse(repository.Run("status", "--json").Out).RootElement.GetProperty("fence").GetInt32());
        Assert.Empty(repository.LeftOver());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(repository.Folder, ".orchestrator", "fence")));
        Assert.Equal("", repository.Git("fsck", "--no-dangling", "--no-progress"));
    }

    [Fact]
    public void What_an_agent_does_outside_of_its_worktree_fails_and_what_it_does_inside_lands()
    {
        using var repository = Make(("1A", "fake: do mkdir -p out; cat \"$HOME/secret.txt\" > out/own.txt; echo x > ../../README.md; git config core.hooksPath /tmp; git branch evil; (setsid sleep 600 &); echo in >> out/own.txt"));

        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Equal("in", repository.Git("show", "main:out/own.txt").Trim());
        Assert.Equal("# Sample\n", repository.Read("README.md"));
        Assert.Equal("", repository.Git("branch", "--list", "evil"));
        Assert.DoesNotContain("hooksPath", File.ReadAllText(Path.Combine(repository.Folder, ".git", "config")), StringComparison.Ordinal);
        Assert.Empty(repository.LeftOver());
    }

    /// <summary>The CLI saves its conversation when it is asked to end; a fence that is killed would leave it no time.</summary>
    [Fact]
    public void Stopped_in_its_fence_an_agent_hears_it_and_its_conversation_goes_on()
    {
        using var repository = Make(("1A", "fake: slow:3000"));
        using (var run = repository.Start("run"))
        {
            run.WaitForLine("implementing", 20);
            run.Signal("TERM");
            Assert.Equal(4, run.WaitForExit(20));
        }

        var (exit, output, error) = repository.Run("run");
        Assert.True(exit == 0, output + error);
        Assert.Equal("1A", repository.Merged());
    }

    /// <summary>The real CLI, a scripted model on the machine's own loopback, which the fence does not have, and a key that is worth nothing.</summary>
    [Fact]
    public async Task Without_a_network_the_real_CLI_does_its_milestones_through_the_gateway()
    {
        SkipWithoutFence();
        await using var scene = new Limits.LimitScene(
            2,
            _ => """
                { "conversations": [
                    { "when": { "role": "review" }, "steps": [ { "verdict": { "verdict": "approved", "summary": "looked", "findings": [] } } ] },
                    { "steps": [ { "bash": "mkdir -p out; env | grep -c dummy-for-loopback > out/{milestone}.txt; tail -n +3 /proc/net/dev | cut -d: -f1 >> out/{milestone}.txt; true" }, { "say": "done" } ] } ] }
                """,
            ", \"isolation\": \"required\", \"fence\": { \"network\": \"model\" }, \"gates\": [ { \"name\": \"shut in\", \"run\": \"test $(tail -n +3 /proc/net/dev | wc -l) = 1 && ! env | grep -q CLAUDE_\" } ]");

        using var run = scene.Start();

        Assert.True(run.WaitForExit(90) == 0, $"{run.Out}\n{run.Error}\n{scene.Told}");
        Assert.Equal("1A 1B", scene.Repository.Merged());
        Assert.Equal(["0", "lo"], scene.Repository.Git("show", "main:out/1A.txt").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(3, scene.Status().GetProperty("fence").GetInt32());
        Assert.Empty(scene.Repository.LeftOver());
    }

    /// <summary>The CLI keeps its login in the user's home. The agents' home has one, too, in which a dummy stands.</summary>
    [Theory]
    [InlineData("shared", 2)]
    [InlineData("model", 3)]
    public async Task With_the_users_login_agents_work_and_never_see_it(string network, int level)
    {
        SkipWithoutFence();
        await using var scene = new Limits.LimitScene(
            1,
            _ => """
                { "conversations": [
                    { "when": { "role": "review" }, "steps": [ { "verdict": { "verdict": "approved", "summary": "looked", "findings": [] } } ] },
                    { "steps": [ { "bash": "mkdir -p out; (cat ~/.claude/.credentials.json; env) | grep -c for-loopback > out/{milestone}.txt; grep -c dummy ~/.claude/.credentials.json >> out/{milestone}.txt" }, { "say": "done" } ] } ] }
                """,
            $", \"isolation\": \"required\", \"fence\": {{ \"network\": \"{network}\" }}, \"gates\": [ {{ \"name\": \"shut out\", \"run\": \"! env | grep -q ANTHROPIC_\" }} ]");
        scene.UseLogin();

        using var run = scene.Start();

        Assert.True(run.WaitForExit(90) == 0, $"{run.Out}\n{run.Error}\n{scene.Told}");
        Assert.Equal(["0", "1"], scene.Repository.Git("show", "main:out/1A.txt").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(level, scene.Status().GetProperty("fence").GetInt32());
    }

    /// <summary>Who makes the plan sees what is to be planned for, and nothing of what it is nobody's business.</summary>
    [Fact]
    public async Task A_plan_is_made_in_a_fence_by_the_real_CLI()
    {
        SkipWithoutFence();
        await using var scene = new Limits.LimitScene(
            1,
            folder => $$$"""
                { "conversations": [ { "when": { "role": "plan" }, "steps": [
                    { "tools": [
                        { "name": "Read", "input": { "file_path": "{{{folder}}}/../../repo/README.md" } },
                        { "name": "Read", "input": { "file_path": "{{{folder}}}/../secret.txt" } },
                        { "name": "Read", "input": { "file_path": "{{{folder}}}/../../repo/.git/config" } },
                        { "name": "Glob", "input": { "pattern": "**/journal.db", "path": "{{{folder}}}/../../repo" } } ] },
                    { "verdict": { "milestones": [ { "id": "1A", "title": "One", "description": "Do it.", "exit_criteria": [ "it is done" ] } ] } } ] } ] }
                """,
            ", \"isolation\": \"required\", \"fence\": { \"feeds\": [] }");
        scene.UseKey();
        File.WriteAllText(Path.Combine(scene.Repository.Home, "secret.txt"), "canary");
        scene.Repository.Git("config", "http.extraheader", "canary");
        scene.Repository.Write("spec.md", "# What I want\n\nOne thing.\n");
        Directory.Delete(Path.Combine(scene.Repository.Folder, "milestones"), recursive: true);

        using var plan = scene.Start("plan", "spec.md", "--yes");

        Assert.True(plan.WaitForExit(60) == 0, $"{plan.Out}\n{plan.Error}\n{scene.Told}");
        var said = File.ReadAllText(Directory.GetFiles(Path.Combine(scene.Repository.Folder, ".orchestrator", "plans"), "turn-1-1.jsonl", SearchOption.AllDirectories).Single());
        Assert.Contains("# Sample", said, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", said, StringComparison.Ordinal);
        Assert.DoesNotContain("journal.db\"", said.Replace("**/journal.db\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(scene.Repository.Folder, "milestones", "1A.md")));
    }

    /// <summary>With a key the CLI gives up at once and says nothing of how long the refusal lasts. The gateway heard it.</summary>
    [Fact]
    public async Task With_a_key_a_refusal_lasts_as_long_as_the_provider_said()
    {
        SkipWithoutFence();
        await using var scene = new Limits.LimitScene(1, _ => """{ "conversations": [ { "steps": [ { "fail": { "status": 429, "headers": { "retry-after": "3000" } } } ] } ] }""", ", \"isolation\": \"required\"");
        scene.UseKey();
        using var run = scene.Start();

        scene.WaitUntilParked(run);

        Assert.InRange(scene.Status().GetProperty("milestones")[0].GetProperty("until").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddSeconds(2900), DateTimeOffset.UtcNow.AddSeconds(3100));
    }

    private static SampleRepository Make(params (string Id, string Text)[] milestones)
    {
        SkipWithoutFence();
        var repository = new SampleRepository(Required, milestones);
        File.WriteAllText(Path.Combine(repository.Home, "secret.txt"), "canary");
        return repository;
    }

    internal static void SkipWithoutFence() =>
        Assert.SkipWhen(FenceProbe.LookAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult().Level == FenceLevel.None, "no fence on this machine");
}
