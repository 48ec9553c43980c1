using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Git;

/// <summary>
/// One index over the small packs of the user's repository, git's own <c>multi-pack-index</c>, made anew after every few
/// that we bring in: without it each git looks into one pack after the other, and a run leaves two for each milestone. What
/// the user keeps there that is more than such an index (bitmaps, a chain of them) is left as it is. It may be written
/// beside agents: where one of them repacks meanwhile, git finds all the same. An index that names packs which are gone,
/// of which only <c>git fsck</c> complains, is deleted before the next is written, when an import fails, and at the end.
/// </summary>
public sealed class PackCatalogue
{
    private const string FileName = "multi-pack-index";

    // Large packs are few, and an index over them would cost as much as they do.
    private const long SmallIndex = 1 << 20;

    // Writing opens all packs: the more there are, the rarer it is.
    private const int Often = 16;
    private const int PartOfAll = 64;

    private static readonly TimeSpan Stale = TimeSpan.FromHours(1);

    private readonly GitCommand _git;
    private readonly RepositoryPlaces _places;
    private readonly Lock _lock = new();
    private Task _writing = Task.CompletedTask;
    private int _added;
    private int _due = Often;

    internal PackCatalogue(GitCommand git, RepositoryPlaces places) => (_git, _places) = (git, places);

    private string Index => Path.Combine(_places.Packs, FileName);

    private string LockFile => Index + ".lock";

    /// <summary>A pack came in. Returns at once; what is due is done in the background.</summary>
    public void Added()
    {
        lock (_lock)
        {
            if (++_added >= _due && _writing.IsCompleted)
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

    /// <summary>Removes what a former life left half done. Returns whether there was any.</summary>
    public bool Mend()
    {
        var left = false;
        try
        {
            if (IsLeftOver(new FileInfo(LockFile)))
            {
                File.Delete(LockFile);
                left = true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else's, then: no index is written as long as it stands there, and nothing else depends on it.
        }

        return DeleteOutdated() || left;
    }

    /// <summary>
    /// Deletes an index that names packs which are gone, and returns whether it was one. git carries such names along from one
    /// index into the next. One that cannot be read or deleted stays: git then goes by the packs.
    /// </summary>
    internal bool DeleteOutdated()
    {
        try
        {
            if (!File.Exists(Index) || !NamesGone(NamesOf(Index)))
            {
                return false;
            }

            File.Delete(Index);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether one of the files is not there. Each name ends with a zero.</summary>
    private bool NamesGone(ReadOnlySpan<byte> names)
    {
        while (names.IndexOf((byte)0) is > 0 and var length)
        {
            if (!File.Exists(Path.Combine(_places.Packs, Encoding.UTF8.GetString(names[..length]))))
            {
                return true;
            }

            names = names[(length + 1)..];
        }

        return false;
    }

    /// <summary>git holds it for as long as it writes: that nobody has it open means that it is left over. Where the system does not tell who has, its age has to.</summary>
    private static bool IsLeftOver(FileInfo file) =>
        file.Exists && (Directory.Exists("/proc/self/fd") ? !ProcessSweep.IsOpen(Posix.RealPath(file.FullName) ?? file.FullName) : DateTime.UtcNow - file.LastWriteTimeUtc > Stale);

    private async Task WriteAsync()
    {
        try
        {
            DeleteOutdated();
            if (Directory.Exists(Index + ".d") || Directory.EnumerateFiles(_places.Packs, FileName + "-*.bitmap").Any())
            {
                return;
            }

            using var small = new MemoryStream();
            var count = 0;
            foreach (var index in new DirectoryInfo(_places.Packs).EnumerateFiles("*.idx").Where(index => index.Length <= SmallIndex))
            {
                small.Write(Encoding.UTF8.GetBytes(index.Name + "\n"));
                count++;
            }

            _due = Math.Max(Often, count / PartOfAll);
            await _git.TryAsync(_places.CommonDir, [FileName, "write", "--stdin-packs"], CancellationToken.None, small.ToArray()).ConfigureAwait(false); // when it fails, the next time does
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            // Without it all is slower and nothing is missing.
        }
    }

    /// <summary>The files that an index names, as gitformat-pack describes it; empty when it is none that we know.</summary>
    private static byte[] NamesOf(string index)
    {
        const int Head = 12, Row = 12, MostNames = 64 << 20;
        using var file = File.OpenHandle(index, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var head = Read(file, 0, Head);
        if (head.Length < Head || !head.AsSpan().StartsWith("MIDX"u8))
        {
            return [];
        }

        // A table of parts behind the head, each with four letters and the place where it begins; behind the last one stands the end.
        int parts = head[6];
        var table = Read(file, Head, (parts + 1) * Row);
        for (var part = 0; part < parts && (part + 2) * Row <= table.Length; part++)
        {
            var row = table.AsSpan(part * Row);
            var (begin, end) = (BinaryPrimitives.ReadInt64BigEndian(row[4..]), BinaryPrimitives.ReadInt64BigEndian(row[(Row + 4)..]));
            if (row.StartsWith("PNAM"u8) && begin >= 0 && end - begin is >= 0 and <= MostNames)
            {
                return Read(file, begin, (int)(end - begin));
            }
        }

        return [];
    }

    private static byte[] Read(SafeFileHandle file, long from, int count)
    {
        var bytes = new byte[Math.Clamp(RandomAccess.GetLength(file) - from, 0, count)];
        return bytes[..RandomAccess.Read(file, bytes, from)];
    }
}
