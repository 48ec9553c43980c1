using System.Globalization;
using System.Text;

namespace Orchestrator.Engine.Git;

/// <summary>
/// Writes the merge commits of a candidate, each with TASKS.md as of that merge; one call of git for each, which takes
/// the merged tree, puts the file into it and makes the commit. They lie in the shadow repository.
/// </summary>
internal sealed class TaskedCommits(Repository repository)
{
    private const string TasksFile = RepositoryPlaces.TasksName;

    /// <summary>The file in a tree: its mode and text; no mode when it is a folder or a link, which is the user's affair.</summary>
    private readonly record struct TasksInTree(string? Mode, byte[]? Text);

    // The latest of ours. Where nobody else changes the file, a merge onto ours has it as we wrote it.
    private (string Commit, TasksInTree Tasks) _latest = ("", default);
    private bool _othersChangeIt = true;

    /// <summary>To be called before a row of merges: whether one of them brings a change of the file. No milestone's commit does.</summary>
    public async Task BeginAsync(string onto, IEnumerable<string> tips, CancellationToken cancellation)
    {
        var touching = await repository.Git.RunAsync(repository.Places.Shadow, ["--literal-pathspecs", "rev-list", "-n1", .. tips, "^" + onto, "--", TasksFile], cancellation).ConfigureAwait(false);
        _othersChangeIt = touching.Text.Length > 0;
    }

    /// <summary>Writes one.</summary>
    /// <param name="tree">What merging the two came to.</param>
    /// <param name="first">The first parent.</param>
    /// <param name="second">The second.</param>
    /// <param name="message">The message.</param>
    /// <param name="tasks">Our part of TASKS.md; the user's text in it stays.</param>
    /// <param name="cancellation">Stops in between; nothing refers to what was made.</param>
    public async Task<string> WriteAsync(string tree, string first, string second, string message, string tasks, CancellationToken cancellation)
    {
        var found = first == _latest.Commit && !_othersChangeIt ? _latest.Tasks : await ReadAsync(tree, cancellation).ConfigureAwait(false);
        var text = found.Mode is null ? null : TasksBytes.Splice(found.Text, tasks);
        var input = Stream(tree, first, second, message, found.Mode, text);
        var commit = (await repository.Git.RunAsync(repository.Places.Shadow, ["fast-import", "--quiet", "--force", "--date-format=now"], cancellation, input).ConfigureAwait(false)).Text;
        _latest = (commit, found with { Text = text });
        return commit;
    }

    private async Task<TasksInTree> ReadAsync(string tree, CancellationToken cancellation)
    {
        var shadow = repository.Places.Shadow;
        var entry = (await repository.Git.RunAsync(shadow, ["--literal-pathspecs", "ls-tree", "-z", tree, "--", TasksFile], cancellation).ConfigureAwait(false)).Text.TrimEnd('\0');
        if (entry.Length == 0)
        {
            return new TasksInTree("100644", null);
        }

        return entry.Split(' ', '\t') is [var mode, "blob", var blob, ..] && mode != "120000"
            ? new TasksInTree(mode, (await repository.Git.RunAsync(shadow, ["cat-file", "blob", blob], cancellation).ConfigureAwait(false)).Output)
            : default;
    }

    /// <summary>
    /// What git's importer reads: a commit on a ref of its own, its name asked for, and the ref taken away again, so that
    /// nothing but the objects is left.
    /// </summary>
    private byte[] Stream(string tree, string first, string second, string message, string? mode, byte[]? text)
    {
        var name = $"refs/candidates/{Guid.NewGuid():N}";
        var who = repository.Git.Author.ForImport;
        using var stream = new MemoryStream();
        void Line(string line) => stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
        void Data(byte[] bytes)
        {
            Line(string.Create(CultureInfo.InvariantCulture, $"data {bytes.Length}"));
            stream.Write(bytes);
            Line("");
        }

        Line($"commit {name}");
        Line("mark :1");
        Line($"author {who} now");
        Line($"committer {who} now");
        Data(Encoding.UTF8.GetBytes(message));
        Line($"from {first}");
        Line($"merge {second}");
        Line($"M 040000 {tree} \"\"");
        if (mode is not null)
        {
            Line($"M {mode} inline {TasksFile}");
            Data(text!);
        }

        Line("get-mark :1");
        Line($"reset {name}");
        Line($"from {new string('0', tree.Length)}");
        return stream.ToArray();
    }
}
