using Orchestrator.Engine.Running;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

public sealed class PackHoldTests : InRepository
{
    [Fact]
    public async Task What_is_committed_while_somebody_repacks_is_there_afterwards()
    {
        var folder = await PrepareAsync("1A");
        var tip = Repo.Tip();
        using var stop = new CancellationTokenSource();
        var repacking = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    Repo.Git("repack", "-q", "-a", "-d");
                }
            }, Stop);

        for (var i = 1; i <= 40; i++)
        {
            Files.Write(folder, "a.txt", $"{i}\n");
            tip = (await CommitAsync("1A", tip, $"1.{i}")).Commit!;
            Assert.Equal(tip, Repo.Tip(Branch("1A")));
        }

        await stop.CancelAsync();
        await repacking;
        await Opened.Packs.EndAsync();
        Assert.Equal("", Repo.Fsck());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Repo.Root, ".git", "objects", "pack"), "*.keep"));
    }

    [Fact]
    public async Task What_a_crash_left_held_is_let_go_and_a_users_own_hold_is_left_alone()
    {
        var packs = Path.Combine(Repo.Root, ".git", "objects", "pack");
        Files.Write(packs, "pack-1.keep", "held by the orchestrator until refs name it\n");
        Files.Write(packs, "pack-2.keep", "held by the orch");
        Files.Write(packs, "pack-3.keep", "");
        Files.Write(packs, "pack-4.keep", "fetch-pack 12 on host\n");

        await new Recovery(Opened).RunAsync(Stop);

        Assert.Equal(["pack-3.keep", "pack-4.keep"], Directory.EnumerateFiles(packs, "*.keep").Select(Path.GetFileName).Order());
    }
}
