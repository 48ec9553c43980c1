using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Git;

/// <summary>What a candidate is made with besides the batch.</summary>
/// <param name="Run">The run.</param>
/// <param name="Target">The target branch, as a full ref.</param>
/// <param name="Title">The title of a milestone, for the merge's subject.</param>
/// <param name="Hash">The hash of a milestone's file, for its trailer.</param>
/// <param name="TaskLines">All milestones, done as of before the batch.</param>
public sealed record CandidateContext(
    string Run, string Target, Func<MilestoneId, string> Title, Func<MilestoneId, string> Hash, IReadOnlyList<TaskLine> TaskLines);

/// <summary>What building came to.</summary>
/// <param name="Onto">The target's tip.</param>
/// <param name="Tip">The run's tip, moved forward to <paramref name="Onto"/> where that holds it.</param>
/// <param name="Commit">The candidate; null when nothing merged.</param>
/// <param name="Merged">What it holds of the batch.</param>
/// <param name="Conflicts">What did not merge.</param>
public sealed record BuiltCandidate(string Onto, string Tip, string? Commit, Items<MilestoneId> Merged, Items<Conflict> Conflicts);

/// <summary>
/// Builds candidates: one merge commit for each milestone, one after the other, with no checkout. Each carries
/// TASKS.md as of that merge and trailers that say whose work it is.
/// </summary>
public sealed class Candidates(Repository repository)
{
    /// <summary>Merges a batch on the target's tip as it is now, those with the least overlap first.</summary>
    public async Task<BuiltCandidate> BuildAsync(CandidateContext context, IReadOnlyList<BatchItem> batch, string tip, CancellationToken cancellation)
    {
        var onto = await repository.CommitOfAsync(context.Target, cancellation).ConfigureAwait(false)
            ?? throw new TargetGoneException(context.Target);
        await RefuseForgedAsync(context.Target, tip, onto, cancellation).ConfigureAwait(false);
        var floor = tip;
        var at = tip;
        if (await repository.HoldsAsync(onto, tip, cancellation).ConfigureAwait(false))
        {
            floor = at = onto;
        }
        else if (!await repository.HoldsAsync(tip, onto, cancellation).ConfigureAwait(false))
        {
            // The user went on from where our work could not land: bring both together first.
            var (tree, conflicts) = await new Merges(repository).MakeAsync(context.Target, onto, tip, cancellation).ConfigureAwait(false);
            if (conflicts.Count > 0)
            {
                throw new TargetDivergedException(context.Target, conflicts);
            }

            at = repository.Objects.Loose.WriteCommit(tree, [onto, tip], $"Merge the integrated work of run {context.Run}\n\n{DoneHistory.RunTrailer}: {context.Run}\n");
        }

        var row = new MergeRow(repository, context);
        at = await row.MergeAsync(at, batch, cancellation).ConfigureAwait(false);
        if (row.Merged.Count == 0 && batch.Count > 0)
        {
            return new BuiltCandidate(onto, floor, null, default, row.Conflicts.ToItems());
        }

        if (at != onto && at != tip)
        {
            using var hold = new PackHold();
            await ShadowExport.ImportAsync(repository, at, [onto, tip, .. batch.Select(b => b.Tip)], hold, cancellation).ConfigureAwait(false);
            repository.Made(at, onto);
            await repository.UpdateRefsAsync("orchestrator: candidate", [(RefNames.Candidate(context.Run, at), null, at)], cancellation).ConfigureAwait(false);
        }

        return new BuiltCandidate(onto, floor, at, row.Merged.ToItems(), row.Conflicts.ToItems());
    }

    /// <summary>The user may commit to the target at any time; an agent's own commit, reviewed by nobody, has no business there.</summary>
    private async Task RefuseForgedAsync(string target, string tip, string onto, CancellationToken cancellation)
    {
        if (onto == tip)
        {
            return;
        }

        var log = await repository.Git.RunAsync(repository.Places.Shadow, ["log", "--no-ext-diff", "--no-textconv", "--format=%H %ce", onto, "^" + tip, "--"], cancellation).ConfigureAwait(false);
        if (log.Text.Split('\n').FirstOrDefault(line => line.EndsWith(" " + AgentIdentity.Email, StringComparison.Ordinal)) is { } forged)
        {
            throw new TargetForgedException(target, forged.Split(' ')[0], tip);
        }
    }
}

/// <summary>An agent moved the target branch to a commit of its own.</summary>
public sealed class TargetForgedException(string target, string commit, string before)
    : Exception($"{target} was moved by an agent to its own commit {commit[..10]}, which nobody reviewed; nothing is built on it. Look at it, then put the branch back to {before[..10]} ('git reset --keep {before[..10]}' where it is checked out), or make the commit your own ('git commit --amend --reset-author').");

/// <summary>The target branch is not there any more.</summary>
public sealed class TargetGoneException(string target) : Exception($"The target branch {target} is gone.");

/// <summary>The target went another way and cannot be merged with what is integrated.</summary>
public sealed class TargetDivergedException : Exception
{
    /// <summary>Both changed the same lines.</summary>
    public TargetDivergedException(string target, IReadOnlyList<string> paths)
        : base($"{target} and the run's integrated work changed the same lines: {string.Join(", ", paths.Take(5))}.")
    {
    }

    /// <summary>The target was rewritten from its first commit on.</summary>
    public TargetDivergedException(string target)
        : base($"{target} was rewritten from its first commit on and has nothing in common with the run's work. Put back a branch that holds what the run began with, or give the run up with 'orchestrator run --new'.")
    {
    }
}
