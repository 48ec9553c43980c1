using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>
/// Which exit criteria are proved without a person's or a model's word: one that quotes a gate's command or name, by that
/// gate; one that quotes paths, by these files. What is quoted stands between backticks.
/// </summary>
public static partial class CriteriaLook
{
    /// <summary>The proofs, in the order of the criteria.</summary>
    public static async Task<Items<CriterionProof>> ProofsAsync(
        Repository repository, Items<string> criteria, string commit, IReadOnlyList<GateSetting> gates, Items<GateResult> results, CancellationToken cancellation)
    {
        var quoted = criteria.Select(c => Quoted().Matches(c).Select(m => m.Groups[1].Value.Trim()).ToList()).ToList();
        var paths = quoted.SelectMany(q => q).Where(IsPath).Distinct(StringComparer.Ordinal).ToList();
        var there = paths.Count == 0 ? [] : await ThereAsync(repository, commit, paths, cancellation).ConfigureAwait(false);
        var proofs = new List<CriterionProof>();
        for (var i = 0; i < criteria.Count; i++)
        {
            if (gates.Zip(results).FirstOrDefault(g => g.Second.Passed && quoted[i].Any(q => q == g.First.Run || q == g.First.Name)) is { First: { } gate })
            {
                proofs.Add(new CriterionProof(i + 1, ProvedBy.Gate, gate.Run));
            }
            else if (quoted[i].Where(IsPath).ToList() is { Count: > 0 } files && files.Count == quoted[i].Count && files.All(there.Contains))
            {
                proofs.Add(new CriterionProof(i + 1, ProvedBy.File, string.Join(", ", files)));
            }
        }

        return proofs.ToItems();
    }

    /// <summary>Those of the paths that a commit has.</summary>
    private static async Task<HashSet<string>> ThereAsync(Repository repository, string commit, List<string> paths, CancellationToken cancellation)
    {
        var listing = await repository.Git.RunAsync(repository.Places.Shadow, ["--literal-pathspecs", "ls-tree", "-t", "-z", "--name-only", "--full-tree", commit, "--", .. paths.Select(p => p.TrimEnd('/'))], cancellation).ConfigureAwait(false);
        var found = Encoding.UTF8.GetString(listing.Output).Split('\0').ToHashSet(StringComparer.Ordinal);
        return [.. paths.Where(p => found.Contains(p.TrimEnd('/')))];
    }

    /// <summary>A relative path inside the repository: letters and digits, a dot or a slash somewhere, no blank.</summary>
    private static bool IsPath(string text) => Path().IsMatch(text) && !text.Split('/').Contains("..") && (text.Contains('/', StringComparison.Ordinal) || text.Contains('.', StringComparison.Ordinal));

    [GeneratedRegex("`([^`\n]{1,300})`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\A[\p{L}\p{N}_.@+-][\p{L}\p{N}_.@+/-]*\z")]
    private static partial Regex Path();
}
