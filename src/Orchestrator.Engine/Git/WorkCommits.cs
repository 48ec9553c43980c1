using Orchestrator.Core;
using Orchestrator.Engine.Git.Guarding;

namespace Orchestrator.Engine.Git;

/// <summary>What a commit of a milestone's work came to.</summary>
/// <param name="Commit">The new tip; null when nothing differs from the tip before.</param>
/// <param name="Files">How many paths differ from it.</param>
/// <param name="Tree">The content of the commit; null when there is none.</param>
public sealed record CommittedWork(string? Commit, int Files, string? Tree = null)
{
    /// <summary>The protected paths that differed in the worktree: none is in the commit, and all are as before again.</summary>
    public Items<string> PutBack { get; init; }

    /// <summary>Files that came along into the worktree and are ignored no more: none is in the commit.</summary>
    public Items<string> LeftOut { get; init; }

    /// <summary>How it differs from the tip before, as git tells it; null when there is no commit.</summary>
    internal string? Difference { get; init; }
}

/// <summary>What laying earlier work on a new tip came to.</summary>
/// <param name="Commit">The commit; null when it did not fit.</param>
/// <param name="Shown">The tree in which both sides of each conflict stand, with what they came from; null when there is none.</param>
/// <param name="Conflicts">The files in conflict.</param>
public sealed record CarriedWork(string? Commit, string? Shown, Items<string> Conflicts);

/// <summary>
/// Commits what stands in a worktree. Never through the agent's HEAD or index: a tree of the files, a commit on the
/// tip we know, imported and pinned in one all-or-nothing change of refs.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="protectedPaths">What no milestone's work may change; nothing but TASKS.md when none is given.</param>
/// <param name="secrets">Looks for secrets in what is to be committed; null to commit whatever stands there.</param>
public sealed class WorkCommits(Repository repository, ProtectedPaths? protectedPaths = null, SecretLook? secrets = null)
{
    // Where both sides changed the same place, what they came from is shown too: without it nobody can tell who changed what.
    private static readonly string[] ThreeTexts = ["-c", "merge.conflictStyle=diff3"];

    private readonly ProtectedPaths _protected = protectedPaths ?? ProtectedPaths.TasksOnly;

    /// <summary>Commits, or says that there is nothing. Idempotent: what is committed already differs in nothing.</summary>
    /// <param name="place">Whose work.</param>
    /// <param name="tip">The commit it stands on.</param>
    /// <param name="subject">The first line of the message.</param>
    /// <param name="pin">The name under which the commit is kept reachable.</param>
    /// <param name="cancellation">Stops in between; nothing is half done.</param>
    /// <exception cref="SecretFoundException">It brings in what looks like a secret: nothing is committed.</exception>
    public async Task<CommittedWork> CommitAsync(WorkPlace place, string tip, string subject, string pin, CancellationToken cancellation)
    {
        var places = repository.Places;
        var folder = places.Worktree(place.Name);
        if (!Removal.IsFolder(folder))
        {
            throw new UncommittableException("its worktree is gone, or is no folder any more.");
        }

        var files = await NestedRepositories.MoveAsideAsync(folder, Path.Combine(places.Milestone(place.Run, place.Name), "quarantine"), cancellation).ConfigureAwait(false);
        var index = ShadowIndex.Of(repository, place);
        var cameAlong = Furnishing.CameAlong(places.Milestone(place.Run, place.Name));
        var written = await index.WriteTreeAsync(folder, tip, _protected.With(cameAlong), cancellation).ConfigureAwait(false);
        if (secrets is not null)
        {
            await new SecretCheck(repository, secrets).CheckAsync(folder, written.Difference, cancellation).ConfigureAwait(false);
        }

        var work = await CommitTreeAsync(place, tip, subject, pin, written, cancellation).ConfigureAwait(false);
        var putBack = await new PutBack(repository, place, pin).CarryOutAsync(folder, index, [.. written.Kept.Where(k => _protected.IsTold(k.Path))], cancellation).ConfigureAwait(false);
        if ((work.Commit is not null || putBack.Count > 0) && places.AdminFolder(folder) is { } admin && Directory.Exists(admin))
        {
            index.GiveTo(admin);
        }

        if (work.Commit is { } commit)
        {
            index.Note(commit, folder, written.IsAsItStands ? files : null);
        }

        return work with { PutBack = putBack, LeftOut = [.. written.Kept.Select(k => k.Path).Where(cameAlong.Contains)] };
    }

