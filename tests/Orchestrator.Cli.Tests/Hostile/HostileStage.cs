using System.Diagnostics;

namespace Orchestrator.Cli.Tests.Hostile;

/// <summary>
/// A plan of two stages: 1A is hostile, 1B works honestly at the same time, 2A comes after. The user has edits of
/// every kind in the checkout. After the run the law holds, whatever 1A did.
/// </summary>
public sealed class HostileStage : IDisposable
{
    /// <summary>Words for the acts' scripts.</summary>
    internal const string Words = """
        await() { i=0; while [ ! -e "$1" ] && [ $i -lt 500 ]; do sleep 0.02; i=$((i+1)); done; }
        await_gate_of_b() { i=0; while ! ls "$ROOT/.orchestrator/runs/$RUN/1B/gates/"*/1.log >/dev/null 2>&1 && [ $i -lt 500 ]; do sleep 0.02; i=$((i+1)); done; }
        work() { mkdir -p a; echo "$1" > "a/$1.txt"; }
        forge() { work "$1"; git add -A; git commit -q --no-verify -m forged; }

        """;

    private const string Settings = "\"retry_attempts\": 3, \"gates\": [ { \"name\": \"there\", \"run\": \"test -f README.md\" } ]";

    private const string Stuck = "tries again after";

    private static readonly Dictionary<string, string> OfTheUser = new()
    {
        ["README.md"] = "# Sample, edited\r\n", ["staged.txt"] = "staged\n", ["notes.txt"] = "mine\n", ["secret.ign"] = "ignored\n", ["deep/er/notes.txt"] = "mine, too\n",
    };

    private readonly Act _act;

    internal HostileStage(Act act, string settings = Settings)
    {
        _act = act;
        Repository = new SampleRepository(settings);
        Keep = Path.Combine(Repository.Home, "act");
        Directory.CreateDirectory(Keep);
        Repository.Write(".gitignore", "*.ign\n");
        Repository.Write("src/app.txt", "one\ntwo\nthree\n");
        Agent("1A", $"[ -e \"$KEEP/acted\" ] && {{ {act.Amends}\nexit 0; }}\n: > \"$KEEP/acted\"\nawait \"$KEEP/b-ready\"\n{act.Script}\n"
            + "cd \"$WT\" 2>/dev/null && find . -name .git -prune -o -type f -print0 > \"$KEEP/names\" && cp -a . \"$KEEP/left\" && rm -rf \"$KEEP/left/.git\"\n: > \"$KEEP/a-done\"");
        Agent("1B", "mkdir -p b; echo one > b/one.txt; : > \"$KEEP/b-ready\"\n" + (act.SiblingGoesAhead ? "" : "await \"$KEEP/a-done\"\n") + "mkdir -p b; echo one > b/one.txt; echo two > b/two.txt");
        Repository.Write("milestones/2A.md", "# 2A: Title of 2A\n\nfake: ok\n");
        Repository.Git("add", "-A");
        Repository.Git("commit", "-q", "-m", "hostile plan");
        Begin = Repository.Git("rev-parse", "main");
        File.WriteAllText(Path.Combine(Keep, "begin"), Begin);
        File.Copy(Path.Combine(Repository.Folder, ".git", "config"), Path.Combine(Keep, "config"));
        foreach (var (name, text) in OfTheUser)
        {
            Repository.Write(name, text);
        }

        Repository.Git("add", "staged.txt");
    }

    internal SampleRepository Repository { get; }

    /// <summary>A folder outside the repository, for what acts and tests tell each other.</summary>
    public string Keep { get; }

    /// <summary>The commit that everything began with.</summary>
    public string Begin { get; }

    /// <summary>What the first run said.</summary>
    public string Said { get; private set; } = "";

