using System.Text;

namespace Orchestrator.Engine.Git.Merging;

/// <summary>
/// Looks whether a resolution kept both sides. Git makes the merge once more: what it merges by itself must be in the
/// result as git has it, or at least hold what either side changed; so must what it cannot merge.
/// </summary>
public static class SideLook
{
    private const string TasksFile = RepositoryPlaces.TasksName;

    /// <summary>What vanished; empty when both sides are there.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="onto">What was integrated: a commit's full name.</param>
    /// <param name="work">The milestone's work: a commit's full name.</param>
    /// <param name="result">The resolution: a commit or a tree.</param>
    /// <param name="cancellation">Ends the look.</param>
    public static async Task<IReadOnlyList<Vanished>> LookAsync(Repository repository, string onto, string work, string result, CancellationToken cancellation)
    {
        var shadow = repository.Places.Shadow;
        var end = await repository.Git.TryAsync(shadow, ["merge-tree", "--write-tree", "--no-messages", "-z", onto, work], cancellation).ConfigureAwait(false);
        if (end.ExitCode is not (0 or 1))
        {
            throw new GitFailedException("merge-tree", end);
        }

        var fields = Encoding.Latin1.GetString(end.Output).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var merged = fields[0].Trim();
        var differs = await DiffAsync(merged, result, "--no-renames").ConfigureAwait(false);
        var stages = Stages.Read(fields.Skip(1));
        if (stages.Count == 0 && differs.Count == 0)
        {
            return [];
        }

        var @base = (await repository.Git.RunAsync(shadow, ["merge-base", onto, work], cancellation).ConfigureAwait(false)).Text;
        var ours = await DiffAsync(@base, onto, "-M").ConfigureAwait(false);
        var theirs = await DiffAsync(@base, work, "-M").ConfigureAwait(false);
        var listing = await repository.Git.RunAsync(shadow, ["ls-tree", "-r", "-z", "--full-tree", result], cancellation).ConfigureAwait(false);
        var meetings = Meetings.Of(stages, differs, ours, theirs).Where(m => m.Path != TasksFile).ToList();
        var made = new ResultTree(Encoding.Latin1.GetString(listing.Output), [.. differs.Where(d => d.Path != TasksFile)]);
        var texts = await TextsAsync(repository, meetings.SelectMany(m => m.Entries).Concat(made.Entries(meetings)), cancellation).ConfigureAwait(false);
        var elsewhere = made.Elsewhere(meetings, texts);
        var vanished = meetings.SelectMany(m => MeetingCheck.Look(m, made, texts, elsewhere)).Concat(Meetings.MovedBack(differs, ours, theirs));
        return [.. vanished.Select(v => v with { Path = Utf8(v.Path), Excerpt = Utf8(v.Excerpt) })];

        async Task<IReadOnlyList<Difference>> DiffAsync(string from, string to, string renames) => Difference.Read((await repository.Git.RunAsync(
            shadow, ["diff-tree", "-r", "-z", "--raw", "--no-ext-diff", "--no-textconv", renames, "-l7000", from, to], cancellation).ConfigureAwait(false)).Output);
    }

    /// <summary>What was read as Latin-1 as people see it.</summary>
    private static string Utf8(string text) =>
        text.EndsWith('…') ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text[..^1])) + "…" : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text));

    /// <summary>The contents of entries, with one call.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> TextsAsync(Repository repository, IEnumerable<Entry> entries, CancellationToken cancellation)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var names = entries.Where(e => e.Kind != Kind.Submodule).Select(e => e.Object).Distinct().ToList();
        if (names.Count == 0)
        {
            return texts;
        }

        var asked = Encoding.ASCII.GetBytes(string.Join('\n', names) + "\n");
        var output = (await repository.Git.RunAsync(repository.Places.Shadow, ["cat-file", "--batch"], cancellation, asked).ConfigureAwait(false)).Output;
        foreach (var (name, content) in GitOutput.Blobs(output))
        {
            texts[name] = Encoding.Latin1.GetString(content.Span);
        }

        if (names.FirstOrDefault(name => !texts.ContainsKey(name)) is { } missing)
        {
            throw new InvalidDataException($"git has no blob for {missing}.");
        }

        return texts;
    }
}
