namespace Orchestrator.Cli.Tests;

/// <summary>Kinds of repositories a whole run has to come to a good end in, with everything of the user's as it was.</summary>
public sealed class ZooTests
{
    private static readonly Dictionary<string, Action<Zoo>> Supported = new()
    {
        ["dirty checkout"] = zoo =>
        {
            zoo.Write("README.md", "# edited\r\n");
            zoo.Write("notes.txt", "mine\n");
            zoo.Write("x.ignored", "mine\n");
            File.Delete(zoo.PathOf("src/app.txt"));
        },
        ["staged changes"] = zoo =>
        {
            zoo.Write("README.md", "# staged\n");
            zoo.Write("new.txt", "staged\n");
            zoo.Git("add", "-A");
            zoo.Write("new.txt", "and edited\n");
            zoo.Git("rm", "-q", "--cached", "src/app.txt");
        },
        ["merge under way, and the work stays on a branch"] = zoo =>
        {
            zoo.CommitSettings("\"publish\": \"branch\"");
            zoo.Diverge();
            zoo.GitStops("merge", "other");
            zoo.Target = "orchestrator/*/integration";
        },
        ["bisection under way, and another target"] = zoo =>
        {
            zoo.CommitSettings("\"target_branch\": \"other\"");
            zoo.Diverge();
            zoo.Git("bisect", "start", "main", "main~2");
            zoo.Target = "other";
        },
        ["detached HEAD, and a target named"] = zoo =>
        {
            zoo.CommitSettings("\"target_branch\": \"main\"");
            zoo.Git("checkout", "-q", "--detach");
        },
        ["linked worktree of the user's"] = zoo =>
        {
            zoo.Git("worktree", "add", "-q", "-b", "side", zoo.In("linked"));
            zoo.Folder = zoo.In("linked");
        },
        ["target in a linked worktree of the user's"] = zoo =>
        {
            zoo.CommitSettings("\"target_branch\": \"side\"");
            zoo.Git("worktree", "add", "-q", "-b", "side", zoo.In("linked"));
            (zoo.Target, zoo.Checkout) = ("side", zoo.In("linked"));
        },
        ["a folder inside the checkout"] = zoo => zoo.Folder = zoo.PathOf("src"),
        ["shallow clone"] = zoo =>
        {
            zoo.Write("README.md", "# more history\n");
            zoo.Commit("second");
            zoo.Clone("--depth=1", "file://" + zoo.Checkout);
        },
        ["partial clone that was made whole"] = zoo =>
        {
            zoo.Git("config", "uploadpack.allowFilter", "true");
            zoo.Clone("--filter=blob:none", "file://" + zoo.Checkout);
            zoo.Git("fetch", "-q", "--refetch", "--no-filter");
            zoo.Git("config", "--unset", "remote.origin.promisor");
        },
        ["clone with shared objects"] = zoo => zoo.Clone("--shared", zoo.Checkout),
        ["alternates by a relative path"] = zoo =>
        {
            zoo.Clone("--shared", zoo.Checkout);
            File.WriteAllText(zoo.PathOf(".git/objects/info/alternates"), "../../../repo/.git/objects\n");
        },
        ["sparse checkout in cone mode, and the work stays on a branch"] = zoo =>
        {
            zoo.CommitSettings("\"publish\": \"branch\"");
            zoo.Git("sparse-checkout", "set", "--cone", "milestones");
            zoo.Target = "orchestrator/*/integration";
        },
        ["sparse checkout by patterns, and another target"] = zoo =>
        {
            zoo.CommitSettings("\"target_branch\": \"side\"");
            zoo.Git("branch", "side");
            zoo.Git("sparse-checkout", "set", "--no-cone", "/*", "!/src/");
            zoo.Target = "side";
        },
        ["submodule"] = zoo =>
        {
            zoo.Git("clone", "-q", "--bare", zoo.Checkout, zoo.In("library"));
            zoo.Git("submodule", "--quiet", "add", zoo.In("library"), "lib");
            zoo.Commit("library");
        },
        ["filter of the user's own"] = zoo =>
        {
            zoo.Git("config", "--global", "filter.case.clean", "tr a-z A-Z");
            zoo.Git("config", "--global", "filter.case.smudge", "tr A-Z a-z");
            zoo.Git("config", "--global", "filter.case.required", "true");
            zoo.Write(".gitattributes", "out/** filter=case\nsrc/** filter=case\n");
            zoo.Commit("filtered");
        },
        ["filter that is set nowhere"] = zoo =>
        {
            zoo.Write(".gitattributes", "* filter=nowhere\n");
            zoo.Commit("attributes");
        },
        ["signing without a key"] = zoo =>
        {
            zoo.Git("config", "commit.gpgsign", "true");
            zoo.Git("config", "gpg.program", "/bin/false");
        },
        ["every hook fails slowly"] = zoo =>
        {
            var hook = zoo.Hook("touch \"$HOME/hook-ran\"; sleep 20; exit 1");
            foreach (var name in new[] { "pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "pre-merge-commit", "post-merge", "post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc" })
            {
                File.Copy(hook, zoo.PathOf(".git/hooks/" + name));
            }
        },
        ["no identity"] = zoo => zoo.Git("config", "--remove-section", "user"),
        ["line ends of Windows"] = zoo =>
        {
            zoo.Git("config", "--global", "core.autocrlf", "true");
            zoo.Git("rm", "-q", "-r", "--cached", ".");
            zoo.Git("reset", "-q", "--hard");
        },
        ["text in another encoding"] = zoo =>
        {
            zoo.Write(".gitattributes", "wide.txt working-tree-encoding=UTF-16LE-BOM text\n");
            File.WriteAllBytes(zoo.PathOf("wide.txt"), [.. System.Text.Encoding.Unicode.GetPreamble(), .. System.Text.Encoding.Unicode.GetBytes("weit\nbreit\n")]);
            zoo.Commit("wide");
        },
        ["names that differ by case alone"] = zoo =>
        {
            zoo.Write("Readme.md", "twin\n");
            zoo.Write("SRC/app.txt", "twin\n");
            zoo.Commit("twins");
        },
        ["settings for each worktree"] = zoo =>
        {
            zoo.Git("config", "extensions.worktreeConfig", "true");
            zoo.Git("config", "--worktree", "core.abbrev", "12");
        },
        ["packed refs"] = zoo =>
        {
            zoo.Diverge();
            zoo.Git("tag", "v1");
            zoo.Git("pack-refs", "--all");
            zoo.Git("gc", "-q");
        },
        ["branches that track a remote"] = zoo =>
        {
            zoo.Clone(zoo.Checkout);
            zoo.Git("config", "branch.autoSetupMerge", "always");
            zoo.Git("config", "branch.autoSetupRebase", "always");
            zoo.Git("config", "pull.rebase", "true");
        },
        ["TASKS.md is a folder"] = zoo =>
        {
            zoo.Write("TASKS.md/inside.txt", "mine\n");
            zoo.Commit("tasks");
        },
        ["repository of its own in the checkout, not tracked"] = zoo =>
        {
            Directory.CreateDirectory(zoo.PathOf("nested"));
            zoo.GitIn(zoo.PathOf("nested"), "init", "-q");
            zoo.Write("nested/a.txt", "mine\n");
        },
        ["index with monitor, untracked cache and split"] = zoo =>
        {
            zoo.Git("config", "core.untrackedCache", "true");
            zoo.Git("config", "core.splitIndex", "true");
            zoo.Git("update-index", "--split-index", "--untracked-cache");
            zoo.Git("config", "core.fsmonitor", zoo.Hook("printf '/\\0'"));
        },
        ["history grafted by replacement"] = zoo =>
        {
            zoo.Diverge();
            zoo.Git("replace", "--graft", "main~1", "other");
        },
        ["somebody else's, and trusted"] = zoo =>
        {
            zoo.Git("config", "--global", "safe.directory", zoo.Checkout);
            zoo.GiveAway();
        },
    };

    public static TheoryData<string> Kinds => [.. Supported.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_run_ends_well_in(string kind)
    {
        using var zoo = new Zoo();
        Supported[kind](zoo);
        EndsWell(zoo);
        Assert.False(File.Exists(Path.Combine(zoo.Home, "hook-ran")), "A hook of the user's was run.");
    }

    [Fact]
    public void A_run_ends_well_with_the_longer_names_of_objects()
    {
        using var zoo = new Zoo("repo", "--object-format=sha256");
        EndsWell(zoo);
        Assert.Equal(64, zoo.Git("rev-parse", "main").Trim().Length);
    }

    [Fact]
    public void A_run_ends_well_under_a_path_with_spaces_umlauts_and_quotes()
    {
        using var zoo = new Zoo("mein 'Größtes' \"repo\" $HOME;x");
        EndsWell(zoo);
    }

    [Fact]
    public void Two_paths_to_one_repository_are_one_lease()
    {
        using var zoo = new Zoo();
        zoo.Write("milestones/1A.md", "# 1A: Hangs\n\nfake: hang-once\n");
        zoo.Commit("hang");
        Directory.CreateSymbolicLink(zoo.In("link"), zoo.Checkout);
        using (var first = new RunningTool(Tool.Program, zoo.Checkout, zoo.Home, "run"))
        {
            var talks = Path.Combine(zoo.Home, ".fake-claude");
            Assert.True(SpinWait.SpinUntil(() => Directory.Exists(talks) && Directory.GetFiles(talks).Count(talk => new FileInfo(talk).Length > 0) == 2, TimeSpan.FromSeconds(60)), "The agents did not begin.");
            Assert.Equal(6, zoo.Run("-C", zoo.In("link")).Exit);
            first.Signal("TERM");
            Assert.Equal(4, first.WaitForExit(60));
        }

        zoo.Folder = zoo.In("link");
        EndsWell(zoo);
        Assert.Equal("", zoo.Git("worktree", "list", "--porcelain").Split('\n').Where(l => l.Contains("link", StringComparison.Ordinal)).FirstOrDefault(""));
    }

    [Fact]
    public void A_shallow_clone_may_be_deepened_between_two_runs()
    {
        using var zoo = new Zoo();
        zoo.Write("README.md", "# more history\n");
        zoo.Commit("second");
        zoo.Clone("--depth=1", "file://" + zoo.Checkout);
        EndsWell(zoo);
        zoo.Git("fetch", "-q", "--unshallow");
        zoo.Write("milestones/2A.md", "# 2A: More\n\nfake: ok\n");
        zoo.Commit("more");
        EndsWell(zoo, "1A 1B 2A");
        Assert.False(File.Exists(zoo.PathOf(".orchestrator/shadow.git/shallow")));
    }

    [Fact]
    public void A_lock_left_on_the_users_index_is_named_and_left_alone()
    {
        using var zoo = new Zoo();
        File.WriteAllText(zoo.PathOf(".git/index.lock"), "");
        var before = zoo.OfTheUser();
        var (exit, output, error) = zoo.Run();
        Assert.True(exit == 7, output + error);
        Assert.Contains("index.lock", output, StringComparison.Ordinal);
        Assert.True(File.Exists(zoo.PathOf(".git/index.lock")));
        Assert.Equal(before, zoo.OfTheUser());
        Assert.Equal("", zoo.Merged());

        File.Delete(zoo.PathOf(".git/index.lock"));
        EndsWell(zoo);
    }

    [Fact]
    public void A_submodule_stays_at_its_commit_and_that_is_said()
    {
        using var zoo = new Zoo();
        Supported["submodule"](zoo);
        var link = zoo.Git("ls-tree", "main", "lib");
        Assert.Contains("work inside submodules is not committed", EndsWell(zoo), StringComparison.Ordinal);
        Assert.StartsWith("160000 ", link, StringComparison.Ordinal);
        Assert.Equal(link, zoo.Git("ls-tree", "main", "lib"));
    }

    [Fact]
    public void A_filter_of_the_users_own_works_both_ways()
    {
        using var zoo = new Zoo();
        zoo.CommitSettings("\"gates\": [ { \"name\": \"smudged\", \"run\": \"grep -q one src/app.txt\" } ]");
        Supported["filter of the user's own"](zoo);
        EndsWell(zoo);
        Assert.Equal("1A ATTEMPT 1 ROUND 0\n", zoo.Git("cat-file", "blob", "main:out/1A.txt") + "\n");
        Assert.Equal("1a attempt 1 round 0\n", zoo.Read("out/1A.txt"));
    }

    [Fact]
    public void Line_ends_are_as_the_user_has_them()
    {
        using var zoo = new Zoo();
        Supported["line ends of Windows"](zoo);
        EndsWell(zoo);
        Assert.Contains("i/lf    w/crlf", zoo.Git("ls-files", "--eol", "out/1A.txt"), StringComparison.Ordinal);
    }

    [Fact]
    public void That_commits_are_not_signed_is_said()
    {
        using var zoo = new Zoo();
        Supported["signing without a key"](zoo);
        Assert.Contains("are signed, those of a run are not", EndsWell(zoo), StringComparison.Ordinal);
    }

    /// <summary>Runs it; returns what was said on standard error.</summary>
    private static string EndsWell(Zoo zoo, string merged = "1A 1B")
    {
        var before = zoo.OfTheUser();
        var (exit, output, error) = zoo.Run();
        Assert.True(exit == 0, output + error);
        Assert.Equal(before, zoo.OfTheUser());
        if (zoo.Target.Contains('*', StringComparison.Ordinal))
        {
            zoo.Target = zoo.Git("for-each-ref", "--format=%(refname:short)", "refs/heads/" + zoo.Target).Trim();
        }

        Assert.Equal(merged, zoo.Merged());
        Assert.Equal("", zoo.Git("fsck", "--full", "--no-dangling", "--no-progress"));
        if (zoo.TryGit(zoo.Checkout, "symbolic-ref", "--short", "HEAD").Out.Trim() == zoo.Target)
        {
            Assert.Contains("1A attempt 1", zoo.Read("out/1A.txt"), StringComparison.OrdinalIgnoreCase);
        }

        var common = Path.GetFullPath(zoo.Git("rev-parse", "--git-common-dir").Trim(), zoo.Checkout);
        Assert.DoesNotContain(LeftWorktrees.Of(Path.GetDirectoryName(common)!, common), left => left.StartsWith(".worktree/", StringComparison.Ordinal));
        return error;
    }
}
