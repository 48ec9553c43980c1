using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>What stands in the submodules of a worktree, and what becomes of changes in them.</summary>
public sealed class SubmoduleTests : InRepository
{
    private string _link = "";

    public override async ValueTask InitializeAsync()
    {
        // A library that has a library itself.
        foreach (var name in new[] { "inner", "library" })
        {
            var folder = Repo.Around.In("up", name);
            Files.Write(folder, $"{name}.txt", $"{name} 1\n");
            Repo.GitIn(folder, "init", "-q", "-b", "main", ".");
            if (name == "library")
            {
                Files.Write(folder, ".gitignore", "*.o\n");
                AddModule(folder, Repo.Around.In("up", "inner"), "deep/inner");
            }

            CommitAll(folder);
        }

        AddModule(Repo.Root, Repo.Around.In("up", "library"), "lib");
        Repo.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive");
        Repo.Commit("library");
        _link = Repo.Git("ls-tree", "main", "lib");
        await base.InitializeAsync();
    }

    [Fact]
    public async Task They_are_filled_from_what_the_user_has_without_a_repository_and_git_status_is_clean()
    {
        Directory.Move(Repo.Around.In("up"), Repo.Around.In("gone")); // nothing is fetched
        var folder = await PrepareAsync("1A");
        Assert.Empty(await FillAsync("1A"));
        Assert.Equal("library 1\n", File.ReadAllText(Path.Combine(folder, "lib", "library.txt")));
        Assert.Equal("inner 1\n", File.ReadAllText(Path.Combine(folder, "lib", "deep", "inner", "inner.txt")));
        Assert.False(Path.Exists(Path.Combine(folder, "lib", ".git")));
        Assert.Equal("", Repo.GitIn(folder, "status", "--porcelain"));
        Files.Write(folder, "a.txt", "work\n");
        var work = await CommitAsync("1A");
        Assert.Equal(_link, Repo.Git("ls-tree", work.Commit!, "lib"));
        Assert.Equal(["a.txt"], Repo.Paths(work.Commit!).Except(Repo.Paths("main")));
        Assert.Empty(await Gone.WorktreeAsync(Place("1A"), Stop));
        Assert.Equal("", Repo.Fsck());
    }

    [Fact]
    public async Task What_was_filled_is_not_handed_on_to_a_milestone_after_which_there_is_none()
    {
        var pool = new WorktreePool(Opened);
        await PrepareAsync("1A");
        await FillAsync("1A");
        await pool.TakeInAsync(Place("1A"), Repo.Tip(), Stop);
        Repo.Git("rm", "-q", "-r", "--cached", "lib", ".gitmodules");
        File.Delete(Path.Combine(Repo.Root, ".gitmodules"));
        Repo.Git("commit", "-q", "-m", "no library any more");

        await new Worktrees(Opened, pool).EnsureAsync(Place("2A"), Repo.Tip(), renew: true, Stop);

        Assert.False(Directory.Exists(Folder("1A")));
        Assert.False(Path.Exists(Path.Combine(Folder("2A"), "lib")));
        Assert.Equal("", Repo.GitIn(Folder("2A"), "status", "--porcelain", "--ignored"));
    }

