using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Engine.Git;

/// <summary>A worktree's git as those in a fence have it: the repository for reading, and what they write lies apart.</summary>
/// <param name="CommonDir">The repository.</param>
/// <param name="Admin">The worktree's part of it.</param>
/// <param name="AdminCopy">What stands in its place: a copy whose HEAD is a commit, for branches are not theirs to move.</param>
/// <param name="Objects">Where new objects go; it borrows from <see cref="Borrowed"/>.</param>
/// <param name="Borrowed">The name under which the repository's own objects are seen.</param>
/// <param name="Alternates">Object folders that the repository itself borrows from.</param>
/// <param name="Worktrees">What stands in place of the parts of all worktrees: a folder with a place for this one's.</param>
/// <param name="Configs">Where settings are seen, and what is seen there: the same without credentials.</param>
public sealed record FencedGit(
    string CommonDir, string Admin, string AdminCopy, string Objects, string Borrowed, IReadOnlyList<string> Alternates, string Worktrees, IReadOnlyList<(string At, string Copy)> Configs);

/// <summary>
/// Makes the private part of the repository for a worktree that is fenced in. In it an agent may look, stage, commit and
/// reset as it likes; nothing of that reaches the repository, and nothing has to: what is committed is made of its files.
/// </summary>
public sealed partial class PrivateGit(Repository repository)
{
    private const string BorrowedAt = "/run/orchestrator/objects";

    private static readonly string[] Settings = ["config", "config.worktree"];

    private readonly Removal _removal = new(repository);

    /// <summary>Makes it for a worktree that stands; what an earlier process left there goes, but for its objects.</summary>
    /// <exception cref="IOException">The worktree has lost its part of the repository.</exception>
    public async Task<FencedGit> MakeAsync(string name, CancellationToken cancellation)
    {
        var places = repository.Places;
        var admin = places.AdminFolder(places.Worktree(name)) ?? throw new IOException($"The worktree {name} has lost its .git.");
        var home = places.Fence(name);
        var (copy, objects, worktrees) = (Path.Combine(home, "admin"), Path.Combine(home, "objects"), Path.Combine(home, "worktrees"));
        await _removal.ScratchAsync(copy, cancellation).ConfigureAwait(false);
        Copy(admin, copy);
        Directory.CreateDirectory(Path.Combine(worktrees, Path.GetFileName(admin)));
        await File.WriteAllTextAsync(Path.Combine(copy, "HEAD"), await HeadAsync(admin, cancellation).ConfigureAwait(false) + "\n", cancellation).ConfigureAwait(false);
        if (!Removal.IsFolder(objects))
        {
            await _removal.ScratchAsync(objects, cancellation).ConfigureAwait(false);
            Directory.CreateDirectory(Path.Combine(objects, "pack"));
        }

        // It was theirs to write: what lies there may be a link to anywhere.
        await _removal.ScratchAsync(Path.Combine(objects, "info"), cancellation).ConfigureAwait(false);
        Directory.CreateDirectory(Path.Combine(objects, "info"));
        await File.WriteAllTextAsync(Path.Combine(objects, "info", "alternates"), BorrowedAt + "\n", cancellation).ConfigureAwait(false);
        return new FencedGit(places.CommonDir, admin, copy, objects, BorrowedAt, Alternates(places.CommonDir), worktrees, await ConfigsAsync(places.CommonDir, admin, home, cancellation).ConfigureAwait(false));
    }

    /// <summary>
    /// A configuration without what opens a server: names and passwords in addresses, extra headers, helpers that give
    /// them out, and what is called a password or a token.
    /// </summary>
    public static string WithoutCredentials(string config) => CredentialLine().Replace(UserInfo().Replace(config, "$1"), "${section}\n");

    /// <summary>The settings of the repository, of the checkouts and of the submodules: each may hold a password for its own remote.</summary>
    private async Task<IReadOnlyList<(string At, string Copy)>> ConfigsAsync(string commonDir, string admin, string home, CancellationToken cancellation)
    {
        var folder = Path.Combine(home, "configs");
        await _removal.ScratchAsync(folder, cancellation).ConfigureAwait(false);
        Directory.CreateDirectory(folder);
        List<(string At, string Copy)> found = [];
        string[] places = [commonDir, admin, .. Submodules(Path.Combine(commonDir, "modules")), .. Submodules(Path.Combine(admin, "modules"))];
        foreach (var file in places.SelectMany(place => Settings.Select(name => Path.Combine(place, name))).Where(file => new FileInfo(file) is { Exists: true, LinkTarget: null }))
        {
            var copy = Path.Combine(folder, found.Count.ToString(CultureInfo.InvariantCulture));
            await File.WriteAllTextAsync(copy, WithoutCredentials(await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false)), cancellation).ConfigureAwait(false);
            found.Add((file, copy));
        }

        return found;
    }

    /// <summary>The git folders of submodules: their names may have slashes, and they may have submodules of their own.</summary>
    private static IEnumerable<string> Submodules(string folder) => !Directory.Exists(folder) ? [] : Directory.EnumerateDirectories(folder)
        .Where(place => new DirectoryInfo(place).LinkTarget is null)
        .SelectMany(place => File.Exists(Path.Combine(place, "HEAD")) ? Submodules(Path.Combine(place, "modules")).Prepend(place) : Submodules(place));

    private async Task<string> HeadAsync(string admin, CancellationToken cancellation)
    {
        var head = (await File.ReadAllTextAsync(Path.Combine(admin, "HEAD"), cancellation).ConfigureAwait(false)).Trim();
        if (!head.StartsWith("ref: ", StringComparison.Ordinal))
        {
            return head;
        }

        var branch = head["ref: ".Length..];
        return await repository.CommitOfAsync(branch, cancellation).ConfigureAwait(false) ?? throw new IOException($"{branch} is gone.");
    }

    /// <summary>All but the git folders of submodules, which may be large and are seen as they are.</summary>
    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in new DirectoryInfo(from).EnumerateFiles().Where(file => file.LinkTarget is null && !file.Name.EndsWith(".lock", StringComparison.Ordinal)))
        {
            file.CopyTo(Path.Combine(to, file.Name), overwrite: true);
        }
    }

    private static List<string> Alternates(string commonDir)
    {
        var objects = Path.Combine(commonDir, "objects");
        var file = Path.Combine(objects, "info", "alternates");
        return File.Exists(file) ? [.. File.ReadLines(file).Where(line => line.Length > 0 && line[0] != '#').Select(line => Path.GetFullPath(line, objects)).Where(Directory.Exists)] : [];
    }

    [GeneratedRegex(@"(\w+://)[^/\s""]*@")]
    private static partial Regex UserInfo();

    // A section may begin on the same line, and a value may go on on the next.
    [GeneratedRegex(
        @"^(?<section>[ \t]*(?:\[(?:[^\]""\n]|""(?:\\.|[^""\\\n])*"")*\])?)[ \t]*[\w-]*(?:extraheader|helper|pass|passwd|password|passphrase|token|secret|apikey|proxy|cookiefile|sslkey|sslcert)[ \t]*=(?:\\\r?\n|[^\n])*\n?",
        RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex CredentialLine();
}
