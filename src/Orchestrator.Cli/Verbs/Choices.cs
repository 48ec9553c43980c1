using Orchestrator.Core.Plans;
using Orchestrator.Engine.Plans;

namespace Orchestrator.Cli.Verbs;

/// <summary>What the shell may complete a value with. Looks at names in folders only, because it is asked at every press of a key.</summary>
internal static class Choices
{
    private const int MostRuns = 50;

    /// <summary>The milestones of the plan, in order.</summary>
    public static IEnumerable<MilestoneId> Milestones(string folder) => Names(folder, MilestoneFolder.FolderName, Directory.EnumerateFiles)
        .Where(name => name.EndsWith(".md", StringComparison.Ordinal))
        .Select(name => MilestoneId.TryParse(name.AsSpan(0, name.Length - 3), out var id) ? id : (MilestoneId?)null)
        .OfType<MilestoneId>()
        .Order();

    /// <summary>The latest runs, the newest first.</summary>
    public static IEnumerable<string> Runs(string folder) => Names(folder, Path.Combine(".orchestrator", "runs"), Directory.EnumerateDirectories)
        .Where(name => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        .OrderDescending(StringComparer.Ordinal)
        .Take(MostRuns);

    /// <summary>The names in a folder of the repository, found from any folder in it; none where it cannot be read.</summary>
    private static IReadOnlyList<string> Names(string folder, string wanted, Func<string, IEnumerable<string>> entries)
    {
        try
        {
            for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
            {
                if (Path.Combine(at, wanted) is var found && Directory.Exists(found))
                {
                    return [.. entries(found).Select(path => Path.GetFileName(path))];
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing to offer then.
        }

        return [];
    }
}
