using System.Collections.Concurrent;
using System.Text;
using Orchestrator.Core;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Git;

/// <summary>
/// The user's repository, opened and found fit: where it lies, who commits, and the door to it. What does not fit
/// is a <see cref="Problem"/> before anything is touched.
/// </summary>
public sealed class Repository
{
    private static readonly Version Needed = new(2, 38);

    private readonly ConcurrentDictionary<(string Commit, string On), bool> _made = new();
    private readonly ConcurrentDictionary<string, GitConversation> _refs = new(StringComparer.Ordinal); // by what they write into the reflog
    private readonly GitConversation _names;

    private Repository(RepositoryPlaces places, GitCommand git, string? checkedOut, IReadOnlyList<GitSetting> settings, UserEnvironment user)
    {
        Places = places;
        Git = git;
        CheckedOut = checkedOut;
        Settings = settings;
        User = user;
        Objects = new ShadowObjects(places, git);
        Packs = new PackCatalogue(git, places);
        _names = new GitConversation(git, places.CommonDir, "cat-file", "--batch-check=%(objectname)");
    }

    /// <summary>Where things lie.</summary>
    public RepositoryPlaces Places { get; }

    /// <summary>The door.</summary>
    public GitCommand Git { get; }

    /// <summary>The objects of the shadow repository, without a process for each.</summary>
    public ShadowObjects Objects { get; }

    /// <summary>The index over all packs.</summary>
    public PackCatalogue Packs { get; }

    /// <summary>The branch checked out in the main checkout, as a full ref; null when its HEAD is detached.</summary>
    public string? CheckedOut { get; }

    /// <summary>The user's settings of git as they were when it was opened.</summary>
    internal IReadOnlyList<GitSetting> Settings { get; }

    /// <summary>The environment we were started in.</summary>
    internal UserEnvironment User { get; }

    /// <summary>All writing calls hold this: git's own locks fail at once instead of waiting, and sibling worktrees read each other half made.</summary>
    public SemaphoreSlim Writing { get; } = new(1, 1);

    /// <summary>What is known of indexes.</summary>
    internal IndexNotes Indexes { get; } = new();

    /// <summary>Opens the repository that holds <paramref name="folder"/>.</summary>
    public static async Task<(Repository? Repository, IReadOnlyList<Problem> Problems)> OpenAsync(
        string folder, UserEnvironment user, CancellationToken cancellation)
    {
        Problem Trouble(string code, string message, string hint) => new(code, message, new Place(folder), hint);
        if (user.Find("git") is not { } program)
        {
            return (null, [Trouble("git.missing", "git is not on PATH.", "Install git 2.38 or newer.")]);
        }

        async Task<GitEnd> Ask(params string[] arguments)
        {
            var environment = user.Only("HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM");
            environment["PATH"] = "/usr/bin:/bin:/usr/local/bin";
            environment["LC_ALL"] = "C.UTF-8";
            var end = await ShortProcess.RunAsync(
                new ProcessSpec(program, ["-c", "core.fsmonitor=false", "-c", "core.pager=cat", .. arguments], folder, environment), null, TimeSpan.FromSeconds(30), cancellation).ConfigureAwait(false);
            return new GitEnd(end.ExitCode, end.Output, end.Errors);
        }

        var said = (await Ask("version").ConfigureAwait(false)).Text;
        if (GitOutput.Version(said) is not { } version || version < Needed)
        {
            return (null, [Trouble("git.old", $"'{said}' is too old: merging without a checkout came with {Needed}.", "Install a newer git.")]);
        }

        var where = await Ask("rev-parse", "--path-format=absolute", "--git-common-dir", "--absolute-git-dir", "--is-bare-repository").ConfigureAwait(false);
        if (!where.Succeeded)
        {
            return (null, [Preflight.Closed(folder, where.Errors)]);
        }

        var lines = where.Text.Split('\n');
        var commonDir = lines[0];
        var settings = GitOutput.Settings((await Ask("config", "--list", "--show-scope", "-z").ConfigureAwait(false)).Output);
        var top = lines[1] == commonDir ? await Ask("rev-parse", "--show-toplevel").ConfigureAwait(false) : null; // in a linked worktree it says nothing of the main checkout
        if (Preflight.Layout(folder, commonDir, lines[2] == "true", top is { Succeeded: true } ? top.Text : null, settings) is { } misplaced)
        {
            return (null, [misplaced]);
        }

        var places = new RepositoryPlaces(Path.GetDirectoryName(commonDir)!, commonDir);
        var head = await Ask($"--git-dir={commonDir}", "symbolic-ref", "-q", "HEAD").ConfigureAwait(false);
        var git = MakeDoor(program, places, settings, user);
        return (new Repository(places, git, head.Succeeded ? head.Text : null, settings, user), []);
    }

