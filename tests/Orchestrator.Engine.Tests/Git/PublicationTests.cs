using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

public sealed class PublicationTests : InRepository
{
    [Fact]
    public async Task A_target_that_nobody_has_checked_out_is_moved()
    {
        Repo.Git("checkout", "-q", "-b", "elsewhere");
        var built = await CandidateAsync("1A", ("a.txt", "a\n"));
        Assert.Equal(new PublishedCandidate(null, null), await PublishAsync(built));
        Assert.Equal(built.Commit, Repo.Tip());
        Assert.Equal(built.Commit, Repo.Tip(RefNames.Integration(Run)));
        Assert.Equal("", Repo.Git("status", "--porcelain"));
        Assert.False(File.Exists(Path.Combine(Repo.Root, "a.txt")));
    }

    [Fact]
    public async Task A_clean_checkout_is_fast_forwarded()
    {
        var built = await CandidateAsync("1A", ("a.txt", "a\n"), ("src/app.txt", "two\n"));
        Assert.Equal(new PublishedCandidate(null, null), await PublishAsync(built));
        Assert.Equal(built.Commit, Repo.Tip("HEAD"));
        Assert.Equal("two\n", Repo.Read("src/app.txt"));
        Assert.Equal("", Repo.Git("status", "--porcelain"));
    }

    [Fact]
    public async Task A_checkout_in_another_worktree_of_the_users_is_fast_forwarded_there()
    {
        Repo.Git("checkout", "-q", "-b", "elsewhere");
        var users = Repo.Around.In("users-own");
        Repo.Git("worktree", "add", "-q", users, "main");
        var built = await CandidateAsync("1A", ("a.txt", "a\n"));
        Assert.Null((await PublishAsync(built)).Unlanded);
        Assert.Equal("a\n", File.ReadAllText(Path.Combine(users, "a.txt")));
        Assert.Equal("", Repo.GitIn(users, "status", "--porcelain"));
    }

    [Fact]
    public async Task The_users_edits_of_other_files_are_kept_byte_for_byte()
    {
        Repo.Write("README.md", "# Sample, edited\r\n");
        Repo.Write("notes/untracked.txt", "untracked\n");
        Repo.Write("staged.txt", "staged\n");
        Repo.Git("add", "staged.txt");
        var built = await CandidateAsync("1A", ("a.txt", "a\n"));

        Assert.Null((await PublishAsync(built)).Unlanded);

        Assert.Equal(built.Commit, Repo.Tip("HEAD"));
        Assert.Equal("# Sample, edited\r\n", Repo.Read("README.md"));
        Assert.Equal("untracked\n", Repo.Read("notes/untracked.txt"));
        Assert.Equal(" M README.md\nA  staged.txt\n?? notes/", Repo.Git("status", "--porcelain"));
    }

    [Theory]
    [InlineData("edited")]
    [InlineData("staged")]
    [InlineData("untracked")]
    [InlineData("ignored")]
    public async Task A_file_of_the_users_in_the_way_leaves_the_checkout_untouched(string how)
    {
        if (how == "ignored")
        {
            Repo.Write(".gitignore", "*.local\n");
            Repo.Commit("ignore");
        }

        var name = how switch { "untracked" => "a.txt", "ignored" => "a.local", _ => "src/app.txt" };
        var built = how == "ignored" ? await IgnoredCandidateAsync(name) : await CandidateAsync("1A", (name, "agent's\n"), ("b.txt", "b\n"));
        var main = Repo.Tip();
        Repo.Write(name, "the user's\n");
        if (how == "staged")
        {
            Repo.Git("add", name);
        }

        var status = Repo.Git("status", "--porcelain", "--ignored");
        var published = await PublishAsync(built);

        Assert.Null(published.MovedTo);
        Assert.Contains("left alone", published.Unlanded, StringComparison.Ordinal);
        Assert.Contains($"git merge --ff-only orchestrator/{Run}/integration", published.Unlanded, StringComparison.Ordinal);
        Assert.Equal("the user's\n", Repo.Read(name));
        Assert.Equal(main, Repo.Tip());
        Assert.Equal(status, Repo.Git("status", "--porcelain", "--ignored"));
        Assert.Equal(built.Commit, Repo.Tip(RefNames.Integration(Run)));
    }

