using Orchestrator.Core;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Git;

/// <summary>
/// Which repositories are refused or warned about, and why. Every kind that could not be brought to a good end is
/// named before anything is begun; docs/reference/repositories.md lists them for the user.
/// </summary>
public static class Preflight
{
    // What leaves a checkout in the middle of something, by the trace git keeps of it.
    private static readonly (string Trace, string Name, string Abort)[] Underway =
    [
        ("rebase-apply/applying", "git am", "git am --abort"),
        ("rebase-apply", "a rebase", "git rebase --abort"),
        ("rebase-merge", "a rebase", "git rebase --abort"),
        ("MERGE_HEAD", "a merge", "git merge --abort"),
        ("CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --abort"),
        ("REVERT_HEAD", "a revert", "git revert --abort"),
        ("sequencer", "a cherry-pick or revert of several commits", "git cherry-pick --abort"),
        ("BISECT_LOG", "a bisection", "git bisect reset"),
    ];

    /// <summary>Why git would not open the repository.</summary>
    internal static Problem Closed(string folder, string errors)
    {
        var place = new Place(folder);
        var said = string.Join(' ', errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(3));
        if (errors.Contains("dubious ownership", StringComparison.Ordinal))
        {
            return new Problem("git.owner", "The repository belongs to another user, and git refuses to work in it.", place, "Become its owner, or trust it: git config --global --add safe.directory FOLDER.");
        }

        if (errors.Contains("not a git repository", StringComparison.Ordinal))
        {
            return new Problem("git.none", "This is not a git repository.", place, "Change into your repository, name it with -C DIR, or run 'git init' and commit once.");
        }

        return errors.Contains("Invalid path", StringComparison.Ordinal) || errors.Contains("cannot chdir", StringComparison.Ordinal)
            ? new Problem("git.layout", $"The repository names a checkout that is not there ({said}).", place, "Take 'worktree = …' out of the section [core] of .git/config.")
            : new Problem("git.closed", $"git does not open this repository: {said}.", place, "Mend that first, until 'git status' works here.");
    }

    /// <summary>Why a repository does not lie as it has to: in the folder .git of its main checkout.</summary>
    internal static Problem? Layout(string folder, string commonDir, bool bare, string? top, IReadOnlyList<GitSetting> settings)
    {
        Problem Trouble(string message, string hint) => new("git.layout", message, new Place(folder), hint);
        var own = settings.Where(s => s.IsOfTheRepository).ToList();
        var root = Path.GetDirectoryName(commonDir);
        if (bare || own.IsOn("core.bare"))
        {
            return Path.GetFileName(commonDir) == ".git" && File.Exists(Path.Combine(commonDir, "index"))
                ? Trouble("core.bare is set to true, but this repository has a checkout.", "Take the setting back: git config core.bare false.")
                : new Problem("git.bare", "This repository is bare; agents need a checkout to begin from.", new Place(folder), "Clone it and run there.");
        }

        if (Path.GetFileName(commonDir) != ".git" || !Directory.Exists(root))
        {
            return Trouble($"The repository lies in {commonDir}, apart from its checkout, as that of a submodule does.", "Run in an ordinary clone of it.");
        }

        if (own.Last("core.worktree") is { } elsewhere && Path.GetFullPath(elsewhere, commonDir) != root)
        {
            return Trouble($"core.worktree is set to {elsewhere}, which is not this checkout.", "Take the setting back: git config --unset core.worktree.");
        }

        return top is not null && top != root
            ? Trouble($"The repository lies in {commonDir}, apart from its checkout {top}.", "Run in an ordinary clone of it.")
            : null;
    }

    /// <summary>Folders of ours that are no folders, or links: what we write and what we delete has to be where we say it is.</summary>
    internal static IReadOnlyList<Problem> Folders(RepositoryPlaces places, string logs)
    {
        var problems = new List<Problem>();
        foreach (var folder in new[] { places.State, places.Worktrees }.Concat(Below(places.Root, logs)))
        {
            var isLink = new FileInfo(folder).LinkTarget is not null;
            if (isLink || File.Exists(folder))
            {
                problems.Add(new Problem("folder.taken", $"{Path.GetRelativePath(places.Root, folder)} is {(isLink ? "a link" : "a file")}, but has to be a folder of its own.", new Place(folder), isLink ? "Remove the link; mount a disk there if the space is needed." : "Move the file away."));
            }
        }

        return problems;
    }

