using System.Diagnostics;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// A run of one milestone that stays in a chosen moment until the test lets it go on: the fake agent and the gates
/// wait for a file, and a git in front of the real one stays in a sub-command or fails once.
/// </summary>
internal sealed class HeldRun : IDisposable
{
    /// <summary>Stays wherever <c>$PWD</c> matches until it is let go.</summary>
    private const string Gate = """{ "name": "gate", "run": "case $PWD in */PLACE) DEAF touch $HOME/held; while [ ! -e $HOME/go ]; do sleep 0.05; done;; esac" }""";

    // Like git itself, bash leaves the signals blocked that were blocked when it was started; a plain sh may not.
    private const string Git = """
        #!/bin/bash
        skip=
        for word in "$@"; do
            [ -n "$skip" ] && skip= && continue
            case $word in
                -c) skip=1 ;;
                -*) ;;
                *) break ;;
            esac
        done
        case " $* " in *" --dry-run "*) word=$word-dry-run ;; esac
        if [ -e "HOME/fail-$word" ]; then
            rm "HOME/fail-$word"
            echo "fatal: as the test asks" >&2
            exit 128
        fi
        if [ -e "HOME/hold-$word" ]; then
            touch "HOME/held"
            while [ -e "HOME/hold-$word" ]; do sleep 0.02; done
        fi
        exec /usr/bin/git "$@"
        """;

    private readonly Moment _moment;
    private readonly string _tools;

    public HeldRun(Moment moment, bool deaf = false)
    {
        _moment = moment;
        var gates = moment.GateIn is { } place ? $"\"gates\": [{Gate.Replace("PLACE", place, StringComparison.Ordinal).Replace("DEAF", deaf ? "trap '' INT TERM;" : "", StringComparison.Ordinal)}]" : "";
        Repository = new SampleRepository("\"claude_rate_limit_wait\": 2" + (gates.Length > 0 ? ", " + gates : ""), ("1A", $"fake: {moment.Mode}"));
        _tools = Path.Combine(Repository.Home, "tools");
        Directory.CreateDirectory(_tools);
        File.WriteAllText(Path.Combine(_tools, "git"), Git.Replace("HOME", Repository.Home, StringComparison.Ordinal));
        Tool.Run("/bin/chmod", _tools, Repository.Home, 10, "+x", "git");
        if (moment.Git is { } name)
        {
            File.WriteAllText(Path.Combine(Repository.Home, name), "");
        }
    }

    public SampleRepository Repository { get; }

    /// <summary>Starts a run and waits until it is in that moment.</summary>
    /// <param name="leader">As a shell starts it: the leader of a process group.</param>
    public RunningTool StartAndHold(bool leader = false)
    {
        var path = new Dictionary<string, string> { ["PATH"] = $"{_tools}:{Environment.GetEnvironmentVariable("PATH")}" };
        var run = leader
            ? new RunningTool("/usr/bin/setsid", Repository.Folder, Repository.Home, path, Tool.Program, "run")
            : new RunningTool(Tool.Program, Repository.Folder, Repository.Home, path, "run");
        if (_moment.Line is { } line)
        {
            run.WaitForLine(line);
        }
        else
        {
            Until(() => File.Exists(Path.Combine(Repository.Home, "held")), 30, () => $"not held:\n{run.Out}\n{run.Error}");
        }

        return run;
    }

    /// <summary>Lets it go on, now and ever after.</summary>
    public void LetGo()
    {
        File.WriteAllText(Path.Combine(Repository.Home, "go"), "");
        if (_moment.Git is { } name)
        {
            File.Delete(Path.Combine(Repository.Home, name));
        }
    }

    /// <summary>The laws of every stop: nothing of ours lives, nothing is lost, nothing is done twice, no attempt is spent.</summary>
    public void GoesOnAsIfNothingHadBeen()
    {
        Assert.Empty(Repository.LeftOver());
        var home = Path.Combine(Repository.Folder, ".orchestrator", "home");
        Until(() => Engine.Processes.ProcessSweep.Find("HOME", home).Count == 0, 5, () => $"a git of ours stays:\n{string.Join('\n', Engine.Processes.ProcessSweep.Find("HOME", home).Select(CommandOf))}"); // those that wait to be asked end when they see that nobody will
        Assert.False(File.Exists(Path.Combine(Repository.Folder, ".git", "index.lock")));
        LetGo();
        var (exit, output, error) = Repository.Run("run");
        Assert.True(exit == 0, output + error);
        Assert.Equal("1A", Repository.Merged());
        Assert.Equal($"1A attempt 1 round {(_moment.Mode == "hold:remediate" ? 1 : 0)}\n", Repository.Read("out/1A.txt"));
        Assert.Equal("", Repository.Git("fsck", "--no-dangling"));
        Assert.Equal("", Repository.Git("status", "--porcelain"));
        Assert.Empty(Repository.LeftOver());
    }

    private static string CommandOf(int process)
    {
        try
        {
            return $"{File.ReadAllText($"/proc/{process}/stat")} {File.ReadAllText($"/proc/{process}/cmdline").Replace('\0', ' ')}";
        }
        catch (IOException)
        {
            return $"{process}, and it has just ended";
        }
    }

    /// <summary>Waits for a fact.</summary>
    public static void Until(Func<bool> isSo, int seconds, Func<string> said)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(watch.Elapsed.TotalSeconds < seconds, said());
            Thread.Sleep(10);
        }
    }

    public void Dispose()
    {
        LetGo(); // a git that is held would be left over
        Repository.Dispose();
    }
}

/// <summary>A moment in which a run can be held.</summary>
/// <param name="Mode">What the fake agent does.</param>
/// <param name="Git">The file that has git stay in, or fail at, a sub-command.</param>
/// <param name="GateIn">In which worktree the gate stays.</param>
/// <param name="Line">The line that says it is so, where nothing is held.</param>
/// <param name="EndsByItself">True for what is short and is not cut off by a stop either.</param>
internal sealed record Moment(string Mode = "ok", string? Git = null, string? GateIn = null, string? Line = null, bool EndsByItself = false)
{
    /// <summary>The twelve phases of a run.</summary>
    public static IReadOnlyDictionary<string, Moment> All { get; } = new Dictionary<string, Moment>
    {
        ["opening"] = new(Git: "hold-version", EndsByItself: true),
        ["preparing"] = new(Git: "hold-read-tree"),
        ["implementing"] = new("hold:implement"),
        ["committing"] = new(Git: "hold-diff-index", EndsByItself: true),
        ["in review"] = new("hold:review"),
        ["remediating"] = new("hold:remediate"),
        ["running its gates"] = new(GateIn: "1A"),
        ["building the candidate"] = new(Git: "hold-merge-tree"),
        ["testing the candidate"] = new(GateIn: "candidate"),
        ["publishing"] = new(Git: "hold-read-tree-dry-run", EndsByItself: true),
        ["parked by a limit"] = new("limit:-5", Line: "parked: limit"),
        ["backing off"] = new(Git: "fail-read-tree", Line: "tries again after"),
    };
}
