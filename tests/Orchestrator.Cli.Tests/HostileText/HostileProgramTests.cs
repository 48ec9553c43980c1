using System.Text;

namespace Orchestrator.Cli.Tests.HostileText;

/// <summary>The whole program once, with titles, agents, reviewers, gates and file names that say nasty things: what it prints, writes, commits and tells.</summary>
public sealed class HostileProgramTests : IDisposable
{
    private const string Gh = """
        #!/bin/sh
        while [ $# -gt 0 ]; do
            case "$1" in
                --body-file) cat "$2" > "HERE/body.md" ;;
                --title) printf '%s' "$2" > "HERE/title" ;;
                list) echo '[]' ;;
                create) echo https://example.org/pull/7 ;;
            esac
            shift
        done
        """;

    private const string Settings = """
        "publish": "pull-request", "retry_attempts": 1, "review": { "rounds": 0 }, "logging": { "level": "DEBUG" },
        "gates": [ { "name": "check", "run": "cat \"$HOME/say.err\"; test ! -e out/1C" } ],
        "notify": { "on": ["finished", "failed", "person"], "command": "{ env | grep -a ^ORCHESTRATOR_NOTICE_T; } >> \"$HOME/told.env\"; cat >> \"$HOME/told.json\"; echo >> \"$HOME/told.json\"" }
        """;

    private static readonly string[] Ids = ["1A", "1B", "1C"];

    private readonly HostileTexts _texts = new(8);
    private readonly SampleRepository _repository = new(Settings);
    private readonly Dictionary<string, string> _path;

