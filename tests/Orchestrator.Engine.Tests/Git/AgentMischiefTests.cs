using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>What agents are known to do to git (facts/git.md 2.4), and that no work is lost or diverted by it.</summary>
public sealed class AgentMischiefTests : InRepository
{
    [Fact]
    public async Task The_agents_own_commits_are_kept_beside_ours()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "a.txt", "agent's\n");
        Repo.GitIn(folder, "add", "-A");
        Repo.GitIn(folder, "commit", "-q", "-m", "agent's own");
        var own = Repo.GitIn(folder, "rev-parse", "HEAD");
        Files.Write(folder, "b.txt", "later\n");

        var work = await CommitAsync("1A");

        Assert.Equal(Repo.Tip(), Repo.Tip(work.Commit + "^"));
        Assert.Equal(["README.md", "a.txt", "b.txt", "src/app.txt"], Repo.Paths(work.Commit!));
        Assert.Equal(own, Repo.Tip($"refs/orchestrator/{Run}/1A/agent-{own[..12]}"));
        Assert.Equal(work.Commit, Repo.Tip(Branch("1A")));
        Assert.Equal("", Repo.GitIn(folder, "status", "--porcelain"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_repository_made_inside_is_committed_as_files(bool withCommit)
    {
        var folder = await PrepareAsync("1A");
        var sub = Directory.CreateDirectory(Path.Combine(folder, "sub", "deep")).FullName;
        Repo.GitIn(sub, "init", "-q", ".");
        Files.Write(sub, "inner.txt", "inner\n");
        if (withCommit)
        {
            Repo.GitIn(sub, "add", "-A");
            Repo.GitIn(sub, "-c", "user.name=x", "-c", "user.email=x@y", "commit", "-q", "-m", "inner");
        }

        var work = await CommitAsync("1A");

        Assert.Equal("inner\n", Repo.Text(work.Commit!, "sub/deep/inner.txt"));
        Assert.DoesNotContain("160000", Repo.Git("ls-tree", "-r", work.Commit!), StringComparison.Ordinal);
        var quarantine = Path.Combine(Opened.Places.Milestone(Run, "1A"), "quarantine");
        Assert.Single(Directory.GetDirectories(quarantine)); // its history is kept, outside
        Assert.Equal("", Repo.Fsck());
    }

    [Theory]
    [InlineData("--assume-unchanged")]
    [InlineData("--skip-worktree")]
    public async Task An_edit_hidden_by_an_index_flag_is_committed(string flag)
    {
        var folder = await PrepareAsync("1A");
        Repo.GitIn(folder, "update-index", flag, "src/app.txt");
        Files.Write(folder, "src/app.txt", "hidden edit\n");
        Assert.Equal("hidden edit\n", Repo.Text((await CommitAsync("1A")).Commit!, "src/app.txt"));
    }

    [Fact]
    public async Task Planted_exclude_rules_hide_nothing()
    {
        var folder = await PrepareAsync("1A");
        File.AppendAllText(Path.Combine(Opened.Places.CommonDir, "info", "exclude"), "*\n");
        Repo.Git("config", "core.excludesFile", Repo.Around.Write("planted-ignore", "*\n"));
        Files.Write(folder, "a.txt", "a\n");
        Assert.Equal("a\n", Repo.Text((await CommitAsync("1A")).Commit!, "a.txt"));
    }

    [Fact]
    public async Task A_HEAD_that_points_to_main_moves_nothing_but_our_branch()
    {
        var folder = await PrepareAsync("1A");
        var main = Repo.Tip();
        Repo.GitIn(folder, "symbolic-ref", "HEAD", Main);
        Files.Write(folder, "a.txt", "a\n");
        var work = await CommitAsync("1A");
        Assert.Equal(main, Repo.Tip());
        Assert.Equal(work.Commit, Repo.Tip(Branch("1A")));
        Assert.Equal("a\n", Repo.Text(work.Commit!, "a.txt"));
    }

    [Fact]
    public async Task Another_branch_or_a_detached_HEAD_diverts_no_commit()
    {
        var folder = await PrepareAsync("1A");
        Repo.GitIn(folder, "checkout", "-q", "-b", "agents-idea");
        Files.Write(folder, "a.txt", "a\n");
        var first = await CommitAsync("1A");
        Repo.GitIn(folder, "checkout", "-q", "--detach");
        Files.Write(folder, "b.txt", "b\n");
        Files.Write(folder, "a.txt", "a\n");
        var second = await CommitAsync("1A", first.Commit, "1.1");
        Assert.Equal(first.Commit, Repo.Tip(second.Commit + "^"));
        Assert.Equal("b\n", Repo.Text(second.Commit!, "b.txt"));
        Assert.Equal(second.Commit, Repo.Tip(Branch("1A")));
    }

    [Fact]
    public async Task A_removed_git_file_and_a_repository_in_its_place_divert_nothing()
    {
        var folder = await PrepareAsync("1A");
        var main = Repo.Tip();
        File.Delete(Path.Combine(folder, ".git"));
        Repo.GitIn(folder, "init", "-q", ".");
        Files.Write(folder, "a.txt", "a\n");
        var work = await CommitAsync("1A");
        Assert.Equal("a\n", Repo.Text(work.Commit!, "a.txt"));
        Assert.Equal(main, Repo.Tip());
        Assert.Equal("", Repo.Fsck());
    }

    [Fact]
    public async Task A_tag_and_a_branch_that_take_mains_name_mislead_nobody()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "evil.txt", "evil\n");
        Repo.GitIn(folder, "add", "-A");
        Repo.GitIn(folder, "commit", "-q", "-m", "evil");
        Repo.GitIn(folder, "tag", "main");
        Repo.GitIn(folder, "branch", "refs/heads/main");
        Assert.Equal(Repo.Git("rev-parse", "refs/heads/main"), await Opened.CommitOfAsync(Main, Stop));
    }

    [Fact]
    public async Task A_replaced_commit_is_seen_as_it_really_is()
    {
        var folder = await PrepareAsync("1A");
        var main = Repo.Tip();
        Files.Write(folder, "src/app.txt", "forged\n");
        Repo.GitIn(folder, "commit", "-q", "-a", "-m", "forged");
        Repo.GitIn(folder, "replace", main, Repo.GitIn(folder, "rev-parse", "HEAD"));
        Files.Write(folder, "a.txt", "a\n");
        var work = await CommitAsync("1A", main);
        Repo.Git("replace", "-d", main);
        Assert.Equal(2, work.Files); // against the true tip, not against the forged one
        Assert.Equal(["a.txt", "src/app.txt"], Repo.Git("diff-tree", "-r", "--name-only", main, work.Commit!).Split('\n'));
    }

    [Fact]
    public async Task Links_out_of_the_worktree_are_committed_as_links_and_never_followed()
    {
        var secret = Repo.Around.Write("secret/key.txt", "secret\n");
        var folder = await PrepareAsync("1A");
        Directory.CreateSymbolicLink(Path.Combine(folder, "out"), Path.GetDirectoryName(secret)!);
        File.CreateSymbolicLink(Path.Combine(folder, "key"), secret);
        var work = await CommitAsync("1A");
        Assert.Equal(2, work.Files);
        Assert.Equal(secret, Repo.Text(work.Commit!, "key"));
        Assert.StartsWith("120000 ", Repo.Git("ls-tree", work.Commit!, "out"), StringComparison.Ordinal);
    }
}
