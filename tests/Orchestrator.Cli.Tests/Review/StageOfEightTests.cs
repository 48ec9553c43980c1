using System.Text.Json;

namespace Orchestrator.Cli.Tests.Review;

/// <summary>
/// The whole, with the real Claude Code CLI against the rehearsal model: a stage of eight milestones of which two are plain, two
/// are red only together, one conflicts with a plain one, one weakens a test, one has a flaky gate, and one never
/// satisfies its reviewer.
/// </summary>
public sealed class StageOfEightTests
{
    [Fact]
    public void What_lands_is_what_was_proved_and_everything_else_is_kept_and_named()
    {
        using var scene = new StageOfEight();

        var (exit, output, error) = scene.Run();

        Assert.True(exit == 3, $"{exit}\n{output}{error}\n{scene.Log}"); // one milestone failed, the others are integrated
        var status = scene.Status;
        Assert.All("ABCDEFG", task => Assert.Equal("done", scene.StateOf($"1{task}")));
        Assert.Equal("failed", scene.StateOf("1H"));

        // The plain ones land first, with one of the pair, and the flaky and the mended one next; the other of the pair and the conflict after that.
        Assert.Equal("1A 1B 1C 1F 1G", string.Join(' ', scene.Repository.Merged().Split(' ')[..5]));
        Assert.Contains("1C and 1D are red only together; 1D goes back", scene.Log, StringComparison.Ordinal);
        Assert.True(scene.Log.Contains("tests/test_limits.py::sum", StringComparison.Ordinal), scene.Log); // the finding names the test
        Assert.Equal(("6", "4"), (scene.OnMain("limits/c.txt"), scene.OnMain("limits/d.txt")));
        Assert.Equal("- start\n- apples\n- eggs", scene.OnMain("src/list.txt"));

        // The weakened test was marked, looked at by two who did not know of each other, and put right.
        Assert.Contains("1F: committed", scene.Log, StringComparison.Ordinal);
        Assert.Contains("marked: tests/test_price.py", scene.Log, StringComparison.Ordinal);
        Assert.True(scene.Asked("1F", "check"), scene.Log);
        Assert.False(scene.Asked("1A", "check"), scene.Log);
        Assert.Equal((StageOfEight.PriceTest.TrimEnd(), "3"), (scene.OnMain("tests/test_price.py"), scene.OnMain("src/price.txt")));

        Assert.Contains(status.GetProperty("flaky_gates").EnumerateArray(), gate => gate.GetString()!.StartsWith("1G:", StringComparison.Ordinal));

        // The endless review ends at its cap; the work is kept.
        Assert.Contains("remediation rounds used up (2)", scene.ReasonOf("1H"), StringComparison.Ordinal);
        Assert.Equal("0\n1\n2", scene.Repository.Git("show", $"orchestrator/{status.GetProperty("run").GetString()}/1H:src/h.txt"));

        scene.EveryTipOfMainIsGreen();
        Assert.Empty(scene.Repository.LeftOver());
        Assert.Equal("M TASKS.md", scene.Repository.Git("status", "--porcelain")); // it says of 1H that it failed; nothing else was touched
    }
}

/// <summary>The repository, the plan and the script.</summary>
internal sealed class StageOfEight : IDisposable
{
    public const string PriceTest = """
        def test_price():
            assert value("src/price.txt") == 3
            assert value("src/price.txt") != 4

        """;

    /// <summary>A small test runner: each assertion of the tests is held against a file, and the limits together may not be more than ten.</summary>
    private const string Runner = """
        passed=0 failed=0
        check() { if [ "$2" "$3" "$4" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $1 - $2 $3 $4 does not hold"; fi; }
        for test in tests/test_*.py; do
          while read -r word file how number; do
            [ "$word" = assert ] || continue
            file=${file#*\"} file=${file%\"*}
            case $how in "==") check "$test::$file" "$(cat "$file")" = "$number" ;; *) check "$test::$file" "$(cat "$file")" != "$number" ;; esac
          done < "$test"
        done
        sum=0
        for limit in limits/*.txt; do [ -e "$limit" ] && sum=$((sum + $(cat "$limit"))); done
        check tests/test_limits.py::sum "$sum" -le 10
        echo "$failed failed, $passed passed in 0.01s"
        [ "$failed" -eq 0 ]

        """;

