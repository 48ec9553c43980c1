using Orchestrator.Core;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Git;

/// <summary>
/// The paths that no milestone's work may change, relative to the repository. Each stands for itself and for all that
/// lies in it. TASKS.md is always among them; that it differs is not told, because agents tick it off all the time.
/// </summary>
public sealed class ProtectedPaths
{
    private ProtectedPaths(Items<string> told) => Told = told;

    /// <summary>Files that came along into one worktree, ignored by git: they stay in it, and out of its commits even when they are ignored no more.</summary>
    public IReadOnlySet<string> CameAlong { get; private init; } = new HashSet<string>();

    /// <summary>TASKS.md alone.</summary>
    public static ProtectedPaths TasksOnly { get; } = new(default);

    /// <summary>Those of which it is told that somebody changed them.</summary>
    public Items<string> Told { get; }

    /// <summary>All of them.</summary>
    public Items<string> All => [RepositoryPlaces.TasksName, .. CameAlong, .. Told];

    /// <summary>TASKS.md and what is named here, with what it leads to where it is a link. What lies outside the repository needs no protection of git's.</summary>
    public static ProtectedPaths Of(RepositoryPlaces places, IEnumerable<string> paths)
    {
        var root = Posix.RealPath(places.Root) ?? places.Root;
        return new ProtectedPaths(paths
            .Select(path => Path.GetFullPath(path, places.Root))
            .SelectMany(path => new[] { Path.GetRelativePath(places.Root, path), Path.GetRelativePath(root, Posix.RealPath(path) ?? path) })
            .Select(path => path.Replace(Path.DirectorySeparatorChar, '/'))
            .Where(path => path is not ("." or "..") && !path.StartsWith("../", StringComparison.Ordinal) && !Path.IsPathRooted(path))
            .Distinct(StringComparer.Ordinal)
            .ToItems());
    }

    /// <summary>These, and the files that came along into a worktree.</summary>
    public ProtectedPaths With(IReadOnlySet<string> cameAlong) => cameAlong.Count == 0 ? this : new ProtectedPaths(Told) { CameAlong = cameAlong };

    /// <summary>Those that matter to a change: there may be thousands of files that came along.</summary>
    public ProtectedPaths For(IEnumerable<string> changed) => CameAlong.Count == 0 ? this : new ProtectedPaths(Told) { CameAlong = changed.Where(CameAlong.Contains).ToHashSet(StringComparer.Ordinal) };

    /// <summary>Whether a path is protected.</summary>
    public bool Covers(string path) => IsIn(path, RepositoryPlaces.TasksName) || CameAlong.Contains(path) || IsTold(path);

    /// <summary>Whether it is told when somebody changed it.</summary>
    public bool IsTold(string path)
    {
        foreach (var told in Told)
        {
            if (IsIn(path, told))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsIn(string path, string name) =>
        path.StartsWith(name, StringComparison.Ordinal) && (path.Length == name.Length || path[name.Length] == '/');
}