    /// <summary>Plays the act in a run, mends the damage and goes on, and looks whether the law holds.</summary>
    internal void HoldsTheLaw()
    {
        var exit = Play();

        Assert.True(exit == (_act.Waits ? 4 : _act.Exit), $"exit {exit}\n{Said}");
        Assert.Contains(_act.Says, Said, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Keep, "a-done")), "The act was not played to its end.\n" + Said);
        NothingRunsOn();
        Mend();
        if (exit != 0)
        {
            NoLies();
            Said += GoOn();
        }

        MainHoldsTheWork();
        TheUsersFilesAreTheirs();
        NothingIsLost();
        _act.Also?.Invoke(this);
        Assert.Contains("done", GoOn(), StringComparison.Ordinal);
    }

    /// <summary>A git of the user's own, which sees things as they are.</summary>
    internal string Git(params string[] arguments) => Repository.Git(["--no-replace-objects", .. arguments]);

    /// <summary>The text of a file on the user's branch.</summary>
    internal string OnMain(string path) => Git("show", "refs/heads/main:" + path);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pid in Pids())
        {
            using var kill = Process.Start("/bin/kill", ["-9", pid]);
            kill.WaitForExit();
        }

        // What an agent made unreadable must not outlive the test.
        Tool.Run("/bin/chmod", Repository.Home, Repository.Home, 10, "-R", "u+rwX", Repository.Folder);
        Tool.Run("/bin/rm", Repository.Home, Repository.Home, 30, "-rf", Repository.Folder, Keep); // names that are no UTF-8 are beyond .NET
        Directory.CreateDirectory(Repository.Folder);
        Repository.Dispose();
    }

    private int Play()
    {
        using var run = Repository.Start("run");
        try
        {
            if (_act.Waits)
            {
                run.WaitForLine(_act.Says, 20);
                run.Signal("TERM");
                return run.WaitForExit(20);
            }

            // Who waits for something that does not get better by waiting is found out at once.
            for (var watch = Stopwatch.StartNew(); !run.HasExited && watch.Elapsed.TotalSeconds < 20; run.WaitForAtMost(50))
            {
                Assert.False(run.Out.Contains(Stuck, StringComparison.Ordinal), run.Out);
            }

            return run.WaitForExit(1);
        }
        finally
        {
            Said = run.Out + "\n" + run.Error;
        }
    }

    private string GoOn()
    {
        var (exit, output, error) = Tool.Run(Tool.Program, Repository.Folder, Repository.Home, 25, "run");
        Assert.True(exit == 0, $"The next run ended with {exit}.\n{output}\n{error}\nBefore:\n{Said}");
        return output;
    }

    private void Mend()
    {
        File.Copy(Path.Combine(Keep, "config"), Path.Combine(Repository.Folder, ".git", "config"), overwrite: true);
        if (_act.Repair.Length > 0)
        {
            var (exit, output, error) = Tool.Run("/bin/sh", Repository.Folder, Repository.Home, 20, "-c", _act.Repair);
            Assert.True(exit == 0, $"The repair: {output}{error}");
        }
    }

    /// <summary>What is called done is on the user's branch, or on the branch that the run named.</summary>
    private void NoLies()
    {
        var (exit, output, error) = Repository.Run("status", "--json");
        if (output.Length == 0)
        {
            Assert.True(exit == 2 && error.Contains("The journal is gone", StringComparison.Ordinal), $"status ended with {exit}: {error}");
            return; // only the note of the last fact outlived it, and nothing is called done
        }

        using var status = System.Text.Json.JsonDocument.Parse(output);
        if (status.RootElement.ValueKind == System.Text.Json.JsonValueKind.Null)
        {
            return; // with the journal gone, nothing is called done
        }

        var branches = Git("for-each-ref", "--format=%(refname)", "refs/heads/main", "refs/heads/orchestrator/*/integration").Split('\n');
        var merged = branches.SelectMany(branch => Repository.Merged(branch).Split(' ')).ToHashSet();
        foreach (var milestone in status.RootElement.GetProperty("milestones").EnumerateArray().Where(m => m.GetProperty("state").GetString() == "done"))
        {
            Assert.Contains(milestone.GetProperty("id").GetString()!, merged);
        }
    }

    private void MainHoldsTheWork()
    {
        Assert.Equal("1A 1B 2A", string.Join(' ', Repository.Merged("refs/heads/main").Split(' ').Order(StringComparer.Ordinal)));
        var subjects = Git("log", "--format=%s", $"{Begin}..refs/heads/main").Split('\n');
        Assert.All(subjects, subject => Assert.Matches(@"^(Merge (milestone|the integrated)|[12][AB]: Title)", subject));
        Assert.Matches("^1A attempt [123] round 0$", OnMain("out/1A.txt"));
        Assert.Matches("^1B attempt [123] round 0$", OnMain("out/1B.txt"));
        Assert.Equal("2A attempt 1 round 0", OnMain("out/2A.txt"));
        Assert.Equal("one", OnMain("b/one.txt"));
        Assert.Equal("two", OnMain("b/two.txt"));
        Assert.Contains("- [x] 2A Title of 2A", OnMain("TASKS.md"), StringComparison.Ordinal);
        var fsck = Tool.Run("/usr/bin/git", Repository.Folder, Repository.Home, 60, "--no-replace-objects", "fsck", "--no-dangling", "--no-progress");
        Assert.True(fsck.Exit == 0, $"fsck: {fsck.Out}{fsck.Error}");
    }

    private void TheUsersFilesAreTheirs()
    {
        if (_act.HarmsTheUser)
        {
            return;
        }

        foreach (var (name, text) in OfTheUser)
        {
            Assert.Equal(text, Repository.Read(name));
        }

        // One's own edits, and nothing that looks like an edit because a branch was moved under the checkout.
        Assert.Equal(["M README.md", "A  staged.txt", "?? deep/", "?? notes.txt"], Git("status", "--porcelain").Split('\n').Order(StringComparer.Ordinal).OrderBy(l => l[0] == '?' ? 1 : 0).ThenByDescending(l => l[0]));
        Assert.Equal("2A attempt 1 round 0\n", Repository.Read("out/2A.txt"));
        Assert.Equal(OnMain("TASKS.md"), Repository.Read("TASKS.md").Trim());
    }

    /// <summary>Every file that the agent left behind is in the branch, or under a ref of ours.</summary>
    private void NothingIsLost()
    {
        if (_act.ContentIsOther || !Directory.Exists(Path.Combine(Keep, "left")))
        {
            return;
        }

        var names = Tool.Run("/bin/sh", Path.Combine(Keep, "left"), Repository.Home, 20, "-c", "xargs -0 -n 1 git hash-object --no-filters -- < ../names");
        Assert.True(names.Exit == 0, names.Error);
        var kept = Git("rev-list", "--objects", "refs/heads/main", "--glob=refs/orchestrator/*").Split('\n').Select(line => line.Split(' ')[0]).ToHashSet();
        var lost = names.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(hash => !kept.Contains(hash)).ToList();
        Assert.True(lost.Count == 0, $"{lost.Count} of the files that the agent left are under no ref.\n{Said}");
    }

    private void NothingRunsOn()
    {
        Assert.Empty(Repository.LeftOver());
        Assert.All(_act.Escapes ? [] : Pids(), pid => Assert.False(Directory.Exists("/proc/" + pid) && !IsZombie(pid), $"process {pid} of the agent runs on"));
    }

    private IEnumerable<string> Pids()
    {
        var file = Path.Combine(Keep, "pids");
        return File.Exists(file) ? File.ReadAllLines(file) : [];
    }

    private static bool IsZombie(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true; // it ended meanwhile
        }
    }

    private void Agent(string id, string script)
    {
        var file = Path.Combine(Keep, id + ".sh");
        var head = $"ROOT='{Repository.Folder}' GIT='{Repository.Folder}/.git' KEEP='{Keep}' WT=$PWD SIBLING='{Repository.Folder}/.worktree/1B'\n"
            + "RUN=$(ls -t \"$ROOT/.orchestrator/runs\" | head -1)\n";
        File.WriteAllText(file, head + Words + script + "\n");
        Repository.Write($"milestones/{id}.md", $"# {id}: Title of {id}\n\nfake: do sh {file}\n");
    }
}