    private async Task<CommittedWork> CommitTreeAsync(WorkPlace place, string tip, string subject, string pin, WrittenTree written, CancellationToken cancellation)
    {
        var places = repository.Places;
        var pinRef = RefNames.Pin(place.Run, place.Name, pin);
        var files = written.Changed.Count;
        if (files == 0)
        {
            return new CommittedWork(null, 0);
        }

        var message = $"{Core.Plain.Line(subject)}\n\nOrchestrator-Work: {place.Run}/{place.Name}/{pin}\n";
        var commit = repository.Objects.Loose.WriteCommit(written.Tree, [tip], message);
        using var hold = new PackHold();
        await ShadowExport.ImportAsync(repository, commit, [tip], hold, cancellation).ConfigureAwait(false);
        if (!await MovedAsExpectedAsync(place, pinRef, commit, tip, cancellation).ConfigureAwait(false))
        {
            // A crash may have come between the commit and its journal entry: then the pin holds what was made.
            var made = await repository.Git.TryAsync(places.CommonDir, ["rev-parse", "-q", pinRef, pinRef + "^", pinRef + "^{tree}"], cancellation).ConfigureAwait(false);
            if (made.Succeeded && made.Text.Split('\n') is [var known, var parent, var content] && parent == tip && content == written.Tree)
            {
                commit = known;
            }
            else
            {
                await MoveRefsAsync(place, pinRef, commit, tip, cancellation).ConfigureAwait(false);
            }
        }

        return new CommittedWork(commit, files, written.Tree) { Difference = written.Difference };
    }

    /// <summary>Nearly always the branch stands where we left it and the pin is new: then nothing has to be read first.</summary>
    private async Task<bool> MovedAsExpectedAsync(WorkPlace place, string pinRef, string commit, string tip, CancellationToken cancellation)
    {
        try
        {
            await repository.UpdateRefsAsync($"orchestrator: {place.Name}", [(RefNames.Branch(place.Run, place.Name), tip, commit), (pinRef, null, commit)], cancellation).ConfigureAwait(false);
            return true;
        }
        catch (GitFailedException e) when (!e.IsPassing && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>
    /// Lays the change of <paramref name="work"/> on <paramref name="onto"/>.
    /// Returns the commit, or the files in which it does not fit and a tree that shows them.
    /// </summary>
    public async Task<CarriedWork> CarryAsync(WorkPlace place, string work, string onto, string subject, string pin, CancellationToken cancellation)
    {
        var merge = await repository.Git.TryAsync(repository.Places.Shadow, [.. ThreeTexts, .. Merges.Call(onto, work)], cancellation).ConfigureAwait(false);
        if (merge.ExitCode is not (0 or 1))
        {
            return merge.Errors.Contains("unrelated histories", StringComparison.Ordinal)
                ? new CarriedWork(null, null, default) // nothing in common any more: it is done anew
                : throw new GitFailedException("merge-tree", merge);
        }

        if (!merge.Succeeded)
        {
            var (shown, paths) = GitOutput.MergeTree(merge);
            return new CarriedWork(null, shown, paths.ToItems());
        }

        var message = $"{Core.Plain.Line(subject)}\n\nOrchestrator-Work: {place.Run}/{place.Name}/{pin}\n";
        var commit = repository.Objects.Loose.WriteCommit(GitOutput.MergeTree(merge).Tree, [onto], message);
        using var hold = new PackHold();
        await ShadowExport.ImportAsync(repository, commit, [onto, work], hold, cancellation).ConfigureAwait(false);
        var pinRef = RefNames.Pin(place.Run, place.Name, pin);
        await repository.MoveRefsAsync($"orchestrator: {subject}", async () =>
        {
            var known = await repository.CommitOfAsync(pinRef, cancellation).ConfigureAwait(false);
            return known == commit ? [] : Pinned(pinRef, known, commit);
        }, cancellation).ConfigureAwait(false);
        return new CarriedWork(commit, null, default);
    }

    /// <summary>A pin that names another commit already gives its name away, and that commit gets a name of its own: what was recorded once stays reachable.</summary>
    private static List<(string, string?, string)> Pinned(string pin, string? known, string commit)
    {
        List<(string, string?, string)> changes = [(pin, known, commit)];
        if (known is not null && known != commit)
        {
            changes.Add(($"{pin}-{known[..12]}", null, known));
        }

        return changes;
    }

    private Task MoveRefsAsync(WorkPlace place, string pinRef, string commit, string tip, CancellationToken cancellation) =>
        repository.MoveRefsAsync($"orchestrator: {place.Name}", async () =>
        {
            var branch = RefNames.Branch(place.Run, place.Name);
            var found = await repository.CommitsOfAsync([branch, pinRef], cancellation).ConfigureAwait(false);
            var current = found[0];
            List<(string, string?, string)> changes = [(branch, current, commit), .. Pinned(pinRef, found[1], commit)];
            if (current is not null && current != tip && current != commit)
            {
                // The agent moved its branch itself: its files are in our commit, its commits are kept beside it.
                var own = RefNames.AgentPin(place.Run, place.Name, current);
                var kept = await repository.CommitOfAsync(own, cancellation).ConfigureAwait(false);
                changes.Add((own, kept, current));
            }

            return changes;
        }, cancellation);
}
