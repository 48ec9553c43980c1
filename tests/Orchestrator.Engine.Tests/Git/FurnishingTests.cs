using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>Which ignored files of the user's checkout come along into a worktree, and what becomes of them.</summary>
public sealed class FurnishingTests : InRepository
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task An_ignored_file_that_the_project_names_comes_along_with_its_mode_and_becomes_no_part_of_a_commit()
    {
        Project(".env\nsecrets/\n", ".env\nsecrets/*.pem\n");
        Repo.Write(".env", "TOKEN=1\n");
        File.SetUnixFileMode(Path.Combine(Repo.Root, ".env"), Private);
        Repo.Write("secrets/a.pem", "key\n");
        Repo.Write("secrets/b.txt", "not named\n");

        var folder = await PrepareAsync("1A");
        Assert.Empty(await BringAsync("1A"));

        Assert.Equal("TOKEN=1\n", File.ReadAllText(Path.Combine(folder, ".env")));
        Assert.Equal(Private, File.GetUnixFileMode(Path.Combine(folder, ".env")));
        Assert.Equal("key\n", File.ReadAllText(Path.Combine(folder, "secrets", "a.pem")));
        Assert.False(File.Exists(Path.Combine(folder, "secrets", "b.txt")));
        Files.Write(folder, "a.txt", "work\n");
        Assert.Equal(["a.txt"], Repo.Paths((await CommitAsync("1A")).Commit!).Except(Repo.Paths("main")));
    }

    [Fact]
    public async Task What_came_along_is_in_no_commit_even_when_an_agent_makes_git_ignore_it_no_more()
    {
        Project(".env\n*.local\n", ".env\n");
        Repo.Write(".env", "TOKEN=1\n");
        var folder = await PrepareAsync("1A");
        await BringAsync("1A");
        Files.Write(folder, ".gitignore", "\n");
        Files.Write(folder, "own.local", "the agent's own\n");
        var work = await CommitAsync("1A");
        Assert.Equal(["own.local"], Repo.Paths(work.Commit!).Except(Repo.Paths("main")));
        Assert.Equal([".env"], work.LeftOut);
        Assert.Equal("TOKEN=1\n", File.ReadAllText(Path.Combine(folder, ".env")));
        Assert.Equal("\n", Repo.Text(work.Commit!, ".gitignore"));
        Assert.Null((await CommitAsync("1A", work.Commit!, "1.1")).Commit);
    }

    [Fact]
    public async Task What_git_does_not_ignore_or_tracks_stays_where_it_is()
    {
        Project("*.local\n", "*\n");
        Repo.Write("untracked.txt", "the user's own\n");
        Repo.Write("README.md", "edited\n");
        Repo.Write("only-here.txt", "in exclude alone\n");
        File.AppendAllText(Path.Combine(Repo.Root, ".git", "info", "exclude"), "only-here.txt\n"); // has no say in our commits
        Repo.Write("a.local", "comes\n");

        var folder = await PrepareAsync("1A");
        await BringAsync("1A");

        Assert.True(File.Exists(Path.Combine(folder, "a.local")));
        Assert.False(File.Exists(Path.Combine(folder, "untracked.txt")));
        Assert.False(File.Exists(Path.Combine(folder, "only-here.txt")));
        Assert.Equal("# Sample\n", File.ReadAllText(Path.Combine(folder, "README.md")));
        Assert.Null((await CommitAsync("1A")).Commit);
    }

    [Fact]
    public async Task The_patterns_of_the_commit_count_and_not_those_of_a_work_tree()
    {
        Project("*.local\n", "a.local\n");
        Repo.Write(".worktreeinclude", "*.local\n");
        Repo.Write("a.local", "a\n");
        Repo.Write("b.local", "b\n");
        var folder = await PrepareAsync("1A");
        Files.Write(folder, ".worktreeinclude", "*.local\n");
        await BringAsync("1A");
        Assert.True(File.Exists(Path.Combine(folder, "a.local")));
        Assert.False(File.Exists(Path.Combine(folder, "b.local")));
    }

    [Fact]
    public async Task Without_a_pattern_file_nothing_comes_along_and_that_is_no_fault()
    {
        Repo.Write(".gitignore", ".env\n");
        Repo.Commit("ignore");
        Repo.Write(".env", "TOKEN=1\n");
        var folder = await PrepareAsync("1A");
        Assert.Empty(await BringAsync("1A"));
        Assert.False(File.Exists(Path.Combine(folder, ".env")));
    }

    [Fact]
    public async Task No_link_is_followed_neither_where_it_comes_from_nor_where_it_goes()
    {
        Repo.Around.Write("outside/secret", "secret\n");
        var elsewhere = Directory.CreateDirectory(Repo.Around.In("elsewhere")).FullName;
        Repo.Write("tracked-link", "");
        File.Delete(Path.Combine(Repo.Root, "tracked-link"));
        File.CreateSymbolicLink(Path.Combine(Repo.Root, "tracked-link"), elsewhere);
        Project("*.local\nlinked\ntracked-link/*\n", "*.local\nlinked\nlinked/**\n");
        File.Delete(Path.Combine(Repo.Root, "tracked-link")); // the user has a folder there now
        Repo.Write("tracked-link/x.local", "would leave the worktree\n");
        File.CreateSymbolicLink(Path.Combine(Repo.Root, "a.local"), Repo.Around.In("outside", "secret"));
        File.CreateSymbolicLink(Path.Combine(Repo.Root, "linked"), Repo.Around.In("outside"));
        Shell.Run("/usr/bin/mkfifo", Repo.Root, Repo.Root, "pipe.local");
        Repo.Write("b.local", "b\n");

        var folder = await PrepareAsync("1A");
        await BringAsync("1A");

        Assert.Equal(["b.local"], Directory.EnumerateFiles(folder, "*.local", SearchOption.AllDirectories).Select(Path.GetFileName));
        Assert.False(Path.Exists(Path.Combine(folder, "linked")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
    }

    [Fact]
    public async Task Neither_repositories_nor_what_is_ours_comes_along()
    {
        Project("/x/\n*.local\n", "**\n");
        Repo.Write("x/inner.txt", "inner\n");
        Repo.GitIn(Path.Combine(Repo.Root, "x"), "init", "-q", ".");
        await PrepareAsync("1A");
        Repo.Write("a.local", "a\n");
        await BringAsync("1A");
        var folder = await PrepareAsync("1B");
        await BringAsync("1B");
        Assert.True(File.Exists(Path.Combine(folder, "a.local")));
        Assert.False(Path.Exists(Path.Combine(folder, "x")));
        Assert.False(Path.Exists(Path.Combine(folder, ".orchestrator")));
        Assert.False(Path.Exists(Path.Combine(folder, ".worktree")));
    }

    [Fact]
    public async Task Brought_again_a_file_is_as_the_user_has_it_now()
    {
        Project(".env\n", ".env\n");
        Repo.Write(".env", "old\n");
        var folder = await PrepareAsync("1A");
        await BringAsync("1A");
        File.Delete(Path.Combine(folder, ".env"));
        File.CreateSymbolicLink(Path.Combine(folder, ".env"), Repo.Around.Write("target", "untouched\n"));
        Repo.Write(".env", "new\n");
        await BringAsync("1A");
        Assert.Equal("new\n", File.ReadAllText(Path.Combine(folder, ".env")));
        Assert.Equal("untouched\n", File.ReadAllText(Repo.Around.In("target")));
    }

    [Fact]
    public async Task What_is_too_much_is_left_out_and_said()
    {
        Project("*.local\n", "*.local\n");
        Repo.Write("a.local", new string('a', 600));
        Repo.Write("b.local", new string('b', 600));
        Repo.Write("c.local", "small\n");
        var folder = await PrepareAsync("1A");
        var said = Assert.Single(await new Furnishing(Opened, mostBytes: 1024).BringAsync(Run, "1A", Repo.Tip(), Stop));
        Assert.Contains("1 are not brought along, b.local the first", said, StringComparison.Ordinal);
        Assert.Equal(["a.local", "c.local"], Directory.EnumerateFiles(folder, "*.local").Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task What_the_user_still_has_is_not_saved_with_a_worktree_and_what_the_agent_changed_is()
    {
        Project("*.local\n", "*.local\n");
        Repo.Write("same.local", "same\n");
        Repo.Write("other.local", "before\n");
        var folder = await PrepareAsync("1A");
        await BringAsync("1A");
        Assert.Empty(await Gone.WorktreeAsync(Place("1A"), Stop));

        folder = await PrepareAsync("1A");
        await BringAsync("1A");
        File.WriteAllText(Path.Combine(folder, "other.local"), "after\n");
        var rescue = Assert.Single(await Gone.WorktreeAsync(Place("1A"), Stop));
        Assert.Equal("after\n", Repo.Text(rescue, "other.local"));
        Assert.DoesNotContain("same.local", Repo.Paths(rescue));
    }

    [Fact]
    public async Task Names_that_are_no_text_stop_nothing()
    {
        Project("*.local\n", "*.local\n");
        Shell.Run("/bin/sh", Repo.Root, Repo.Root, "-c", "printf x > \"$(printf 'a\\377.local')\"");
        Repo.Write("ü \"quoted\".local", "x\n");
        var folder = await PrepareAsync("1A");
        Assert.Contains("no text", Assert.Single(await BringAsync("1A")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "ü \"quoted\".local")));
        Shell.Run("/bin/sh", Repo.Root, Repo.Root, "-c", "rm a*.local"); // the framework cannot
    }

    private Task<IReadOnlyList<string>> BringAsync(string id) => new Furnishing(Opened).BringAsync(Run, id, Repo.Tip(), Stop);

    private void Project(string ignored, string included)
    {
        Repo.Write(".gitignore", ignored);
        Repo.Write(".worktreeinclude", included);
        Repo.Commit("included");
    }
}