    private static IEnumerable<string> Below(string root, string folder)
    {
        for (var at = folder; at != root && at.StartsWith(root, StringComparison.Ordinal); at = Path.GetDirectoryName(at)!)
        {
            yield return at;
        }
    }

    /// <summary>Why no branch is checked out, and what to do about it.</summary>
    internal static Problem Detached(Repository repository) => UnderwayIn(repository.Places.CommonDir) is var (name, abort)
        ? new Problem("target.busy", $"No branch is checked out: {name} is under way.", new Place("HEAD"), $"Finish it, end it with '{abort}', or name a branch as target_branch in the settings.")
        : new Problem("target.detached", "No branch is checked out.", new Place("HEAD"), "Check a branch out, or name one as target_branch in the settings.");

    /// <summary>What stands in the way of a run to <paramref name="target"/> that begins at <paramref name="commit"/>.</summary>
    internal static async Task<IReadOnlyList<Problem>> CheckAsync(Repository repository, string target, string commit, OrchestratorSettings settings, CancellationToken cancellation)
    {
        var problems = new List<Problem>();
        var taken = RefNames.Branches.TrimEnd('/');
        if (await repository.RefsAsync(taken, cancellation).ConfigureAwait(false) is { } refs && refs.ContainsKey(taken))
        {
            problems.Add(new Problem("refs.taken", "A branch is called 'orchestrator', so that none of ours, orchestrator/…, can be made.", new Place(taken), "Rename it: git branch -m orchestrator OTHER-NAME."));
        }

        var partial = repository.Settings.Where(s => s.IsOfTheRepository && IsPromise(s.Key)).Select(s => $"'git config --unset {s.Key}'").Distinct().ToList();
        if (partial.Count > 0)
        {
            problems.Add(new Problem("git.partial", "This is a partial clone: objects that are not here cannot be fetched, because nothing of ours uses the network.", new Place(".git/config"),
                $"Run in a full clone; or fetch everything with 'git fetch --refetch --no-filter', then {string.Join(" and ", partial)}."));
        }

        problems.AddRange(settings.Publish switch
        {
            PublishMode.FastForward => await CheckoutAsync(repository, target, cancellation).ConfigureAwait(false),
            PublishMode.PullRequest => Offering.Check(repository, settings.PublishRemote),
            _ => [],
        });

        problems.AddRange(await ContentAsync(repository, commit, cancellation).ConfigureAwait(false));
        if (repository.Settings.IsOn("commit.gpgsign"))
        {
            problems.Add(new Problem("git.unsigned", "Your commits are signed, those of a run are not.", new Place("commit.gpgsign"), "Sign the result yourself if it matters.", Severity.Warning));
        }

        return problems;
    }

    /// <summary>The checkout that has the target has to be able to go forward.</summary>
    private static async Task<IReadOnlyList<Problem>> CheckoutAsync(Repository repository, string target, CancellationToken cancellation)
    {
        var problems = new List<Problem>();
        var places = repository.Places;
        var list = await repository.Git.RunAsync(places.CommonDir, ["worktree", "list", "--porcelain", "-z"], cancellation).ConfigureAwait(false);
        foreach (var (folder, branch) in GitOutput.Worktrees(list.Output).Where(w => Path.GetDirectoryName(w.Folder) != places.Worktrees))
        {
            var gitDir = folder == places.Root ? places.CommonDir : places.AdminFolder(folder);
            if (gitDir is null || (branch != target && RebasedIn(gitDir) != target))
            {
                continue;
            }

            const string Other = "name another branch as target_branch, or set publish to branch or pull-request.";
            if (UnderwayIn(gitDir) is var (name, abort))
            {
                problems.Add(new Problem("target.busy", $"In the checkout of {Short(target)}, {name} is under way.", new Place(folder), $"Finish it, or end it with '{abort}'; or {Other}"));
            }
            else if ((await repository.Git.RunAsync(gitDir, ["ls-files", "-u", "-z"], cancellation).ConfigureAwait(false)).Output.Length > 0)
            {
                problems.Add(new Problem("target.busy", $"In the checkout of {Short(target)}, files have conflicts that are not resolved.", new Place(folder), $"Resolve them ('git status' names them); or {Other}"));
            }

            if ((await repository.Git.TryAsync(gitDir, ["config", "--type=bool", "--get", "core.sparseCheckout"], cancellation).ConfigureAwait(false)).Text == "true")
            {
                problems.Add(new Problem("git.sparse", $"The checkout of {Short(target)} is sparse; moving it forward would fill it.", new Place(folder), $"Run 'git sparse-checkout disable'; or {Other}"));
            }
        }

        return problems;
    }