    public HostileProgramTests()
    {
        foreach (var id in Ids)
        {
            // A NUL and line ends cannot stand in a title: it is one line of a text file.
            var title = string.Concat(Enumerable.Range(0, 40).Select(_ => _texts.Next())).Replace('\n', ' ')[..500];
            var text = $"# {id}: A {title}\n\nfake: say\n\n## Exit criteria\n- {_texts.Next().Replace('\n', ' ')}\n";
            _repository.Write($"milestones/{id}.md", Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text))); // halves of pairs stand in no file
        }

        _repository.Git("add", "-A");
        _repository.Git("commit", "-q", "-m", "plan");
        _repository.Git("init", "-q", "--bare", Home("remote.git"));
        _repository.Git("remote", "add", "origin", Home("remote.git"));
        Say("say.jsonl", string.Concat(Enumerable.Range(0, 20).Select(_ => Transcripts.Of(_texts).Split('\n').Where(line => !line.Contains("\"result\"", StringComparison.Ordinal) && !line.Contains("rate_limit", StringComparison.Ordinal)).Aggregate("", (all, line) => all + line + "\n"))));
        Say("say.err", "\u001b]0;title\u0007\u001b[31m\u202e\u200b\rFAILED \u001b[2Jtest\n" + string.Join('\n', Enumerable.Range(0, 50).Select(_ => _texts.Next())));
        Say("say.files", string.Join('\0', "\u001b[31m", "\u202ecod.exe", "a\nFORGED", "z\u200bero", "\u009b2J", "<img src=x>.md", "![x](https:evil.invalid)"));
        Say("say.implement", $"\"subtype\":\"success\",\"is_error\":false,\"result\":{Json()}");
        Say("say.1B.implement", $"\"subtype\":\"success\",\"is_error\":true,\"result\":{Json()}");
        Say("say.review", $$"""
            "subtype":"success","is_error":false,"result":{{Json()}},"structured_output":{"verdict":"approved","summary":{{Json()}},"findings":[{"severity":"minor","file":{{Json()}},"line":1,"claim":{{Json()}},"reproduce":{{Json()}}}],"criteria":[{"number":1,"met":true,"evidence":{{Json()}}}]}
            """.Trim());
        var tools = Directory.CreateDirectory(Home("tools")).FullName;
        File.WriteAllText(Path.Combine(tools, "gh"), Gh.Replace("HERE", _repository.Home, StringComparison.Ordinal));
        Tool.Run("/bin/chmod", tools, _repository.Home, 10, "+x", "gh");
        _path = new Dictionary<string, string> { ["PATH"] = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}" };
    }

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Nothing_that_others_say_comes_out_of_the_program_but_as_text()
    {
        Shown("run");
        foreach (var command in new[] { "status", "status --watch", "logs", "explain 1A", "explain 1B", "explain 1C", "rescue list", "clean --dry-run", "run --validate-only", "doctor", "logs nobody\u001b[31m" })
        {
            Shown(command.Split(' '));
        }

        foreach (var id in Ids)
        {
            Assert.Contains("not a message", Shown("logs", id), StringComparison.Ordinal);
            Seen.IsJson("explain", Shown("explain", id, "--json"));
        }

        Seen.IsJson("status", Shown("status", "--json"));
        Shown("report");
        Seen.IsFit("report", Text(Path.Combine(_repository.Folder, "logs", "report.html")));
        WhatIsWritten();
        WhatIsCommitted();
        WhatIsTold();
    }

    private void WhatIsWritten()
    {
        var log = Text(Directory.EnumerateFiles(Path.Combine(_repository.Folder, "logs"), "*.log").Single());
        Seen.IsFit("log", log);
        Assert.All(log.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(@"\A20[0-9]{2}-[0-9]{2}-[0-9]{2} ", line));
        Seen.IsJson("metrics", _repository.Read("logs/metrics.json"));
        var tasks = Git("show", $"{Git("for-each-ref", "--format=%(refname)", "refs/heads/orchestrator/*/integration").Trim()}:TASKS.md");
        Seen.IsFit("TASKS.md", tasks);
        Seen.HasOurLines("TASKS.md", tasks);
        Seen.IsPlainMarkdown("TASKS.md", tasks, Core.Progress.TaskList.Begin, Core.Progress.TaskList.End);
        var runs = Path.Combine(_repository.Folder, ".orchestrator", "runs");
        Assert.All(Files(runs, "evidence.json"), file => Seen.IsJson(file, Text(file)));
        Assert.All(Files(runs, "events.jsonl"), file => Assert.All(Text(file).Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Seen.IsJson(file, line)));
        var prompts = Files(runs, "*.prompt.md");
        Assert.True(prompts.Count > 3, $"{prompts.Count} prompts.");
        Assert.All(prompts, file => Seen.IsFit(file, Text(file).Replace("\r\n", "\n", StringComparison.Ordinal)));
        Assert.All(prompts, file => Seen.HasClosedFences(Text(file)));
    }

    private void WhatIsCommitted()
    {
        Assert.Contains("Merge milestone 1A: A ", Git("log", "--all", "--format=%B%n%an %ae"), StringComparison.Ordinal);
        Seen.IsFit("commits", Git("log", "--all", "--format=%B%n%an %ae"));
        Seen.HasOurLines("commits", Git("log", "--all", "--format=%B"));
        Seen.IsFit("branches", Git("for-each-ref", "--format=%(refname)"));
        Seen.IsFit("reflogs", Git("log", "-g", "--all", "--format=%gs"));
        Assert.Equal("1A", string.Join(' ', Git("log", "--merges", "--format=%(trailers:key=Orchestrator-Milestone,valueonly,separator=)", "--branches=orchestrator/*").Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct()));
    }

    private void WhatIsTold()
    {
        var body = Text(Home("body.md"));
        Assert.Contains("1A: A ", body, StringComparison.Ordinal);
        Seen.IsFit("pull request", body + Text(Home("title")));
        Seen.HasOurLines("pull request", body);
        Seen.IsPlainMarkdown("pull request", body);
        var lines = Text(Home("told.json")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length >= 2, "Nobody was told.");
        Assert.All(lines, line => Seen.IsJson("notice", line));
        Seen.IsFit("notice", Text(Home("told.env")));
        Seen.HasOurLines("notice", Text(Home("told.env")));
    }

    /// <summary>What a command prints, held to the law.</summary>
    private string Shown(params string[] arguments)
    {
        var (exit, output, error) = Run(Tool.Program, arguments);
        foreach (var shown in new[] { output, error })
        {
            Seen.IsFit(arguments[0], shown);
            Seen.HasOurLines(arguments[0], shown);
        }

        Assert.True(arguments is not ["run"] || exit == 3, $"exit {exit}\n{output}\n{error}");
        return output;
    }

    private string Git(params string[] arguments) => Run("/usr/bin/git", arguments).Out;

    /// <summary>Runs a program; what it prints comes byte for byte, which lines read from a pipe would not.</summary>
    private (int Exit, string Out, string Error) Run(string program, params string[] arguments)
    {
        var (output, error) = (Home("out"), Home("err"));
        using var run = new RunningTool("/bin/sh", _repository.Folder, _repository.Home, _path, ["-c", "out=$1 err=$2; shift 2; exec \"$@\" >\"$out\" 2>\"$err\"", "sh", output, error, program, .. arguments]);
        return (run.WaitForExit(60), Text(output), Text(error));
    }

    private string Home(string name) => Path.Combine(_repository.Home, name);

    private void Say(string name, string text) => File.WriteAllBytes(Home(name), Encoding.UTF8.GetBytes(text));

    private string Json() => $"\"{string.Concat(Enumerable.Range(0, 5).Select(_ => _texts.Next())).Aggregate(new StringBuilder(), (text, c) => c is >= ' ' and <= '~' and not ('"' or '\\') ? text.Append(c) : text.Append($"\\u{(int)c:x4}"))}\"";

    private static List<string> Files(string folder, string pattern) => [.. Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories)];

    private static string Text(string file) => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(file));
}
