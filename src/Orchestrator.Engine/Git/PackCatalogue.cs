using System.Buffers.Binary;
using System.Text;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Git;

/// <summary>
/// One index over all packs of the user's repository, git's own <c>multi-pack-index</c>, made anew after every few packs
/// that we bring in: without it each git looks into one pack after the other, and a run leaves two for each milestone. It
/// takes nothing away, so it may be written beside agents; where one of them repacks meanwhile, git finds all the same, and
/// an index that names packs which are gone is deleted before anybody else sees it.
/// </summary>
public sealed class PackCatalogue
{
    private const string FileName = "multi-pack-index";
    private const int Often = 16;

    private readonly GitCommand _git;
    private readonly RepositoryPlaces _places;
    private readonly Lock _lock = new();
    private Task _writing = Task.CompletedTask;
    private int _added;

    internal PackCatalogue(GitCommand git, RepositoryPlaces places) => (_git, _places) = (git, places);

    private string Index => Path.Combine(_places.Packs, FileName);

    /// <summary>A pack came in. Returns at once; what is due is done in the background.</summary>
    public void Added()
    {
        lock (_lock)
        {
            if (++_added >= Often && _writing.IsCompleted)
            {
                _added = 0;
                _writing = Task.Run(WriteAsync);
            }
        }
    }

    /// <summary>Waits for what is under way, and sees that what stays names no pack which is gone.</summary>
    public async Task EndAsync()
    {
        await _writing.ConfigureAwait(false);
        DeleteOutdated();
    }

    /// <summary>Removes what a former life left half done.</summary>
    public void Mend()
    {
        // git holds it for as long as it writes; that nobody has it open means that it is left over.
        if (File.Exists(Index + ".lock") && !ProcessSweep.IsOpen(Index + ".lock"))
        {
            File.Delete(Index + ".lock");
        }

        DeleteOutdated();
    }

    /// <summary>Deletes an index that names packs which are gone. git carries such names along from one index into the next.</summary>
    internal void DeleteOutdated()
    {
        if (File.Exists(Index) && NamesOf(File.ReadAllBytes(Index)) is { } names && Array.Exists(names, name => !File.Exists(Path.Combine(_places.Packs, name))))
        {
            File.Delete(Index);
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            DeleteOutdated();
            await _git.TryAsync(_places.CommonDir, [FileName, "write"], CancellationToken.None).ConfigureAwait(false); // when it fails, the next time does
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            // Without it all is slower and nothing is missing.
        }
    }

    /// <summary>The files that an index names, as gitformat-pack describes it; null when it is none that we know.</summary>
    private static string[]? NamesOf(ReadOnlySpan<byte> index)
    {
        const int Head = 12, Row = 12;
        if (index.Length < Head || !index.StartsWith("MIDX"u8))
        {
            return null;
        }

        // A table of parts behind the head, each with four letters and the place where it begins; behind the last one stands the end.
        int parts = index[6];
        for (var part = 0; part < parts && Head + ((part + 2) * Row) <= index.Length; part++)
        {
            var row = index[(Head + (part * Row))..];
            var (begin, end) = (BinaryPrimitives.ReadInt64BigEndian(row[4..]), BinaryPrimitives.ReadInt64BigEndian(row[(Row + 4)..]));
            if (row.StartsWith("PNAM"u8) && begin >= 0 && begin <= end && end <= index.Length)
            {
                return Encoding.UTF8.GetString(index[(int)begin..(int)end]).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            }
        }

        return null;
    }
}
