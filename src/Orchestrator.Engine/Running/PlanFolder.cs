using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Plans;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Running;

/// <summary>
/// The folder that a plan goes to. What somebody wrote there is never overwritten or mixed with a new plan; only the
/// untouched sample of <c>init</c> gives way, for it is nobody's.
/// </summary>
public static class PlanFolder
{
    private const int MostNamed = 5;

    /// <summary>Why a plan cannot be written there; asked before money is spent.</summary>
    public static IReadOnlyList<Problem> Check(string root, string target, string sample)
    {
        var folder = Path.GetFullPath(target, root);
        var inside = Path.GetRelativePath(root, folder);
        if (Path.IsPathRooted(inside) || inside is "." || inside.Split('/', '\\')[0] is ".." or ".git" or ".orchestrator" or ".worktree")
        {
            return [new Problem("plan.dir", "A plan cannot go here.", new Place(target), "Name a folder inside the repository with --dir, e.g. milestones-draft.")];
        }

        if (File.Exists(folder) || (Directory.Exists(folder) && Posix.RealPath(folder) is { } real && real != Path.Combine(Posix.RealPath(root) ?? root, inside)))
        {
            return [new Problem("plan.dir", "This is a file, or a link to elsewhere.", new Place(target), "Name another folder with --dir.")];
        }

        var there = Milestones(folder).Where(file => !IsSample(file, sample)).Select(file => Path.GetFileName(file)!).ToList();
        return there.Count == 0 ? [] :
        [
            new Problem(
                "plan.taken", $"There is a plan already: {string.Join(", ", there.Take(MostNamed))}{(there.Count > MostNamed ? $" and {there.Count - MostNamed} more" : "")}.", new Place(target),
                "Nothing of it is overwritten. With --dir milestones-draft the new plan goes beside it; move over what you want."),
        ];
    }

    /// <summary>Copies the files of a draft. The folder was checked, and is checked again, for the user may have written there meanwhile.</summary>
    /// <returns>The names, from the repository's root; problems when nothing was written.</returns>
    public static (IReadOnlyList<string> Written, IReadOnlyList<Problem> Problems) Write(PlanDraft draft, string target, string sample)
    {
        if (Check(draft.Root, target, sample) is { Count: > 0 } problems)
        {
            return ([], problems);
        }

        var folder = Path.GetFullPath(target, draft.Root);
        Directory.CreateDirectory(folder);
        foreach (var file in Milestones(folder))
        {
            File.Delete(file); // the sample
        }

        var written = new List<string>();
        foreach (var file in Milestones(draft.Folder))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: false);
            written.Add($"{target.TrimEnd('/')}/{Path.GetFileName(file)}");
        }

        return (written, []);
    }

    /// <summary>A folder beside the target in which nothing is.</summary>
    public static string Beside(PlanDraft draft, string target, string sample)
    {
        var first = $"{target.TrimEnd('/')}-draft";
        var name = first;
        for (var i = 2; Check(draft.Root, name, sample).Count > 0; i++)
        {
            name = FormattableString.Invariant($"{first}-{i}");
        }

        return name;
    }

    private static List<string> Milestones(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*.md").Where(file => !Path.GetFileName(file).Equals("README.md", StringComparison.OrdinalIgnoreCase) && Path.GetFileName(file)[0] != '.').OrderBy(file => MilestoneId.TryParse(Path.GetFileNameWithoutExtension(file), out var id) ? id : MilestoneId.First(999))]
        : [];

    private static bool IsSample(string file, string sample) => new FileInfo(file) is { LinkTarget: null, Length: < 8192 } && File.ReadAllText(file).ReplaceLineEndings("\n") == sample.ReplaceLineEndings("\n");
}
