using System.Text;

namespace Orchestrator.Engine.Git;

/// <summary>
/// Writes the merge commits of a candidate, each with TASKS.md as of that merge, into the shadow repository. No process is
/// started for one, as long as its tree lies there too, where merging has just put it.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="othersChangeTasks">Whether what is merged changes TASKS.md itself, so that it has to be read after each merge.</param>
internal sealed class TaskedCommits(Repository repository, bool othersChangeTasks)
{
    private const string TasksFile = RepositoryPlaces.TasksName;

    private readonly ShadowObjects _objects = repository.Objects;

    // The latest of ours. Where nobody else changes the file, a merge onto ours has it as we wrote it.
    private (string Commit, byte[]? Tasks) _latest = ("", null);

    /// <summary>Writes one.</summary>
    /// <param name="tree">What merging the two came to.</param>
    /// <param name="first">The first parent.</param>
    /// <param name="second">The second.</param>
    /// <param name="message">The message.</param>
    /// <param name="tasks">Our part of TASKS.md; the user's text in it stays.</param>
    /// <param name="cancellation">Stops in between; nothing refers to what was made.</param>
    public async Task<string> WriteAsync(string tree, string first, string second, string message, string tasks, CancellationToken cancellation)
    {
        var entries = await _objects.EntriesAsync(tree, cancellation).ConfigureAwait(false);
        var found = entries.Where(entry => entry.Name == TasksFile).Select(entry => (LooseEntry?)entry).FirstOrDefault();
        byte[]? text = null;
        if (found?.IsFile ?? true) // a folder or a link of that name is the user's affair
        {
            var before = found is not { } entry ? null
                : first == _latest.Commit && !othersChangeTasks ? _latest.Tasks
                : await _objects.ReadAsync("blob", entry.Id, cancellation).ConfigureAwait(false);
            text = TasksBytes.Splice(before, tasks);
            var written = new LooseEntry(found?.Mode ?? "100644", TasksFile, _objects.Loose.WriteBlob(text, tree.Length));
            tree = _objects.Loose.WriteTree(entries.Where(e => e.Name != TasksFile).Append(written), tree.Length);
        }

        var commit = _objects.Loose.WriteCommit(tree, [first, second], message);
        _latest = (commit, text);
        return commit;
    }
}
