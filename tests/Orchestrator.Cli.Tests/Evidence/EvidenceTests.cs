using System.Text.Json;

namespace Orchestrator.Cli.Tests.Evidence;

/// <summary>What a run leaves to be read afterwards, and the verbs that tell it.</summary>
public sealed class EvidenceTests
{
    [Fact]
    public void A_fine_a_flaky_and_a_failing_milestone_are_told_as_they_were()
    {
        using var repository = new SampleRepository(
            "\"gates\": [ { \"name\": \"moody\", \"run\": \"mkdir \\\"$HOME/moody\\\" || exit 0; exit 1\" }, { \"name\": \"old\", \"run\": \"exit 1\" } ], \"retry_attempts\": 1, \"review\": { \"rounds\": 1 }",
            ("1A", "## Exit Criteria\n- `out/1A.txt` is there\n- It is nice\n\n## Tasks\nfake: ok"), ("1B", "fake: never-approve"), ("1C", "fake: changes-then-approve"), ("2A", "fake: ok"));
        Assert.Equal(3, repository.Run("run").Exit);

        var fine = repository.Run("explain", "1A").Out;
        Assert.Contains("1A  Title of 1A\ndone\n", fine, StringComparison.Ordinal);
        Assert.Contains("`out/1A.txt` is there\n    proved by the file out/1A.txt\n", fine, StringComparison.Ordinal);
        Assert.Contains("It is nice\n    not proved by anybody\n", fine, StringComparison.Ordinal);
        Assert.Contains("old: red, as before the work began", fine, StringComparison.Ordinal);
        Assert.Contains("What to do\n  Nothing: it is done.", fine, StringComparison.Ordinal);

        var failed = repository.Run("explain", "1B").Out;
        Assert.Contains("failed (review.rounds): Not accepted, remediation rounds used up (1): not good enough", failed, StringComparison.Ordinal);
        Assert.Contains("major out/x:1: not good enough (review, attempt 1, round 0, found 2 times)", failed, StringComparison.Ordinal);
        Assert.Contains("  orchestrator run --milestone 1B\n", failed, StringComparison.Ordinal);
        Assert.Contains("needs 1B", repository.Run("explain", "2A").Out, StringComparison.Ordinal);
        Assert.Contains("Nothing stands. Of others: 1 mended.", repository.Run("explain", "1C").Out, StringComparison.Ordinal);

        var (exit, file, error) = repository.Run("report");
        Assert.True(exit == 0, error);
        var report = File.ReadAllText(file);
        Assert.EndsWith("/logs/report.html", file, StringComparison.Ordinal);
        Assert.Contains("<h1>ended with failures</h1>", report, StringComparison.Ordinal);
        Assert.Contains("Flaky gates, which failed and passed on the same files: moody.", report, StringComparison.Ordinal);
        Assert.Contains("Gates that were red before the work began: old.", report, StringComparison.Ordinal);
        Assert.Contains("1 open, 1 mended.", report, StringComparison.Ordinal);
        Assert.Equal("", repository.Git("status", "--porcelain", "--", "logs"));
        foreach (var link in System.Text.RegularExpressions.Regex.Matches(report, "href=\"(\\.\\./[^\"]*)\"").Select(m => Uri.UnescapeDataString(m.Groups[1].Value)))
        {
            Assert.True(Path.Exists(Path.Combine(repository.Folder, "logs", link)), $"{link} is not there.");
        }
    }

    [Fact]
    public void The_commands_to_see_for_oneself_work()
    {
        using var repository = new SampleRepository("\"gates\": [ { \"name\": \"there\", \"run\": \"test -f 'out/1A.txt'\" } ]", ("1A", "fake: ok"));
        Assert.Equal(0, repository.Run("run").Exit);

        using var evidence = JsonDocument.Parse(repository.Run("explain", "1A", "--json").Out);
        var commands = evidence.RootElement.GetProperty("reproduce").EnumerateArray().Select(c => c.GetProperty("command").GetString()!).ToList();

        Assert.Equal(4, commands.Count);
        foreach (var command in commands)
        {
            var (exit, output, error) = Tool.Run("/bin/sh", repository.Folder, repository.Home, 30, "-c", command);
            Assert.True(exit == 0, $"{command}: {output}{error}");
        }
    }

