using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>
/// Whether a milestone's entry requirements are met, as far as their form lets a program tell: tools on the PATH of the
/// agents, files in the commit that the work begins at or in the worktree. Nothing that a milestone names is started.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="agents">The environment of the agents.</param>
public sealed class EntryLook(Repository repository, UserEnvironment agents)
{
    /// <summary>What is not met and what to do about it, as one text; null when nothing is known to be missing.</summary>
    /// <param name="entry">The requirements.</param>
    /// <param name="commit">The commit that the work begins at.</param>
    /// <param name="folder">A folder in which a file counts as well: the worktree, into which ignored ones may have been brought. Null to look for tools alone.</param>
    /// <param name="cancellation">Ends the look.</param>
    public async Task<string?> UnmetAsync(Items<string> entry, string commit, string? folder, CancellationToken cancellation)
    {
        var requirements = entry.Select(EntryRequirement.Of).ToList();
        var missing = MissingTools(requirements, agents);
        var paths = folder is null ? [] : requirements.OfType<EntryRequirement.Files>().SelectMany(files => files.Paths).Distinct(StringComparer.Ordinal).ToList();
        var there = paths.Count == 0 ? [] : await ThereAsync(commit, paths, cancellation).ConfigureAwait(false);
        missing.AddRange(paths.Where(path => !there.Contains(path) && !StandsIn(folder!, path)).Select(path => $"'{path}' is not in the commit that the work begins at: commit it, or let an earlier milestone make it."));
        return missing.Count == 0 ? null : string.Join(' ', missing);
    }

    /// <summary>Each tool that is not on the PATH of an environment, with what to do.</summary>
    public static List<string> MissingTools(IEnumerable<EntryRequirement> requirements, UserEnvironment agents) => requirements
        .OfType<EntryRequirement.Tool>()
        .DistinctBy(tool => tool.Program)
        .Where(tool => !tool.Names.Any(name => agents.Find(name) is not null))
        .Select(tool => $"'{tool.Program}' is not on the PATH of the agents: install it, or add its folder to PATH.")
        .ToList();

    /// <summary>The tools that are missing now, for people to read before the milestones come to their turn.</summary>
    public static IEnumerable<Problem> Warnings(IEnumerable<Milestone> milestones, UserEnvironment agents) =>
        from milestone in milestones
        from missing in MissingTools(milestone.Entry.Select(EntryRequirement.Of), agents)
        select new Problem("entry.unmet", missing, new Place($"{Plans.MilestoneFolder.FolderName}/{milestone.Id}.md"), $"Until then {milestone.Id} does not start.", Severity.Warning);

    private async Task<HashSet<string>> ThereAsync(string commit, List<string> paths, CancellationToken cancellation)
    {
        var listing = await repository.Git.RunAsync(
            repository.Places.CommonDir, ["--literal-pathspecs", "ls-tree", "-t", "-z", "--name-only", "--full-tree", commit, "--", .. paths.Select(p => p.TrimEnd('/'))], cancellation).ConfigureAwait(false);
        var found = Encoding.UTF8.GetString(listing.Output).Split('\0').ToHashSet(StringComparer.Ordinal);
        return [.. paths.Where(p => found.Contains(p.TrimEnd('/')))];
    }

    /// <summary>A link counts as what it is: whether it leads anywhere is not asked.</summary>
    private static bool StandsIn(string folder, string path)
    {
        var file = new FileInfo(Path.Combine(folder, path.TrimEnd('/')));
        return file.Exists || file.LinkTarget is not null || Directory.Exists(file.FullName);
    }
}
