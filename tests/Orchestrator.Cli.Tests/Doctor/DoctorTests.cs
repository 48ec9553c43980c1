using System.Text.Json;
using Orchestrator.Cli.Tests.World;

namespace Orchestrator.Cli.Tests.Doctor;

/// <summary><c>doctor</c> on the machine that the tests run on.</summary>
public sealed class DoctorTests
{
    private static Dictionary<string, JsonElement> Checks(RunningTool doctor)
    {
        using var json = JsonDocument.Parse(doctor.Out);
        return json.RootElement.GetProperty("checks").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!, c => c.Clone());
    }

    private static string State(JsonElement check) => check.GetProperty("state").GetString()!;

    [Fact]
    public void A_key_is_seen_and_never_shown_and_all_is_said_as_JSON_too()
    {
        using var repository = new SampleRepository("\"max_parallel_tasks\": 1", ("1A", "fake: ok"));
        var claude = Path.Combine(repository.Home, "claude");
        File.WriteAllText(claude, "#!/bin/sh\necho '2.1.330 (Claude Code)'\n");
        Assert.Equal(0, Tool.Run("/bin/chmod", repository.Home, repository.Home, 10, "700", claude).Exit);
        repository.Write("orchestrator.config.json", $$"""{ "claude": { "path": "{{claude}}", "env": ["MY_API_KEY"] } }""");
        var variables = new Dictionary<string, string> { ["MY_API_KEY"] = "not-to-be-shown" };

        using var plain = repository.Start(variables, "doctor");
        using var json = repository.Start(variables, "doctor", "--json");

        plain.WaitForExit(60);
        json.WaitForExit(60);
        Assert.Contains("MY_API_KEY is set (not read)", plain.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("not-to-be-shown", plain.Out + plain.Error + json.Out + json.Error, StringComparison.Ordinal);
        var checks = Checks(json);
        Assert.Equal(["ok", "ok", "ok", "ok"], new[] { "git", "Claude Code CLI", "Claude login", "clock" }.Select(name => State(checks[name])));
        Assert.Contains("worktrees", checks.Single(c => c.Key.StartsWith("disk", StringComparison.Ordinal) && c.Value.GetProperty("found").GetString()!.Contains("worktrees", StringComparison.Ordinal)).Value.GetProperty("found").GetString(), StringComparison.Ordinal);
        Assert.All(checks.Keys, name => Assert.Contains(name, plain.Out, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_needed_and_missing_ends_with_2_and_says_what_to_do()
    {
        using var repository = new SampleRepository("\"claude\": {}, \"retry_attempts\": 0");
        repository.Write("orchestrator.config.json", "{ \"claude\": { \"path\": \"./none\" } }");

        using var doctor = repository.Start(new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, "doctor");

        Assert.Equal(2, doctor.WaitForExit(60));
        Assert.Matches("missing +Claude Code CLI +not found", doctor.Out);
        Assert.Matches("missing +Claude login +not seen", doctor.Out);
        Assert.Contains("npm install -g", doctor.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void The_state_folder_is_closed_to_others_by_fix_alone()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"));
        Assert.Equal(0, repository.Run("run").Exit);
        var state = Path.Combine(repository.Folder, ".orchestrator");
        Assert.Equal(0, Tool.Run("/bin/chmod", repository.Home, repository.Home, 10, "755", state).Exit);

        using (var doctor = repository.Start("doctor", "--json"))
        {
            doctor.WaitForExit(60);
            var check = Checks(doctor)["state folder"];
            Assert.Equal(("wanted", true), (State(check), check.GetProperty("fixable").GetBoolean()));
        }

        using (var doctor = repository.Start("doctor", "--fix", "--json"))
        {
            doctor.WaitForExit(60);
            Assert.Equal("ok", State(Checks(doctor)["state folder"]));
        }

        Assert.Equal("700\n", Tool.Run("/usr/bin/stat", state, state, 10, "-c", "%a", ".").Out + "\n");
        Assert.DoesNotContain(Directory.GetFiles(state), file => Path.GetFileName(file).StartsWith("clock", StringComparison.Ordinal));
    }

    [Fact]
    public void What_earlier_runs_left_is_named_with_the_verb_that_removes_it()
    {
        using var repository = new SampleRepository("\"retry_attempts\": 1", ("1A", "fake: nothing"));
        Assert.Equal(3, repository.Run("run").Exit);

        using var doctor = repository.Start("doctor");

        doctor.WaitForExit(60);
        Assert.Matches("wanted +leftovers +[0-9]+ worktrees or branches", doctor.Out);
        Assert.Contains("orchestrator clean", doctor.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_raises_its_limit_of_open_files_and_that_of_its_agents()
    {
        using var repository = new SampleRepository("", Around.TwoStages);
        var start = Path.Combine(repository.Home, "start");
        File.WriteAllText(start, $"#!/bin/sh\nulimit -Sn 256\nexec {Tool.Program} run\n");
        Assert.Equal(0, Tool.Run("/bin/chmod", repository.Home, repository.Home, 10, "700", start).Exit);

        using var run = new RunningTool(start, repository.Folder, repository.Home);
        repository.AwaitHeld(run);

        var limits = File.ReadLines($"/proc/{run.Id}/limits").Single(line => line.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEqual("256", limits[3]);
        run.Signal("TERM");
        run.WaitForExit(30);
        repository.LetGo();
    }
}
