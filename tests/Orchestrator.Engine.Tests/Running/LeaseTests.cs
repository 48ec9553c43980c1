using System.Diagnostics;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Running;

public sealed class LeaseTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    private string File => _folder.In("orchestrator.lock");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_second_taker_gets_none_and_is_told_who_has_it()
    {
        var (first, _) = Lease.Take(File, Noon);
        var (second, holder) = Lease.Take(File, Noon.AddHours(1));
        Assert.NotNull(first);
        Assert.Null(second);
        Assert.Equal(new LeaseHolder(Environment.ProcessId, Environment.MachineName, "2026-11-23 12:00:00Z"), holder);
        first.Dispose();
        using var third = Lease.Take(File, Noon).Lease;
        Assert.NotNull(third);
    }

    [Fact]
    public void Whether_it_is_held_can_be_seen_without_taking_it()
    {
        Assert.False(Lease.IsHeld(File));
        Assert.False(System.IO.File.Exists(File));
        using (Lease.Take(File, Noon).Lease)
        {
            Assert.True(Lease.IsHeld(File));
            Assert.True(Lease.IsHeld(File));
        }

        Assert.False(Lease.IsHeld(File));
    }

    [Fact]
    public void One_that_another_process_holds_comes_free_when_that_is_killed()
    {
        using var other = Process.Start(new ProcessStartInfo("/usr/bin/flock", [File, "sh", "-c", "echo up; exec sleep 600"]) { RedirectStandardOutput = true })!;
        Assert.Equal("up", other.StandardOutput.ReadLine());
        Assert.True(Lease.IsHeld(File));
        Assert.Null(Lease.Take(File, Noon).Lease);
        other.Kill(entireProcessTree: true);
        other.WaitForExit();
        other.StandardOutput.ReadToEnd(); // its last holder is gone when the pipe is closed
        using var lease = Lease.Take(File, Noon).Lease;
        Assert.NotNull(lease);
    }

    [Fact]
    public async Task Of_many_takers_at_once_one_gets_it()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Lease.Take(File, Noon).Lease, TestContext.Current.CancellationToken)));
        Assert.Single(taken.OfType<Lease>());
        Assert.All(taken.OfType<Lease>(), lease => lease.Dispose());
    }
}
