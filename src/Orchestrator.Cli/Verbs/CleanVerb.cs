using Orchestrator.Cli.Screens;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Running;

namespace Orchestrator.Cli.Verbs;

/// <summary><c>clean</c>: removes worktrees and merged branches of ours, under the lease. Every commit stays reachable, unsaved edits are rescued first.</summary>
internal static class CleanVerb
{
    public static async Task<int> RunAsync(Surroundings around, string folder, bool dryRun, CancellationToken stop)
    {
        var (repository, problems) = await Repository.OpenAsync(folder, around.User, stop).ConfigureAwait(false);
        if (repository is null)
        {
            around.Error.WriteLine(ProblemScreen.Text(problems));
            return ExitCode.Problems;
        }

        var (lease, holder) = Lease.Take(repository.Places.Lease, around.Time.GetUtcNow());
        using (lease)
        {
            if (lease is null)
            {
                around.Error.WriteLine($"error: {(holder is null ? "another process" : $"process {holder.ProcessId}")} works on this repository.\n       Stop it first.");
                return ExitCode.Busy;
            }

            if (!Directory.Exists(repository.Places.State))
            {
                around.Out.WriteLine("Nothing to clean.");
                return ExitCode.Done;
            }

            var housekeeping = new Housekeeping(repository);
            var verb = dryRun ? "would remove" : "removed";
            var (count, saved) = (0, 0);
            foreach (var item in await housekeeping.ListAsync(stop).ConfigureAwait(false))
            {
                IReadOnlyList<string> rescued = dryRun ? [] : await housekeeping.RemoveAsync(item, stop).ConfigureAwait(false);
                around.Out.WriteLine($"{verb}  {item.Text}{(rescued.Count == 0 ? "" : $" (what was in no commit is kept: {string.Join(", ", rescued)})")}");
                saved += rescued.Count;
                count++;
            }

            around.Out.WriteLine(count == 0 ? "Nothing to clean." : $"{count} {(dryRun ? "to remove" : "removed")}. Commits stay under refs/orchestrator/.");
            if (saved > 0)
            {
                around.Out.WriteLine("'orchestrator rescue list' shows what is kept, 'orchestrator rescue restore NAME' makes a branch of it.");
            }

            return ExitCode.Done;
        }
    }
}
