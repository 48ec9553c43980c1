using System.Globalization;
using System.Text;

namespace Orchestrator.Engine.Git;

/// <summary>
/// Brings along what a project wants in each worktree and git does not: the files of the user's checkout that
/// <c>.worktreeinclude</c> names and git ignores. What git does not ignore in the worktree stays where it is, because it
/// would become part of a commit.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="mostBytes">How much is brought along at most.</param>
public sealed class Furnishing(Repository repository, long mostBytes = 256L << 20)
{
    /// <summary>The file with the patterns, in the syntax of .gitignore.</summary>
    public const string PatternFile = ".worktreeinclude";

    private const string ListFile = "included.list";
    private const int MostFiles = 10_000;

    private RepositoryPlaces Places => repository.Places;

    /// <summary>Brings the files along; those that are there already are replaced. Returns what a person should know of.</summary>
    /// <param name="run">The run.</param>
    /// <param name="name">The name of the worktree, in which nobody is at work.</param>
    /// <param name="from">The commit whose patterns count.</param>
    /// <param name="cancellation">Stops in between; a second call brings the rest.</param>
    public async Task<IReadOnlyList<string>> BringAsync(string run, string name, string from, CancellationToken cancellation)
    {
        var worktree = Places.Worktree(name);
        var folder = Places.Milestone(run, name);
        Directory.CreateDirectory(folder);
        File.Delete(Path.Combine(folder, ListFile));
        if (!Path.Exists(Path.Combine(worktree, PatternFile)))
        {
            return []; // spares each project without it a call of git; one that an agent takes away brings nothing along
        }

        var patterns = await repository.Git.TryAsync(Places.CommonDir, ["cat-file", "blob", $"{from}:{PatternFile}"], cancellation).ConfigureAwait(false);
        if (!patterns.Succeeded || patterns.Output.Length == 0)
        {
            return [];
        }

        var index = Places.Index(run, name);
        var file = Path.Combine(folder, "included.patterns");
        await File.WriteAllBytesAsync(file, patterns.Output, cancellation).ConfigureAwait(false);
        var named = await repository.Git.RunAsync(
            Places.Shadow, ["ls-files", "-z", "--others", "--ignored", $"--exclude-from={file}", "--", ".", ":(exclude,literal).orchestrator", ":(exclude,literal).worktree"], cancellation, workTree: Places.Root, index: index).ConfigureAwait(false);
        var (sound, odd) = Sort(GitOutput.Fields(named.Output), worktree);
        if (sound.Count == 0)
        {
            return odd;
        }

        var ignored = await repository.Git.TryAsync(
            Places.Shadow, ["check-ignore", "-z", "--stdin"], cancellation, Encoding.UTF8.GetBytes(string.Concat(sound.Select(path => path + "\0"))), workTree: worktree, index: index).ConfigureAwait(false);
        if (ignored.ExitCode is not (0 or 1))
        {
            throw new GitFailedException("check-ignore", ignored);
        }

        // Told before they are there: whatever comes between, none of them gets into a commit.
        await File.WriteAllBytesAsync(Path.Combine(folder, ListFile), ignored.Output, cancellation).ConfigureAwait(false);
        return [.. odd, .. Copy(GitOutput.Fields(ignored.Output), worktree)];
    }

    /// <summary>The files that came along into a worktree, by the folder of what belongs to its milestone.</summary>
    public static IReadOnlySet<string> CameAlong(string milestone)
    {
        var list = Path.Combine(milestone, ListFile);
        return File.Exists(list) ? File.ReadAllText(list).Split('\0', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal) : new HashSet<string>();
    }

    /// <summary>
    /// Those of some ignored files of a worktree, NUL-separated, that differ from the files of the same names in the user's
    /// checkout, or that are there alone: the others are not lost with the worktree.
    /// </summary>
    public static byte[] Own(RepositoryPlaces places, string worktree, byte[] paths)
    {
        var own = Encoding.Latin1.GetString(paths).Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Where(raw => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(raw)) is var path && !PlainFile.AreSame(places.Root, worktree, path));
        return Encoding.Latin1.GetBytes(string.Concat(own.Select(raw => raw + "\0")));
    }

    /// <summary>Repositories inside the checkout and what is ours do not come along, nor what a link in the worktree would divert.</summary>
    private static (List<string> Sound, List<string> Odd) Sort(IReadOnlyList<string> paths, string worktree)
    {
        var sound = new List<string>();
        var odd = new List<string>();
        foreach (var path in paths)
        {
            if (path.Contains('\uFFFD', StringComparison.Ordinal))
            {
                odd.Add($"{PatternFile} names a file whose name is no text; it is not brought along: {path}");
            }
            else if (!path.EndsWith('/') && path.Split('/') is [var first, ..] parts && first is not (".orchestrator" or ".worktree") && !parts.Contains(".git", StringComparer.OrdinalIgnoreCase)
                && PlainFile.MayStand(worktree, path))
            {
                sound.Add(path);
            }
        }

        return (sound, odd);
    }

    private List<string> Copy(IReadOnlyList<string> paths, string worktree)
    {
        var odd = new List<string>();
        var (files, bytes, left) = (0, 0L, new List<string>());
        foreach (var path in paths)
        {
            try
            {
                using var source = PlainFile.Open(Places.Root, path);
                if (source is null)
                {
                    continue;
                }

                if (files == MostFiles || bytes + source.Length > mostBytes)
                {
                    left.Add(path);
                    continue;
                }

                (files, bytes) = (files + 1, bytes + source.Length);
                PlainFile.Write(worktree, path, source);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                odd.Add($"{path}, which {PatternFile} names, is not brought along: {e.Message}");
            }
        }

        if (left.Count > 0)
        {
            odd.Add(string.Create(CultureInfo.InvariantCulture, $"{PatternFile} names more than {MostFiles} files or {mostBytes >> 20} MiB; {left.Count} are not brought along, {left[0]} the first of them"));
        }

        return odd;
    }
}
