using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Git;

/// <summary>What publishing came to.</summary>
/// <param name="MovedTo">The target's tip, when it moved and nothing was published.</param>
/// <param name="Unlanded">Why the target was left alone although the run's tip moved; null when it holds the candidate.</param>
public sealed record PublishedCandidate(string? MovedTo, string? Unlanded);

/// <summary>
/// Moves the target forward to exactly the tested commit: by compare-and-swap where no checkout has it, else by a
/// fast-forward in that checkout, which git refuses rather than lose an edit. Nothing else ever touches a checkout.
/// </summary>
public sealed class Publication(Repository repository, LiveTasks tasks)
{
    /// <summary>Publishes. Idempotent: what has happened is seen and not done again.</summary>
    public async Task<PublishedCandidate> PublishAsync(
        string run, string target, string onto, string candidate, PublishMode mode, CancellationToken cancellation)
    {
        await repository.Writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var integration = RefNames.Integration(run);
            var integrated = await repository.CommitOfAsync(integration, cancellation).ConfigureAwait(false);
            var current = await repository.CommitOfAsync(target, cancellation).ConfigureAwait(false) ?? throw new TargetGoneException(target);
            if (integrated != candidate)
            {
                if (current != onto)
                {
                    return new PublishedCandidate(current, null);
                }

                await repository.UpdateRefsAsync("orchestrator: integrated", [(integration, integrated, candidate)], cancellation).ConfigureAwait(false);
            }

            return new PublishedCandidate(null, mode != PublishMode.FastForward
                ? $"publish is set to {(mode == PublishMode.Branch ? "branch" : "pull-request")}: the work is on {Short(integration)}"
                : await LandAsync(target, current, candidate, integration, cancellation).ConfigureAwait(false));
        }
        finally
        {
            repository.Writing.Release();
        }
    }

    private static string Short(string name) => name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name["refs/heads/".Length..] : name;

    private async Task<string?> LandAsync(string target, string current, string candidate, string integration, CancellationToken cancellation)
    {
        if (current == candidate || !await repository.HoldsAsync(candidate, current, cancellation).ConfigureAwait(false))
        {
            if (await repository.HoldsAsync(current, candidate, cancellation).ConfigureAwait(false))
            {
                tasks.Restore();
                return null;
            }

            return $"{Short(target)} went on in another direction; the work is on {Short(integration)}";
        }

        if (await CheckoutOfAsync(target, cancellation).ConfigureAwait(false) is not { } checkout)
        {
            await repository.UpdateRefsAsync("orchestrator: publish", [(target, current, candidate)], cancellation).ConfigureAwait(false);
            return null;
        }

        return await FastForwardAsync(checkout, target, current, candidate, integration, cancellation).ConfigureAwait(false);
    }

    /// <summary>The checkout that has a branch. HEAD of the main one is read by itself: where an agent set core.bare, git's list passes it over.</summary>
    private async Task<string?> CheckoutOfAsync(string target, CancellationToken cancellation)
    {
        var places = repository.Places;
        var head = Path.Combine(places.CommonDir, "HEAD");
        if (File.Exists(head) && File.ReadAllText(head).TrimEnd() == "ref: " + target)
        {
            return places.Root;
        }

        var list = await repository.Git.RunAsync(places.CommonDir, ["worktree", "list", "--porcelain", "-z"], cancellation).ConfigureAwait(false);
        return GitOutput.Worktrees(list.Output).FirstOrDefault(w => w.Branch == target && w.Folder != places.Root && Directory.Exists(w.Folder)).Folder;
    }

    private async Task<string?> FastForwardAsync(string checkout, string target, string current, string candidate, string integration, CancellationToken cancellation)
    {
        var gitDir = Path.GetFullPath(checkout) == Path.GetFullPath(repository.Places.Root)
            ? repository.Places.CommonDir
            : repository.Places.AdminFolder(checkout) ?? Path.Combine(checkout, ".git");
        var main = gitDir == repository.Places.CommonDir;
        if (main)
        {
            await tasks.SetAsideAsync(repository, cancellation).ConfigureAwait(false);
        }

        var obstacle = await new CheckoutForward(repository).GoAsync(new ForwardStep(checkout, gitDir, target, current, candidate), cancellation).ConfigureAwait(false);
        if (main)
        {
            tasks.Restore();
        }

        return obstacle is null
            ? null
            : $"the checkout of {Short(target)} was left alone ({obstacle}); when it is free, run 'git merge --ff-only {Short(integration)}'";
    }
}
