using System.Security.Cryptography;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// A repository of an unusual kind, with a home of its own, a plan of two milestones and the fake agent. A kind is
/// made by changing it; <see cref="Folder"/> may be pointed at a clone or a worktree of it.
/// </summary>
internal sealed class Zoo : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("orchestrator-zoo-").FullName;

    public Zoo(string name = "repo", params string[] init)
    {
        Folder = Checkout = In(name);
        Home = In("home");
        Directory.CreateDirectory(Folder);
        Directory.CreateDirectory(Home);
        Git(["init", "-q", "-b", "main", .. init]);
        Git("config", "user.name", "User");
        Git("config", "user.email", "user@localhost");
        Write("README.md", "# Sample\n");
        Write("src/app.txt", "one\ntwo\nthree\n");
        Write(".gitignore", "*.ignored\n");
        Write("milestones/1A.md", "# 1A: Title of 1A\n\nfake: ok\n");
        Write("milestones/1B.md", "# 1B: Title of 1B\n\nfake: ok\n");
        Settings("");
        Commit("begin");
    }

    /// <summary>Where the program is started.</summary>
    public string Folder { get; set; }

    /// <summary>Where the target is checked out, or the main checkout.</summary>
    public string Checkout { get; set; }

    /// <summary>The branch that the milestones are merged on.</summary>
    public string Target { get; set; } = "main";

    public string Home { get; }

    /// <summary>A place beside the repository.</summary>
    public string In(string name) => Path.Combine(_top, name);

    public string PathOf(string name) => Path.Combine(Checkout, name);

    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    public string Read(string name) => File.ReadAllText(PathOf(name));

    /// <summary>Writes the settings file; it is not committed by this.</summary>
    public void Settings(string more) =>
        Write("orchestrator.config.json", $"{{ \"claude\": {{ \"path\": \"{Tool.FakeClaude}\" }}, \"isolation\": \"off\", \"review\": {{ \"level\": \"none\" }}{(more.Length > 0 ? ", " + more : "")} }}\n");

    /// <summary>The same, committed.</summary>
    public void CommitSettings(string more)
    {
        Settings(more);
        Commit("settings");
    }

    /// <summary>The user's git in the checkout, which has to succeed. Hooks and owners are none of the tests' business.</summary>
    public string Git(params string[] arguments) => GitIn(Checkout, arguments);

    public string GitIn(string folder, params string[] arguments)
    {
        var (exit, output, error) = TryGit(folder, arguments);
        Assert.True(exit == 0, $"git {string.Join(' ', arguments)}: {error}");
        return output;
    }

    public (int Exit, string Out, string Error) TryGit(string folder, params string[] arguments) => Tool.Run(
        "/usr/bin/git", folder, Home, 60,
        ["-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*", "-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false", "-c", "user.name=User", "-c", "user.email=user@localhost", .. arguments]);

    /// <summary>The user's git where it is meant to stop half-way, with a conflict.</summary>
    public void GitStops(params string[] arguments) => Assert.NotEqual(0, TryGit(Checkout, arguments).Exit);

    public void Commit(string message)
    {
        Git("add", "-A");
        Git("commit", "-q", "-m", message);
    }

    /// <summary>Makes branch <c>other</c> change the line that main changes, too; main is checked out.</summary>
    public void Diverge()
    {
        Git("checkout", "-q", "-b", "other");
        Write("src/app.txt", "other\ntwo\nthree\n");
        Commit("other");
        Git("checkout", "-q", "main");
        Write("src/app.txt", "main\ntwo\nthree\n");
        Commit("main");
    }

    /// <summary>Goes on in a clone of it.</summary>
    public void Clone(params string[] how)
    {
        Git(["clone", "-q", .. how, In("clone")]);
        Folder = Checkout = In("clone");
    }

    /// <summary>Makes it somebody else's.</summary>
    public void GiveAway()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can give a folder away.");
        Assert.Equal(0, Tool.Run("/bin/chown", _top, Home, 30, "-R", "1234", Checkout).Exit);
    }

    /// <summary>A program to be run by git.</summary>
    public string Hook(string body)
    {
        var script = In("script" + Guid.NewGuid().ToString("N")[..6]);
        File.WriteAllText(script, "#!/bin/sh\n" + body + "\n");
        Assert.Equal(0, Tool.Run("/bin/chmod", _top, Home, 30, "755", script).Exit);
        return script;
    }

    public (int Exit, string Out, string Error) Run(params string[] arguments) => Tool.Run(Tool.Program, Folder, Home, 120, [.. arguments, "run"]);

    /// <summary>The milestones merged on the target, in the order of their merging.</summary>
    public string Merged() => string.Join(' ', Git("log", "--reverse", "--merges", "--format=%(trailers:key=Orchestrator-Milestone,valueonly,separator=)", Target, "--")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>All refs that the program makes.</summary>
    public string OurRefs() => Git("for-each-ref", "--format=%(refname)", "refs/orchestrator/", "refs/heads/orchestrator/");

    /// <summary>What belongs to the user: settings of git, what status says, and every file that a run has no business with.</summary>
    public IReadOnlyList<string> OfTheUser()
    {
        var seen = new List<string>();
        var common = Path.GetFullPath(Git("rev-parse", "--git-common-dir").Trim(), Checkout);
        foreach (var config in Directory.EnumerateFiles(common, "config*"))
        {
            seen.Add($"{Path.GetFileName(config)} {Hash(config)}");
        }

        seen.AddRange(Git("status", "--porcelain").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.EndsWith(" TASKS.md", StringComparison.Ordinal)));
        var ours = new[] { ".git", ".orchestrator", ".worktree", "logs", "out", "TASKS.md" };
        foreach (var folder in Directory.EnumerateFileSystemEntries(Checkout).Where(entry => !ours.Contains(Path.GetFileName(entry))))
        {
            var files = File.Exists(folder) ? [folder] : Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories);
            seen.AddRange(files.Select(file => $"{Path.GetRelativePath(Checkout, file)} {Hash(file)}"));
        }

        return [.. seen.Order(StringComparer.Ordinal)];
    }

    public void Dispose()
    {
        Engine.Processes.ProcessSweep.KillAll(Engine.Processes.LongProcess.RepositoryMarker, Path.Combine(In("repo"), ".git"));
        Directory.Delete(_top, recursive: true);
    }

    private static string Hash(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))[..12];
}
