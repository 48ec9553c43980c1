using Orchestrator.Core;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

public sealed class ProtectedPathTests : InRepository
{
    private const string Config = "orchestrator.config.json";

    private string PutAside(string path) => Path.Combine(Opened.Places.Milestone(Run, "1A"), "put-back", path);

    public override async ValueTask InitializeAsync()
    {
        Repo.Write(Config, "{}\n");
        Repo.Write("milestones/1A.md", "# One\n");
        Repo.Write("milestones/1B.md", "# Two\n");
        Repo.Commit("plan");
        await base.InitializeAsync();
    }

    private Task<CommittedWork> CommitGuardedAsync(string? tip = null, string pin = "1.0", params string[] more) =>
        new WorkCommits(Opened, ProtectedPaths.Of(Opened.Places, [Config, "milestones", .. more])).CommitAsync(Place("1A"), tip ?? Repo.Tip(), "1A: work", pin, Stop);

    private static void AssertAsBefore(string folder)
    {
        Assert.Equal("{}\n", File.ReadAllText(Path.Combine(folder, Config)));
        Assert.Equal("# One\n", File.ReadAllText(Path.Combine(folder, "milestones/1A.md")));
        Assert.Equal(["1A.md", "1B.md"], Directory.EnumerateFileSystemEntries(Path.Combine(folder, "milestones")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Settings_and_milestones_stay_as_they_were_and_other_work_is_committed()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, Config, "{\"gates\":[]}\n");
        Files.Write(folder, "milestones/1A.md", "# Nothing to do\n");
        File.Delete(Path.Combine(folder, "milestones/1B.md"));
        Files.Write(folder, "milestones/2A.md", "# More for me\n");
        Files.Write(folder, "milestones/deep/er.md", "# More\n");
        Files.Write(folder, "a.txt", "a\n");

        var work = await CommitGuardedAsync();

        Assert.Equal(1, work.Files);
        Assert.Equal(["milestones/1A.md", "milestones/1B.md", "milestones/2A.md", "milestones/deep/er.md", Config], work.PutBack.Order(StringComparer.Ordinal));
        Assert.Equal(["README.md", "a.txt", "milestones/1A.md", "milestones/1B.md", Config, "src/app.txt"], Repo.Paths(work.Commit!));
        Assert.Equal("{}\n", Repo.Text(work.Commit!, Config));
        Assert.Equal("# One\n", Repo.Text(work.Commit!, "milestones/1A.md"));
        Directory.Delete(Path.Combine(folder, "milestones/deep")); // an empty folder is nothing to git
        AssertAsBefore(folder);
        Assert.Equal("", Repo.GitIn(folder, "status", "--porcelain"));
    }

    [Fact]
    public async Task What_was_put_back_is_kept_aside()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "milestones/1A.md", "# Mine\n");
        Files.Write(folder, "milestones/2A.md", "# New\n");
        await CommitGuardedAsync();
        Assert.Equal("# Mine\n", File.ReadAllText(PutAside("1.0/milestones/1A.md")));
        Assert.Equal("# New\n", File.ReadAllText(PutAside("1.0/milestones/2A.md")));
    }

    [Fact]
    public async Task Protected_files_alone_are_no_work_but_are_told_and_put_back()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, Config, "x");
        var work = await CommitGuardedAsync();
        Assert.Null(work.Commit);
        Assert.Equal([Config], work.PutBack);
        AssertAsBefore(folder);
        Assert.Equal(default, (await CommitGuardedAsync(pin: "1.1")).PutBack);
        Assert.Equal("", Repo.GitIn(folder, "status", "--porcelain"));
    }

    [Fact]
    public async Task What_was_put_back_is_told_again_when_the_journal_did_not_hear_of_it()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, Config, "x");
        Files.Write(folder, "a.txt", "a\n");
        var first = await CommitGuardedAsync();
        Assert.Equal(first, await CommitGuardedAsync());
    }

    [Fact]
    public async Task An_edit_that_comes_again_is_put_back_again()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, Config, "first");
        await CommitGuardedAsync();
        Files.Write(folder, Config, "second");
        await CommitGuardedAsync();
        Files.Write(folder, Config, "third");
        await CommitGuardedAsync(pin: "1.1");
        AssertAsBefore(folder);
        Assert.Equal(["first", "second", "third"], new[] { "1.0", "1.0-2", "1.1" }.Select(pin => File.ReadAllText(PutAside($"{pin}/{Config}"))));
    }

    [Theory]
    [InlineData("milestones is a link out")]
    [InlineData("milestones is a file")]
    [InlineData("milestones is gone")]
    [InlineData("settings are a folder")]
    [InlineData("settings are a link")]
    [InlineData("settings are a link to nothing")]
    [InlineData("settings are executable")]
    [InlineData("a name that is no text")]
    [InlineData("a repository of its own")]
    public async Task Whatever_is_put_in_their_place_they_stand_there_again(string trick)
    {
        var outside = Repo.Around.In("outside");
        Files.Write(outside, "1A.md", "# Untouched\n");
        var folder = await PrepareAsync("1A");
        var milestones = Path.Combine(folder, "milestones");
        var config = Path.Combine(folder, Config);
        switch (trick)
        {
            case "milestones is a link out": Directory.Delete(milestones, recursive: true); File.CreateSymbolicLink(milestones, outside); break;
            case "milestones is a file": Directory.Delete(milestones, recursive: true); File.WriteAllText(milestones, "x"); break;
            case "milestones is gone": Directory.Delete(milestones, recursive: true); break;
            case "settings are a folder": File.Delete(config); Files.Write(folder, Config + "/x", "x"); break;
            case "settings are a link": File.Delete(config); File.CreateSymbolicLink(config, Path.Combine(outside, "1A.md")); break;
            case "settings are a link to nothing": File.Delete(config); File.CreateSymbolicLink(config, "nowhere"); break;
            case "settings are executable": File.SetUnixFileMode(config, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute); break;
            case "a name that is no text": Shell.Run("/bin/sh", milestones, folder, "-c", "touch \"$(printf 'x\\377.md')\""); break;
            default: Repo.GitIn(milestones, "init", "-q", "."); Files.Write(milestones, "3A.md", "x"); break;
        }

        Files.Write(folder, "a.txt", "a\n");
        var work = await CommitGuardedAsync();

        Assert.Equal(1, work.Files);
        Assert.NotEmpty(work.PutBack);
        Assert.Equal("", Repo.Git("diff", "--name-only", "HEAD", work.Commit!, "--", "milestones", Config));
        Assert.Equal("# Untouched\n", File.ReadAllText(Path.Combine(outside, "1A.md")));
        if (trick == "a name that is no text")
        {
            Shell.Run("/bin/sh", milestones, folder, "-c", "rm x*"); // it stays in the folder, where the framework cannot name it
        }

        AssertAsBefore(folder);

        Assert.Equal("", Repo.Fsck());
    }

    [Fact]
    public async Task A_folder_above_them_that_became_a_link_is_a_folder_again()
    {
        Repo.Write("settings/own.json", "{}\n");
        Repo.Commit("own settings");
        var outside = Repo.Around.In("outside");
        Files.Write(outside, "own.json", "untouched");
        var folder = await PrepareAsync("1A");
        Directory.Delete(Path.Combine(folder, "settings"), recursive: true);
        File.CreateSymbolicLink(Path.Combine(folder, "settings"), outside);
        var work = await CommitGuardedAsync(null, "1.0", "settings/own.json");
        Assert.Null(work.Commit);
        Assert.Equal(["settings/own.json"], work.PutBack);
        Assert.Equal("{}\n", File.ReadAllText(Path.Combine(folder, "settings/own.json")));
        Assert.Equal("untouched", File.ReadAllText(Path.Combine(outside, "own.json")));
    }

    [Fact]
    public async Task A_locked_folder_stops_no_commit()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "milestones/1A.md", "# Mine\n");
        Files.Write(folder, "a.txt", "a\n");
        File.SetUnixFileMode(Path.Combine(folder, "milestones"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var work = await CommitGuardedAsync();
        File.SetUnixFileMode(Path.Combine(folder, "milestones"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal("# One\n", Repo.Text(work.Commit!, "milestones/1A.md"));
        Assert.Equal(["milestones/1A.md"], work.PutBack);
    }

    [Fact]
    public async Task TASKS_is_left_as_it_stands_and_not_told()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "TASKS.md", "all done!\n");
        Files.Write(folder, "milestones-of-old/1A.md", "not ours\n");
        var work = await CommitGuardedAsync();
        Assert.Equal(default, work.PutBack);
        Assert.Equal(1, work.Files);
        Assert.Equal("all done!\n", File.ReadAllText(Path.Combine(folder, "TASKS.md")));
    }

    [Fact]
    public async Task A_folder_of_the_name_TASKS_is_the_users_affair_and_the_others_are_protected_all_the_same()
    {
        Repo.Write("TASKS.md/of-the-user.md", "one\n");
        Repo.Commit("a folder");
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "TASKS.md/of-the-user.md", "two\n");
        Files.Write(folder, "milestones/1A.md", "# Mine\n");
        var work = await CommitGuardedAsync();
        Assert.Equal("two\n", Repo.Text(work.Commit!, "TASKS.md/of-the-user.md"));
        Assert.Equal(["milestones/1A.md"], work.PutBack);
    }

    [Fact]
    public void A_link_is_protected_with_what_it_leads_to_and_what_lies_outside_is_left_out()
    {
        Directory.CreateDirectory(Path.Combine(Repo.Root, "docs/plan"));
        File.CreateSymbolicLink(Path.Combine(Repo.Root, "plan"), "docs/plan");
        var paths = ProtectedPaths.Of(Opened.Places, ["plan", Repo.Around.In("elsewhere.json"), Repo.Root]);
        Assert.Equal(["plan", "docs/plan"], paths.Told);
        Assert.True(paths.Covers("docs/plan/1A.md") && paths.Covers("TASKS.md") && !paths.Covers("docs/plans/1A.md") && !paths.IsTold("TASKS.md"));
    }
}
