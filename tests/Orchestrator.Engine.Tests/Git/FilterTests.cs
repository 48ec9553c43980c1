using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>Which content filters run: those the user set outside the repository, found where the user's PATH finds them.</summary>
public sealed class FilterTests : InRepository
{
    [Fact]
    public async Task A_program_on_the_users_PATH_alone_runs_both_ways()
    {
        Repo.Around.Script("own bin/shout", "tr a-z A-Z");
        Repo.Around.Script("own bin/whisper", "tr A-Z a-z");
        Repo.Write(".gitattributes", "*.voice filter=voice\n");
        Repo.Commit("attributes");
        Repo.Git("config", "--global", "filter.voice.clean", "shout %f");
        Repo.Git("config", "--global", "filter.voice.smudge", "whisper");
        Repo.Git("config", "--global", "filter.voice.required", "true");
        var opened = await OpenAsync();

        await new Worktrees(opened).EnsureAsync(Place("1A"), Repo.Tip(), renew: false, Stop);
        Files.Write(Folder("1A"), "a.voice", "word\n");
        var work = await new WorkCommits(opened).CommitAsync(Place("1A"), Repo.Tip(), "1A", "1.0", Stop);
        Assert.Equal("WORD\n", Repo.Text(work.Commit!, "a.voice"));
        await new Worktrees(opened).EnsureAsync(Place("1B"), work.Commit!, renew: false, Stop);
        Assert.Equal("word\n", File.ReadAllText(Path.Combine(Folder("1B"), "a.voice")));
        Assert.Equal("", Repo.Fsck());
    }

    [Fact]
    public async Task What_the_repositorys_own_config_sets_is_not_taken_even_under_a_name_that_is_trusted()
    {
        Repo.Git("config", "--global", "filter.voice.clean", "tr a-z A-Z");
        Repo.Git("config", "filter.voice.clean", "tr a-z x");
        Repo.Git("config", "filter.other.clean", "tr a-z x");
        Repo.Write(".gitattributes", "*.voice filter=voice\n*.other filter=other\n");
        Repo.Git("-c", "filter.voice.clean=cat", "-c", "filter.other.clean=cat", "add", "-A");
        Repo.Git("commit", "-q", "-m", "attributes");
        var opened = await OpenAsync();

        await new Worktrees(opened).EnsureAsync(Place("1A"), Repo.Tip(), renew: false, Stop);
        Files.Write(Folder("1A"), "a.voice", "word\n");
        Files.Write(Folder("1A"), "a.other", "word\n");
        var work = await new WorkCommits(opened).CommitAsync(Place("1A"), Repo.Tip(), "1A", "1.0", Stop);
        Assert.Equal("WORD\n", Repo.Text(work.Commit!, "a.voice"));
        Assert.Equal("word\n", Repo.Text(work.Commit!, "a.other"));
    }

    [Fact]
    public async Task Large_files_are_kept_in_the_users_repository_not_in_the_shadow()
    {
        Repo.Git("config", "--global", "filter.lfs.clean", "git-lfs clean -- %f");
        Assert.Contains($"[lfs]\n\tstorage = \"{Path.Combine(Opened.Places.CommonDir, "lfs")}\"\n", (await OpenAsync()).Git.TrustedConfigText, StringComparison.Ordinal);
        Repo.Git("config", "lfs.storage", "planted");
        Repo.Git("config", "--global", "lfs.storage", "/users/own");
        Assert.Contains("storage = \"/users/own\"\n", (await OpenAsync()).Git.TrustedConfigText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Large_files_come_into_a_worktree_and_go_out_of_it_as_with_git_lfs()
    {
        // Keeps what it takes where git-lfs would, and asks git for that place as git-lfs does.
        Repo.Around.Script("own bin/git-lfs", """
            store=$(git config lfs.storage)/stand-in
            case $1 in
            clean) mkdir -p "$store"; cat > "$store/new.$$"; id=$(sha256sum < "$store/new.$$" | cut -c1-64); mv "$store/new.$$" "$store/$id"; echo "pointer $id" ;;
            smudge) read -r word id; cat "$store/$id" ;;
            esac
            """);
        Repo.Git("config", "--global", "filter.lfs.clean", "git-lfs clean -- %f");
        Repo.Git("config", "--global", "filter.lfs.smudge", "git-lfs smudge -- %f");
        Repo.Git("config", "--global", "filter.lfs.required", "true");
        Repo.Git("config", "filter.lfs.smudge", "cat"); // the repository's own has no say
        Repo.Write(".gitattributes", "*.bin filter=lfs\n");
        Repo.Git("add", ".gitattributes");
        Repo.Git("commit", "-q", "-m", "attributes");
        var opened = await OpenAsync();

        await new Worktrees(opened).EnsureAsync(Place("1A"), Repo.Tip(), renew: false, Stop);
        Files.Write(Folder("1A"), "a.bin", "large\n");
        var work = await new WorkCommits(opened).CommitAsync(Place("1A"), Repo.Tip(), "1A", "1.0", Stop);
        Assert.StartsWith("pointer ", Repo.Text(work.Commit!, "a.bin"), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(Path.Combine(opened.Places.CommonDir, "lfs", "stand-in")));
        await new Worktrees(opened).EnsureAsync(Place("1B"), work.Commit!, renew: false, Stop);
        Assert.Equal("large\n", File.ReadAllText(Path.Combine(Folder("1B"), "a.bin")));
        var forGates = await new Worktrees(opened).EnsureForGatesAsync(Worktrees.CandidateName, work.Commit!, Stop);
        Assert.Equal("large\n", File.ReadAllText(Path.Combine(forGates, "a.bin")));
        Assert.False(Directory.Exists(Path.Combine(opened.Places.Shadow, "lfs")));
    }

    [Fact]
    public async Task A_quote_or_a_line_end_in_a_setting_cannot_add_another_setting()
    {
        Repo.Git("config", "--global", "filter.a\"]b.clean", "cat \"x\"\\\n[core]\n\tfsmonitor = evil");
        var opened = await OpenAsync();
        await StateFolder.EnsureAsync(opened, null, Stop);
        var listed = Repo.GitIn(Repo.Root, "config", "--file", Path.Combine(opened.Places.State, "gitconfig"), "--list", "--name-only").Split('\n');
        Assert.Contains("filter.a\"]b.clean", listed);
        Assert.DoesNotContain("core.fsmonitor", listed);
    }

    private async Task<Repository> OpenAsync()
    {
        var user = Repo.Around.User(("PATH", $"{Repo.Around.In("own bin")}:/usr/bin:/bin"));
        var (repository, problems) = await Repository.OpenAsync(Repo.Root, user, Stop);
        Assert.Empty(problems);
        await StateFolder.EnsureAsync(repository!, null, Stop);
        return repository!;
    }
}
