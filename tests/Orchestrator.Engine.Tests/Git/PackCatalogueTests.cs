using System.Text;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

public sealed class PackCatalogueTests : InRepository
{
    private string Index => Path.Combine(Repo.Root, ".git", "objects", "pack", "multi-pack-index");

    [Fact]
    public async Task However_many_packs_come_in_one_index_is_over_nearly_all_of_them()
    {
        await CommitManyAsync(40);

        await Opened.Packs.EndAsync();

        Assert.Equal("", Repo.Git("multi-pack-index", "verify", "--no-progress"));
        Assert.Equal("", Repo.Fsck());
        var packs = Directory.GetFiles(Path.GetDirectoryName(Index)!, "*.pack").Length;
        var named = Encoding.Latin1.GetString(File.ReadAllBytes(Index)).Split(".idx").Length - 1;
        Assert.InRange(named, packs - 16, packs);
    }

    [Fact]
    public async Task One_that_names_packs_which_are_gone_goes_and_a_good_one_stays()
    {
        await CommitManyAsync(20);
        await Opened.Packs.EndAsync();
        var stale = File.ReadAllBytes(Index);
        await new Recovery(Opened).RunAsync(Stop);
        Assert.True(File.Exists(Index));

        Repo.Git("repack", "-q", "-a", "-d");
        File.WriteAllBytes(Index, stale); // as if it had been written while somebody repacked
        Files.Write(Path.GetDirectoryName(Index)!, "multi-pack-index.lock", "");
        await new Recovery(Opened).RunAsync(Stop);

        Assert.False(File.Exists(Index) || File.Exists(Index + ".lock"));
        await CommitManyAsync(20, "1B");
        await Opened.Packs.EndAsync();
        Assert.True(File.Exists(Index));
        Assert.Equal("", Repo.Fsck());
    }

    [Fact]
    public async Task What_the_user_keeps_there_that_is_more_stays_as_it_is()
    {
        Repo.Git("repack", "-q", "-a", "-d", "--write-midx", "--write-bitmap-index");
        var before = Directory.GetFiles(Path.GetDirectoryName(Index)!, "multi-pack-index*").ToDictionary(file => file, file => File.ReadAllBytes(file));
        Assert.Contains(before.Keys, file => file.EndsWith(".bitmap", StringComparison.Ordinal));

        await CommitManyAsync(40);
        await Opened.Packs.EndAsync();

        Assert.Equal(before, Directory.GetFiles(Path.GetDirectoryName(Index)!, "multi-pack-index*").ToDictionary(file => file, file => File.ReadAllBytes(file)));
    }

    [Fact]
    public async Task One_that_is_none_stands_in_nobodys_way()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Index)!);
        foreach (var bytes in new[] { "", "MIDX", "MIDX\u0001\u0001\u0010\0\0\0\0\u0001PNAM\u007f", "something else" })
        {
            File.WriteAllText(Index, bytes, Encoding.Latin1);
            await new Recovery(Opened).RunAsync(Stop);
        }

        await CommitManyAsync(20);
        await Opened.Packs.EndAsync();
        Assert.Equal("", Repo.Git("multi-pack-index", "verify", "--no-progress"));
    }

    [Fact]
    public async Task A_lock_that_somebody_holds_is_not_taken_away_wherever_the_packs_lie()
    {
        var objects = Path.Combine(Repo.Root, ".git", "objects");
        Directory.Move(objects, Repo.Around.In("elsewhere"));
        Directory.CreateSymbolicLink(objects, Repo.Around.In("elsewhere"));
        Directory.CreateDirectory(Path.GetDirectoryName(Index)!);
        using (File.Create(Index + ".lock"))
        {
            await new Recovery(Opened).RunAsync(Stop);
            Assert.True(File.Exists(Index + ".lock"));
        }

        Assert.NotEmpty(await new Recovery(Opened).RunAsync(Stop));
        Assert.False(File.Exists(Index + ".lock"));
    }

    private async Task CommitManyAsync(int count, string id = "1A")
    {
        var folder = await PrepareAsync(id);
        var tip = Repo.Tip();
        for (var i = 1; i <= count; i++)
        {
            Files.Write(folder, $"{id}.txt", $"{i}\n");
            tip = (await CommitAsync(id, tip, $"1.{i}")).Commit!;
        }
    }
}