    [Fact]
    public async Task What_could_not_land_lands_when_the_way_is_free()
    {
        var built = await CandidateAsync("1A", ("src/app.txt", "agent's\n"));
        Repo.Write("src/app.txt", "the user's\n");
        Assert.NotNull((await PublishAsync(built)).Unlanded);
        Repo.Git("checkout", "-q", "--", "src/app.txt");
        Assert.Equal(new PublishedCandidate(null, null), await PublishAsync(built));
        Assert.Equal(built.Commit, Repo.Tip());
    }

    [Fact]
    public async Task A_held_index_lock_leaves_the_checkout_alone_with_the_reason()
    {
        var built = await CandidateAsync("1A", ("a.txt", "a\n"));
        File.WriteAllText(Path.Combine(Opened.Places.CommonDir, "index.lock"), "");
        Assert.Contains("index.lock", (await PublishAsync(built)).Unlanded, StringComparison.Ordinal);
        File.Delete(Path.Combine(Opened.Places.CommonDir, "index.lock"));
        Assert.Null((await PublishAsync(built)).Unlanded);
    }

    [Fact]
    public async Task Publishing_again_changes_nothing()
    {
        var built = await CandidateAsync("1A", ("a.txt", "a\n"));
        Assert.Equal(new PublishedCandidate(null, null), await PublishAsync(built));
        Assert.Equal(new PublishedCandidate(null, null), await PublishAsync(built));
        Repo.Write("later.txt", "later\n");
        var later = Repo.Commit("the user goes on");
        Assert.Equal(new PublishedCandidate(null, null), await PublishAsync(built)); // the answer was lost, and the user went on meanwhile
        Assert.Equal(later, Repo.Tip());
    }

    [Fact]
    public async Task A_target_that_moved_while_the_candidate_was_tested_is_said_and_nothing_published()
    {
        var built = await CandidateAsync("1A", ("a.txt", "a\n"));
        Repo.Write("users.txt", "user\n");
        var moved = Repo.Commit("the user went on");
        Assert.Equal(new PublishedCandidate(moved, null), await PublishAsync(built));
        Assert.Equal(moved, Repo.Tip());
        Assert.False(Repo.Knows(RefNames.Integration(Run)));
    }

    [Fact]
    public async Task A_target_that_went_another_way_after_the_integration_moved_is_left_alone()
    {
        var built = await CandidateAsync("1A", ("src/app.txt", "agent's\n"));
        Repo.Write("src/app.txt", "the user's\n");
        await PublishAsync(built);
        var moved = Repo.Commit("the user went on");
        Assert.Contains("another direction", (await PublishAsync(built)).Unlanded, StringComparison.Ordinal);
        Assert.Equal(moved, Repo.Tip());
    }

    [Fact]
    public async Task Publish_as_branch_leaves_the_target_alone()
    {
        var built = await CandidateAsync("1A", ("a.txt", "a\n"));
        var main = Repo.Tip();
        Assert.Contains($"orchestrator/{Run}/integration", (await PublishAsync(built, mode: PublishMode.Branch)).Unlanded, StringComparison.Ordinal);
        Assert.Equal(main, Repo.Tip());
        Assert.Equal(built.Commit, Repo.Tip(RefNames.Integration(Run)));
    }

    /// <summary>A candidate with a file that .gitignore names, forced in as by an agent that changes the rule.</summary>
    private async Task<BuiltCandidate> IgnoredCandidateAsync(string name)
    {
        var folder = await PrepareAsync("1A");
        File.Delete(Path.Combine(folder, ".gitignore"));
        Files.Write(folder, name, "agent's\n");
        var work = await CommitAsync("1A");
        Assert.Contains(name, Repo.Paths(work.Commit!));
        return await BuildAsync(Repo.Tip(), new BatchItem(Place("1A").Milestone, work.Commit!));
    }
}
