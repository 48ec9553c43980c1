using System.Buffers.Binary;

namespace Orchestrator.Engine.Git;

/// <summary>
/// How big the files of the user's checkout are together, as its index remembers them (gitformat-index): what another
/// worktree will take at the least. Read without a process and without a look at the files.
/// </summary>
public static class CheckoutSize
{
    private const int Head = 12;
    private const int SizeAt = 36;
    private const int LongestIndex = 1 << 30;

    /// <summary>In bytes; 0 where there is no index that can be read. Of a file beyond 4 GiB the index knows only the rest.</summary>
    /// <param name="places">The repository.</param>
    /// <param name="idBytes">How long names of objects are in it.</param>
    public static long Of(RepositoryPlaces places, int idBytes)
    {
        try
        {
            var file = new FileInfo(Path.Combine(places.CommonDir, "index"));
            return file is { Exists: true, Length: < LongestIndex } ? Sum(File.ReadAllBytes(file.FullName), idBytes) : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // it is being written, say
        }
    }

    /// <summary>The sum over the entries of an index.</summary>
    /// <param name="index">Its bytes.</param>
    /// <param name="idBytes">How long names of objects are.</param>
    public static long Sum(ReadOnlySpan<byte> index, int idBytes)
    {
        if (index.Length < Head || !index.StartsWith("DIRC"u8))
        {
            return 0;
        }

        var (version, count) = (BinaryPrimitives.ReadInt32BigEndian(index[4..]), BinaryPrimitives.ReadInt32BigEndian(index[8..]));
        var (at, sum) = (Head, 0L);
        for (var i = 0; i < count; i++)
        {
            var flags = at + SizeAt + 4 + idBytes;
            if (flags + 2 > index.Length)
            {
                break;
            }

            sum += BinaryPrimitives.ReadUInt32BigEndian(index[(at + SizeAt)..]);
            var name = flags + 2 + (version >= 3 && (index[flags] & 0x40) != 0 ? 2 : 0);
            var length = index[Math.Min(name, index.Length)..].IndexOf((byte)0);
            if (length < 0)
            {
                break;
            }

            // In version 4 a name tells only how it differs from the one before, and nothing fills the entry up to eight bytes.
            at = version >= 4 ? AfterSuffix(index, name) : at + ((name + length - at + 8) & ~7);
        }

        return sum;
    }

    private static int AfterSuffix(ReadOnlySpan<byte> index, int at)
    {
        while (at < index.Length && (index[at] & 0x80) != 0)
        {
            at++; // the number of bytes to drop, which may hold a zero
        }

        at = Math.Min(at + 1, index.Length);
        var length = index[at..].IndexOf((byte)0);
        return length < 0 ? index.Length : at + length + 1;
    }
}
