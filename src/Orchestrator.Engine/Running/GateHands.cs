using System.Collections.Concurrent;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Gates;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Running;

/// <summary>
/// Runs the gates of milestones and candidates. One of the project's that fails is run on the commit that the work began
/// at as well, once for each commit: only what is new is held against the work. What a milestone itself asks for
/// (<c>verify</c>) is not: that fails before the work is done.
/// </summary>
internal sealed class GateHands(RunContext context, Repository repository, GateRunner gates, Worktrees worktrees) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Commit, GateSetting Gate), GateBefore> _before = new();
    private readonly ConcurrentDictionary<string, string> _last = new();
    private readonly SemaphoreSlim _looking = new(1, 1);

    /// <summary>The worktrees in which gates ran stay, because resetting one is cheaper than making it; what was built in them goes.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (name, commit) in _last)
        {
            await worktrees.EnsureForGatesAsync(name, commit, CancellationToken.None).ConfigureAwait(false);
        }

        _looking.Dispose();
    }

    /// <summary>On a milestone's commit, in its worktree, which stands.</summary>
    public async Task<Event> MilestoneAsync(Order.RunGates o, CancellationToken cancellation)
    {
        var name = o.Milestone.ToString();
        var logs = Path.Combine(repository.Places.Milestone(context.Run.Value, name), "gates", o.Ticket.ToString());
        var results = await RunAsync([o.Milestone], repository.Places.Worktree(name), o.Base, logs, $"{context.Run}/{o.Ticket}", cancellation).ConfigureAwait(false);
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
        var logs = Path.Combine(repository.Places.Run(context.Run.Value), "candidates", o.Ticket.ToString());
        var results = await RunAsync(o.Milestones, folder, o.Base, logs, $"{context.Run}/{o.Ticket}", cancellation).ConfigureAwait(false);
        return new Event.GateFinished(o.Ticket, results);
    }

    private async Task<Items<GateResult>> RunAsync(Items<MilestoneId> ids, string folder, string before, string logs, string order, CancellationToken cancellation)
    {
        var results = await gates.RunAsync(GatesOf(ids), folder, logs, order, cancellation).ConfigureAwait(false);
        for (var i = 0; i < context.Gates.Count; i++)
        {
            if (!results[i].Passed)
            {
                results = results.With(i, results[i] with { Before = await BeforeAsync(context.Gates[i], before, Path.Combine(logs, $"{i + 1}.before"), $"{order}/before/{i + 1}", cancellation).ConfigureAwait(false) });
            }
        }

        return results;
    }

    private async Task<GateBefore> BeforeAsync(GateSetting gate, string commit, string log, string order, CancellationToken cancellation)
    {
        await _looking.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (!_before.TryGetValue((commit, gate), out var known))
            {
                var folder = await WorktreeAsync(Worktrees.BeforeName, commit, cancellation).ConfigureAwait(false);
                var result = await gates.RunAsync(gate, folder, log, order, cancellation).ConfigureAwait(false);
                _before[(commit, gate)] = known = new GateBefore(result.Passed, result.Tally);
            }

            return known;
        }
        finally
        {
            _looking.Release();
        }
    }

    private Task<string> WorktreeAsync(string name, string commit, CancellationToken cancellation)
    {
        _last[name] = commit;
        return worktrees.EnsureForGatesAsync(name, commit, cancellation);
    }

    /// <summary>The settings' gates, then what the milestones themselves ask for.</summary>
    private List<GateSetting> GatesOf(IEnumerable<MilestoneId> ids) =>
    [
        .. context.Gates,
        .. ids.SelectMany(id => context.Planned(id).Verify.Select(command => new GateSetting($"{id}: {command}", command, GateSetting.DefaultTimeout))),
    ];
}