    /// <summary>The commit of a ref or revision; null when there is none.</summary>
    public async Task<string?> CommitOfAsync(string revision, CancellationToken cancellation)
    {
        // The git that stays says it, or that it knows of none: then one of its own is asked.
        if (await _names.AskAsync(revision + "^{commit}\n", (answer, stop) => answer.LineAsync(stop)!, cancellation).ConfigureAwait(false) is { } known && GitOutput.IsId(known))
        {
            return known;
        }

        var end = await Git.TryAsync(Places.CommonDir, ["rev-parse", "--verify", "-q", "--end-of-options", revision + "^{commit}"], cancellation).ConfigureAwait(false);
        return end.Succeeded ? end.Text : null;
    }

    /// <summary>The commits of some refs, in their order; null for one that is not there. One call for all.</summary>
    public async Task<IReadOnlyList<string?>> CommitsOfAsync(IReadOnlyList<string> refs, CancellationToken cancellation)
    {
        var found = GitOutput.Refs((await Git.RunAsync(Places.CommonDir, ["for-each-ref", "--format=%(refname) %(objectname)", .. refs], cancellation).ConfigureAwait(false)).Text);
        return [.. refs.Select(name => found.GetValueOrDefault(name))];
    }

    /// <summary>All that some commits hold beyond another, each with its parents.</summary>
    /// <param name="commits">The commits.</param>
    /// <param name="floor">The other, all of whose history is left out.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> BeyondAsync(IReadOnlyCollection<string> commits, string floor, CancellationToken cancellation)
    {
        if (await CommitWalk.BeyondAsync(Objects, commits, floor, cancellation).ConfigureAwait(false) is { } near)
        {
            return near;
        }

        var names = string.Concat(commits.Append("^" + floor).Select(name => name + "\n"));
        var list = await Git.RunAsync(Places.Shadow, ["rev-list", "--parents", "--stdin"], cancellation, Encoding.ASCII.GetBytes(names)).ConfigureAwait(false);
        return list.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToDictionary(f => f[0], f => (IReadOnlyList<string>)f[1..], StringComparer.Ordinal);
    }

    /// <summary>True when everything in <paramref name="ancestor"/> is in <paramref name="commit"/>.</summary>
    public async Task<bool> HoldsAsync(string commit, string ancestor, CancellationToken cancellation) =>
        commit == ancestor || _made.ContainsKey((commit, ancestor)) || (await Git.TryAsync(Places.CommonDir, ["merge-base", "--is-ancestor", ancestor, commit], cancellation).ConfigureAwait(false)).Succeeded;

    /// <summary>Takes in that a commit was made on another, merge upon merge, so that git need not be asked whether it holds that.</summary>
    internal void Made(string commit, string on) => _made[(commit, on)] = true;

