using System.Text;

namespace Orchestrator.Engine.Git;

/// <summary>
/// A crash in the midst of <see cref="CheckoutForward"/> leaves some files of the user's checkout new, some old, one
/// perhaps half written. What is provably ours of it goes back to what the branch has; then it is as if it had not begun.
/// What looks like anything else is the user's, and stays.
/// </summary>
public sealed class InterruptedForward(Repository repository)
{
    private readonly record struct Change(string OldMode, string OldBlob, string NewBlob, string Path)
    {
        public bool IsNew => OldBlob.All(c => c == '0');

        public bool IsDeleted => NewBlob.All(c => c == '0');
    }

    /// <summary>Takes a forward step back that did not come to its end. Does nothing when there is none. Returns what was done, for the log.</summary>
    /// <param name="ofFormerLife">Git was cut off with us and may have left locks; one that failed by itself leaves none.</param>
    /// <param name="cancellation">Stops in between; the next call goes on.</param>
    public async Task<IReadOnlyList<string>> TakeBackAsync(bool ofFormerLife, CancellationToken cancellation)
    {
        if (ForwardRecord.Read(repository.Places) is not { } step)
        {
            return [];
        }

        var said = new List<string>(ofFormerLife && Directory.Exists(step.Folder) ? ForwardRecord.ClearLocks(repository.Places, step) : []);
        var current = await repository.CommitOfAsync(step.Target, cancellation).ConfigureAwait(false);
        if (step.Moving && Directory.Exists(step.Folder) && !File.Exists(step.Index + ".lock") && current is not null && current != step.To && await HasItCheckedOutAsync(step, cancellation).ConfigureAwait(false))
        {
            var back = await RestoreAsync(step, current, cancellation).ConfigureAwait(false);
            said.Add($"took an interrupted fast-forward of {step.Folder} back: {back} files");
        }

        ForwardRecord.Delete(repository.Places);
        return said;
    }

    private async Task<bool> HasItCheckedOutAsync(ForwardStep step, CancellationToken cancellation) =>
        (await repository.Git.TryAsync(step.GitDir, ["symbolic-ref", "-q", "HEAD"], cancellation).ConfigureAwait(false)).Text == step.Target;

    /// <summary>The user may have committed meanwhile, some of the new files even; what that commit changed is theirs.</summary>
    private async Task<int> RestoreAsync(ForwardStep step, string current, CancellationToken cancellation)
    {
        var ours = new List<Change>();
        var theirs = current == step.From ? [] : (await ChangesAsync(step.From, current, cancellation).ConfigureAwait(false)).Select(c => c.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var change in await ChangesAsync(step.From, step.To, cancellation).ConfigureAwait(false))
        {
            if (!theirs.Contains(change.Path) && await IsOursAsync(step, change, cancellation).ConfigureAwait(false))
            {
                ours.Add(change);
            }
        }

        if (ours.Count == 0)
        {
            return 0;
        }

        var entries = new StringBuilder();
        foreach (var change in ours)
        {
            entries.Append($"{(change.IsNew ? "0" : change.OldMode)} {change.OldBlob}\t{change.Path}\0");
        }

        await InCheckoutAsync(step, ["update-index", "-z", "--index-info"], entries.ToString(), cancellation).ConfigureAwait(false);
        foreach (var change in ours)
        {
            DeleteIn(step.Folder, change.Path); // git writes a file anew, it does not mend one
        }

        await InCheckoutAsync(step, ["checkout-index", "-u", "-z", "--stdin"], string.Concat(ours.Where(c => !c.IsNew).Select(c => c.Path + "\0")), cancellation).ConfigureAwait(false);
        return ours.Count;
    }

    private async Task<IReadOnlyList<Change>> ChangesAsync(string from, string to, CancellationToken cancellation)
    {
        var raw = GitOutput.Fields((await repository.Git.RunAsync(
            repository.Places.Shadow, [.. GitOutput.RawDifference, from, to], cancellation).ConfigureAwait(false)).Output);
        return [.. raw.Chunk(2).Select(pair => (Words: pair[0].Split(' '), Path: pair[1])).Where(c => c.Words[0] != ":160000" && c.Words[1] != "160000").Select(c => new Change(c.Words[0][1..], c.Words[2], c.Words[3], c.Path))];
    }

    /// <summary>
    /// Before the step began every one of these files was as the branch had it. So one that is missing, that is new, or
    /// that begins as the new one does, is our doing; one that is old needs no mending, for git writes the index last.
    /// </summary>
    private async Task<bool> IsOursAsync(ForwardStep step, Change change, CancellationToken cancellation)
    {
        var file = new FileInfo(Path.Combine(step.Folder, change.Path));
        if (file.LinkTarget is { } link)
        {
            return !change.IsDeleted && link == Encoding.UTF8.GetString(await BlobAsync(change.NewBlob, cancellation).ConfigureAwait(false));
        }

        if (!file.Exists)
        {
            return !Directory.Exists(file.FullName) && !change.IsNew;
        }

        if (change.IsDeleted)
        {
            return false; // git had not come to it
        }

        var found = await File.ReadAllBytesAsync(file.FullName, cancellation).ConfigureAwait(false);
        var old = change.IsNew ? null : await AsCheckedOutAsync(step, step.From, change.Path, cancellation).ConfigureAwait(false);
        var wanted = await AsCheckedOutAsync(step, step.To, change.Path, cancellation).ConfigureAwait(false);
        return (old is null || !found.AsSpan().SequenceEqual(old)) && wanted.AsSpan().StartsWith(found);
    }

    private async Task<byte[]> BlobAsync(string blob, CancellationToken cancellation) =>
        (await repository.Git.RunAsync(repository.Places.Shadow, ["cat-file", "blob", blob], cancellation).ConfigureAwait(false)).Output;

    private async Task<byte[]> AsCheckedOutAsync(ForwardStep step, string commit, string path, CancellationToken cancellation) =>
        (await repository.Git.RunAsync(repository.Places.Shadow, ["cat-file", "--filters", $"{commit}:{path}"], cancellation, workTree: step.Folder, index: step.Index).ConfigureAwait(false)).Output;

    private Task<GitEnd> InCheckoutAsync(ForwardStep step, IEnumerable<string> call, string input, CancellationToken cancellation) =>
        repository.Git.RunAsync(repository.Places.Shadow, call, cancellation, Encoding.UTF8.GetBytes(input), workTree: step.Folder, index: step.Index);

    /// <summary>Deletes a file, and the folders that are empty without it.</summary>
    private static void DeleteIn(string root, string path)
    {
        File.Delete(Path.Combine(root, path));
        for (var folder = Path.GetDirectoryName(Path.Combine(root, path)); folder != root && folder is not null && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any(); folder = Path.GetDirectoryName(folder))
        {
            Directory.Delete(folder);
        }
    }
}