    private const string Script = """
        { "conversations": [
            { "when": { "milestone": "1A", "role": "implement" }, "steps": [ { "bash": "echo '- apples' >> src/list.txt" } ] },
            { "when": { "milestone": "1B", "role": "implement" }, "steps": [ { "bash": "echo 7 > src/b.txt && printf 'def test_b():\\n    assert value(\"src/b.txt\") == 7\\n' > tests/test_b.py" } ] },
            { "when": { "milestone": "1C", "role": "implement" }, "steps": [ { "bash": "mkdir -p limits && echo 6 > limits/c.txt" } ] },
            { "when": { "milestone": "1D", "role": "implement" }, "steps": [ { "bash": "mkdir -p limits && echo 6 > limits/d.txt" } ] },
            { "when": { "milestone": "1D", "role": "remediate" }, "steps": [ { "bash": "echo 4 > limits/d.txt" } ] },
            { "when": { "milestone": "1E", "role": "implement" }, "steps": [ { "bash": "echo '- eggs' >> src/list.txt" } ] },
            { "when": { "milestone": "1E", "role": "resolve" }, "steps": [ { "bash": "sed -i -e '/^[<|=>]\\{7\\}/d' src/list.txt" } ] },
            { "when": { "milestone": "1F", "role": "implement" }, "steps": [ { "bash": "echo 4 > src/price.txt && echo EUR > src/currency.txt && printf 'def test_price():\\n    assert value(\"src/price.txt\") != 5\\n' > tests/test_price.py" } ] },
            { "when": { "milestone": "1F", "role": "review", "round": 0 }, "steps": [ { "verdict": { "verdict": "changes_requested", "summary": "The test was weakened.",
              "findings": [ { "severity": "critical", "file": "tests/test_price.py", "line": 2, "claim": "The price has to stay 3; its assertions were taken out.", "reproduce": "git diff tests/test_price.py" } ] } } ] },
            { "when": { "milestone": "1F", "role": "check" }, "steps": [ { "verdict": { "verdict": "changes_requested", "summary": "It is so.",
              "findings": [ { "severity": "critical", "file": "tests/test_price.py", "line": 2, "claim": "Two assertions on the price are gone, and it is 4 now." } ] } } ] },
            { "when": { "milestone": "1F", "role": "remediate" }, "steps": [ { "bash": "echo 3 > src/price.txt && printf 'def test_price():\\n    assert value(\"src/price.txt\") == 3\\n    assert value(\"src/price.txt\") != 4\\n' > tests/test_price.py" } ] },
            { "when": { "milestone": "1G", "role": "implement" }, "steps": [ { "bash": "echo 1 > src/g.txt" } ] },
            { "when": { "milestone": "1H", "role": "review" }, "steps": [ { "verdict": { "verdict": "changes_requested", "summary": "Not yet.",
              "findings": [ { "severity": "major", "file": "src/h.txt", "claim": "It is not beautiful (look {round})." } ] } } ] },
            { "when": { "milestone": "1H" }, "steps": [ { "bash": "echo {round} >> src/h.txt" } ] },
            { "when": { "role": "review" }, "steps": [ { "verdict": { "verdict": "approved", "summary": "Good.", "findings": [] } } ] } ] }
        """;

    public StageOfEight()
    {
        Repository = new SampleRepository();
        foreach (var (id, text) in new[]
                 {
                     ("1A", "Add apples to src/list.txt."), ("1B", "Write src/b.txt and its test."), ("1C", "Limit c is 6."), ("1D", "Limit d is as much as fits."),
                     ("1E", "Add eggs to src/list.txt."), ("1F", "Add a currency. The price stays 3."), ("1G", "Write src/g.txt."), ("1H", "Write a beautiful src/h.txt."),
                 })
        {
            var verify = id == "1G" ? "---\nverify: \"test -e .cache/seen || { mkdir -p .cache; touch .cache/seen; exit 1; }\"\n---\n" : "";
            Repository.Write($"milestones/{id}.md", $"{verify}# {id}: Title of {id}\n\n{text}\n");
        }

        Repository.Write(".gitignore", ".cache/\n");
        Repository.Write("src/price.txt", "3\n");
        Repository.Write("src/list.txt", "- start\n");
        Repository.Write("tests/test_price.py", PriceTest);
        Repository.Write("tests/run.sh", Runner);
        Repository.Write("script.json", Script);
        Repository.Write("orchestrator.config.json", $$"""
            { "claude": { "path": "{{Tool.RealClaude}}", "rehearsal": "script.json", "head_start_s": 0 }, "max_parallel_tasks": 4, "review": { "rounds": 2 },
              "gates": [ { "name": "tests", "run": "sh tests/run.sh" } ] }
            """);
        Repository.Git("add", "-A");
        Repository.Git("commit", "-q", "-m", "plan");
    }

    public SampleRepository Repository { get; }

    public string Log => string.Concat(Directory.GetFiles(Path.Combine(Repository.Folder, "logs"), "*.log").Order(StringComparer.Ordinal).Select(File.ReadAllText));

    public JsonElement Status
    {
        get
        {
            using var json = JsonDocument.Parse(Repository.Run("status", "--json").Out);
            return json.RootElement.Clone();
        }
    }

    public (int Exit, string Out, string Error) Run() => Tool.Run(Tool.Program, Repository.Folder, Repository.Home, 240, "run");

    public string StateOf(string id) => Of(id).GetProperty("state").GetString()!;

    public string ReasonOf(string id) => Of(id).GetProperty("waiting_for").GetString()!;

    public string OnMain(string path) => Repository.Git("show", $"main:{path}");

    /// <summary>Whether a turn of this role was run for a milestone.</summary>
    public bool Asked(string id, string role) =>
        Directory.GetFiles(Path.Combine(Repository.Folder, ".orchestrator", "runs"), $"*-{role}-*.prompt.md", SearchOption.AllDirectories).Any(file => file.Contains($"/{id}/", StringComparison.Ordinal));

    /// <summary>Wherever the target branch ever stood, its own tests pass.</summary>
    public void EveryTipOfMainIsGreen()
    {
        var folder = Path.Combine(Repository.Home, "look");
        Repository.Git("worktree", "add", "-q", "--detach", folder, "main");
        foreach (var tip in Repository.Git("log", "-g", "--format=%H", "main").Split('\n').SkipLast(1)) // the first commit has no tests
        {
            Assert.Equal(0, Tool.Run("/usr/bin/git", folder, Repository.Home, 60, "checkout", "-q", tip).Exit);
            var (exit, output, _) = Tool.Run("/bin/sh", folder, Repository.Home, 60, "tests/run.sh");
            Assert.True(exit == 0, $"main was red at {tip}: {output}");
        }

        Repository.Git("worktree", "remove", "--force", folder);
    }

    public void Dispose() => Repository.Dispose();

    private JsonElement Of(string id) => Status.GetProperty("milestones").EnumerateArray().Single(m => m.GetProperty("id").GetString() == id);
}
