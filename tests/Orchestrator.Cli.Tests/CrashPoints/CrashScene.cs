using System.Diagnostics;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Running;
using SQLitePCL;

namespace Orchestrator.Cli.Tests.CrashPoints;

/// <summary>
/// A plan and a user's checkout with work of its own in it, run once undisturbed and then again and again with a fault
/// at one call. What must hold afterwards is looked up in git and in files, and never asked of the program.
/// </summary>
internal sealed class CrashScene
{
    private const int Patience = 12;
    private const int Slow = 180;
    private const int Restarts = 3;

    private static readonly HashSet<string> Writes = ["write", "writev", "pwrite", "pwritev", "copy_file_range", "sendfile"];
    private static readonly HashSet<string> NeedsRoom = ["open", "openat", "creat", "fopen", "mkdir", "link", "symlink", "ftruncate", "fallocate"];

    private static readonly (string Name, string Text)[] UsersFiles =
    [
        ("README.md", "# Sample, edited\r\n"), ("notes.txt", "mine\n"), ("secret.local", "ignored, mine\n"), ("out/own.txt", "mine, beside theirs\n"),
    ];

    private readonly (string, string)[] _plan;
    private readonly string _settings;
    private readonly string _match;
    private readonly After _expected;
    private readonly IReadOnlyList<string> _calls;

    public CrashScene(string settings, string match, params (string, string)[] plan)
    {
        (_settings, _match, _plan) = (settings, match, plan);
        using var repository = Make();
        using var counter = new CrashCounter(repository.Folder, Fault.Count, 0, match);
        using var run = repository.Start(counter.Variables, "run");
        var exit = run.WaitForExit(60);
        Assert.True(exit == 0, run.Out + run.Error);
        _calls = counter.Calls;
        _expected = After.Of(repository);
    }

    /// <summary>How many calls an undisturbed run makes that count.</summary>
    public int Points => _calls.Count;

    /// <summary>
    /// The points at which a fault differs from the others: half of a call that does not write is none of it, which is a
    /// kill; and a disk that is full from a point on refuses the first call after it that needs room.
    /// </summary>
    public IReadOnlyList<int> PointsFor(Fault fault) => [.. Enumerable.Range(1, Points).Where(at => fault switch
    {
        Fault.Torn => Writes.Contains(_calls[at - 1]),
        Fault.Enospc or Fault.EnospcForever => Writes.Contains(_calls[at - 1]) || NeedsRoom.Contains(_calls[at - 1]),
        _ => true,
    })];

    /// <summary>One run with a fault, then runs without one to the end. Returns the broken laws, each with the point.</summary>
    public IReadOnlyList<string> Play(Fault fault, int at)
    {
        using var repository = Make();
        using var counter = new CrashCounter(repository.Folder, fault, at, _match);
        var broken = new List<string>();
        try
        {
            var pinned = Disturb(repository, counter, broken);
            var told = Finish(repository, counter.RefusedLock, broken);
            After.Of(repository, counter.RefusedLock).Compare(_expected, exact: fault is Fault.Kill or Fault.Torn, broken);
            CheckPins(repository, pinned, broken);
            CheckRest(repository, broken);
            return [.. broken.Select(law => $"{counter.Describe()}: {law}{(law == broken[^1] ? told : "")}")];
        }
        catch (Exception e)
        {
            return [.. broken.Append(e.Message).Select(law => $"{counter.Describe()}: {law}")];
        }
    }

    private SampleRepository Make()
    {
        var repository = new SampleRepository(_settings, _plan);
        repository.Write(".gitignore", "*.local\n");
        repository.Write("TASKS.md", "# Mine\r\n\r\n- buy milk\r\n");
        repository.Git("add", "-A");
        repository.Git("commit", "-q", "-m", "the user's list");
        repository.Write("TASKS.md", "# Mine\r\n\r\n- buy milk\r\n- and bread, not committed\r\n");
        foreach (var (name, text) in UsersFiles)
        {
            repository.Write(name, text);
        }

        return repository;
    }