    [Fact]
    public void Evidence_that_is_lost_is_made_anew_from_the_journal()
    {
        using var repository = new SampleRepository("\"retry_attempts\": 1, \"review\": { \"rounds\": 0 }", ("1A", "fake: ok"), ("1B", "fake: never-approve"));
        Assert.Equal(3, repository.Run("run").Exit);
        var run = Assert.Single(Directory.GetDirectories(Path.Combine(repository.Folder, ".orchestrator", "runs")));
        string[] files = [Path.Combine(run, "evidence.json"), Path.Combine(run, "1A", "evidence.json"), Path.Combine(run, "1A", "events.jsonl"), Path.Combine(run, "1B", "evidence.json"), Path.Combine(run, "1B", "events.jsonl")];
        var before = files.Select(File.ReadAllText).ToList();
        Assert.All(File.ReadAllLines(files[2]), line => JsonDocument.Parse(line).Dispose());

        Array.ForEach(files, File.Delete);
        Assert.Equal(3, repository.Run("run").Exit);

        Assert.Equal(before, files.Select(File.ReadAllText));
    }

    [Fact]
    public void What_is_unknown_is_a_problem_with_a_hint()
    {
        using var repository = new SampleRepository("", ("1A", "fake: ok"));
        foreach (var verb in new[] { new[] { "explain", "1A" }, ["report"] })
        {
            var (exit, output, error) = repository.Run(verb);
            Assert.Equal((2, ""), (exit, output));
            Assert.Contains("There was no run here yet.\n       'orchestrator run' begins one", error, StringComparison.Ordinal);
        }

        Assert.Equal(0, repository.Run("run").Exit);
        Assert.Contains("has no milestone '9Z'.\n       It has 1A.", repository.Run("explain", "9Z").Error, StringComparison.Ordinal);
        Assert.Contains("There is no run 'x'.\n       The latest are 20", repository.Run("report", "--run", "x").Error, StringComparison.Ordinal);
        Assert.Contains("The report cannot be written", repository.Run("report", "--output", "README.md/r.html").Error, StringComparison.Ordinal);
    }

    /// <summary>The commands that <c>explain</c> gives are carried out to the letter; between them a person mends the file.</summary>
    [Fact]
    public void A_conflict_that_no_agent_resolves_is_done_once_a_person_merged_it_as_told()
    {
        using var repository = new SampleRepository(
            "\"retry_attempts\": 2, \"review\": { \"level\": \"none\", \"rounds\": 0 }",
            ("1A", "fake: do printf 'alpha beta gamma\\ndelta epsilon zeta\\n' > shared.txt"), ("1B", "fake: do printf 'eta theta iota\\nkappa lambda mu\\n' > shared.txt"), ("2A", "fake: ok"));
        Assert.Equal(3, repository.Run("run").Exit);
        Assert.Equal("1A", repository.Merged());
        var explained = repository.Run("explain", "1B").Out;
        Assert.Contains("failed (merge.unresolved)", explained, StringComparison.Ordinal);
        using var evidence = JsonDocument.Parse(repository.Run("explain", "1B", "--json").Out);
        var commands = evidence.RootElement.GetProperty("next").EnumerateArray().Select(c => c.GetProperty("command").GetString()!).Take(4).ToList();
        Assert.All(commands, command => Assert.Contains($"\n  {command}\n", explained, StringComparison.Ordinal));
        Assert.Equal("orchestrator run", commands[3]);

        Assert.Equal([0, 1], commands.Take(2).Select(Shell));
        repository.Write("shared.txt", "alpha beta gamma\ndelta epsilon zeta\neta theta iota\nkappa lambda mu\n");
        repository.Git("add", "shared.txt");
        Assert.Equal(0, Shell(commands[2]));
        var (exit, output, error) = repository.Run("run");

        Assert.True(exit == 0, output + error);
        Assert.Equal("1A 1B 2A", repository.Merged());
        Assert.Contains("1B  done", output, StringComparison.Ordinal);
        Assert.Contains("kappa lambda mu", repository.Read("shared.txt"), StringComparison.Ordinal);

        int Shell(string command) => Tool.Run("/bin/sh", repository.Folder, repository.Home, 30, "-c", command).Exit;
    }
}
