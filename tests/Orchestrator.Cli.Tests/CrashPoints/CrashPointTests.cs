namespace Orchestrator.Cli.Tests.CrashPoints;

/// <summary>The whole program, its gits and its agents, killed at calls that change files.</summary>
public sealed class CrashPointTests
{
    [Fact]
    public async Task Killed_at_any_point_a_run_of_two_stages_goes_on_to_the_same_end()
    {
        _ = CrashLibrary.Path;
        await Points.PlayAsync(Points.TwoStages, 2, [.. Points.Draw(Fault.Kill, 55), .. Points.Draw(Fault.Torn, 55)]);
    }
}

/// <summary>The same, at the calls that change the journal.</summary>
public sealed class JournalCrashPointTests
{
    [Fact]
    public async Task Killed_at_any_point_of_the_journal_a_run_goes_on_to_the_same_end()
    {
        _ = CrashLibrary.Path;
        var scene = new CrashScene("\"review\": { \"level\": \"none\" }", "journal.db", ("1A", "fake: ok"));

        await Points.PlayAsync(scene, 2, [.. scene.PointsFor(Fault.Kill).Select(at => (Fault.Kill, at)), .. scene.PointsFor(Fault.Torn).Select(at => (Fault.Torn, at))]);
    }
}

/// <summary>The same, where the calls are not cut off but fail.</summary>
public sealed class RefusedCrashPointTests
{
    [Fact]
    public async Task Refused_by_the_disk_at_any_point_a_run_of_two_stages_loses_nothing()
    {
        _ = CrashLibrary.Path;

        // Most of its time such a run only waits: for room, or before it tries again.
        await Points.PlayAsync(Points.TwoStages, Points.All ? 16 : 6, [.. Points.Draw(Fault.Enospc, 16), .. Points.Draw(Fault.Eio, 16), .. Points.Draw(Fault.EnospcForever, 8)]);
    }
}

/// <summary>The same, where worktrees pass from one milestone to the next.</summary>
public sealed class PoolCrashPointTests
{
    [Fact]
    public async Task Killed_or_refused_while_a_worktree_passes_on_a_run_goes_on_to_the_same_end()
    {
        _ = CrashLibrary.Path;
        var scene = new CrashScene("\"review\": { \"level\": \"none\" }", "/.worktree/pool-", ("1A", "fake: ok"), ("1B", "fake: ok"), ("2A", "fake: ok"));

        await Points.PlayAsync(scene, 4, [.. scene.PointsFor(Fault.Kill).Select(at => (Fault.Kill, at)), .. scene.PointsFor(Fault.Eio).Select(at => (Fault.Eio, at))], atLeast: 6);
    }
}
