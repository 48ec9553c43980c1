using System.Globalization;

namespace Orchestrator.Engine.Git;

/// <summary>
/// Finds what would be lost with a worktree, and keeps it under rescue refs: files that are in no commit of the
/// milestone, and commits that the agent made itself on a branch of its own or on none.
/// </summary>
internal sealed class Rescue(Repository repository)
{
    /// <summary>Saves what a worktree holds beyond what is kept already. Returns the refs it took, and the folders to which it moved what no ref can hold: nested <c>.git</c> folders aside, changed submodules. Changes no other file.</summary>
    /// <param name="place">Whose.</param>
    /// <param name="cancellation">Stops in between.</param>
    /// <param name="butFiles">True when its files are known to be those of its commit.</param>
    public async Task<IReadOnlyList<string>> FromWorktreeAsync(WorkPlace place, CancellationToken cancellation, bool butFiles = false)
    {
        var folder = repository.Places.Worktree(place.Name);
        if (!Removal.IsFolder(folder))
        {
            return [];
        }

        using var hold = new PackHold();
        var commits = await OwnCommitsAsync(folder, cancellation).ConfigureAwait(false);
        if (!butFiles && await FilesAsync(place, folder, hold, cancellation).ConfigureAwait(false) is { } files)
        {
            commits = [.. commits, files];
        }

        var refs = new List<string>();
        foreach (var commit in commits)
        {
            refs.Add(await KeepAsync(place.Run, place.Name, commit, cancellation).ConfigureAwait(false));
        }

        return [.. refs, .. await new Submodules(repository).KeepAsync(place, cancellation).ConfigureAwait(false)];
    }

    /// <summary>A fresh rescue ref for a commit.</summary>
    public async Task<string> KeepAsync(string run, string milestone, string commit, CancellationToken cancellation)
    {
        var (name, _) = await FreeAsync(run, milestone, cancellation).ConfigureAwait(false);
        await repository.UpdateRefsAsync("orchestrator: rescue", [(name, null, commit)], cancellation).ConfigureAwait(false);
        return name;
    }

    /// <summary>The next free name.</summary>
    public async Task<(string Ref, int Number)> FreeAsync(string run, string milestone, CancellationToken cancellation)
    {
        var taken = await repository.RefsAsync(RefNames.Rescue(run, milestone, ""), cancellation).ConfigureAwait(false);
        var number = taken.Keys.Select(name => int.TryParse(name[(name.LastIndexOf('/') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0).Append(0).Max() + 1;
        return (RefNames.Rescue(run, milestone, number.ToString(CultureInfo.InvariantCulture)), number);
    }

    /// <summary>The files that differ from the milestone's branch, as a commit on it; null when none does.</summary>
    private async Task<string?> FilesAsync(WorkPlace place, string folder, PackHold hold, CancellationToken cancellation)
    {
        // An agent may have deleted the branch; its files are saved all the same.
        var tip = await repository.CommitOfAsync(RefNames.Branch(place.Run, place.Name), cancellation).ConfigureAwait(false)
            ?? await repository.CommitOfAsync("HEAD", cancellation).ConfigureAwait(false);
        if (tip is null || !Directory.EnumerateFileSystemEntries(folder).Any(entry => Path.GetFileName(entry) != ".git"))
        {
            return null;
        }

        await NestedRepositories.MoveAsideAsync(folder, Path.Combine(repository.Places.Milestone(place.Run, place.Name), "quarantine"), cancellation).ConfigureAwait(false);
        var index = ShadowIndex.Of(repository, place);
        var written = await index.WriteTreeAsync(folder, tip, null, cancellation).ConfigureAwait(false);
        var (tree, changed) = (written.Tree, written.Changed);
        if (await index.WithIncludedAsync(folder, cancellation).ConfigureAwait(false) is { } more)
        {
            (tree, changed) = (more.Tree, [.. changed, .. more.Files]);
        }

        if (changed.Count == 0)
        {
            return null;
        }

        var commit = (await repository.Git.RunAsync(
            repository.Places.Shadow, ["commit-tree", tree, "-p", tip, "-m", $"Rescued from the worktree of {place.Name}, run {place.Run}"], cancellation).ConfigureAwait(false)).Text;
        await ShadowExport.ImportAsync(repository, commit, [tip], hold, cancellation).ConfigureAwait(false);
        return commit;
    }

    /// <summary>Commits that only this worktree's HEAD or its history of HEAD still knows.</summary>
    private async Task<IReadOnlyList<string>> OwnCommitsAsync(string folder, CancellationToken cancellation)
    {
        if (repository.Places.AdminFolder(folder) is not { } admin || !Directory.Exists(admin))
        {
            return [];
        }

        var history = Lines(admin, "logs/HEAD");
        var heads = Lines(admin, "HEAD").Concat(Lines(admin, "ORIG_HEAD")).Where(IsCommit).ToList();
        if (history.Count <= 1 && heads.Count == 0)
        {
            return []; // the one line says how we made it
        }

        var commits = history.SelectMany(line => line.Split(' ', 3).Take(2)).Where(IsCommit).Concat(heads).ToHashSet(StringComparer.Ordinal);
        // Not the HEADs of other worktrees: this one's is about to go.
        var lost = (await repository.Git.RunAsync(repository.Places.CommonDir, ["rev-list", "--ignore-missing", "--single-worktree", .. commits, "--not", "--all"], cancellation).ConfigureAwait(false)).Text.Split('\n').ToHashSet(StringComparer.Ordinal);
        var tips = commits.Where(lost.Contains).ToList();
        return tips.Count < 2
            ? tips
            : (await repository.Git.RunAsync(repository.Places.CommonDir, ["merge-base", "--independent", .. tips], cancellation).ConfigureAwait(false)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static List<string> Lines(string folder, string name) => File.Exists(Path.Combine(folder, name)) ? [.. File.ReadLines(Path.Combine(folder, name))] : [];

    private static bool IsCommit(string word) => word.Length is 40 or 64 && word.All(char.IsAsciiHexDigit) && word.Any(c => c != '0');
}
