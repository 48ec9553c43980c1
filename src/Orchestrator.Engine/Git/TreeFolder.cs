namespace Orchestrator.Engine.Git;

/// <summary>An entry of a folder in a commit.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="IsFile">True for a file, false for a folder, a link or a submodule.</param>
/// <param name="Blob">Its git object.</param>
public sealed record TreeEntry(string Name, bool IsFile, string Blob);

/// <summary>Reads a folder as a commit has it, whatever lies in the checkout.</summary>
public static class TreeFolder
{
    /// <summary>The entries; null when the commit has no such folder.</summary>
    public static async Task<IReadOnlyList<TreeEntry>?> ReadAsync(Repository repository, string commit, string folder, CancellationToken cancellation)
    {
        var end = await repository.Git.TryAsync(repository.Places.CommonDir, ["ls-tree", "-z", $"{commit}:{folder}"], cancellation).ConfigureAwait(false);
        return end.Succeeded ? [.. GitOutput.Fields(end.Output).Select(Entry)] : null;
    }

    /// <summary>A file's content.</summary>
    public static async Task<byte[]> ContentAsync(Repository repository, TreeEntry file, CancellationToken cancellation) =>
        (await repository.Git.RunAsync(repository.Places.CommonDir, ["cat-file", "blob", file.Blob], cancellation).ConfigureAwait(false)).Output;

    /// <summary>Mode, type and object, then a tab and the name.</summary>
    private static TreeEntry Entry(string line)
    {
        var tab = line.IndexOf('\t', StringComparison.Ordinal);
        var words = line[..tab].Split(' ');
        return new TreeEntry(line[(tab + 1)..], words[0].StartsWith("100", StringComparison.Ordinal), words[2]);
    }
}
