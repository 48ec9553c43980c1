using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Cli.Tests.Hostile;

/// <summary>
/// What is noticed without a fence: each act of the table in the docs is committed in a run of the real program, and the
/// table has to say what came of it.
/// </summary>
public sealed class UnfencedActTests
{
    [Fact]
    public void The_table_in_the_docs_says_what_is_noticed_and_what_is_not()
    {
        var seen = new ConcurrentDictionary<string, string>();
        var runs = UnfencedAct.All.Where(act => act.Alone).Select(act => new[] { act }).Prepend([.. UnfencedAct.All.Where(act => !act.Alone)]);
        Parallel.ForEach(runs, new ParallelOptions { MaxDegreeOfParallelism = 2 }, acts =>
        {
            using var scene = new UnfencedScene(acts);
            foreach (var (name, outcome) in scene.Play())
            {
                seen[name] = outcome;
            }
        });

        Assert.Equal(
            UnfencedAct.All.Select(act => $"| {act.Name} | {seen[act.Name]} |"),
            File.ReadLines(Path.Combine(Tool.Root, "docs", "concepts", "without-a-fence.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).Select(line => string.Join('|', line.Split('|')[..3]) + "|"));
    }
}

/// <summary>A repository and a home of a user, an agent that commits acts, and one beside it that works honestly.</summary>
internal sealed class UnfencedScene : IDisposable
{
    private const string Words = """
        await() { i=0; while [ ! -s "$1" ] && [ $i -lt 500 ]; do sleep 0.02; i=$((i+1)); done; }
        runs() { [ -d "/proc/$(cat "$1")" ] && ! grep -q ') Z ' "/proc/$(cat "$1")/stat"; }

        """;

    private readonly SampleRepository _repository = new("\"retry_attempts\": 3");
    private readonly TcpListener _service = new(IPAddress.Loopback, 0);
    private readonly IReadOnlyList<UnfencedAct> _acts;
    private readonly string _keep;
    private readonly string _head;

    public UnfencedScene(IReadOnlyList<UnfencedAct> acts)
    {
        _acts = acts;
        _service.Start();
        _keep = Path.Combine(_repository.Home, "act");
        Directory.CreateDirectory(_keep);
        File.WriteAllText(Path.Combine(_repository.Home, "token"), "sk-ant-api03-" + string.Concat(Enumerable.Range(0, 93).Select(_ => (char)('a' + Random.Shared.Next(26)))) + "AA\n");
        _head = $"ROOT='{_repository.Folder}' GIT='{_repository.Folder}/.git' KEEP='{_keep}' SIBLING='{_repository.Folder}/.worktree/1B' SERVICE={((IPEndPoint)_service.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}\n"
            + $"cd '{_repository.Folder}/.worktree/1A' 2>/dev/null\nRUN=$(ls -t \"$ROOT/.orchestrator/runs\" 2>/dev/null | head -1)\nexport KEEP\n{Words}";
        Script("1A", "[ -e \"$KEEP/acted\" ] && { rm -rf a; exit 0; }\n: > \"$KEEP/acted\"\nawait \"$KEEP/b-agent\"\n"
            + string.Concat(acts.Select((act, n) => $"{act.Script}\nif {{ {act.Harm}; }} >/dev/null 2>&1; then : > \"$KEEP/harm-{n}\"; fi\n")) + "echo done > \"$KEEP/a-done\"");
        Script("1B", "mkdir -p b; echo one > b/one.txt; p=$(sed -n 's/^PPid:\\t//p' /proc/$PPID/status); echo $p > \"$KEEP/b-agent\"; await \"$KEEP/a-done\"; mkdir -p b; echo two > b/two.txt");
        _repository.Write("src/app.txt", "one\n");
        _repository.Git("add", "-A");
        _repository.Git("commit", "-q", "-m", "plan");
        _repository.Write("src/app.txt", "stashed\n");
        _repository.Git("stash", "-q");
        _repository.Git("branch", "other");
        _repository.Git("branch", "third");
        File.WriteAllText(Path.Combine(_keep, "begin"), _repository.Git("rev-parse", "main"));
        _repository.Write("src/app.txt", "one\nmine\n");
        Directory.CreateDirectory(Path.Combine(_repository.Home, ".ssh"));
        File.WriteAllText(Path.Combine(_repository.Home, ".ssh", "id_ed25519"), "canary\n");
        File.WriteAllText(Path.Combine(_repository.Home, ".bashrc"), "true\n");
    }

    /// <summary>Plays them in one run, and says of each what came of it.</summary>
    public IEnumerable<(string Name, string Outcome)> Play()
    {
        using var run = _repository.Start(new Dictionary<string, string> { ["CANARY"] = "x" }, "run");
        if (_acts[0].Waits)
        {
            run.WaitForLine(_acts[0].Word, 20);
            run.Signal("TERM");
        }

        run.WaitForExit(60);
        var said = string.Concat(Directory.EnumerateFiles(Path.Combine(_repository.Folder, "logs"), "*.log").Where(file => !file.Contains("_20200101_", StringComparison.Ordinal)).Select(File.ReadAllText)) + run.Error;
        for (var n = 0; n < _acts.Count; n++)
        {
            if (!File.Exists(Path.Combine(_keep, $"harm-{n}")))
            {
                yield return (_acts[n].Name, "did no harm, and so proves nothing");
                continue;
            }

            var (there, named) = (Tool.Run("/bin/sh", _repository.Home, _repository.Home, 20, "-c", $"{_head}{{ {_acts[n].Harm}; }} >/dev/null 2>&1").Exit == 0, said.Contains(_acts[n].Word, StringComparison.Ordinal));
            yield return (_acts[n].Name, (there, named) switch { (true, true) => "said", (true, false) => "**not noticed**", (false, true) => "mended and said", _ => "mended" });
        }
    }

    public void Dispose()
    {
        _service.Dispose();
        Tool.Run("/bin/sh", _repository.Home, _repository.Home, 20, "-c", $"{_head}for f in \"$KEEP/marked\" \"$KEEP/unmarked\"; do [ -e \"$f\" ] && runs \"$f\" && kill -9 $(cat \"$f\"); done");
        _repository.Dispose();
    }

    private void Script(string id, string text)
    {
        var file = Path.Combine(_keep, id + ".sh");
        File.WriteAllText(file, id == "1A" ? _head + text : _head.Replace("/.worktree/1A'", $"/.worktree/{id}'", StringComparison.Ordinal) + text);
        _repository.Write($"milestones/{id}.md", $"# {id}: Title of {id}\n\nfake: do sh {file}\n");
    }
}
