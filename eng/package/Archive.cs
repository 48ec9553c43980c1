using System.Formats.Tar;
using System.IO.Compression;

namespace Orchestrator.Packaging;

/// <summary>A file that goes into an archive.</summary>
/// <param name="Name">Its path there, with '/'.</param>
/// <param name="Source">Where it lies.</param>
/// <param name="Executable">Whether it is a program.</param>
internal sealed record Entry(string Name, string Source, bool Executable);

/// <summary>Archives whose bytes depend on nothing but what is in them: sorted, one time for all, nobody's user and mode.</summary>
internal static class Archive
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode Program = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Writes a zip or a tar.gz, as the name says.</summary>
    public static void Write(string file, IEnumerable<Entry> entries, DateTimeOffset time)
    {
        var sorted = entries.OrderBy(e => e.Name, StringComparer.Ordinal).ToList();
        using var stream = File.Create(file);
        if (file.EndsWith(".zip", StringComparison.Ordinal))
        {
            Zip(stream, sorted.Select(e => (e.Name, File.ReadAllBytes(e.Source), e.Executable ? Program : Plain)), time);
        }
        else
        {
            Tar(stream, sorted, time);
        }
    }

    /// <summary>Writes a package of NuGet's anew, so that its bytes do not tell when it was made.</summary>
    public static void Normalise(string package, DateTimeOffset time)
    {
        List<(string Name, byte[] Bytes, UnixFileMode Mode)> entries = [];
        using (var old = ZipFile.OpenRead(package))
        {
            foreach (var entry in old.Entries.OrderBy(e => e.FullName, StringComparer.Ordinal))
            {
                using var content = entry.Open();
                using var bytes = new MemoryStream();
                content.CopyTo(bytes);
                entries.Add((entry.FullName, bytes.ToArray(), (UnixFileMode)(entry.ExternalAttributes >> 16) & Program));
            }
        }

        using var stream = File.Create(package);
        Zip(stream, entries, time);
    }

    private static void Tar(Stream stream, IEnumerable<Entry> entries, DateTimeOffset time)
    {
        using var packed = new GZipStream(stream, CompressionLevel.SmallestSize);
        using var tar = new TarWriter(packed, TarEntryFormat.Ustar);
        foreach (var entry in entries)
        {
            using var content = File.OpenRead(entry.Source);
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, entry.Name) { DataStream = content, ModificationTime = time, Mode = entry.Executable ? Program : Plain });
        }
    }

    private static void Zip(Stream stream, IEnumerable<(string Name, byte[] Bytes, UnixFileMode Mode)> entries, DateTimeOffset time)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create);
        foreach (var (name, bytes, mode) in entries)
        {
            var entry = zip.CreateEntry(name, CompressionLevel.SmallestSize);
            entry.LastWriteTime = time.ToUniversalTime();
            entry.ExternalAttributes = (0x8000 | (int)mode) << 16; // a regular file
            using var content = entry.Open();
            content.Write(bytes);
        }
    }
}
