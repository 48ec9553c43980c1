using System.Text.RegularExpressions;
using Orchestrator.Core;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>
/// Integrated work of earlier runs that is not on the user's branch. It lands first, or the user says what is to become
/// of it; nothing new is built without it.
/// </summary>
internal sealed partial class UnlandedWork(Repository repository, RunJournal journal, OrchestratorSettings settings)
{
    /// <summary>Lands what the run before could not; the problem when it still cannot.</summary>
    public async Task<IReadOnlyList<Problem>> OfAsync(RunState last, CancellationToken cancellation)
    {
        if (!last.IsUndelivered || (last.Policy.Publish == PublishMode.PullRequest && settings.Publish != PublishMode.PullRequest))
        {
            return [];
        }

        var target = await repository.CommitOfAsync(last.Target, cancellation).ConfigureAwait(false);
        if (target is null || await repository.HoldsAsync(target, last.Tip, cancellation).ConfigureAwait(false))
        {
            return [];
        }

        if (last.Policy.Publish == PublishMode.PullRequest)
        {
            var place = new OfferPlace(last.Run.Value, settings.PublishRemote, last.Target, [.. last.Plan.Milestones.Where((_, i) => last.Milestones[i].Phase is Phase.Integrated { Earlier: false }).Select(m => $"{m.Id}: {m.Title}")]);
            var offered = await new Offering(repository).OfferAsync(place, last.Tip, cancellation).ConfigureAwait(false);
            return [new Problem("publish.again", $"Run {last.Run}: {offered.Text}.", new Place("publish"), offered.Offer.Made ? "Nothing is to be done." : "The run that begins now goes on from there.", Severity.Warning)];
        }

        var publication = new Publication(repository, new LiveTasks(repository.Places));
        var again = await publication.PublishAsync(last.Run.Value, last.Target, target, last.Tip, PublishMode.FastForward, cancellation).ConfigureAwait(false);
        var branch = RefNames.Integration(last.Run.Value)["refs/heads/".Length..];
        return again.Unlanded is null
            ? []
            : [new Problem("target.unlanded", $"The work of run {last.Run} is not on your branch yet: {again.Unlanded}.", new Place(branch), HintOf(again.Unlanded, branch))];
    }

    private static string HintOf(string obstacle, string branch) => LockFile().Match(obstacle) is { Success: true } its
        ? $"If no git is at work there, remove '{its.Value}', then run 'orchestrator run'."
        : $"Commit or stash your changes, then run 'git merge {branch}'.";

    [GeneratedRegex(@"/[^'\n]*?\.lock\b")]
    private static partial Regex LockFile();

    /// <summary>
    /// Found in git alone: work whose run the journal does not know, or was given up, because the journal was lost or
    /// damaged. The refs are the witness that there was something.
    /// </summary>
    public async Task<IReadOnlyList<Problem>> StraysAsync(string target, CancellationToken cancellation)
    {
        var problems = new List<Problem>();
        var runs = journal.Reader.Runs();
        foreach (var (name, tip) in await repository.RefsAsync(RefNames.Branches, cancellation).ConfigureAwait(false))
        {
            if (name.EndsWith("/integration", StringComparison.Ordinal)
                && !runs.Any(run => RefNames.Integration(run.Value) == name && journal.Reader.StateOf(run)?.Final is not Final.Abandoned)
                && !await repository.HoldsAsync(target, tip, cancellation).ConfigureAwait(false))
            {
                var branch = name["refs/heads/".Length..];
                problems.Add(new Problem(
                    "target.stray", $"{branch} holds integrated work that is not on your branch, and its run does not go on.", new Place(branch),
                    $"Run 'git merge {branch}' to have it, or 'git branch -m {branch} NAME' to put it aside."));
            }
        }

        return problems;
    }
}