    /// <summary>What the files of the base commit ask of git.</summary>
    private static async Task<IReadOnlyList<Problem>> ContentAsync(Repository repository, string commit, CancellationToken cancellation)
    {
        var problems = new List<Problem>();
        var shadow = repository.Places.Shadow;
        var entries = GitOutput.Fields((await repository.Git.RunAsync(shadow, ["ls-tree", "-r", "-z", commit], cancellation).ConfigureAwait(false)).Output);
        if (entries.FirstOrDefault(e => e.StartsWith("160000 ", StringComparison.Ordinal)) is { } link)
        {
            problems.Add(new Problem("git.submodules", "There are submodules: agents have their files as far as they are in your checkout, and work inside submodules is not committed.", new Place(link[(link.IndexOf('\t', StringComparison.Ordinal) + 1)..]),
                "Fetch them with 'git submodule update --init --recursive'; change them in their own repositories.", Severity.Warning));
        }

        if (!entries.Any(e => e.EndsWith("\t.gitattributes", StringComparison.Ordinal) || e.EndsWith("/.gitattributes", StringComparison.Ordinal)))
        {
            return problems;
        }

        // Where something is found, it ends with 0; where nothing is, with 1.
        var grep = await repository.Git.TryAsync(shadow, ["grep", "-h", "-I", "--no-textconv", "-F", "filter=", commit, "--", ":(glob)**/.gitattributes"], cancellation).ConfigureAwait(false);
        var trusted = GitFilter.Of(repository.Settings.Where(s => s.IsTrusted));
        var own = GitFilter.Of(repository.Settings.Where(s => s.IsOfTheRepository));
        foreach (var name in GitOutput.FiltersNamed(grep.Text))
        {
            var place = new Place(".gitattributes");
            var known = trusted.GetValueOrDefault(name);
            var missing = known?.Missing(repository.User.Find).FirstOrDefault();
            if (own.ContainsKey(name) && known is null)
            {
                problems.Add(new Problem("git.filter", $"The filter '{name}' is set in this repository's own configuration, which agents can change.", place,
                    name == "lfs" ? "Run 'git lfs install' without --local." : $"Set it for yourself: git config --global filter.{name}.clean …, and the same for smudge, process and required."));
            }
            else if (name == "lfs" && (known is null || missing is not null))
            {
                problems.Add(new Problem("git.lfs", "Files are kept in Git LFS, which is not installed.", place, "Install git-lfs, then run 'git lfs install'."));
            }
            else if (missing is not null)
            {
                problems.Add(new Problem("git.filter", $"The filter '{name}' runs {missing}, which is not on PATH.", place, "Install it, or set the filter with the program's full path."));
            }
        }

        return problems;
    }

    internal static (string Name, string Abort)? UnderwayIn(string gitDir)
    {
        foreach (var (trace, name, abort) in Underway)
        {
            if (Path.Exists(Path.Combine(gitDir, trace)))
            {
                return (name, abort);
            }
        }

        return null;
    }

    /// <summary>The branch that a rebase will move when it ends; until then nothing has it checked out.</summary>
    private static string? RebasedIn(string gitDir) => Underway
        .Select(u => Path.Combine(gitDir, u.Trace, "head-name"))
        .Where(File.Exists).Select(file => File.ReadAllText(file).Trim()).FirstOrDefault();

    private static bool IsPromise(string key) => key.Equals("extensions.partialclone", StringComparison.OrdinalIgnoreCase)
        || (key.StartsWith("remote.", StringComparison.OrdinalIgnoreCase) && key.EndsWith(".promisor", StringComparison.OrdinalIgnoreCase));

    private static string Short(string name) => name["refs/heads/".Length..];
}
