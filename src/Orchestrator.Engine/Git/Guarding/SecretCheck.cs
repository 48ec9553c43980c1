using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Git.Guarding;

/// <summary>A line that looks as if it held a secret. Never the secret.</summary>
/// <param name="Path">The file, relative to the repository.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="What">What it looks like: "an AWS access key".</param>
public sealed record SecretPlace(string Path, int Line, string What);

/// <summary>Looks for secrets in one file.</summary>
/// <param name="path">Relative to the repository.</param>
/// <param name="content">What it holds, or a part of it.</param>
/// <param name="before">What it held before; empty when that is not known or there was none. What stands there is passed over.</param>
/// <param name="line">The line that the content begins with.</param>
public delegate IReadOnlyList<SecretPlace> SecretLook(string path, ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> before, int line);

/// <summary>What is to be committed brings in what looks like a secret. The message names places and kinds, never values.</summary>
public sealed class SecretFoundException(IReadOnlyList<SecretPlace> places) : Exception(Text(places))
{
    private const int Most = 5;

    private static string Text(IReadOnlyList<SecretPlace> places)
    {
        var named = string.Join("; ", places.Take(Most).Select(place => $"{Core.Plain.Cut(place.Path, 200)}:{place.Line} holds what looks like {place.What}"));
        var more = places.Count > Most ? $"; and {places.Count - Most} more" : "";
        return $"{named}{more}. Nothing was committed. Take it out and read it from the environment, or let a person allow it in the settings (secrets.allow).";
    }
}

/// <summary>Holds each commit against the secrets that it would bring in. Mostly without a call of git.</summary>
internal sealed class SecretCheck(Repository repository, SecretLook look)
{
    private const long LongestFile = 16 << 20;
    private const long LongestBatch = 32 << 20;
    private const int Window = 4 << 20;
    private const int Overlap = 64 << 10;

    /// <summary>Looks at all that a difference adds.</summary>
    /// <param name="worktree">Where the files stand, of which those that are too long for memory are read.</param>
    /// <param name="difference">The difference to the tip before (<see cref="GitOutput.RawDifference"/>).</param>
    /// <param name="cancellation">Ends the look.</param>
    /// <exception cref="SecretFoundException">There is one.</exception>
    public async Task CheckAsync(string worktree, string difference, CancellationToken cancellation)
    {
        var entries = Entries(worktree, difference);
        var found = new List<SecretPlace>();
        foreach (var entry in entries.Where(e => e.Size > LongestFile))
        {
            found.AddRange(LookAtLong(entry.Path, Path.Combine(worktree, entry.Path), cancellation));
        }

        var rest = entries.FindAll(e => e.Size <= LongestFile);
        var suspects = new List<Entry>();
        foreach (var batch in Batches(rest))
        {
            var contents = AsTheyStand(worktree, batch);
            foreach (var (name, content) in await ReadAsync(batch.Select(e => e.After).Where(name => !contents.ContainsKey(name)), cancellation).ConfigureAwait(false))
            {
                contents[name] = content;
            }

            foreach (var entry in batch)
            {
                cancellation.ThrowIfCancellationRequested();
                var places = look(entry.Path, contents.GetValueOrDefault(entry.After), default, 1);
                if (places.Count > 0 && entry.Before is not null)
                {
                    suspects.Add(entry);
                }
                else
                {
                    found.AddRange(places);
                }
            }
        }

        // Only now does it matter what stood there before.
        foreach (var batch in Batches(suspects))
        {
            var contents = await ReadAsync(batch.SelectMany(e => new[] { e.Before!, e.After }), cancellation).ConfigureAwait(false);
            found.AddRange(batch.SelectMany(e => look(e.Path, contents.GetValueOrDefault(e.After), contents.GetValueOrDefault(e.Before!), 1)));
        }

        if (found.Count > 0)
        {
            throw new SecretFoundException([.. found.OrderBy(p => p.Path, StringComparer.Ordinal).ThenBy(p => p.Line)]);
        }
    }

    /// <summary>What is deleted brings nothing in, and a submodule has commits of its own.</summary>
    private static List<Entry> Entries(string worktree, string difference)
    {
        var fields = GitOutput.Fields(difference);
        var list = new List<Entry>(fields.Count / 2);
        for (var i = 0; i + 1 < fields.Count; i += 2)
        {
            var words = fields[i].TrimStart(':').Split(' ');
            if (words[1].StartsWith("100", StringComparison.Ordinal) || words[1] == "120000")
            {
                var file = new FileInfo(Path.Combine(worktree, fields[i + 1]));
                var size = words[1] == "120000" || !file.Exists ? 0 : file.Length;
                list.Add(new Entry(fields[i + 1], words[0].StartsWith("100", StringComparison.Ordinal) ? words[2] : null, words[3], size));
            }
        }

        return list;
    }

    private static IEnumerable<List<Entry>> Batches(List<Entry> entries)
    {
        var batch = new List<Entry>();
        long bytes = 0;
        foreach (var entry in entries)
        {
            batch.Add(entry);
            bytes += entry.Size;
            if (bytes >= LongestBatch)
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>The files that are to the byte what git has under that name: those need not be asked for. No filter changed them, and nobody since.</summary>
    private static Dictionary<string, ReadOnlyMemory<byte>> AsTheyStand(string worktree, List<Entry> entries)
    {
        var contents = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            try
            {
                using var stream = entry.Size == 0 ? null : Posix.OpenWithoutWaiting(Path.Combine(worktree, entry.Path));
                if (stream is { CanSeek: true, Length: <= LongestFile })
                {
                    var content = new byte[stream.Length];
                    stream.ReadExactly(content);
                    if (NameOf(content, entry.After.Length) == entry.After)
                    {
                        contents[entry.After] = content;
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // git has it
            }
        }

        return contents;
    }

    /// <summary>What git calls a content.</summary>
    private static string NameOf(byte[] content, int length)
    {
        using var sum = IncrementalHash.CreateHash(length == 40 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        sum.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0")));
        sum.AppendData(content);
        return Convert.ToHexStringLower(sum.GetHashAndReset());
    }

    private async Task<Dictionary<string, ReadOnlyMemory<byte>>> ReadAsync(IEnumerable<string> names, CancellationToken cancellation)
    {
        var asked = Encoding.ASCII.GetBytes(string.Concat(names.Distinct(StringComparer.Ordinal).Select(name => name + "\n")));
        if (asked.Length == 0)
        {
            return [];
        }

        var output = (await repository.Git.RunAsync(repository.Places.Shadow, ["cat-file", "--batch"], cancellation, asked).ConfigureAwait(false)).Output;
        var contents = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (name, content) in GitOutput.Blobs(output))
        {
            contents[name] = content;
        }

        return contents;
    }

    /// <summary>A file that does not fit into memory, part by part; the parts overlap by more than a secret is long.</summary>
    private List<SecretPlace> LookAtLong(string path, string file, CancellationToken cancellation)
    {
        var found = new List<SecretPlace>();
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1);
        var part = new byte[Window];
        for (int held = 0, line = 1; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = stream.ReadAtLeast(part.AsSpan(held), part.Length - held, throwOnEndOfStream: false);
            var filled = held + read;
            found.AddRange(look(path, part.AsMemory(0, filled), default, line));
            if (filled < part.Length)
            {
                return [.. found.Distinct()];
            }

            line += part.AsSpan(0, filled - Overlap).Count((byte)'\n');
            part.AsSpan(filled - Overlap).CopyTo(part);
            held = Overlap;
        }
    }

    private sealed record Entry(string Path, string? Before, string After, long Size);
}
