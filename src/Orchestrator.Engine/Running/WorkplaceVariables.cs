using System.Globalization;
using Orchestrator.Engine.Git;

namespace Orchestrator.Engine.Running;

/// <summary>
/// The variables that a worktree has for itself: agents, gates, setup and teardown get them. This is the one place where
/// they are named; docs/concepts/worktrees.md explains them.
/// </summary>
public static class WorkplaceVariables
{
    /// <summary>The first port of the worktree's own.</summary>
    public const string FirstPort = "ORCHESTRATOR_PORT";

    /// <summary>How many there are.</summary>
    public const string PortCount = "ORCHESTRATOR_PORT_COUNT";

    /// <summary>The variables of a worktree.</summary>
    /// <param name="places">Where things lie.</param>
    /// <param name="name">The worktree's name.</param>
    /// <param name="firstPort">Its first port, or null for none.</param>
    /// <param name="ports">How many it has.</param>
    /// <param name="userTemporary">The temporary folder of the user's own programs.</param>
    public static Dictionary<string, string> Of(RepositoryPlaces places, string name, int? firstPort, int ports, string userTemporary)
    {
        var temporary = places.Temporary(name);
        var variables = new Dictionary<string, string>
        {
            ["TMPDIR"] = temporary,
            ["TMP"] = temporary,
            ["TEMP"] = temporary,
            // Neither a lost .git nor a temporary folder may lead git into the user's checkout.
            ["GIT_CEILING_DIRECTORIES"] = string.Join(Path.PathSeparator, places.Worktrees, places.TemporaryFolders),
            // NuGet keeps the locks of its package folder, which all share, among its temporary files.
            ["NUGET_SCRATCH"] = Path.Combine(userTemporary, "NuGetScratch" + Environment.UserName),
        };
        if (firstPort is { } first)
        {
            variables[FirstPort] = variables["PORT"] = first.ToString(CultureInfo.InvariantCulture);
            variables[PortCount] = ports.ToString(CultureInfo.InvariantCulture);
        }

        return variables;
    }
}
