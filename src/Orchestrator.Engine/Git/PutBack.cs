using Orchestrator.Core;

namespace Orchestrator.Engine.Git;

/// <summary>
/// Makes protected files of a worktree what they were, so that later turns see the true ones. What stood there is
/// moved into the milestone's folder, never deleted; a note beside it tells the same after a crash.
/// </summary>
internal sealed class PutBack(Repository repository, WorkPlace place, string pin)
{
    private string Folder => Path.Combine(repository.Places.Milestone(place.Run, place.Name), "put-back");

    private string Note => Path.Combine(Folder, pin + ".paths");

    /// <summary>Puts back. Returns the paths, those of an interrupted try under the same name among them.</summary>
    public async Task<Items<string>> CarryOutAsync(string worktree, ShadowIndex index, IReadOnlyList<KeptPath> paths, CancellationToken cancellation)
    {
        var told = (File.Exists(Note) ? File.ReadAllText(Note).Split('\0', StringSplitOptions.RemoveEmptyEntries) : [])
            .Concat(paths.Select(p => p.Path)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToItems();
        if (paths.Count == 0)
        {
            return told;
        }

        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Note + ".new", string.Join('\0', told), cancellation).ConfigureAwait(false);
        File.Move(Note + ".new", Note, overwrite: true);
        try
        {
            // The outermost first: a link in a folder's place goes before anything is looked for behind it.
            foreach (var (path, _) in paths.OrderBy(p => p.Path.Length))
            {
                MoveAside(worktree, path);
            }

            await index.WriteFilesAsync(worktree, paths.Where(p => p.IsCommitted).Select(p => p.Path), cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or GitFailedException)
        {
            // The agent may have locked the folder. No commit takes these files in any case, and the next one tries again.
        }

        return told;
    }

    private void MoveAside(string worktree, string path)
    {
        var parts = path.Split('/');
        var file = worktree;
        foreach (var part in parts[..^1])
        {
            file = Path.Combine(file, part);
            if (!Removal.IsFolder(file))
            {
                return; // nothing of the worktree's own stands there
            }
        }

        file = Path.Combine(file, parts[^1]);
        if (!Path.Exists(file) && new FileInfo(file).LinkTarget is null)
        {
            return;
        }

        var target = Path.Combine(Folder, pin, path);
        for (var i = 2; Path.Exists(target) || new FileInfo(target).LinkTarget is not null; i++)
        {
            target = Path.Combine(Folder, $"{pin}-{i}", path);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        Directory.Move(file, target); // files and links likewise
    }
}
