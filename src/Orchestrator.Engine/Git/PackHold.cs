namespace Orchestrator.Engine.Git;

/// <summary>
/// Holds packs in the user's repository until refs name what is in them: a <c>.keep</c> file beside each, which is git's
/// own way. Without it a repack that an agent began before would take a pack along that nothing refers to yet.
/// </summary>
internal sealed class PackHold : IDisposable
{
    // What stands in the file, so that those which a crash left are known as ours.
    private const string Ours = "held by the orchestrator until refs name it\n";

    private readonly List<string> _files = [];

    /// <summary>Holds a pack that is about to come: its file's name without <c>.pack</c>.</summary>
    public void Add(string pack)
    {
        var file = pack + ".keep";
        File.WriteAllText(file, Ours);
        _files.Add(file);
    }

    /// <summary>Lets go what a crash left held.</summary>
    public static void ReleaseLeftOver(RepositoryPlaces places)
    {
        foreach (var file in Directory.Exists(places.Packs) ? Directory.EnumerateFiles(places.Packs, "pack-*.keep") : [])
        {
            // Torn, it holds the beginning; an empty one is somebody else's.
            if (new FileInfo(file).Length is var length && length > 0 && length <= Ours.Length && Ours.StartsWith(File.ReadAllText(file), StringComparison.Ordinal))
            {
                File.Delete(file);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _files.ForEach(File.Delete);
}
