namespace Orchestrator.Engine.Git;

/// <summary>A checkout of the user's on its way from one commit to a later one.</summary>
/// <param name="Folder">The checkout.</param>
/// <param name="GitDir">Its git folder, where its index lies.</param>
/// <param name="Target">The branch it has, as a full ref.</param>
/// <param name="From">The commit it stands at.</param>
/// <param name="To">The commit it is to have.</param>
/// <param name="Moving">False while it is only looked at: locks may be ours, changed files are not.</param>
public sealed record ForwardStep(string Folder, string GitDir, string Target, string From, string To, bool Moving = false)
{
    /// <summary>The index of the checkout.</summary>
    public string Index => Path.Combine(GitDir, "index");
}

/// <summary>
/// Brings a checkout of the user's forward: files and index, then the branch. What git's own <c>merge --ff-only</c> does,
/// but through the shadow repository, so that no filter, hook or setting that an agent planted in the user's config has a
/// say; and written down first, so that a crash in the middle can be told from an edit of the user's.
/// </summary>
public sealed class CheckoutForward(Repository repository)
{
    /// <summary>Goes forward, or leaves everything as it is and says why.</summary>
    /// <returns>Why not; null when the checkout has the commit.</returns>
    public async Task<string?> GoAsync(ForwardStep step, CancellationToken cancellation)
    {
        var interrupted = new InterruptedForward(repository);
        await interrupted.TakeBackAsync(ofFormerLife: false, cancellation).ConfigureAwait(false); // an earlier try may have failed half way
        if (File.Exists(step.Index + ".lock"))
        {
            return $"{step.Index}.lock exists: another git works there, or ended without removing it";
        }

        ForwardRecord.Write(repository.Places, step);
        if (await ObstacleAsync(step, cancellation).ConfigureAwait(false) is { } obstacle)
        {
            ForwardRecord.Delete(repository.Places);
            return obstacle;
        }

        ForwardRecord.Write(repository.Places, step with { Moving = true });
        if (await MoveAsync(step, cancellation).ConfigureAwait(false) is { } failure)
        {
            await interrupted.TakeBackAsync(ofFormerLife: false, cancellation).ConfigureAwait(false);
            return Said(failure);
        }

        ForwardRecord.Delete(repository.Places);
        return null;
    }

    /// <summary>Files and index, then the branch. Returns what git said when it failed, perhaps half way.</summary>
    private async Task<string?> MoveAsync(ForwardStep step, CancellationToken cancellation)
    {
        var moved = await ReadTreeAsync(step, [step.From, step.To], cancellation).ConfigureAwait(false);
        if (!moved.Succeeded)
        {
            return moved.Errors;
        }

        try
        {
            await repository.UpdateRefsAsync("orchestrator: fast-forward", [(step.Target, step.From, step.To)], cancellation).ConfigureAwait(false);
            repository.Indexes.Take(step.Index, step.To); // but for what the user has staged, and that is none of the paths that changed
            return null;
        }
        catch (GitFailedException e)
        {
            return e.End.Errors;
        }
    }

    private static string Said(string errors) => string.Join(' ', errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(4));

    private async Task<string?> ObstacleAsync(ForwardStep step, CancellationToken cancellation)
    {
        if (Preflight.UnderwayIn(step.GitDir) is var (name, _))
        {
            return $"{name} is under way in it";
        }

        // git itself would overwrite what is ignored.
        var changes = await ChangesAsync(step.From, step.To, cancellation).ConfigureAwait(false);
        var gone = changes.Where(change => change.Kind is 'D' or 'T').Select(change => change.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (_, path) in changes.Where(change => change.Kind == 'A'))
        {
            if (InTheWay(step.Folder, path, gone) is { } file)
            {
                return $"{file} is not in git and would be overwritten";
            }
        }

        // A file with another time or mode and the same content is no edit; TASKS.md has been set aside just now.
        await repository.Git.TryAsync(repository.Places.Shadow, ["update-index", "-q", "--unmerged", "--ignore-missing", "--refresh"], cancellation, workTree: step.Folder, index: step.Index).ConfigureAwait(false);
        var tried = await ReadTreeAsync(step, ["--dry-run", step.From, step.To], cancellation).ConfigureAwait(false);
        return tried.Succeeded ? null : Said(tried.Errors);
    }

    /// <summary>The file that a new path would replace: itself, or one that stands where its folder has to be.</summary>
    private static string? InTheWay(string checkout, string path, HashSet<string> gone)
    {
        var parts = path.Split('/');
        for (var i = 1; i <= parts.Length; i++)
        {
            var part = string.Join('/', parts[..i]);
            var file = Path.Combine(checkout, part);
            var isLink = new FileInfo(file).LinkTarget is not null;
            var stands = i == parts.Length ? Path.Exists(file) || isLink : isLink || File.Exists(file);
            if (stands && !gone.Contains(part) && !(i == parts.Length && Directory.Exists(file) && !isLink && gone.Any(g => g.StartsWith(part + "/", StringComparison.Ordinal))))
            {
                return part;
            }
        }

        return null;
    }

    /// <summary>The paths that differ, and how: A for one that is added, D for one that goes, T for one that becomes something else.</summary>
    private async Task<IReadOnlyList<(char Kind, string Path)>> ChangesAsync(string from, string to, CancellationToken cancellation)
    {
        var difference = await repository.Objects.DifferenceAsync(from, to, cancellation).ConfigureAwait(false);
        return [.. GitOutput.Fields(difference).Chunk(2).Select(pair => (pair[0][^1], pair[1]))];
    }

    private Task<GitEnd> ReadTreeAsync(ForwardStep step, IEnumerable<string> how, CancellationToken cancellation) =>
        repository.Git.TryAsync(repository.Places.Shadow, ["read-tree", "-m", "-u", .. how], cancellation, workTree: step.Folder, index: step.Index);
}
