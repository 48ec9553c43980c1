using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Engine.Git;

/// <summary>An entry of a tree, as it stands there.</summary>
/// <param name="Mode"><c>100644</c> and the like.</param>
/// <param name="Name">The name, one char for each of its bytes.</param>
/// <param name="Id">The object that it names.</param>
public readonly record struct LooseEntry(string Mode, string Name, string Id)
{
    /// <summary>Whether it is a folder.</summary>
    public bool IsTree => Mode == "40000";

    /// <summary>Whether it is a commit of another repository.</summary>
    public bool IsCommit => Mode == "160000";

    /// <summary>Whether it is a file, and no link.</summary>
    public bool IsFile => Mode is { } mode && mode.StartsWith("100", StringComparison.Ordinal);
}

/// <summary>
/// Writes objects into the shadow repository and reads back what was just written there, without a process for each: files
/// of the form that git calls loose. Nothing needs them to be durable, and git itself checks them when they are brought
/// into the user's repository.
/// </summary>
/// <param name="shadow">The shadow repository.</param>
/// <param name="author">Who commits.</param>
public sealed class LooseObjects(string shadow, GitIdentity author)
{
    private const int Sha256Length = 64;

    private string Objects => Path.Combine(shadow, "objects");

    /// <summary>Writes a commit of now.</summary>
    /// <param name="tree">Its content.</param>
    /// <param name="parents">Its parents, the first one first.</param>
    /// <param name="message">Its message.</param>
    public string WriteCommit(string tree, IEnumerable<string> parents, string message)
    {
        var now = DateTimeOffset.Now;
        var offset = string.Create(CultureInfo.InvariantCulture, $"{(now.Offset < TimeSpan.Zero ? '-' : '+')}{now.Offset:hhmm}");
        var who = string.Create(CultureInfo.InvariantCulture, $"{author.ForImport} {now.ToUnixTimeSeconds()} {offset}");
        var head = $"tree {tree}\n{string.Concat(parents.Select(parent => $"parent {parent}\n"))}author {who}\ncommitter {who}\n\n";
        return Write("commit", Encoding.UTF8.GetBytes(head + message), tree.Length);
    }

    /// <summary>Writes a tree.</summary>
    /// <param name="entries">What is in it, in any order.</param>
    /// <param name="idLength">How many digits names have in this repository.</param>
    public string WriteTree(IEnumerable<LooseEntry> entries, int idLength)
    {
        using var content = new MemoryStream();
        foreach (var entry in entries.OrderBy(e => e.IsTree ? e.Name + "/" : e.Name, StringComparer.Ordinal))
        {
            content.Write(Encoding.Latin1.GetBytes($"{entry.Mode} {entry.Name}\0"));
            content.Write(Convert.FromHexString(entry.Id));
        }

        return Write("tree", content.ToArray(), idLength);
    }

    /// <summary>Writes the content of a file.</summary>
    /// <param name="content">The content.</param>
    /// <param name="idLength">How many digits names have in this repository.</param>
    public string WriteBlob(byte[] content, int idLength) => Write("blob", content, idLength);

    /// <summary>What a commit names.</summary>
    public static (string Tree, IReadOnlyList<string> Parents) LinksOf(ReadOnlySpan<byte> commit)
    {
        var end = commit.IndexOf("\n\n"u8); // a commit without a message may end with its head
        var head = Encoding.ASCII.GetString(end < 0 ? commit : commit[..end]).Split('\n');
        return (head[0]["tree ".Length..], [.. head.Skip(1).TakeWhile(line => line.StartsWith("parent ", StringComparison.Ordinal)).Select(line => line["parent ".Length..])]);
    }

    /// <summary>The entries of a tree's content.</summary>
    public static IReadOnlyList<LooseEntry> EntriesOf(ReadOnlySpan<byte> tree, int idBytes)
    {
        var entries = new List<LooseEntry>();
        while (tree.Length > 0)
        {
            var space = tree.IndexOf((byte)' ');
            var end = tree.IndexOf((byte)0);
            entries.Add(new LooseEntry(
                Encoding.ASCII.GetString(tree[..space]), Encoding.Latin1.GetString(tree[(space + 1)..end]), Convert.ToHexStringLower(tree.Slice(end + 1, idBytes))));
            tree = tree[(end + 1 + idBytes)..];
        }

        return entries;
    }

    /// <summary>The content of an object that lies here in a file of its own; null when it does not, or is not what its name says.</summary>
    /// <param name="type"><c>commit</c>, <c>tree</c> or <c>blob</c>.</param>
    /// <param name="id">Its name.</param>
    public byte[]? Read(string type, string id)
    {
        var file = FileOf(id);
        if (!File.Exists(file))
        {
            return null;
        }

        using var inflated = new MemoryStream();
        try
        {
            using var stream = new ZLibStream(File.OpenRead(file), CompressionMode.Decompress);
            stream.CopyTo(inflated);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return null; // gone meanwhile, or what a loss of power left
        }

        var all = inflated.ToArray();
        var end = Array.IndexOf(all, (byte)0);
        return end > 0 && Encoding.ASCII.GetString(all, 0, end).StartsWith(type + " ", StringComparison.Ordinal) && Convert.ToHexStringLower(Hash(all, id.Length)) == id ? all[(end + 1)..] : null;
    }

    /// <summary>How much an object takes that lies here in a file of its own, in bytes; null when it does not.</summary>
    public long? SizeOf(string id) => new FileInfo(FileOf(id)) is { Exists: true } file ? file.Length : null;

    private string Write(string type, byte[] content, int idLength)
    {
        byte[] all = [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{type} {content.Length}\0")), .. content];
        var id = Convert.ToHexStringLower(Hash(all, idLength));
        var file = new FileInfo(FileOf(id));
        if (file is { Exists: true, Length: > 0 })
        {
            return id; // an empty one is what a loss of power left
        }

        Directory.CreateDirectory(file.DirectoryName!);
        var draft = Path.Combine(Objects, $"tmp_obj_{Guid.NewGuid():N}"); // git's name for it: what a crash leaves is known as rubbish
        using (var stream = new ZLibStream(File.Create(draft), CompressionLevel.Fastest))
        {
            stream.Write(all);
        }

        File.Move(draft, file.FullName, overwrite: true);
        return id;
    }

    private string FileOf(string id) => Path.Combine(Objects, id[..2], id[2..]);

    // Not a choice of ours: an object's name is its hash, and most repositories have it so.
#pragma warning disable CA5350
    internal static byte[] Hash(byte[] content, int idLength) => idLength == Sha256Length ? SHA256.HashData(content) : SHA1.HashData(content);
#pragma warning restore CA5350
}
