using Orchestrator.Core.Plans;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>Whatever goes through the one door loses nothing, and can be had again.</summary>
public sealed class RemovalTests : InRepository
{
    [Fact]
    public async Task Modified_untracked_deleted_and_included_files_are_kept()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, ".gitignore", "*.local\nbuild/\n");
        Files.Write(folder, ".worktreeinclude", ".env.local\n");
        Files.Write(folder, ".env.local", "mine\n");
        Files.Write(folder, "other.local", "not mine\n");
        Files.Write(folder, "src/app.txt", "changed\n");
        Files.Write(folder, "new.txt", "new\n");
        File.Delete(Path.Combine(folder, "README.md"));

        var kept = Assert.Single(await Gone.WorktreeAsync(Place("1A"), Stop));

        Assert.Equal([".env.local", ".gitignore", ".worktreeinclude", "new.txt", "src/app.txt"], Repo.Paths(kept));
        Assert.Equal("changed\n", Repo.Text(kept, "src/app.txt"));
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData("checkout -q --detach")]
    [InlineData("checkout -q -b own")]
    public async Task The_agents_own_commits_are_kept_wherever_its_HEAD_was(string call)
    {
        var folder = await PrepareAsync("1A");
        Repo.GitIn(folder, call.Split(' '));
        Files.Write(folder, "a.txt", "a\n");
        Repo.GitIn(folder, "add", "-A");
        Repo.GitIn(folder, "commit", "-q", "-m", "first");
        var lost = Repo.GitIn(folder, "rev-parse", "HEAD");
        Repo.GitIn(folder, "reset", "-q", "--hard", "HEAD~1");
        Files.Write(folder, "b.txt", "b\n");
        Repo.GitIn(folder, "add", "-A");
        Repo.GitIn(folder, "commit", "-q", "-m", "second");
        var last = Repo.GitIn(folder, "rev-parse", "HEAD");

        await Gone.WorktreeAsync(Place("1A"), Stop);

        Assert.NotEqual("", Repo.Git("for-each-ref", "--contains", lost));
        Assert.NotEqual("", Repo.Git("for-each-ref", "--contains", last));
        Assert.Equal("", Repo.Git("fsck", "--unreachable", "--no-reflogs", "--no-progress"));
    }

    [Fact]
    public async Task A_branch_that_nothing_else_keeps_goes_only_after_a_rescue()
    {
        var item = await WorkAsync("1A", ("a.txt", "a\n"));
        Assert.Null(await Gone.RefAsync(Branch("1A"), item.Tip, Stop)); // its pin keeps it
        var pin = Assert.Single((await Opened.RefsAsync(RefNames.Pin(Run, "1A", ""), Stop)).Keys);
        var rescue = await Gone.RefAsync(pin, item.Tip, Stop);
        Assert.Equal(item.Tip, Repo.Tip(rescue!));
    }

    [Fact]
    public async Task A_branch_that_moved_meanwhile_stays()
    {
        var item = await WorkAsync("1A", ("a.txt", "a\n"));
        Repo.Git("update-ref", Branch("1A"), Repo.Tip());
        await Assert.ThrowsAsync<GitFailedException>(() => Gone.RefAsync(Branch("1A"), item.Tip, Stop));
        Assert.Equal(Repo.Tip(), Repo.Tip(Branch("1A")));
    }

    [Fact]
    public async Task A_link_in_a_worktrees_place_goes_and_what_it_points_to_stays()
    {
        var secret = Repo.Around.Write("secret/key.txt", "secret\n");
        Directory.CreateDirectory(Opened.Places.Worktrees);
        Directory.CreateSymbolicLink(Folder("1A"), Path.GetDirectoryName(secret)!);
        await Gone.WorktreeAsync(Place("1A"), Stop);
        Assert.Equal("secret\n", File.ReadAllText(secret));
        Assert.False(Path.Exists(Folder("1A")));
    }

    [Fact]
    public async Task What_git_cannot_take_is_kept_as_it_stands()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, ".git /config", "x\n");
        Files.Write(folder, "a.txt", "a\n");
        var kept = Assert.Single(await Gone.WorktreeAsync(Place("1A"), Stop));
        Assert.Equal("a\n", File.ReadAllText(Path.Combine(kept, "a.txt")));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task What_was_rescued_is_listed_and_becomes_a_branch()
    {
        Files.Write(await PrepareAsync("1A"), "a.txt", "a\n");
        await Gone.WorktreeAsync(Place("1A"), Stop);
        var rescued = new RescuedWork(Opened);
        var item = Assert.Single(await rescued.ListAsync(Stop));
        Assert.Equal($"{Run}/1A/1", item.Name);
        Assert.Equal(1, item.Files);

        var (branch, problem) = await rescued.RestoreAsync("1A/1", null, Stop);

        Assert.Null(problem);
        Assert.Equal("a\n", Repo.Text($"refs/heads/{branch}", "a.txt"));
        Assert.Equal("rescue.branch", (await rescued.RestoreAsync("1A/1", null, Stop)).Problem!.Code);
        Assert.Equal("rescue.branch", (await rescued.RestoreAsync("1A/1", "a..b", Stop)).Problem!.Code);
        Assert.Equal("rescue.unknown", (await rescued.RestoreAsync("9Z/1", null, Stop)).Problem!.Code);
        Assert.Equal("", Repo.Git("status", "--porcelain"));
    }

    [Fact]
    public async Task Everything_left_is_listed_and_goes_without_a_loss()
    {
        var item = await WorkAsync("1A", ("a.txt", "a\n"));
        Files.Write(Folder("1A"), "unsaved.txt", "x\n");
        Directory.CreateDirectory(Path.Combine(Opened.Places.Worktrees, "the-users-own"));
        var keeping = new Housekeeping(Opened);
        foreach (var leftover in await keeping.ListAsync(Stop))
        {
            await keeping.RemoveAsync(leftover, Stop);
        }

        Assert.Equal(["the-users-own"], Directory.GetDirectories(Opened.Places.Worktrees).Select(f => Path.GetFileName(f)));
        Assert.NotEqual("", Repo.Git("for-each-ref", "--contains", item.Tip));
        Assert.Equal("", Repo.Git("fsck", "--unreachable", "--no-reflogs", "--no-progress"));
        Assert.Equal(MilestoneId.Parse("1A"), item.Id);
    }
}
