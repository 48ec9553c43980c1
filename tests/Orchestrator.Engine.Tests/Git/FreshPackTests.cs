using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

public sealed class FreshPackTests : InRepository
{
    [Fact]
    public async Task It_holds_what_git_would_put_in_and_nothing_else()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "src/deep/er/new.txt", "new\n");
        Files.Write(folder, "src/app.txt", string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i}\n"))); // longer than a first byte can say
        Files.Write(folder, "empty", "");
        File.Delete(Path.Combine(folder, "README.md"));
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "src/app.txt");
        var work = (await CommitAsync("1A")).Commit!;

        Assert.Equal(InGit(work, Repo.Tip()), await ListedAsync(await FreshPack.MakeAsync(Opened.Objects, work, [Repo.Tip()], Stop)));
    }

    [Fact]
    public async Task Of_a_row_of_merges_it_holds_none_of_what_the_milestones_brought_themselves()
    {
        var tip = Repo.Tip();
        var (one, two) = (await WorkAsync("1A", ("a/a.txt", "a\n")), await WorkAsync("1B", ("a/b.txt", "b\n")));
        var built = await BuildAsync(tip, one, two);

        var packed = await ListedAsync(await FreshPack.MakeAsync(Opened.Objects, built.Commit!, [tip, one.Tip, two.Tip], Stop));
        Assert.Equal(InGit(built.Commit!, tip, one.Tip, two.Tip), packed);
    }

    [Fact]
    public async Task Where_not_all_of_it_lies_loose_git_has_to_make_it()
    {
        var folder = await PrepareAsync("1A");
        Directory.Move(Path.Combine(folder, "src"), Path.Combine(folder, "moved")); // the user's repository has what is in it
        var work = (await CommitAsync("1A")).Commit!;
        Assert.Equal("one\ntwo\nthree\n", Repo.Text(work, "moved/app.txt"));

        Files.Write(folder, "big.bin", new string('x', 10));
        var random = new byte[5 << 20];
        new Random(1).NextBytes(random);
        await File.WriteAllBytesAsync(Path.Combine(folder, "big.bin"), random, Stop);
        var big = (await CommitAsync("1A", work, "1.1")).Commit!;

        Assert.Null(await FreshPack.MakeAsync(Opened.Objects, big, [work], Stop));
        Assert.Null(await FreshPack.MakeAsync(Opened.Objects, Repo.Tip(), [], Stop));
        Assert.Equal(random, Repo.Blob(big, "big.bin"));
        Assert.Equal("", Repo.Fsck());
    }

    private string[] InGit(string commit, params string[] known) =>
        [.. Repo.Git(["rev-list", "--objects", "--no-object-names", commit, .. known.Select(k => "^" + k)]).Split('\n').Order(StringComparer.Ordinal)];

    /// <summary>What git finds in a pack.</summary>
    private async Task<string[]> ListedAsync(byte[]? pack)
    {
        Assert.NotNull(pack);
        var file = Repo.Around.In("fresh.pack");
        await File.WriteAllBytesAsync(file, pack, Stop);
        Repo.Git("index-pack", file);
        return [.. Repo.Git("verify-pack", "-v", file).Split('\n').Select(line => line.Split(' ')[0]).Where(word => word.Length == 40).Order(StringComparer.Ordinal)];
    }
}