    /// <summary>
    /// Changes refs, all or none, each only if it still has the value named: null creates. The reflog says why.
    /// </summary>
    /// <exception cref="GitFailedException">One of them had another value.</exception>
    public async Task UpdateRefsAsync(string why, IEnumerable<(string Ref, string? Old, string New)> changes, CancellationToken cancellation)
    {
        var ours = true;
        var input = new StringBuilder("start\0");
        foreach (var (name, old, value) in changes)
        {
            ours &= RefNames.IsOurs(name);
            if (RefNames.IsOurs(name))
            {
                input.Append("option no-deref\0"); // an agent may have put a symbolic ref in its place, which would lead elsewhere
            }

            input.Append(old is null ? $"create {name}\0{value}\0" : $"update {name}\0{value}\0{old}\0");
        }

        input.Append("prepare\0commit\0");

        // In the reflog of a branch of the user's it is said why. Of those of ours the name says all, so that one git serves for them.
        string[] call = ["update-ref", "--create-reflog", "-m", ours ? "orchestrator" : why, "--stdin", "-z"];
        var staying = _refs.GetOrAdd(ours ? "" : why, _ => new GitConversation(Git, Places.CommonDir, call));
        if (await staying.AskAsync(input.ToString(), DoneAsync, cancellation, final: true).ConfigureAwait(false) is null)
        {
            await Git.RunAsync(Places.CommonDir, call, cancellation, Encoding.UTF8.GetBytes(input.ToString())).ConfigureAwait(false);
        }
    }

    private static async Task<string?> DoneAsync(GitAnswer answer, CancellationToken cancellation)
    {
        foreach (var step in (string[])["start: ok", "prepare: ok", "commit: ok"])
        {
            if (await answer.LineAsync(cancellation).ConfigureAwait(false) != step)
            {
                return null;
            }
        }

        return "";
    }

    /// <summary>
    /// Changes refs as <paramref name="read"/> finds them, and reads once more when one had another value after all: a ref
    /// can be missed for a moment while somebody packs the refs. For refs of our own, whose value nobody else decides.
    /// </summary>
    /// <exception cref="GitFailedException">One of them had another value, three times.</exception>
    internal async Task MoveRefsAsync(string why, Func<Task<List<(string Ref, string? Old, string New)>>> read, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            var changes = await read().ConfigureAwait(false);
            try
            {
                if (changes.Count > 0)
                {
                    await UpdateRefsAsync(why, changes, cancellation).ConfigureAwait(false);
                }

                return;
            }
            catch (GitFailedException e) when (tries < 3 && !e.IsPassing && !cancellation.IsCancellationRequested)
            {
                // read() sees what is there now
            }
        }
    }

    /// <summary>The refs below a prefix and their commits.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RefsAsync(string prefix, CancellationToken cancellation) =>
        GitOutput.Refs((await Git.RunAsync(Places.CommonDir, ["for-each-ref", "--format=%(refname) %(objectname)", prefix], cancellation).ConfigureAwait(false)).Text);

    private static GitCommand MakeDoor(string program, RepositoryPlaces places, IReadOnlyList<GitSetting> settings, UserEnvironment user)
    {
        var identity = new GitIdentity(settings.Last("user.name") ?? "Claude Code Orchestrator", settings.Last("user.email") ?? "orchestrator@localhost");
        var home = Path.Combine(places.State, "home");
        var config = Path.Combine(places.State, "gitconfig");
        // Not from the repository's own config: an agent of an earlier run could have hidden work with it.
        var excludes = settings.Where(s => s.IsTrusted).ToList().Last("core.excludesfile") is { } named
            ? named.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(user.Home, named[2..]) : named
            : Path.Combine(user["XDG_CONFIG_HOME"] ?? Path.Combine(user.Home, ".config"), "git", "ignore");
        return new GitCommand(program, home, config, File.Exists(excludes) ? excludes : null, identity)
        {
            TrustedConfigText = GitOutput.TrustedConfig(settings, user.Find, Path.Combine(places.CommonDir, "lfs")),
            Scratch = places.Shadow,
            Mark = places.CommonDir,
        };
    }
}
