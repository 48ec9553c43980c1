using System.Globalization;
using Orchestrator.Core;

namespace Orchestrator.Engine.Git;

/// <summary>Work that was kept when its worktree or branch went.</summary>
/// <param name="Name">How to name it: run, milestone and number.</param>
/// <param name="Commit">The commit that holds it.</param>
/// <param name="At">When it was kept.</param>
/// <param name="Files">How many paths differ from the commit it stands on.</param>
/// <param name="Subject">The first line of its message.</param>
public sealed record RescuedItem(string Name, string Commit, DateTimeOffset At, int Files, string Subject);

/// <summary>Lists what is kept under rescue refs, and makes branches of it. No checkout is ever touched.</summary>
public sealed class RescuedWork(Repository repository)
{
    /// <summary>All of it, the oldest first.</summary>
    public async Task<IReadOnlyList<RescuedItem>> ListAsync(CancellationToken cancellation)
    {
        var refs = await repository.Git.RunAsync(
            repository.Places.CommonDir, ["for-each-ref", "--sort=committerdate", "--format=%(refname)%1f%(objectname)%1f%(committerdate:unix)%1f%(subject)", RefNames.Rescues], cancellation).ConfigureAwait(false);
        var items = new List<RescuedItem>();
        foreach (var line in refs.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split('\x1f');
            var changed = await repository.Git.TryAsync(
                repository.Places.Shadow, ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", fields[1] + "^1", fields[1]], cancellation).ConfigureAwait(false);
            items.Add(new RescuedItem(
                fields[0][RefNames.Rescues.Length..], fields[1], DateTimeOffset.FromUnixTimeSeconds(long.Parse(fields[2], CultureInfo.InvariantCulture)), GitOutput.Fields(changed.Output).Count, fields[3]));
        }

        return items;
    }

    /// <summary>
    /// Makes a branch at a rescued commit. A part of the name is enough where only one ends so, e.g. <c>1A/1</c>.
    /// </summary>
    /// <returns>The branch, or what is in the way.</returns>
    public async Task<(string? Branch, Problem? Problem)> RestoreAsync(string name, string? branch, CancellationToken cancellation)
    {
        var all = await ListAsync(cancellation).ConfigureAwait(false);
        var found = all.Where(item => item.Name == name || item.Name.EndsWith("/" + name, StringComparison.Ordinal)).ToList();
        if (found.Count != 1)
        {
            return (null, new Problem(
                "rescue.unknown", found.Count == 0 ? $"Nothing is kept under the name {name}." : $"{name} may mean {string.Join(" or ", found.Select(f => f.Name))}.", new Place("rescue restore"),
                found.Count == 0 ? "'orchestrator rescue list' shows what is kept." : "Give the whole name."));
        }

        var wanted = branch ?? "rescued/" + found[0].Name.Replace('/', '-');
        var valid = await repository.Git.TryAsync(repository.Places.CommonDir, ["check-ref-format", "--branch", wanted], cancellation).ConfigureAwait(false);
        if (!valid.Succeeded || RefNames.IsOurs("refs/heads/" + wanted))
        {
            return (null, new Problem("rescue.branch", $"'{wanted}' is no name for a branch of yours.", new Place("--branch"), "Choose another, e.g. rescued-work."));
        }

        try
        {
            await repository.UpdateRefsAsync("orchestrator: rescue restore", [($"refs/heads/{wanted}", null, found[0].Commit)], cancellation).ConfigureAwait(false);
            return (wanted, null);
        }
        catch (GitFailedException)
        {
            return (null, new Problem("rescue.branch", $"There is a branch {wanted} already.", new Place("--branch"), "Name another one with --branch NAME."));
        }
    }
}
