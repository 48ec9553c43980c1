using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

public sealed class WorktreeTests : InRepository
{
    private string Admin(string id) => Path.Combine(Opened.Places.CommonDir, "worktrees", id);

    private string[] Rescues(string id) => Repo.Git("for-each-ref", "--format=%(refname)", $"refs/orchestrator/rescue/{Run}/{id}/").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public async Task A_fresh_worktree_stands_on_its_branch_and_is_locked()
    {
        var folder = await PrepareAsync("1A");
        Assert.Equal(Branch("1A"), Repo.GitIn(folder, "symbolic-ref", "HEAD"));
        Assert.Equal(Repo.Tip(), Repo.GitIn(folder, "rev-parse", "HEAD"));
        Assert.Equal("", Repo.GitIn(folder, "status", "--porcelain"));
        Assert.True(File.Exists(Path.Combine(Admin("1A"), "locked")));
        Assert.Equal("", Repo.Git("status", "--porcelain")); // nothing of ours shows in the user's checkout
    }

    [Fact]
    public async Task Ensuring_again_keeps_a_healthy_worktree_with_its_edits()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "a.txt", "unsaved\n");
        await PrepareAsync("1A");
        Assert.Equal("unsaved\n", File.ReadAllText(Path.Combine(folder, "a.txt")));
        Assert.Empty(Rescues("1A"));
    }

    [Theory]
    [InlineData("folder gone")]
    [InlineData("git file gone")]
    [InlineData("git file names another repository")]
    [InlineData("half made")]
    [InlineData("admin folder gone")]
    [InlineData("admin folder half made")]
    [InlineData("gitdir half written")]
    [InlineData("index gone")]
    [InlineData("killed while it was filled")]
    [InlineData("other branch")]
    [InlineData("detached")]
    public async Task A_broken_worktree_is_made_anew(string fault)
    {
        var folder = await PrepareAsync("1A");
        switch (fault)
        {
            case "folder gone": Directory.Delete(folder, recursive: true); break;
            case "git file gone": File.Delete(Path.Combine(folder, ".git")); break;
            case "git file names another repository": File.WriteAllText(Path.Combine(folder, ".git"), "gitdir: /nowhere/at/all\n"); break;
            case "half made": File.WriteAllText(Path.Combine(Admin("1A"), "locked"), "initializing"); break;
            case "admin folder gone": Directory.Delete(Admin("1A"), recursive: true); break;
            case "admin folder half made": File.Delete(Path.Combine(Admin("1A"), "gitdir")); break;
            case "gitdir half written":
                File.WriteAllText(Path.Combine(Admin("1A"), "gitdir"), Path.Combine(folder, ".git")[..^8]);
                break;
            case "index gone": File.Delete(Path.Combine(Admin("1A"), "index")); break;
            case "killed while it was filled":
                var index = Path.Combine(Opened.Places.Milestone(Run, "1A"), "index");
                File.Delete(Path.Combine(Admin("1A"), "index"));
                File.Move(index, index + ".lock");
                break;
            case "other branch": Repo.GitIn(folder, "checkout", "-q", "-b", "other"); break;
            default: Repo.GitIn(folder, "checkout", "-q", "--detach"); break;
        }

        await PrepareAsync("1A");

        Assert.Equal(Branch("1A"), Repo.GitIn(folder, "symbolic-ref", "HEAD"));
        Assert.Equal("", Repo.GitIn(folder, "status", "--porcelain"));
        Assert.Single(Directory.GetDirectories(Path.Combine(Opened.Places.CommonDir, "worktrees")));
        Assert.Equal("a\n", await CommittedTextAsync(folder));
    }

    [Theory]
    [InlineData("git file gone")]
    [InlineData("admin folder gone")]
    [InlineData("half made")]
    [InlineData("branch gone")]
    [InlineData("repository in its place")]
    public async Task Work_in_a_broken_worktree_is_saved_under_a_rescue_ref_first(string fault)
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "precious.txt", "precious\n");
        switch (fault)
        {
            case "git file gone": File.Delete(Path.Combine(folder, ".git")); break;
            case "admin folder gone": Directory.Delete(Admin("1A"), recursive: true); break;
            case "half made": File.WriteAllText(Path.Combine(Admin("1A"), "locked"), "initializing"); break;
            case "branch gone": Repo.Git("update-ref", "-d", Branch("1A")); break;
            default: File.Delete(Path.Combine(folder, ".git")); Repo.GitIn(folder, "init", "-q", "."); break;
        }

        await PrepareAsync("1A");

        Assert.Equal("precious\n", Repo.Text(Assert.Single(Rescues("1A")), "precious.txt"));
        Assert.False(File.Exists(Path.Combine(folder, "precious.txt")));
        Assert.Equal("", Repo.Fsck());
    }

    [Fact]
    public async Task A_renewed_worktree_begins_at_the_new_tip_and_its_edits_are_saved_each_time()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "a.txt", "first\n");
        Repo.Write("later.txt", "later\n");
        var later = Repo.Commit("later");
        await Trees.EnsureAsync(Place("1A"), later, renew: true, Stop);
        Assert.Equal("later\n", File.ReadAllText(Path.Combine(folder, "later.txt")));
        Files.Write(folder, "a.txt", "second\n");
        await Trees.EnsureAsync(Place("1A"), later, renew: true, Stop);
        await Trees.EnsureAsync(Place("1A"), later, renew: true, Stop); // nothing to save this time
        Assert.Equal(["first\n", "second\n"], Rescues("1A").Select(name => Repo.Text(name, "a.txt")));
    }

    [Fact]
    public async Task The_agents_own_commits_stay_reachable_when_a_worktree_is_renewed()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "a.txt", "agent's\n");
        Repo.GitIn(folder, "add", "-A");
        Repo.GitIn(folder, "commit", "-q", "-m", "agent's own");
        var own = Repo.GitIn(folder, "rev-parse", "HEAD");
        await Trees.EnsureAsync(Place("1A"), Repo.Tip(), renew: true, Stop);
        Assert.NotEqual("", Repo.Git("for-each-ref", "--contains", own));
    }

    /// <summary>A run that was given up, or whose journal was damaged, leaves its worktrees to the next one.</summary>
    [Fact]
    public async Task A_worktree_that_another_run_left_is_saved_and_made_anew()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "a.txt", "of the run before\n");
        var next = Place("1A") with { Run = "20261124-001522-d4e5f6" };
        await Trees.EnsureAsync(next, Repo.Tip(), renew: true, Stop);
        Assert.False(File.Exists(Path.Combine(folder, "a.txt")));
        Assert.Equal("of the run before\n", Repo.Text(RefNames.Rescue(next.Run, next.Name, "1"), "a.txt"));
    }

    [Fact]
    public async Task Removing_saves_what_is_not_committed_and_says_where()
    {
        var item = await WorkAsync("1A", ("a.txt", "a\n"));
        Assert.Empty(await Gone.WorktreeAsync(Place("1A"), Stop));
        Assert.False(Directory.Exists(Folder("1A")));
        Assert.Equal(item.Tip, Repo.Tip(Branch("1A")));

        var other = await PrepareAsync("1B");
        Files.Write(other, "b.txt", "b\n");
        var saved = Assert.Single(await Gone.WorktreeAsync(Place("1B"), Stop));
        Assert.Equal("b\n", Repo.Text(saved, "b.txt"));
        Assert.Empty(await Gone.WorktreeAsync(Place("1B"), Stop));
        Assert.Empty(Directory.GetDirectories(Path.Combine(Opened.Places.CommonDir, "worktrees")));
    }

    [Fact]
    public async Task Twelve_worktrees_made_at_the_same_time_all_stand()
    {
        string[] ids = [.. Enumerable.Range(0, 12).Select(i => $"1{(char)('A' + i)}")];
        await Task.WhenAll(ids.Select(id => Task.Run(() => Trees.EnsureAsync(Place(id), Repo.Tip(), renew: false, Stop), Stop)));
        Assert.All(ids, id => Assert.Equal("", Repo.GitIn(Folder(id), "status", "--porcelain")));
        Assert.Equal(13, Repo.Git("worktree", "list").Split('\n').Length);
    }

    [Fact]
    public async Task The_users_own_worktrees_are_left_alone()
    {
        var users = Repo.Around.In("users-own", "1A"); // even under a milestone's name
        Repo.Git("worktree", "add", "-q", "-b", "mine", users);
        await PrepareAsync("1A");
        await Trees.EnsureAsync(Place("1A"), Repo.Tip(), renew: true, Stop);
        await Gone.WorktreeAsync(Place("1A"), Stop);
        Assert.Equal("", Repo.GitIn(users, "status", "--porcelain"));
    }

    [Fact]
    public async Task The_candidates_worktree_is_rebuilt_for_each_candidate()
    {
        var folder = await Trees.EnsureForGatesAsync(Worktrees.CandidateName, Repo.Tip(), Stop);
        Files.Write(folder, "made-by-a-gate.o", "x");
        var item = await WorkAsync("1A", ("a.txt", "a\n"));
        await Trees.EnsureForGatesAsync(Worktrees.CandidateName, item.Tip, Stop);
        Assert.Equal("a\n", File.ReadAllText(Path.Combine(folder, "a.txt")));
        Assert.False(File.Exists(Path.Combine(folder, "made-by-a-gate.o")));
        await Gone.DisposableAsync(Worktrees.CandidateName, Stop);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Carried_work_is_laid_on_the_new_base_or_said_not_to_fit()
    {
        var item = await WorkAsync("1A", ("src/app.txt", "ONE\ntwo\nthree\n"));
        var commits = new WorkCommits(Opened);
        Repo.Write("other.txt", "other\n");
        var onto = Repo.Commit("other");
        var carried = (await commits.CarryAsync(Place("1A"), item.Tip, onto, "1A: carried on", "carried-2", Stop)).Commit;
        Assert.Equal(onto, Repo.Tip(carried + "^"));
        Assert.Equal("ONE\ntwo\nthree\n", Repo.Text(carried!, "src/app.txt"));
        Assert.Equal("other\n", Repo.Text(carried!, "other.txt"));
        Repo.Write("src/app.txt", "EINS\ntwo\nthree\n");
        var clash = Repo.Commit("clash");
        var unfit = await commits.CarryAsync(Place("1A"), item.Tip, clash, "1A: carried on", "carried-3", Stop);
        Assert.Null(unfit.Commit);
        Assert.Equal("src/app.txt", Assert.Single(unfit.Conflicts));
    }

    [Fact]
    public async Task A_conflict_is_laid_out_with_both_sides_and_what_they_came_from()
    {
        var item = await WorkAsync("1A", ("src/app.txt", "ONE\ntwo\nthree\n"), ("new.txt", "new\n"));
        Repo.Write("src/app.txt", "EINS\ntwo\nthree\n");
        var onto = Repo.Commit("clash");
        var commits = new WorkCommits(Opened);
        var carried = await commits.CarryAsync(Place("1A"), item.Tip, onto, "1A: carried on", "carried-2", Stop);
        await Trees.EnsureAsync(Place("1A"), onto, renew: true, Stop, carried.Shown);
        var folder = Opened.Places.Worktree("1A");
        var text = await File.ReadAllTextAsync(Path.Combine(folder, "src/app.txt"), Stop);
        Assert.Matches("<<<<<<< [^\n]*\nEINS\n\\|\\|\\|\\|\\|\\|\\| [^\n]*\none\n=======\nONE\n>>>>>>> [^\n]*\ntwo\nthree\n", text);
        Assert.True(File.Exists(Path.Combine(folder, "new.txt"))); // what does not conflict is merged already
        await File.WriteAllTextAsync(Path.Combine(folder, "src/app.txt"), "EINS ONE\ntwo\nthree\n", Stop);
        var work = await commits.CommitAsync(Place("1A"), onto, "1A: resolved", "2.0", Stop);
        Assert.Equal(onto, Repo.Tip(work.Commit + "^"));
        Assert.Equal("new\n", Repo.Text(work.Commit!, "new.txt"));
        Assert.Equal("EINS ONE\ntwo\nthree\n", Repo.Text(work.Commit!, "src/app.txt"));
    }

    private async Task<string> CommittedTextAsync(string folder)
    {
        Files.Write(folder, "a.txt", "a\n");
        return Repo.Text((await CommitAsync("1A")).Commit!, "a.txt");
    }

    [Fact]
    public async Task A_shadow_that_a_crash_left_half_made_is_made_anew()
    {
        var shadow = Opened.Places.Shadow;
        File.Delete(Path.Combine(shadow, "objects", "info", "alternates"));
        File.Move(Path.Combine(shadow, "HEAD"), Path.Combine(shadow, "HEAD.lock"));
        Directory.CreateDirectory(shadow + ".new");
        File.WriteAllText(Path.Combine(shadow + ".new", "HEAD.lock"), "");

        await StateFolder.EnsureAsync(Opened, null, Stop);

        Assert.NotNull((await WorkAsync("1A", ("new.txt", "new\n"))).Tip);
        Assert.False(Directory.Exists(shadow + ".new"));
    }
}
