using System.Globalization;
using System.Text;

namespace Orchestrator.Engine.Git.Guarding;

/// <summary>A path that differs between two commits.</summary>
/// <param name="Path">Relative to the repository.</param>
/// <param name="Before">What it was.</param>
/// <param name="After">What it is.</param>
public sealed record ChangedFile(string Path, FileSide Before, FileSide After);

/// <summary>A file in one of two commits.</summary>
/// <param name="Exists">Whether it is there.</param>
/// <param name="Text">What it says; null when it is no text, too long, or nobody needs to know.</param>
public sealed record FileSide(bool Exists, string? Text)
{
    /// <summary>No file.</summary>
    public static FileSide Absent { get; } = new(false, null);

    /// <summary>A file that says something.</summary>
    public static FileSide Of(string text) => new(true, text);

    /// <summary>A file of these bytes; what is no text is only there. Letters that cannot be read are replaced.</summary>
    public static FileSide Of(ReadOnlySpan<byte> bytes) => new(true, TextOf(bytes));

    private static string? TextOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xFE, .. var rest] => Encoding.Unicode.GetString(rest),
        [0xFE, 0xFF, .. var rest] => Encoding.BigEndianUnicode.GetString(rest),
        [0xEF, 0xBB, 0xBF, .. var rest] => Encoding.UTF8.GetString(rest),
        _ => bytes[..Math.Min(bytes.Length, 8000)].Contains((byte)0) ? null : Encoding.UTF8.GetString(bytes),
    };
}

/// <summary>Reads a change out of the repository, with few calls of git and never more than a bounded part in memory.</summary>
internal sealed class ChangeReader(Repository repository)
{
    private const long LongestFile = 2 << 20;
    private const long LongestBatch = 32 << 20;
    private const int MostNames = 50_000;

    /// <summary>Goes over the paths that differ. Each part of the list is whole; only files of interest have their text.</summary>
    public async Task ReadAsync(string from, string to, string? difference, Func<string, bool> isOfInterest, Action<IReadOnlyList<ChangedFile>> take, CancellationToken cancellation)
    {
        difference ??= Encoding.UTF8.GetString((await repository.Git.RunAsync(repository.Places.Shadow, [.. GitOutput.RawDifference, from, to], cancellation).ConfigureAwait(false)).Output);
        var entries = Entries(difference, isOfInterest);
        var sizes = await SizesAsync(entries, cancellation).ConfigureAwait(false);
        for (var start = 0; start < entries.Count;)
        {
            long bytes = 0;
            var count = 0;
            while (start + count < entries.Count && (count == 0 || (bytes < LongestBatch && count < MostNames)))
            {
                bytes += entries[start + count++].Blobs.Sum(blob => sizes.GetValueOrDefault(blob));
            }

            var part = entries.GetRange(start, count);
            var texts = await TextsAsync([.. part.SelectMany(e => e.Blobs).Where(sizes.ContainsKey).Distinct()], cancellation).ConfigureAwait(false);
            take([.. part.Select(e => new ChangedFile(e.Path, Side(e.Before, e.HasBefore, texts), Side(e.After, e.HasAfter, texts)))]);
            start += count;
        }
    }

    private static FileSide Side(string? blob, bool exists, Dictionary<string, string?> texts) => exists ? new FileSide(true, blob is null ? null : texts.GetValueOrDefault(blob)) : FileSide.Absent;

    /// <summary>A link or a submodule is there, but says nothing.</summary>
    private static List<Entry> Entries(string difference, Func<string, bool> isOfInterest)
    {
        var fields = GitOutput.Fields(difference);
        var list = new List<Entry>(fields.Count / 2);
        for (var i = 0; i + 1 < fields.Count; i += 2)
        {
            var words = fields[i].TrimStart(':').Split(' ');
            var path = fields[i + 1];
            var wanted = isOfInterest(path);
            string? Blob(int mode, int id) => wanted && words[mode].StartsWith("100", StringComparison.Ordinal) ? words[id] : null;
            list.Add(new Entry(path, words[0] != "000000", Blob(0, 2), words[1] != "000000", Blob(1, 3)));
        }

        return list;
    }

    /// <summary>The sizes of those that are short enough to be read.</summary>
    private async Task<Dictionary<string, long>> SizesAsync(List<Entry> entries, CancellationToken cancellation)
    {
        var names = entries.SelectMany(e => e.Blobs).Distinct().ToList();
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        if (names.Count == 0)
        {
            return sizes;
        }

        var end = await repository.Git.RunAsync(repository.Places.Shadow, ["cat-file", "--batch-check"], cancellation, Encoding.ASCII.GetBytes(string.Join('\n', names) + "\n")).ConfigureAwait(false);
        foreach (var line in end.Text.Split('\n'))
        {
            if (line.Split(' ') is [var name, "blob", var size] && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes <= LongestFile)
            {
                sizes[name] = bytes;
            }
        }

        return sizes;
    }

    private async Task<Dictionary<string, string?>> TextsAsync(List<string> names, CancellationToken cancellation)
    {
        var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (names.Count == 0)
        {
            return texts;
        }

        var output = (await repository.Git.RunAsync(repository.Places.Shadow, ["cat-file", "--batch"], cancellation, Encoding.ASCII.GetBytes(string.Join('\n', names) + "\n")).ConfigureAwait(false)).Output;
        foreach (var (name, content) in GitOutput.Blobs(output))
        {
            texts[name] = FileSide.Of(content.Span).Text;
        }

        return texts;
    }

    private sealed record Entry(string Path, bool HasBefore, string? Before, bool HasAfter, string? After)
    {
        public IEnumerable<string> Blobs => new[] { Before, After }.OfType<string>();
    }
}
