using System.Collections.Concurrent;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Gates;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>
/// Runs the gates of milestones and candidates. One of the project's that fails is run on the commit that the work began
/// at as well, once for each commit: only what is new is held against the work. What a milestone itself asks for
/// (<c>verify</c>) is not: that fails before the work is done.
/// </summary>
internal sealed class GateHands(RunContext context, Repository repository, GateRunner gates, Worktrees worktrees, Workplaces workplaces) : IAsyncDisposable
{
    // With the pauses between them about a quarter of an hour.
    private const int MostWaits = 8;

    private readonly ConcurrentDictionary<(string Commit, GateSetting Gate), GateBefore> _before = new();
    private readonly ConcurrentDictionary<(string Commit, GateSetting Gate), bool> _unsure = new();
    private readonly ConcurrentDictionary<(string Folder, string Before), int> _waited = new();
    private readonly ConcurrentDictionary<string, string> _last = new();
    private readonly SemaphoreSlim _looking = new(1, 1);

    /// <summary>The worktrees in which gates ran stay, because resetting one is cheaper than making it; what was built in them goes.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (var (name, commit) in _last)
            {
                await worktrees.EnsureForGatesAsync(name, commit, CancellationToken.None).ConfigureAwait(false);
            }
        }
        finally
        {
            workplaces.Dispose();
            _looking.Dispose();
        }
    }

    /// <summary>On a milestone's commit, in its worktree, which stands and is ready.</summary>
    public async Task<Event> MilestoneAsync(Order.RunGates o, Workplace workplace, CancellationToken cancellation)
    {
        var name = o.Milestone.ToString();
        var logs = Path.Combine(repository.Places.Milestone(context.Run.Value, name), "gates", o.Ticket.ToString());
        var results = await RunAsync(new GatePlace([o.Milestone], repository.Places.Worktree(name), o.Base, logs, $"{context.Run}/{o.Ticket}"), workplace, cancellation).ConfigureAwait(false);
        var criteria = context.Planned(o.Milestone).Criteria;
        return new Event.GateFinished(o.Ticket, results, await CriteriaLook.ProofsAsync(repository, criteria, o.Tip, GatesOf([o.Milestone]), results, cancellation).ConfigureAwait(false));
    }

    /// <summary>On a candidate, in a worktree of its own.</summary>
    public async Task<Event> CandidateAsync(Order.TestCandidate o, CancellationToken cancellation)
    {
        if (GatesOf(o.Milestones).Count == 0)
        {
            return new Event.GateFinished(o.Ticket, default);
        }

        var folder = await WorktreeAsync(Worktrees.CandidateName, o.Candidate, cancellation).ConfigureAwait(false);
        var place = new GatePlace(o.Milestones, folder, o.Base, Path.Combine(repository.Places.Run(context.Run.Value), "candidates", o.Ticket.ToString()), $"{context.Run}/{o.Ticket}");
        var results = await CandidateAsync(place, cancellation).ConfigureAwait(false);
        await workplaces.LeaveAsync(Worktrees.CandidateName, cancellation).ConfigureAwait(false);
        return new Event.GateFinished(o.Ticket, results);
    }

    private async Task<Items<GateResult>> CandidateAsync(GatePlace place, CancellationToken cancellation)
    {
        Workplace workplace;
        try
        {
            workplace = await workplaces.ReadyAsync(Worktrees.CandidateName, place.Before, anew: true, cancellation).ConfigureAwait(false);
        }
        catch (SetupFailedException e)
        {
            // Where the setup fails on what was before as well, nothing is known of the work; else the merge is to blame, and no gate can be run.
            await SetsUpAsync(place.Before, cancellation).ConfigureAwait(false);
            return GatesOf(place.Milestones).Select(gate => new GateResult(gate.Name, false, e.Message)).ToItems();
        }

        return await RunAsync(place, workplace, cancellation).ConfigureAwait(false);
    }

    private async Task<Items<GateResult>> RunAsync(GatePlace place, Workplace workplace, CancellationToken cancellation)
    {
        try
        {
            var results = await gates.In(workplace).RunAsync(GatesOf(place.Milestones), place.Folder, place.Logs, place.Order, cancellation).ConfigureAwait(false);
            for (var i = 0; i < context.Gates.Count; i++)
            {
                if (!results[i].Passed)
                {
                    results = results.With(i, results[i] with { Before = await BeforeAsync(context.Gates[i], place, i, cancellation).ConfigureAwait(false) });
                }
            }

            WaitForRoom(place, results);
            return results;
        }
        finally
        {
            await context.Clean.FilesAsync(place.Logs + "/").ConfigureAwait(false);
        }
    }

    /// <summary>When a gate stands in the way and the disk is as good as full, the gates are run again later; a few times, for it may not be the disk.</summary>
    /// <exception cref="IOException">They are.</exception>
    private void WaitForRoom(GatePlace place, Items<GateResult> results)
    {
        if (results.FirstOrDefault(result => result.Blocks) is not { } failed || ShortageIn(place).Full() is not { } full)
        {
            _waited.TryRemove((place.Folder, place.Before), out _);
        }
        else if (_waited.AddOrUpdate((place.Folder, place.Before), 1, (_, times) => times + 1) <= MostWaits)
        {
            throw new IOException($"'{failed.Name}' failed with {full.Free >> 20} MiB left on the disk of {full.Path}: {failed.Detail.Split('\n')[0]}");
        }
    }

    /// <summary>How it ended before; null when that says nothing, because the machine may be to blame: then it stands in the way.</summary>
    private async Task<GateBefore?> BeforeAsync(GateSetting gate, GatePlace place, int i, CancellationToken cancellation)
    {
        await _looking.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!_before.TryGetValue((place.Before, gate), out var known))
            {
                var log = Path.Combine(place.Logs, $"{i + 1}.before");
                var result = await OnBeforeAsync(
                    place.Before, (folder, workplace) => gates.In(workplace).RunAsync(gate, folder, log, $"{place.Order}/before/{i + 1}", cancellation), cancellation).ConfigureAwait(false);
                if (ShortageIn(place).Explains(result) || (GateShortage.MayExplain(result) && _unsure.TryAdd((place.Before, gate), true)))
                {
                    return null;
                }

                _before[(place.Before, gate)] = known = new GateBefore(result.Passed, result.Tally);
            }

            return known;
        }
        finally
        {
            _looking.Release();
        }
    }

    private static GateShortage ShortageIn(GatePlace place) => new(place.Folder, Path.GetTempPath());

    private Task<string> WorktreeAsync(string name, string commit, CancellationToken cancellation)
    {
        _last[name] = commit;
        return worktrees.EnsureForGatesAsync(name, commit, cancellation);
    }

    /// <exception cref="SetupFailedException">It does not.</exception>
    private async Task SetsUpAsync(string commit, CancellationToken cancellation)
    {
        await _looking.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await OnBeforeAsync(commit, (_, _) => Task.FromResult(true), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _looking.Release();
        }
    }

    private async Task<T> OnBeforeAsync<T>(string commit, Func<string, Workplace, Task<T>> look, CancellationToken cancellation)
    {
        var folder = await WorktreeAsync(Worktrees.BeforeName, commit, cancellation).ConfigureAwait(false);
        var seen = await look(folder, await workplaces.ReadyAsync(Worktrees.BeforeName, commit, anew: true, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        await workplaces.LeaveAsync(Worktrees.BeforeName, cancellation).ConfigureAwait(false);
        return seen;
    }

    /// <summary>The settings' gates, then what the milestones themselves ask for.</summary>
    private List<GateSetting> GatesOf(IEnumerable<MilestoneId> ids) =>
    [
        .. context.Gates,
        .. ids.SelectMany(id => context.Planned(id).Verify.Select(command => new GateSetting($"{id}: {command}", command, GateSetting.DefaultTimeout))),
    ];

    /// <summary>Where gates run, and what for.</summary>
    /// <param name="Milestones">Whose <c>verify</c> commands run too.</param>
    /// <param name="Folder">The worktree.</param>
    /// <param name="Before">The commit that the work began at.</param>
    /// <param name="Logs">The folder for what they print.</param>
    /// <param name="Order">A name for their processes.</param>
    private sealed record GatePlace(Items<MilestoneId> Milestones, string Folder, string Before, string Logs, string Order);
}
