using Orchestrator.Engine.Machine;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Machine;

public sealed class MachineSlotsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Turns => _folder.In("cache", "turns");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task All_that_use_the_folder_together_take_no_more_than_there_are()
    {
        var (one, other) = (Of(3), Of(3));
        var first = await one.TakeAsync(Never, Stop);
        using var second = await one.TakeAsync(Never, Stop);
        using var third = await other.TakeAsync(Never, Stop);
        Assert.Equal((1, 2), (one.TakenByOthers(), other.TakenByOthers()));

        var waits = new TaskCompletionSource();
        var fourth = other.TakeAsync(waits.SetResult, Stop);
        await waits.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop);
        Assert.False(fourth.IsCompleted);
        first.Dispose();
        using (await fourth.WaitAsync(TimeSpan.FromSeconds(30), Stop))
        {
            Assert.Equal((2, 1), (one.TakenByOthers(), other.TakenByOthers()));
        }

        Assert.Equal(1, one.TakenByOthers());
    }

    [Fact]
    public async Task A_folder_that_is_removed_meanwhile_keeps_nobody_waiting()
    {
        var slots = Of(2);
        (await slots.TakeAsync(Never, Stop)).Dispose();
        Directory.Delete(Turns, recursive: true);
        using var again = await slots.TakeAsync(Never, Stop).WaitAsync(TimeSpan.FromSeconds(30), Stop);
        Assert.Equal(1, Of(2).TakenByOthers());
    }

    [Fact]
    public async Task Who_waits_can_be_stopped()
    {
        var slots = Of(1);
        using var taken = await slots.TakeAsync(Never, Stop);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slots.TakeAsync(stop.Cancel, stop.Token));
    }

    [Fact]
    public async Task One_that_is_killed_gives_back_what_it_had()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "no flock");
        var slots = Of(1);
        (await slots.TakeAsync(Never, Stop)).Dispose();
        var ready = _folder.In("ready");
        Shell.Run("/usr/bin/mkfifo", _folder.Path, _folder.Path, ready);
        using var holder = System.Diagnostics.Process.Start("/usr/bin/flock", ["-n", Path.Combine(Turns, "turn-1"), "/bin/sh", "-c", $"echo up > '{ready}'; exec sleep 600"]);
        Assert.Equal("up\n", await File.ReadAllTextAsync(ready, Stop));
        Assert.Equal(1, slots.TakenByOthers());
        holder.Kill(entireProcessTree: true);
        await holder.WaitForExitAsync(Stop);
        using var mine = await slots.TakeAsync(() => { }, Stop).WaitAsync(TimeSpan.FromSeconds(30), Stop);
        Assert.Equal(0, slots.TakenByOthers());
    }

    [Fact]
    public async Task A_folder_that_leads_elsewhere_is_not_used_and_bounds_nothing()
    {
        Directory.CreateDirectory(_folder.In("elsewhere"));
        Directory.CreateDirectory(_folder.In("cache"));
        Directory.CreateSymbolicLink(Turns, _folder.In("elsewhere"));
        var slots = Of(1);
        using var one = await slots.TakeAsync(Never, Stop);
        using var two = await slots.TakeAsync(Never, Stop);
        Assert.Contains("is a link", slots.Trouble, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.In("elsewhere")));
    }

    [Fact]
    public async Task The_folder_is_the_users_alone()
    {
        using var slot = await Of(1).TakeAsync(Never, Stop);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Turns));
    }

    private MachineSlots Of(int most) => new(Turns, most, TimeProvider.System);

    private static void Never() => Assert.Fail("has to wait");
}
