using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Orchestrator.Engine.Git;

/// <summary>
/// What the shadow repository knows of objects, its own and the user's: read and compared without a process for each, and
/// written as <see cref="LooseObjects"/>.
/// </summary>
/// <param name="places">Where it lies.</param>
/// <param name="git">The door.</param>
public sealed class ShadowObjects(RepositoryPlaces places, GitCommand git)
{
    // So that a commit need not be read once more; far more than are ever asked for again.
    private const int MostKnown = 4096;

    private readonly GitConversation _contents = new(git, places.Shadow, "cat-file", "--batch");
    private readonly GitConversation _differences = new(git, places.Shadow, [.. GitOutput.RawDifference, "--stdin"]);
    private readonly ConcurrentDictionary<string, string> _trees = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> _parents = new(StringComparer.Ordinal);

    /// <summary>Those in files of their own, for writing too.</summary>
    public LooseObjects Loose { get; } = new(places.Shadow, git.Author);

    /// <summary>The tree of a commit; of a tree, itself.</summary>
    /// <exception cref="GitFailedException">There is neither.</exception>
    public async Task<string> TreeOfAsync(string commit, CancellationToken cancellation)
    {
        if (_trees.TryGetValue(commit, out var known))
        {
            return known;
        }

        var tree = Loose.Read("commit", commit) is { } content ? LooseObjects.LinksOf(content).Tree
            : Loose.Read("tree", commit) is not null ? commit
            : await _contents.AskAsync(commit + "^{tree}\n", TreeAsync, cancellation).ConfigureAwait(false)
                ?? await AskAloneAsync(commit, cancellation).ConfigureAwait(false);
        return Keep(_trees, commit, tree);
    }

    private async Task<string> AskAloneAsync(string commit, CancellationToken cancellation)
    {
        var end = await git.TryAsync(places.Shadow, ["rev-parse", "--verify", "--end-of-options", commit + "^{tree}"], cancellation).ConfigureAwait(false);
        if (!end.Succeeded)
        {
            await git.RunAsync(places.Shadow, ["log", "-1", "--no-ext-diff", "--no-textconv", "--format=%T", commit, "--"], cancellation).ConfigureAwait(false); // it names what is missing
            throw new GitFailedException("rev-parse", end);
        }

        return end.Text;
    }

    /// <summary>The parents of a commit, as it names them.</summary>
    /// <exception cref="GitFailedException">There is no such commit.</exception>
    public async Task<IReadOnlyList<string>> ParentsOfAsync(string commit, CancellationToken cancellation) => _parents.TryGetValue(commit, out var known)
        ? known
        : Keep(_parents, commit, LooseObjects.LinksOf(await ReadAsync("commit", commit, cancellation).ConfigureAwait(false)).Parents);

    private static T Keep<T>(ConcurrentDictionary<string, T> kept, string name, T value)
    {
        if (kept.Count >= MostKnown)
        {
            kept.Clear();
        }

        return kept[name] = value;
    }

    /// <summary>The entries of a tree.</summary>
    /// <exception cref="GitFailedException">There is no such tree.</exception>
    public async Task<IReadOnlyList<LooseEntry>> EntriesAsync(string tree, CancellationToken cancellation) =>
        LooseObjects.EntriesOf(await ReadAsync("tree", tree, cancellation).ConfigureAwait(false), tree.Length / 2);

    /// <summary>The content of an object.</summary>
    /// <param name="type"><c>commit</c>, <c>tree</c> or <c>blob</c>.</param>
    /// <param name="id">Its name.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="GitFailedException">There is no such object.</exception>
    public async Task<byte[]> ReadAsync(string type, string id, CancellationToken cancellation) =>
        Loose.Read(type, id)
        ?? await _contents.AskAsync(id + "\n", (answer, stop) => ContentAsync(answer, type, id, stop), cancellation).ConfigureAwait(false)
        ?? (await git.RunAsync(places.Shadow, ["cat-file", type, id], cancellation).ConfigureAwait(false)).Output;

    /// <summary>How two commits or trees differ, as <see cref="GitOutput.RawDifference"/> tells it.</summary>
    /// <exception cref="GitFailedException">One of them is not there.</exception>
    public async Task<string> DifferenceAsync(string from, string to, CancellationToken cancellation)
    {
        (from, to) = (await TreeOfAsync(from, cancellation).ConfigureAwait(false), await TreeOfAsync(to, cancellation).ConfigureAwait(false));
        if (from == to)
        {
            return "";
        }

        var asked = $"{from} {to}";
        return await _differences.AskAsync($"{asked}\n{LastLine}\n", (answer, stop) => DifferenceAsync(answer, asked, stop), cancellation).ConfigureAwait(false)
            ?? Encoding.UTF8.GetString((await git.RunAsync(places.Shadow, [.. GitOutput.RawDifference, from, to], cancellation).ConfigureAwait(false)).Output);
    }

    // What names no objects git repeats, and sends with it all that it has to say before.
    private const string LastLine = "and?";

    private static async Task<string?> TreeAsync(GitAnswer answer, CancellationToken cancellation)
    {
        if ((await answer.LineAsync(cancellation).ConfigureAwait(false)).Split(' ') is not [var name, "tree", var size])
        {
            return null;
        }

        await answer.BytesAsync(int.Parse(size, CultureInfo.InvariantCulture) + 1, cancellation).ConfigureAwait(false);
        return name;
    }

    private static async Task<byte[]?> ContentAsync(GitAnswer answer, string type, string id, CancellationToken cancellation)
    {
        if ((await answer.LineAsync(cancellation).ConfigureAwait(false)).Split(' ') is not [var name, var kind, var size]
            || name != id || kind != type || !int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            return null;
        }

        var content = await answer.BytesAsync(length, cancellation).ConfigureAwait(false);
        await answer.LineAsync(cancellation).ConfigureAwait(false);
        return content;
    }

    private static async Task<string?> DifferenceAsync(GitAnswer answer, string asked, CancellationToken cancellation)
    {
        if (await answer.LineAsync(cancellation).ConfigureAwait(false) != asked)
        {
            return null;
        }

        using var said = new MemoryStream();
        while (await answer.PeekAsync(cancellation).ConfigureAwait(false) == (byte)':')
        {
            for (var field = 0; field < 2; field++)
            {
                said.Write(await answer.UntilAsync(0, cancellation).ConfigureAwait(false));
                said.WriteByte(0);
            }
        }

        return await answer.LineAsync(cancellation).ConfigureAwait(false) == LastLine ? Encoding.UTF8.GetString(said.ToArray()) : null;
    }
}
