namespace Orchestrator.Engine.Git;

/// <summary>Where things lie in the user's repository. Names only; nothing is made here.</summary>
/// <param name="Root">The main checkout.</param>
/// <param name="CommonDir">The repository itself, shared by all worktrees.</param>
public sealed record RepositoryPlaces(string Root, string CommonDir)
{
    /// <summary>Journal, transcripts, indexes. Ours alone, mode 0700.</summary>
    public string State => Path.Combine(Root, ".orchestrator");

    /// <summary>The journal.</summary>
    public string Journal => Path.Combine(State, "journal.db");

    /// <summary>The repository in which everything that reads working files is done, so that the user's config has no say.</summary>
    public string Shadow => Path.Combine(State, "shadow.git");

    /// <summary>The packs of the user's repository.</summary>
    public string Packs => Path.Combine(CommonDir, "objects", "pack");

    /// <summary>The worktrees.</summary>
    public string Worktrees => Path.Combine(Root, ".worktree");

    /// <summary>The worktree of a milestone.</summary>
    public string Worktree(string milestone) => Path.Combine(Worktrees, milestone);

    /// <summary>The temporary folders of worktrees.</summary>
    public string TemporaryFolders => Path.Combine(State, "tmp");

    /// <summary>The temporary folder of whatever works in a worktree. A short name: the path of a socket in it has to fit into 108 bytes.</summary>
    public string Temporary(string milestone) => Path.Combine(TemporaryFolders, milestone);

    /// <summary>What a fence has for itself: the home of the milestone's agents, and their own part of the repository.</summary>
    public string Fence(string milestone) => Path.Combine(State, "fence", milestone);

    /// <summary>Whatever belongs to one run.</summary>
    public string Run(string run) => Path.Combine(State, "runs", run);

    /// <summary>Whatever belongs to one milestone of a run.</summary>
    public string Milestone(string run, string milestone) => Path.Combine(Run(run), milestone);

    /// <summary>The index that describes a worktree's files: a milestone's goes with its run, that of a worktree with nothing to save outlasts it.</summary>
    public string Index(string run, string name) => Git.Worktrees.HasNothingToSave(name) ? Path.Combine(State, "pool", name + ".index") : Path.Combine(Milestone(run, name), "index");

    /// <summary>The lease.</summary>
    public string Lease => Path.Combine(CommonDir, "orchestrator.lock");

    /// <summary>
    /// The part of the repository that belongs to a worktree; null when the two do not name each other. What its
    /// <c>.git</c> says is an agent's to change: it is believed only when it names a folder made for this worktree.
    /// </summary>
    public string? AdminFolder(string worktree)
    {
        var file = new FileInfo(Path.Combine(worktree, ".git"));
        if (!file.Exists || file.LinkTarget is not null || file.Length > 8192)
        {
            return null;
        }

        var text = File.ReadAllText(file.FullName).Trim();
        var admin = text.StartsWith("gitdir: ", StringComparison.Ordinal) ? text["gitdir: ".Length..] : "";
        var back = Path.Combine(admin, "gitdir");
        return Path.GetDirectoryName(admin) == Path.Combine(CommonDir, "worktrees") && File.Exists(back) && File.ReadAllText(back).Trim() == file.FullName ? admin : null;
    }

    /// <summary>The parts of the repository that belong to worktrees, each with the <c>.git</c> file that it says it belongs to; empty when it says nothing.</summary>
    public IReadOnlyList<(string Folder, string Named)> AdminFolders()
    {
        var all = Path.Combine(CommonDir, "worktrees");
        return Directory.Exists(all) ? [.. Directory.EnumerateDirectories(all).Select(admin => (admin, Named(Path.Combine(admin, "gitdir"))))] : [];

        static string Named(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : "";
    }

    /// <summary>The list of tasks that people read.</summary>
    public string Tasks => Path.Combine(Root, TasksName);

    /// <summary>Its name in the root of checkout and commits.</summary>
    public const string TasksName = "TASKS.md";
}

/// <summary>The refs we write.</summary>
public static class RefNames
{
    /// <summary>All branches of ours.</summary>
    public const string Branches = "refs/heads/orchestrator/";

    /// <summary>Whether a ref is one that we write and nobody else.</summary>
    public static bool IsOurs(string name) => name.StartsWith(Branches, StringComparison.Ordinal) || name.StartsWith("refs/orchestrator/", StringComparison.Ordinal);

    /// <summary>A milestone's branch.</summary>
    public static string Branch(string run, string milestone) => $"{Branches}{run}/{milestone}";

    /// <summary>The run's integrated, gated work.</summary>
    public static string Integration(string run) => $"{Branches}{run}/integration";

    /// <summary>A commit that must stay reachable.</summary>
    public static string Pin(string run, string milestone, string name) => $"refs/orchestrator/{run}/{milestone}/{name}";

    /// <summary>A commit that an agent made itself, kept beside ours.</summary>
    public static string AgentPin(string run, string milestone, string commit) => Pin(run, milestone, $"agent-{commit[..12]}");

    /// <summary>A candidate: each is kept, whatever its gates say.</summary>
    public static string Candidate(string run, string commit) => $"refs/orchestrator/{run}/candidates/{commit[..12]}";

    /// <summary>Whether a ref is a candidate's.</summary>
    public static bool IsCandidate(string name) => name.StartsWith("refs/orchestrator/", StringComparison.Ordinal) && name.Contains("/candidates/", StringComparison.Ordinal);

    /// <summary>All work that was saved.</summary>
    public const string Rescues = "refs/orchestrator/rescue/";

    /// <summary>Work that was saved before its worktree went.</summary>
    public static string Rescue(string run, string milestone, string name) => $"{Rescues}{run}/{milestone}/{name}";
}
