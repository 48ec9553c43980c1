using System.IO.Enumeration;

namespace Orchestrator.Engine.Claude;

/// <summary>Enough about a folder to see that something in it changed.</summary>
/// <param name="Entries">How many files and folders there are.</param>
/// <param name="Bytes">How big they are together.</param>
/// <param name="Newest">When the latest was changed.</param>
public readonly record struct FolderStamp(int Entries, long Bytes, DateTimeOffset Newest)
{
    private const int Most = 50_000;

    /// <summary>Looks at the folder; links are not followed, and of a very big one only the upper part is seen.</summary>
    public static FolderStamp Of(string folder)
    {
        var stamp = default(FolderStamp);
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 };
        try
        {
            var all = new FileSystemEnumerable<(long Bytes, DateTimeOffset At)>(folder, (ref FileSystemEntry entry) => (entry.IsDirectory ? 0 : entry.Length, entry.LastWriteTimeUtc), options)
            {
                ShouldRecursePredicate = (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0,
            };
            foreach (var (bytes, at) in all.Take(Most))
            {
                stamp = new FolderStamp(stamp.Entries + 1, stamp.Bytes + bytes, at > stamp.Newest ? at : stamp.Newest);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It changes under our eyes, which the next look will see.
        }

        return stamp;
    }
}
