using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

public sealed class CommitTests : InRepository
{
    [Fact]
    public async Task New_changed_deleted_and_executable_files_are_committed()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "src/new.txt", "new\n");
        Files.Write(folder, "src/app.txt", "changed\n");
        File.Delete(Path.Combine(folder, "README.md"));
        File.SetUnixFileMode(Files.Write(folder, "run.sh", "#!/bin/sh\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var work = await CommitAsync("1A");

        Assert.Equal(4, work.Files);
        Assert.Equal(["run.sh", "src/app.txt", "src/new.txt"], Repo.Paths(work.Commit!));
        Assert.Equal("changed\n", Repo.Text(work.Commit!, "src/app.txt"));
        Assert.StartsWith("100755 ", Repo.Git("ls-tree", work.Commit!, "run.sh"), StringComparison.Ordinal);
        Assert.Equal(Repo.Tip(), Repo.Tip(work.Commit + "^"));
        Assert.Equal("Ada Test <ada@example.org>", Repo.Git("log", "-1", "--format=%an <%ae>", work.Commit!));
    }

    [Fact]
    public async Task Names_with_spaces_line_feeds_dashes_and_other_scripts_are_committed()
    {
        string[] names = [" lead and trail ", "-n", "a\nb.txt", "weiß/日本.txt", "quote\"back\\slash", "x:y*?[z]"];
        var folder = await PrepareAsync("1A");
        foreach (var name in names)
        {
            Files.Write(folder, name, name);
        }

        var work = await CommitAsync("1A");

        Assert.Equal(names.Order(StringComparer.Ordinal), Repo.Paths(work.Commit!).Except(["README.md", "src/app.txt"]).Order(StringComparer.Ordinal));
        Assert.All(names, name => Assert.Equal(name, Repo.Text(work.Commit!, name)));
    }

    [Fact]
    public async Task The_same_content_is_known_again_whatever_its_history()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "a.txt", "left\n");
        var first = await CommitAsync("1A", pin: "1.0");
        Files.Write(folder, "a.txt", "right\n");
        var second = await CommitAsync("1A", first.Commit, "1.1");
        Files.Write(folder, "a.txt", "left\n");
        var third = await CommitAsync("1A", second.Commit, "1.2");

        Assert.Equal(Repo.Tip(first.Commit + "^{tree}"), first.Tree);
        Assert.Equal(first.Tree, third.Tree);
        Assert.NotEqual(first.Tree, second.Tree);
        Assert.NotEqual(first.Commit, third.Commit);
    }

    [Fact]
    public async Task No_change_is_no_commit()
    {
        await PrepareAsync("1A");
        Assert.Equal(new CommittedWork(null, 0), await CommitAsync("1A"));
        Assert.Equal(Repo.Tip(), Repo.Tip(Branch("1A")));
    }

    [Fact]
    public async Task A_commit_is_pinned_and_is_the_tip_of_the_branch()
    {
        var item = await WorkAsync("1A", ("a.txt", "a\n"));
        Assert.Equal(item.Tip, Repo.Tip(Branch("1A")));
        Assert.Equal(item.Tip, Repo.Tip(RefNames.Pin(Run, "1A", "1.0")));
        Assert.Equal($"{Run}/1A/1.0", Repo.Git("log", "-1", "--format=%(trailers:key=Orchestrator-Work,valueonly)", item.Tip).Trim());
        Assert.Equal("", Repo.Fsck());
    }

    [Fact]
    public async Task The_worktree_is_clean_for_its_own_git_afterwards()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "deep/er/a.txt", "a\n");
        File.Delete(Path.Combine(folder, "README.md"));
        await CommitAsync("1A");
        Assert.Equal("", Repo.GitIn(folder, "status", "--porcelain"));
        Assert.Equal("1A: work", Repo.GitIn(folder, "log", "-1", "--format=%s"));
    }

    [Fact]
    public async Task The_same_commit_again_after_a_crash_is_the_same_commit()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "a.txt", "a\n");
        var second = await CommitAsync("1A");
        var first = second with { Commit = Repo.CommitOfLongAgo($"{second.Commit}^{{tree}}", Repo.Tip()) }; // two made in one second would be one anyway
        Repo.Git("update-ref", Branch("1A"), first.Commit!);
        Repo.Git("update-ref", RefNames.Pin(Run, "1A", "1.0"), first.Commit!);
        Assert.NotEqual(first, second);
        Assert.Equal(first, await CommitAsync("1A")); // the journal did not hear of it: same tip, same pin
        Assert.Equal(new CommittedWork(null, 0), await CommitAsync("1A", first.Commit, "1.1"));
    }

    [Fact]
    public async Task A_crash_between_commit_and_refs_leaves_nothing_in_the_way()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "a.txt", "a\n");
        var shadow = new ShadowIndexProbe(Opened, Run, "1A");
        File.WriteAllText(shadow.IndexFile + ".lock", ""); // what kill -9 leaves behind
        var work = await CommitAsync("1A");
        Assert.Equal("a\n", Repo.Text(work.Commit!, "a.txt"));
    }

    [Fact]
    public async Task Further_work_goes_on_top_of_the_commit_before()
    {
        var first = await WorkAsync("1A", ("a.txt", "a\n"));
        Files.Write(Folder("1A"), "a.txt", "mended\n");
        var second = await CommitAsync("1A", first.Tip, "1.1");
        Assert.Equal(first.Tip, Repo.Tip(second.Commit + "^"));
        Assert.Equal(1, second.Files);
        Assert.Equal(first.Tip, Repo.Tip(RefNames.Pin(Run, "1A", "1.0")));
    }

    [Fact]
    public async Task What_an_agent_writes_into_TASKS_is_not_committed_but_its_other_work_is()
    {
        Repo.Write("TASKS.md", "# Mine\n");
        Repo.Commit("tasks");
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "TASKS.md", "all done!\n");
        Files.Write(folder, "a.txt", "a\n");
        var work = await CommitAsync("1A");
        Assert.Equal(1, work.Files);
        Assert.Equal("# Mine\n", Repo.Text(work.Commit!, "TASKS.md"));
    }

    [Fact]
    public async Task A_TASKS_that_only_the_agent_has_is_not_committed()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "TASKS.md", "all done!\n");
        Assert.Null((await CommitAsync("1A")).Commit);
        Files.Write(folder, "sub/TASKS.md", "not ours\n");
        Assert.Equal("not ours\n", Repo.Text((await CommitAsync("1A")).Commit!, "sub/TASKS.md"));
    }

    [Fact]
    public async Task Files_that_the_users_gitignore_names_stay_out()
    {
        Repo.Write(".gitignore", "*.log\nout/\n");
        Repo.Commit("ignore");
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "a.log", "x");
        Files.Write(folder, "out/b", "x");
        Files.Write(folder, "c.txt", "c\n");
        Assert.Equal(1, (await CommitAsync("1A")).Files);
    }

    [Fact]
    public async Task Twelve_milestones_commit_at_the_same_time()
    {
        string[] ids = [.. Enumerable.Range(0, 12).Select(i => $"1{(char)('A' + i)}")];
        await Task.WhenAll(ids.Select(id => Trees.EnsureAsync(Place(id), Repo.Tip(), renew: false, Stop)));
        Assert.All(ids, id => Assert.Equal("", Repo.GitIn(Folder(id), "status", "--porcelain")));
        foreach (var id in ids)
        {
            Files.Write(Folder(id), $"{id}.txt", id);
        }

        var works = await Task.WhenAll(ids.Select(id => CommitAsync(id)));
        Assert.Equal(12, works.Select(w => w.Commit).OfType<string>().Distinct().Count());
        Assert.Equal("", Repo.Fsck());
    }
}

/// <summary>Where the orchestrator keeps a milestone's index.</summary>
internal sealed record ShadowIndexProbe(Repository Repository, string Run, string Milestone)
{
    public string IndexFile => Path.Combine(Repository.Places.Milestone(Run, Milestone), "index");
}
