using System.Text;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Tests.Support;

/// <summary>A real repository of a test's own, with one commit on main and a user who is nobody on this machine.</summary>
public sealed class TempRepository : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>Makes it.</summary>
    public TempRepository()
    {
        Root = Directory.CreateDirectory(_folder.In("repo")).FullName;
        User = _folder.User();
        Git("init", "-q", "-b", "main", ".");
        Git("config", "user.name", "Ada Test");
        Git("config", "user.email", "ada@example.org");
        Write("README.md", "# Sample\n");
        Write("src/app.txt", "one\ntwo\nthree\n");
        Commit("first");
    }

    /// <summary>The checkout.</summary>
    public string Root { get; }

    /// <summary>A place beside it.</summary>
    public TempFolder Around => _folder;

    /// <summary>The user's environment.</summary>
    public UserEnvironment User { get; }

    /// <summary>Runs the user's git in the checkout, which has to succeed.</summary>
    public string Git(params string[] arguments) => GitIn(Root, arguments);

    /// <summary>Runs the user's (or an agent's) git in another folder.</summary>
    public string GitIn(string folder, params string[] arguments) => Encoding.UTF8.GetString(Shell.Run("/usr/bin/git", folder, _folder.In("home"), arguments)).TrimEnd('\n');

    /// <summary>A file of a commit, as bytes.</summary>
    public byte[] Blob(string commit, string path) => Shell.Run("/usr/bin/git", Root, _folder.In("home"), "cat-file", "blob", $"{commit}:{path}");

    /// <summary>A file of a commit, as text.</summary>
    public string Text(string commit, string path) => Encoding.UTF8.GetString(Blob(commit, path));

    /// <summary>The paths of a commit.</summary>
    public IReadOnlyList<string> Paths(string commit) => Git("ls-tree", "-r", "-z", "--name-only", commit).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>True when git finds the name.</summary>
    public bool Knows(string revision) => Shell.Try("/usr/bin/git", Root, _folder.In("home"), "rev-parse", "--verify", "-q", revision).Exit == 0;

    /// <summary>The commit of a name.</summary>
    public string Tip(string revision = "refs/heads/main") => Git("rev-parse", "--verify", revision);

    /// <summary>Writes a file of the checkout.</summary>
    public void Write(string path, string text) => Files.Write(Root, path, text);

    /// <summary>A file of the checkout.</summary>
    public string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The user commits everything.</summary>
    public string Commit(string message)
    {
        Git("add", "-A");
        Git("commit", "-q", "-m", message);
        return Tip("HEAD");
    }

    /// <summary>A commit of a tree as it would have been made long ago.</summary>
    public string CommitOfLongAgo(string tree, string parent) => Encoding.UTF8.GetString(Shell.Run(
        "/usr/bin/env", Root, _folder.In("home"), "GIT_AUTHOR_DATE=2020-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2020-01-01T00:00:00Z", "git", "commit-tree", tree, "-p", parent, "-m", "long ago")).Trim();

    /// <summary>What git's own check says against the repository; dangling objects are no fault.</summary>
    public string Fsck() => Git("fsck", "--full", "--strict", "--no-dangling", "--no-progress");

    /// <summary>Opens it as the orchestrator does.</summary>
    public async Task<Repository> OpenAsync(CancellationToken cancellation)
    {
        var (repository, problems) = await Repository.OpenAsync(Root, User, cancellation);
        Assert.Empty(problems);
        await StateFolder.EnsureAsync(repository!, Path.Combine(Root, "logs"), cancellation);
        return repository!;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}

/// <summary>Files for tests.</summary>
internal static class Files
{
    /// <summary>Writes a file; its folders are made.</summary>
    public static string Write(string folder, string path, string text)
    {
        var full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }
}
