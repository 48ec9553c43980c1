using System.Buffers.Binary;
using System.IO.Compression;

namespace Orchestrator.Engine.Git;

/// <summary>
/// A pack of commits that were written into the shadow repository just now, with all that is new in them, made without a
/// process. Each object is read from the file it lies in; where one does not, it is left to git.
/// </summary>
public sealed class FreshPack
{
    // More than this git packs better.
    private const long MostBytes = 4 << 20;

    // Nothing, packed: of that the framework writes nothing at all, which is no stream.
    private static readonly byte[] PackedNothing = [0x78, 0x9c, 0x03, 0, 0, 0, 0, 1];

    private enum Kind
    {
        Commit = 1,
        Tree = 2,
        Blob = 3,
    }

    private readonly ShadowObjects _objects;
    private readonly HashSet<string> _known;
    private readonly Dictionary<string, (Kind Kind, byte[] Content)> _packed = new(StringComparer.Ordinal);
    private long _bytes;

    private FreshPack(ShadowObjects objects, IEnumerable<string> known) => (_objects, _known) = (objects, known.ToHashSet(StringComparer.Ordinal));

    /// <summary>Makes it.</summary>
    /// <param name="objects">The shadow repository.</param>
    /// <param name="commit">The latest of the commits.</param>
    /// <param name="known">What is there already, with all that it needs; the first of all parents must be among them.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The pack; null when git has to make it.</returns>
    public static async Task<byte[]?> MakeAsync(ShadowObjects objects, string commit, IEnumerable<string> known, CancellationToken cancellation)
    {
        var pack = new FreshPack(objects, known);
        return await pack.TakeCommitsAsync(commit, cancellation).ConfigureAwait(false) ? pack.Written(commit.Length) : null;
    }

    private async Task<bool> TakeCommitsAsync(string latest, CancellationToken cancellation)
    {
        var left = new Stack<string>([latest]);
        while (left.TryPop(out var commit))
        {
            if (_known.Contains(commit) || _packed.ContainsKey(commit))
            {
                continue;
            }

            if (!Take(Kind.Commit, commit))
            {
                return false;
            }

            var (tree, parents) = LooseObjects.LinksOf(_packed[commit].Content);
            var before = new List<string>();
            foreach (var parent in parents)
            {
                left.Push(parent);
                before.Add(await _objects.TreeOfAsync(parent, cancellation).ConfigureAwait(false));
            }

            if (!await TakeTreeAsync(tree, before, cancellation).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What of a tree is in none of those before, at its place.</summary>
    private async Task<bool> TakeTreeAsync(string tree, List<string> before, CancellationToken cancellation)
    {
        if (before.Contains(tree) || _packed.ContainsKey(tree))
        {
            return true;
        }

        if (!Take(Kind.Tree, tree))
        {
            return false;
        }

        var old = new List<Dictionary<string, LooseEntry>>();
        foreach (var known in before)
        {
            old.Add((await _objects.EntriesAsync(known, cancellation).ConfigureAwait(false)).ToDictionary(entry => entry.Name, StringComparer.Ordinal));
        }

        foreach (var entry in LooseObjects.EntriesOf(_packed[tree].Content, tree.Length / 2).Where(entry => !entry.IsCommit && !old.Any(o => o.TryGetValue(entry.Name, out var was) && was.Id == entry.Id)))
        {
            var taken = entry.IsTree
                ? await TakeTreeAsync(entry.Id, [.. old.Select(o => o.GetValueOrDefault(entry.Name)).Where(was => was.IsTree).Select(was => was.Id)], cancellation).ConfigureAwait(false)
                : _packed.ContainsKey(entry.Id) || Take(Kind.Blob, entry.Id);
            if (!taken)
            {
                return false;
            }
        }

        return true;
    }

    private bool Take(Kind kind, string id)
    {
        if (_objects.Loose.SizeOf(id) is not { } size || (_bytes += size) > MostBytes || _objects.Loose.Read(kind.ToString().ToLowerInvariant(), id) is not { } content)
        {
            return false;
        }

        _packed[id] = (kind, content);
        return true;
    }

    private byte[] Written(int idLength)
    {
        using var pack = new MemoryStream();
        pack.Write("PACK"u8);
        Span<byte> number = stackalloc byte[4];
        foreach (var value in (int[])[2, _packed.Count]) // the version, then how many
        {
            BinaryPrimitives.WriteInt32BigEndian(number, value);
            pack.Write(number);
        }

        foreach (var (kind, content) in _packed.Values)
        {
            // Four bits of its length beside its kind, seven in each byte more; the high bit says that there is one more.
            var rest = content.Length >> 4;
            pack.WriteByte((byte)((rest > 0 ? 0x80 : 0) | ((int)kind << 4) | (content.Length & 15)));
            for (; rest > 0; rest >>= 7)
            {
                pack.WriteByte((byte)((rest > 0x7f ? 0x80 : 0) | (rest & 0x7f)));
            }

            if (content.Length == 0)
            {
                pack.Write(PackedNothing);
                continue;
            }

            using var packed = new ZLibStream(pack, CompressionLevel.Fastest, leaveOpen: true);
            packed.Write(content);
        }

        pack.Write(LooseObjects.Hash(pack.ToArray(), idLength));
        return pack.ToArray();
    }
}