    [Fact]
    public async Task Changes_in_them_are_named_and_kept_aside_before_the_worktree_goes()
    {
        var folder = await PrepareAsync("1A");
        await FillAsync("1A");
        Files.Write(folder, "lib/library.txt", "changed\n");
        Files.Write(folder, "lib/built.o", "ignored\n");
        Assert.Equal(["lib"], await new Submodules(Opened).ChangedAsync(Place("1A"), Stop));
        Assert.Null((await CommitAsync("1A")).Commit);
        Assert.Equal("changed\n", File.ReadAllText(Path.Combine(folder, "lib", "library.txt")));

        var kept = Assert.Single(await Gone.WorktreeAsync(Place("1A"), Stop));
        Assert.Equal("changed\n", File.ReadAllText(Path.Combine(kept, "library.txt")));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_change_in_an_inner_one_alone_is_kept_too_and_what_git_ignores_is_not()
    {
        var folder = await PrepareAsync("1A");
        await FillAsync("1A");
        Files.Write(folder, "lib/built.o", "ignored\n");
        Files.Write(folder, "lib/deep/inner/new.txt", "new\n");
        Assert.Equal(["lib/deep/inner"], await new Submodules(Opened).ChangedAsync(Place("1A"), Stop));
        var kept = Assert.Single(await Gone.WorktreeAsync(Place("1A"), Stop));
        Assert.Equal("new\n", File.ReadAllText(Path.Combine(kept, "new.txt")));
    }

    [Fact]
    public async Task Filled_again_they_are_as_committed_and_a_link_in_their_place_is_not_followed()
    {
        var folder = await PrepareAsync("1A");
        await FillAsync("1A");
        Files.Write(folder, "lib/extra.txt", "of the milestone before\n");
        await FillAsync("1A");
        Assert.False(File.Exists(Path.Combine(folder, "lib", "extra.txt")));
        Assert.Equal("library 1\n", File.ReadAllText(Path.Combine(folder, "lib", "library.txt")));

        Directory.Delete(Path.Combine(folder, "lib"), recursive: true);
        Directory.CreateSymbolicLink(Path.Combine(folder, "lib"), Directory.CreateDirectory(Repo.Around.In("elsewhere")).FullName);
        File.WriteAllText(Repo.Around.In("elsewhere", "mine"), "mine\n");
        await FillAsync("1A");
        Assert.Equal("mine\n", File.ReadAllText(Repo.Around.In("elsewhere", "mine")));
        Assert.Equal("library 1\n", File.ReadAllText(Path.Combine(folder, "lib", "library.txt")));
    }

    [Fact]
    public async Task What_is_not_here_is_left_empty_and_said_and_an_agents_own_filling_is_not_lost()
    {
        Directory.Delete(Path.Combine(Repo.Root, ".git", "modules"), recursive: true);
        var folder = await PrepareAsync("1A");
        Assert.Equal(["lib"], await FillAsync("1A"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder, "lib")));

        Repo.GitIn(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init");
        Repo.GitIn(Path.Combine(folder, "lib"), "checkout", "-q", "-b", "work");
        Files.Write(folder, "lib/library.txt", "library 2\n");
        CommitAll(Path.Combine(folder, "lib"));
        var own = Repo.GitIn(Path.Combine(folder, "lib"), "rev-parse", "HEAD");
        Assert.Null((await CommitAsync("1A")).Commit); // nobody else would have that commit
        var kept = await Gone.WorktreeAsync(Place("1A"), Stop);
        Assert.Equal("library 2\n", File.ReadAllText(Path.Combine(kept[0], "library.txt")));
        Assert.Contains("lib", Directory.EnumerateDirectories(kept[1]).Select(Path.GetFileName));
        Assert.Equal("commit", Repo.Git($"--git-dir={Path.Combine(kept[1], "lib")}", "--work-tree=/", "cat-file", "-t", own));
        Assert.Equal(_link, Repo.Git("ls-tree", "main", "lib"));
    }

    [Fact]
    public async Task Nothing_planted_in_their_repositories_runs_and_no_name_leads_out_of_them()
    {
        var canary = Repo.Around.Script("canary", $"touch '{Repo.Around.In("sang")}'; cat");
        var module = Path.Combine(Repo.Root, ".git", "modules", "lib");
        foreach (var key in new[] { "core.fsmonitor", "filter.evil.smudge", "filter.evil.process", "core.alternateRefsCommand" })
        {
            Repo.Git("config", "--file", Path.Combine(module, "config"), key, canary);
        }

        File.WriteAllText(Path.Combine(module, "info", "attributes"), "* filter=evil\n");
        File.WriteAllText(Path.Combine(module, "hooks", "post-checkout"), $"#!/bin/sh\nexec '{canary}'\n");
        File.SetUnixFileMode(Path.Combine(module, "hooks", "post-checkout"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var folder = await PrepareAsync("1A");
        await FillAsync("1A");
        await new Submodules(Opened).ChangedAsync(Place("1A"), Stop);
        Assert.True(File.Exists(Path.Combine(folder, "lib", "library.txt")));
        Assert.False(File.Exists(Repo.Around.In("sang")));

        Directory.Move(module, Repo.Around.In("outside"));
        Directory.CreateSymbolicLink(module, Repo.Around.In("outside"));
        await PrepareAsync("1B");
        Assert.Equal(["lib"], await FillAsync("1B"));
    }

    private Task<IReadOnlyList<string>> FillAsync(string id) => new Submodules(Opened).FillAsync(Run, id, Stop);

    private void AddModule(string folder, string from, string path) => Repo.GitIn(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", from, path);

    private void CommitAll(string folder)
    {
        Repo.GitIn(folder, "add", "-A");
        Repo.GitIn(folder, "-c", "user.name=Ada Test", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "one");
    }
}
