using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>Programs that an agent plants in config, hooks and attributes: each leaves a canary when it runs, none may.</summary>
public sealed class PlantedProgramTests : InRepository
{
    private static readonly string[] Hooks =
    [
        "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "pre-rebase", "post-checkout",
        "post-merge", "pre-push", "pre-merge-commit", "pre-auto-gc", "post-rewrite", "reference-transaction", "post-index-change", "fsmonitor-watchman",
    ];

    private string Canaries => Repo.Around.In("canaries");

    [Fact]
    public async Task Nothing_planted_runs_from_commit_to_publication()
    {
        Directory.CreateDirectory(Canaries);
        Repo.Git("branch", "elsewhere");
        Repo.Git("checkout", "-q", "elsewhere");
        var first = await PrepareAsync("1A");
        var second = await PrepareAsync("1B");
        Plant();
        PlantFilters();
        Files.Write(first, ".gitattributes", "* filter=evil merge=evil diff=evil\n");
        Files.Write(first, "src/app.txt", "ONE\ntwo\nthree\n");
        Files.Write(second, "src/app.txt", "one\ntwo\nTHREE\n");

        var one = (await CommitAsync("1A")).Commit!;
        var two = (await CommitAsync("1B")).Commit!;
        var built = await BuildAsync(Repo.Tip(), new BatchItem(Place("1A").Milestone, one), new BatchItem(Place("1B").Milestone, two));
        var published = await PublishAsync(built);

        Assert.Null(published.Unlanded);
        Assert.Equal(built.Commit, await Opened.CommitOfAsync(Main, Stop));
        Assert.Equal([], Ran());
        Unplant();
        Assert.Equal("ONE\ntwo\nTHREE\n", Repo.Text(built.Commit!, "src/app.txt"));
        Assert.Equal("", Repo.Fsck());
    }

    [Fact]
    public async Task No_planted_hook_monitor_or_helper_runs_when_a_worktree_is_made_or_removed()
    {
        Directory.CreateDirectory(Canaries);
        Plant();
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "unsaved.txt", "x\n");
        await Trees.EnsureAsync(Place("1A"), Repo.Tip(), renew: true, Stop);
        await Gone.WorktreeAsync(Place("1A"), Stop);
        await Trees.EnsureForGatesAsync(Worktrees.CandidateName, Repo.Tip(), Stop);
        await Gone.DisposableAsync(Worktrees.CandidateName, Stop);
        Assert.Equal([], Ran());
    }

    [Fact]
    public async Task No_planted_hook_monitor_or_helper_runs_when_the_users_checkout_is_forwarded()
    {
        Directory.CreateDirectory(Canaries);
        var built = await CandidateAsync("1A", ("a.txt", "a\n"), ("src/app.txt", "two\n"));
        Plant();
        Assert.Null((await PublishAsync(built)).Unlanded);
        Assert.Equal([], Ran());
        Assert.Equal("a\n", Repo.Read("a.txt"));
    }

    [Fact]
    public void The_canaries_do_sing_for_a_git_without_our_options()
    {
        Directory.CreateDirectory(Canaries);
        Plant();
        PlantFilters();
        Repo.Write("src/app.txt", "changed\n");
        Repo.Git("-c", "commit.gpgsign=false", "commit", "-q", "-a", "-m", "by the user's own git");
        Assert.Superset(new HashSet<string> { "clean", "core.fsmonitor", "hook-pre-commit", "hook-post-commit", "hook-reference-transaction" }, Ran().ToHashSet());
    }

    [Fact]
    public async Task A_planted_filter_does_not_run_when_a_worktree_is_made()
    {
        Directory.CreateDirectory(Canaries);
        Repo.Write(".gitattributes", "* filter=evil\n");
        Repo.Commit("attributes as a merged milestone may bring them");
        PlantFilters();
        var folder = await PrepareAsync("1A");
        await Trees.EnsureForGatesAsync(Worktrees.CandidateName, Repo.Tip(), Stop);
        Assert.Equal([], Ran());
        Assert.Equal("one\ntwo\nthree\n", File.ReadAllText(Path.Combine(folder, "src/app.txt")));
    }

    private List<string> Ran() => [.. Directory.GetFiles(Canaries).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private string Canary(string name) => Repo.Around.Script($"bin/{name}", $"touch '{Canaries}/{name}'\ncase \"$1\" in -n|'') cat;; *) true;; esac");

    private void Plant()
    {
        foreach (var hook in Hooks)
        {
            File.Copy(Canary("hook-" + hook), Path.Combine(Opened.Places.CommonDir, "hooks", hook), overwrite: true);
        }

        foreach (var key in new[]
        {
            "core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv", "merge.evil.driver", "gpg.program", "core.sshCommand", "core.pager",
            "core.editor", "core.askPass", "core.alternateRefsCommand", "credential.helper", "sequence.editor", "interactive.diffFilter",
        })
        {
            Repo.Git("config", key, Canary(key));
        }

        Repo.Git("config", "commit.gpgsign", "true");
        Repo.Git("config", "gc.auto", "1");
        Repo.Git("config", "merge.evil.name", "evil");
        File.AppendAllText(Path.Combine(Opened.Places.CommonDir, "info", "attributes"), "* merge=evil diff=evil\n");
    }

    private void PlantFilters()
    {
        File.AppendAllText(Path.Combine(Opened.Places.CommonDir, "info", "attributes"), "* filter=evil\n");
        Repo.Git("config", "filter.evil.clean", Canary("clean"));
        Repo.Git("config", "filter.evil.smudge", Canary("smudge"));
    }

    private void Unplant()
    {
        foreach (var section in new[] { "core.fsmonitor", "commit.gpgsign", "diff.external", "core.pager", "core.alternateRefsCommand" })
        {
            Repo.Git("config", "--unset", section);
        }
    }
}