    /// <summary>The run with the fault, up to the end of its last process. Returns the commits that our refs held then.</summary>
    private static string[] Disturb(SampleRepository repository, CrashCounter counter, List<string> broken)
    {
        using var run = repository.Start(counter.Variables, "run");
        run.WaitForAtMost((counter.Kills ? Slow : Patience) * 1000); // one that the disk refuses may wait for ever
        foreach (var signal in new[] { "TERM", "KILL" })
        {
            if (!run.HasExited)
            {
                run.Signal(signal);
                run.WaitForAtMost(Patience * 1000);
            }
        }

        var watch = Stopwatch.StartNew();
        while (ProcessSweep.Find("CRASHPOINT_FILE", counter.File) is { Count: > 0 } left)
        {
            if (watch.Elapsed.TotalSeconds > 10)
            {
                broken.Add($"{left.Count} processes outlive the crash");
                ProcessSweep.KillAll("CRASHPOINT_FILE", counter.File);
            }
        }

        if (!counter.Fired && run.WaitForExit(1) != 0)
        {
            broken.Add($"the run ended with {run.WaitForExit(1)} without a fault: {run.Out}{run.Error}");
        }

        CheckUsersFiles(repository, "right after the crash", broken);

        return [.. repository.Git("for-each-ref", "--format=%(objectname) %(refname)", "refs/orchestrator/", "refs/heads/orchestrator/")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0])];
    }

    /// <summary>Starts it again until it is through. A lock that the disk kept git from removing is the user's to remove, when its path is named.</summary>
    private static string Finish(SampleRepository repository, string? refusedLock, List<string> broken)
    {
        var told = "";
        var stays = refusedLock is null ? null : Path.Combine(repository.Folder, ".git", refusedLock);
        for (var start = 1; start <= Restarts; start++)
        {
            var (exit, output, error) = repository.Run("run");
            if (exit == 0)
            {
                return told;
            }

            told += $"\n    start {start} ended with {exit}: {Last(output)} {Last(error)}";
            if (stays is not null && (output + error).Contains($"remove '{stays}'", StringComparison.Ordinal))
            {
                File.Delete(stays);
            }
        }

        broken.Add($"not finished after {Restarts} further starts");
        return told;
    }

    private static string Last(string lines) => string.Join(" | ", lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(4));

    private static void CheckPins(SampleRepository repository, string[] pinned, List<string> broken)
    {
        if (pinned.Length > 0 && repository.Git(["rev-list", .. pinned.Distinct(), "--not", "--all"]) is { Length: > 0 } lost)
        {
            broken.Add($"commits that a ref of ours held are reachable no more: {lost.ReplaceLineEndings(" ")}");
        }
    }

    private static void CheckUsersFiles(SampleRepository repository, string when, List<string> broken)
    {
        foreach (var (name, text) in UsersFiles)
        {
            var file = Path.Combine(repository.Folder, name);
            if (!File.Exists(file) || File.ReadAllText(file) != text)
            {
                broken.Add($"the user's {name} is not what it was, {when}");
            }
        }
    }

    private static void CheckRest(SampleRepository repository, List<string> broken)
    {
        CheckUsersFiles(repository, "at the end", broken);
        var (_, output, error) = Tool.Run("/usr/bin/git", repository.Folder, repository.Home, 60, "fsck", "--no-dangling", "--no-progress");
        if ((output + error).Length > 0)
        {
            broken.Add($"git fsck: {output} {error}");
        }

        if (repository.LeftOver() is { Count: > 0 } left)
        {
            broken.Add($"{left.Count} processes are left");
        }

        if (ReadJournal(Path.Combine(repository.Folder, ".orchestrator", "journal.db")) is { } damage)
        {
            broken.Add($"the journal: {damage}");
        }
    }

    private static string? ReadJournal(string path)
    {
        using var reader = JournalReader.Open(path);
        if (reader?.LatestRun() is not { } run || reader.StateOf(run)?.Final is null)
        {
            return "no run, or none that ended";
        }

        raw.sqlite3_open(path, out var database);
        using (database)
        {
            raw.sqlite3_prepare_v2(database, "PRAGMA integrity_check", out var statement);
            using (statement)
            {
                raw.sqlite3_step(statement);
                return raw.sqlite3_column_text(statement, 0).utf8_to_string() is var said && said == "ok" ? null : said;
            }
        }
    }

    /// <summary>How a finished run leaves the repository.</summary>
    private sealed record After(string Merged, string Tree, string Status, string Tasks, string Locks, string Worktrees)
    {
        public static After Of(SampleRepository repository, string? refusedLock = null)
        {
            var git = Path.Combine(repository.Folder, ".git");
            return new After(
                string.Join(' ', repository.Merged().Split(' ').Order(StringComparer.Ordinal)),
                repository.Git("ls-tree", "-r", "main"),
                repository.Git("status", "--porcelain"),
                repository.Read("TASKS.md"),
                string.Join(' ', Directory.EnumerateFiles(git, "*.lock", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(git, file)).Where(name => name != refusedLock).Order(StringComparer.Ordinal)),
                string.Join(' ', LeftWorktrees.Of(repository.Folder)));
        }

        /// <summary>Where a call only failed, an agent may have needed another attempt and have said so in its file.</summary>
        public void Compare(After expected, bool exact, List<string> broken)
        {
            var differences = new[]
            {
                ("merged", Merged, expected.Merged),
                ("the tree", exact ? Tree : Names(Tree), exact ? expected.Tree : Names(expected.Tree)),
                ("git status", Status, expected.Status),
                ("TASKS.md", Tasks, expected.Tasks),
                ("locks", Locks, expected.Locks),
                ("worktrees", Worktrees, expected.Worktrees),
            };
            broken.AddRange(differences.Where(d => d.Item2 != d.Item3).Select(d => $"{d.Item1}: '{Beyond(d.Item2, d.Item3)}' instead of '{Beyond(d.Item3, d.Item2)}'"));
        }

        /// <summary>The lines that only one of two texts has; the whole text when it has no line of its own.</summary>
        private static string Beyond(string text, string other) =>
            text.Split('\n').Except(other.Split('\n')).ToList() is { Count: > 0 } lines ? string.Join(" | ", lines) : text.ReplaceLineEndings(" | ");

        private static string Names(string tree) => string.Join('\n', tree.Split('\n').Select(line => line.Contains("\tout/", StringComparison.Ordinal) ? line.Split('\t')[1] : line));
    }
}
