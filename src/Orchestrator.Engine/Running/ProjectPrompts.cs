using Orchestrator.Core;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Running;

/// <summary>
/// The project's own prompts, as the base commit has them: what merely lies in the folder could have been put there by
/// anybody, an agent among them.
/// </summary>
public static class ProjectPrompts
{
    /// <summary>Reads them; without a setting, ours. What is wrong is among the problems, all at once.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="setting">The folder as the settings name it, or null.</param>
    /// <param name="commit">The base commit.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<PromptBook> ReadAsync(Repository repository, string? setting, string commit, List<Problem> problems, CancellationToken cancellation)
    {
        if (setting is null)
        {
            return PromptBook.Ours;
        }

        var folder = string.Join('/', setting.Split('/', '\\').Where(part => part is not ("" or ".")));
        if (await TreeFolder.ReadAsync(repository, commit, folder, cancellation).ConfigureAwait(false) is not { } entries)
        {
            problems.Add(new Problem(
                "prompts.missing", $"The setting 'prompts' names a folder that is not in commit {commit[..12]}, where the run begins.", new Place(folder),
                "Commit it, because prompts are read from there; or leave the setting out, as long as an unfinished run goes on."));
            return PromptBook.Ours;
        }

        var own = new List<PromptText>();
        foreach (var entry in entries.Where(e => e.Name != "README.md" && !e.Name.StartsWith('.')))
        {
            var shown = $"{folder}/{entry.Name}";
            if (!entry.IsFile || PromptKind.All.FirstOrDefault(k => $"{k.Name}.md" == entry.Name) is not { } kind)
            {
                problems.Add(new Problem("prompts.name", "This is not the file of a prompt.", new Place(shown), $"Known here: {string.Join(", ", PromptKind.All.Select(k => $"{k.Name}.md"))}."));
                continue;
            }

            var content = await TreeFolder.ContentAsync(repository, entry, cancellation).ConfigureAwait(false);
            if (PromptText.Read(kind, content, entry.Blob, shown, problems) is { } text)
            {
                own.Add(text);
            }

            if (Differs(Path.Combine(repository.Places.Root, folder, entry.Name), content))
            {
                problems.Add(new Problem("prompts.uncommitted", "This prompt is not as committed; the committed one counts.", new Place(shown), "Commit it before the run.", Severity.Warning));
            }
        }

        foreach (var kind in PromptKind.All.Where(kind => !entries.Any(e => e.Name == $"{kind.Name}.md") && File.Exists(Path.Combine(repository.Places.Root, folder, $"{kind.Name}.md"))))
        {
            problems.Add(new Problem("prompts.uncommitted", "This prompt is not committed; ours counts.", new Place($"{folder}/{kind.Name}.md"), "Commit it before the run.", Severity.Warning));
        }

        return new PromptBook(own);
    }

    /// <summary>Line ends aside: a checkout may have others than the commit.</summary>
    private static bool Differs(string file, byte[] committed)
    {
        try
        {
            using var stream = Posix.OpenWithoutWaiting(file);
            if (stream is not { CanSeek: true } || stream.Length > 2 * committed.Length + 2)
            {
                return true;
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return !bytes.Where(b => b != '\r').SequenceEqual(committed.Where(b => b != '\r'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
