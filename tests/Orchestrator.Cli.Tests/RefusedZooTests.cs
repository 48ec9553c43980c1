using System.Text.RegularExpressions;

namespace Orchestrator.Cli.Tests;

/// <summary>Kinds of repositories that are refused: the reason and the cure are said, and nothing was begun.</summary>
public sealed class RefusedZooTests
{
    private static readonly Dictionary<string, (Action<Zoo> Make, string Reason, string Cure)> Refused = new()
    {
        ["merge under way"] = (Stopped("merge", "other"), "a merge is under way", "git merge --abort"),
        ["rebase under way"] = (Stopped("rebase", "other"), "a rebase is under way", "git rebase --abort"),
        ["rebase by patches under way"] = (Stopped("rebase", "--apply", "other"), "a rebase is under way", "git rebase --abort"),
        ["cherry-pick under way"] = (Stopped("cherry-pick", "other"), "a cherry-pick is under way", "git cherry-pick --abort"),
        ["revert under way"] = (
            zoo =>
            {
                zoo.Diverge();
                zoo.Write("src/app.txt", "later\n");
                zoo.Commit("later");
                zoo.GitStops("revert", "--no-edit", "HEAD~1");
            },
            "a revert is under way",
            "git revert --abort"),
        ["patches being applied"] = (
            zoo =>
            {
                zoo.Diverge();
                zoo.Git("format-patch", "-q", "-1", "other", "-o", zoo.In("patches"));
                zoo.GitStops("am", Directory.GetFiles(zoo.In("patches")).Single());
            },
            "git am is under way",
            "git am --abort"),
        ["bisection begun on the target"] = (zoo => zoo.Git("bisect", "start"), "a bisection is under way", "git bisect reset"),
        ["bisection under way"] = (
            zoo =>
            {
                zoo.Diverge();
                zoo.Git("bisect", "start", "main", "main~1");
                zoo.Git("checkout", "-q", "--detach");
            },
            "a bisection is under way",
            "target_branch"),
        ["target being rebased, though it is named"] = (
            zoo =>
            {
                zoo.CommitSettings("\"target_branch\": \"main\"");
                zoo.Diverge();
                zoo.GitStops("rebase", "other");
            },
            "a rebase is under way",
            "set publish to branch"),
        ["target in a linked worktree with a merge under way"] = (
            zoo =>
            {
                zoo.CommitSettings("\"target_branch\": \"side\"");
                zoo.Diverge();
                zoo.Git("worktree", "add", "-q", "-b", "side", zoo.In("linked"));
                Assert.NotEqual(0, zoo.TryGit(zoo.In("linked"), "merge", "other").Exit);
            },
            "In the checkout of side, a merge is under way",
            "git merge --abort"),
        ["conflicts of a stash"] = (
            zoo =>
            {
                zoo.Write("src/app.txt", "stashed\n");
                zoo.Git("stash", "-q");
                zoo.Write("src/app.txt", "committed\n");
                zoo.Commit("committed");
                zoo.GitStops("stash", "pop", "-q");
            },
            "conflicts that are not resolved",
            "git status"),
        ["detached HEAD"] = (zoo => zoo.Git("checkout", "-q", "--detach"), "No branch is checked out.", "target_branch"),
        ["branch without a commit"] = (zoo => zoo.Git("checkout", "-q", "--orphan", "fresh"), "The branch fresh has no commit.", "Commit something first"),
        ["bare"] = (
            zoo =>
            {
                zoo.Git("clone", "-q", "--bare", zoo.Checkout, zoo.In("bare.git"));
                zoo.Folder = zoo.In("bare.git");
            },
            "This repository is bare",
            "Clone it and run there."),
        ["no repository"] = (zoo => zoo.Folder = zoo.Home, "This is not a git repository.", "git init"),
        ["git folder apart from the checkout"] = (
            zoo => zoo.Git("init", "-q", "--separate-git-dir", zoo.In("elsewhere.git")), "apart from its checkout", "Run in an ordinary clone"),
        ["git folder apart, but called as usual"] = (
            zoo =>
            {
                Directory.CreateDirectory(zoo.In("elsewhere"));
                zoo.Git("init", "-q", "--separate-git-dir", Path.Combine(zoo.In("elsewhere"), ".git"));
            },
            "apart from its checkout",
            "Run in an ordinary clone"),
        ["checkout of a submodule"] = (
            zoo =>
            {
                zoo.Git("clone", "-q", "--bare", zoo.Checkout, zoo.In("library"));
                zoo.Git("submodule", "--quiet", "add", zoo.In("library"), "lib");
                zoo.Folder = zoo.PathOf("lib");
            },
            "as that of a submodule does",
            "Run in an ordinary clone"),
        ["bare by mistake"] = (zoo => zoo.Git("config", "core.bare", "true"), "core.bare is set to true", "git config core.bare false"),
        ["checkout set elsewhere by mistake"] = (zoo => zoo.Git("config", "core.worktree", zoo.Home), "core.worktree is set to", "git config --unset core.worktree"),
        ["checkout set to nowhere by mistake"] = (zoo => zoo.Git("config", "core.worktree", zoo.In("gone/far")), "names a checkout that is not there", "[core] of .git/config"),
        ["format that git does not know"] = (
            zoo =>
            {
                zoo.Git("config", "core.repositoryFormatVersion", "1");
                zoo.Git("config", "extensions.ofTheFuture", "true");
            },
            "unknown repository extension",
            "until 'git status' works"),
        ["broken configuration"] = (zoo => File.AppendAllText(zoo.PathOf(".git/config"), "[core\n"), "bad config line", "until 'git status' works"),
        ["somebody else's"] = (zoo => zoo.GiveAway(), "belongs to another user", "safe.directory"),
        ["partial clone"] = (
            zoo =>
            {
                zoo.Git("config", "uploadpack.allowFilter", "true");
                zoo.Clone("--filter=blob:none", "file://" + zoo.Checkout);
            },
            "This is a partial clone",
            "git fetch --refetch"),
        ["sparse checkout of the target"] = (zoo => zoo.Git("sparse-checkout", "set", "--cone", "milestones"), "The checkout of main is sparse", "git sparse-checkout disable"),
        ["large files without their program"] = (
            zoo =>
            {
                zoo.Write("assets/.gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
                zoo.Commit("large files");
                foreach (var part in new[] { "clean", "smudge", "process" })
                {
                    zoo.Git("config", "--global", "filter.lfs." + part, "git-lfs-that-is-not-installed " + part);
                }
            },
            "Git LFS, which is not installed",
            "git lfs install"),
        ["filter set in the repository alone"] = (
            zoo =>
            {
                zoo.Write(".gitattributes", "# filter=comment\n\"a b\" -text filter=crypt\n");
                zoo.Commit("filtered");
                zoo.Git("config", "filter.crypt.clean", "cat");
            },
            "The filter 'crypt' is set in this repository's own configuration",
            "git config --global"),
        ["filter whose program is missing"] = (
            zoo =>
            {
                zoo.Write(".gitattributes", "*.x filter=crypt\n");
                zoo.Commit("filtered");
                zoo.Git("config", "--global", "filter.crypt.clean", "no-such-program %f");
            },
            "runs no-such-program, which is not on PATH",
            "full path"),
        ["branch called orchestrator"] = (zoo => zoo.Git("branch", "orchestrator"), "A branch is called 'orchestrator'", "git branch -m"),
    };

    public static TheoryData<string> Kinds => [.. Refused.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nothing_is_begun_in(string kind)
    {
        using var zoo = new Zoo();
        var (make, reason, cure) = Refused[kind];
        make(zoo);
        var config = File.Exists(zoo.PathOf(".git/config")) ? zoo.Read(".git/config") : null;
        var opens = zoo.TryGit(zoo.Checkout, "status", "--porcelain");

        var (exit, output, error) = zoo.Run();

        Assert.True(exit == 2, output + error);
        var said = Assert.Single(error.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Contains(reason, said, StringComparison.Ordinal);
        Assert.Contains(cure, error, StringComparison.Ordinal);
        Assert.Equal(config, config is null ? null : zoo.Read(".git/config"));
        Assert.Equal(opens, zoo.TryGit(zoo.Checkout, "status", "--porcelain"));
        Assert.False(Directory.Exists(zoo.PathOf(".worktree")) && Directory.EnumerateFileSystemEntries(zoo.PathOf(".worktree")).Any());
        if (opens.Exit == 0)
        {
            Assert.Equal("", zoo.OurRefs());
        }
    }

    [Fact]
    public void Every_reason_is_documented()
    {
        var code = File.ReadAllText(Path.Combine(Tool.Root, "src/Orchestrator.Engine/Git/Preflight.cs"));
        var docs = File.ReadAllText(Path.Combine(Tool.Root, "docs/reference/repositories.md"));
        var names = Regex.Matches(code, @"""((?:git|target|refs)\.[a-z]+)""").Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.True(names.Count > 10);
        Assert.All(names, name => Assert.Contains($"`{name}`", docs, StringComparison.Ordinal));
    }

    private static Action<Zoo> Stopped(params string[] command) => zoo =>
    {
        zoo.Diverge();
        zoo.GitStops(command);
    };
}
