using System.Text;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

public sealed class ShadowObjectsTests : InRepository
{
    private static readonly GitIdentity Author = new("Ada Test", "ada@example.org");

    private ShadowObjects Objects => Opened.Objects;

    [Theory]
    [InlineData("sha1", 40)]
    [InlineData("sha256", 64)]
    public void What_is_written_has_the_name_that_git_gives_it(string format, int length)
    {
        var bare = Repo.Around.In(format);
        Repo.Git("init", "-q", "--bare", "--object-format=" + format, bare);
        string InBare(params string[] call) => Repo.Git(["--git-dir=" + bare, .. call]);
        var loose = new LooseObjects(bare, Author);

        var blob = loose.WriteBlob("text\n"u8.ToArray(), length);
        var empty = loose.WriteTree([], length);
        // git's own order: a folder stands as if its name ended with a slash.
        var tree = loose.WriteTree([new("40000", "a", empty), new("100644", "a.b", blob), new("100755", "a0", blob), new("120000", "a-b", blob)], length);
        var commit = loose.WriteCommit(tree, [], "First line\n\nü\n");

        Assert.Equal(InBare("hash-object", "-w", Path.Combine(Files.Write(Repo.Root, "same.txt", "text\n"))), blob);
        Assert.Equal(["a-b", "a.b", "a", "a0"], InBare("ls-tree", "--name-only", tree).Split('\n'));
        Assert.Equal("First line\n\nü", InBare("log", "-1", "--format=%B", commit).TrimEnd());
        Assert.Equal("Ada Test <ada@example.org>", InBare("log", "-1", "--format=%cn <%ce>", commit));
        Assert.Equal(tree, LooseObjects.LinksOf(loose.Read("commit", commit)).Tree);
        Assert.Equal("", InBare("fsck", "--strict", "--no-dangling", "--no-progress"));
    }

    [Fact]
    public async Task What_was_spoilt_on_disk_counts_for_not_there()
    {
        var bare = Opened.Places.Shadow;
        var blob = Objects.Loose.WriteBlob("text\n"u8.ToArray(), 40);
        var other = Objects.Loose.WriteBlob("other\n"u8.ToArray(), 40);
        string FileOf(string id) => Path.Combine(bare, "objects", id[..2], id[2..]);
        Assert.NotNull(Objects.Loose.Read("blob", blob));
        Assert.Null(Objects.Loose.Read("tree", blob));

        File.Copy(FileOf(other), FileOf(blob), overwrite: true);
        Assert.Null(Objects.Loose.Read("blob", blob));
        File.WriteAllText(FileOf(blob), "");
        Assert.Null(Objects.Loose.Read("blob", blob));

        Objects.Loose.WriteBlob("text\n"u8.ToArray(), 40); // an empty file is what a loss of power leaves
        Assert.Equal("text\n"u8.ToArray(), await Objects.ReadAsync("blob", blob, Stop));
    }

    [Fact]
    public async Task A_difference_is_told_as_git_tells_it_whatever_files_are_called()
    {
        var before = Repo.Tip();
        Repo.Write(":100644 a", "x");
        Repo.Write("and?\n", "x");
        Repo.Write("ü/\tb", "x");
        Repo.Write("src/app.txt", "one\n");
        File.Delete(Path.Combine(Repo.Root, "README.md"));
        File.CreateSymbolicLink(Path.Combine(Repo.Root, "README.md"), "src/app.txt");
        var after = Repo.Commit("odd names");
        var (from, to) = (await Objects.TreeOfAsync(before, Stop), await Objects.TreeOfAsync(after, Stop));

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(Repo.Git("diff-tree", "-r", "-z", "--raw", "--no-abbrev", before, after), await Objects.DifferenceAsync(from, to, Stop));
            Assert.Equal("", await Objects.DifferenceAsync(to, to, Stop));
            Assert.NotEqual("", await Objects.DifferenceAsync(to, from, Stop));
        }
    }

    [Fact]
    public async Task What_is_not_there_is_said_and_the_next_question_is_answered()
    {
        await Assert.ThrowsAsync<GitFailedException>(() => Objects.ReadAsync("blob", new string('1', 40), Stop));
        await Assert.ThrowsAsync<GitFailedException>(() => Objects.DifferenceAsync(new string('1', 40), new string('2', 40), Stop));
        await Assert.ThrowsAsync<GitFailedException>(async () => await Objects.ReadAsync("blob", await Objects.TreeOfAsync(Repo.Tip(), Stop), Stop));
        Assert.Contains("bad object", (await Assert.ThrowsAsync<GitFailedException>(() => Objects.TreeOfAsync(new string('1', 40), Stop))).Message, StringComparison.Ordinal);
        var tree = await Objects.TreeOfAsync(Repo.Tip(), Stop);
        Assert.Equal(tree, await Objects.TreeOfAsync(tree, Stop));
        Assert.Equal(["README.md", "src"], (await Objects.EntriesAsync(await Objects.TreeOfAsync(Repo.Tip(), Stop), Stop)).Select(entry => entry.Name));
    }

    [Fact]
    public async Task What_is_committed_or_packed_after_the_git_that_stays_began_is_found()
    {
        var first = await Objects.ReadAsync("blob", Repo.Git("rev-parse", "HEAD:README.md"), Stop);
        Repo.Write("new.txt", "new\n");
        var second = Repo.Commit("second");
        Repo.Git("repack", "-a", "-d", "-q");
        Repo.Git("prune-packed");

        Assert.Equal("# Sample\n", Encoding.UTF8.GetString(first));
        Assert.Equal("new\n", Encoding.UTF8.GetString(await Objects.ReadAsync("blob", Repo.Git("rev-parse", "HEAD:new.txt"), Stop)));
        Assert.Equal(second, await Opened.CommitOfAsync(Main, Stop));
    }

    [Fact]
    public async Task Gits_that_stay_may_be_killed_at_any_time()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(Repo.Tip(), await Opened.CommitOfAsync(Main, Stop));
            await Opened.UpdateRefsAsync("test", [(RefNames.Pin(Run, "1A", $"{i}"), null, Repo.Tip())], Stop);
            Assert.Equal(Repo.Git("rev-parse", "HEAD^{tree}"), Repo.Git("rev-parse", await Objects.TreeOfAsync(Repo.Tip(), Stop)));
            foreach (var pid in ProcessSweep.Find(GitCommand.Marker, Opened.Places.CommonDir))
            {
                Shell.Run("/bin/kill", Repo.Root, Repo.Root, "-9", $"{pid}");
            }
        }

        Assert.Equal(Repo.Tip(), Repo.Tip(RefNames.Pin(Run, "1A", "2")));
    }

    [Fact]
    public async Task A_tree_is_its_own_tree_even_when_the_git_that_was_asked_is_killed()
    {
        Repo.Write("a.txt", "1\n");
        Repo.Commit("one");
        Repo.Write("a.txt", "2\n");
        Repo.Commit("two");
        var trees = new[] { "main^", "main" }.Select(name => Repo.Git("rev-parse", name + "^{tree}")).ToArray(); // they lie in the user's repository alone
        for (var i = 0; i < 3; i++)
        {
            await Objects.TreeOfAsync(Repo.Git("rev-parse", $"HEAD~{i}"), Stop); // so that there is a git to kill
            foreach (var pid in ProcessSweep.Find(GitCommand.Marker, Opened.Places.CommonDir))
            {
                Shell.Run("/bin/kill", Repo.Root, Repo.Root, "-9", $"{pid}");
            }

            Assert.Contains("a.txt", await Objects.DifferenceAsync(trees[0], trees[1], Stop), StringComparison.Ordinal);
        }

        Assert.Equal(trees, (string[])[await Objects.TreeOfAsync(trees[0], Stop), await Objects.TreeOfAsync(trees[1], Stop)]);
        await Assert.ThrowsAsync<GitFailedException>(() => Objects.TreeOfAsync(new string('1', 40), Stop));
    }

    [Fact]
    public async Task A_commit_may_end_with_its_head()
    {
        var head = $"tree {Repo.Git("rev-parse", "HEAD^{tree}")}\nparent {Repo.Tip()}\nauthor A <a@localhost> 1700000000 +0000\ncommitter A <a@localhost> 1700000000 +0000\n";
        var commit = Repo.Git("hash-object", "-t", "commit", "-w", "--literally", Files.Write(Repo.Around.Path, "commit", head));
        Assert.Equal([Repo.Tip()], await Objects.ParentsOfAsync(commit, Stop));
        Assert.Equal([commit], (await Opened.BeyondAsync([commit], Repo.Tip(), Stop)).Keys);
    }

    [Fact]
    public async Task A_ref_that_has_another_value_is_refused_with_gits_own_words_and_nothing_of_the_change_is_done()
    {
        var (one, other) = (RefNames.Pin(Run, "1A", "1"), RefNames.Pin(Run, "1A", "2"));
        var tip = Repo.Tip();
        await Opened.UpdateRefsAsync("test", [(one, null, tip)], Stop);

        var refused = await Assert.ThrowsAsync<GitFailedException>(() => Opened.UpdateRefsAsync("test", [(other, null, tip), (one, null, tip)], Stop));
        Assert.Contains("reference already exists", refused.Message, StringComparison.Ordinal);
        Assert.False(Repo.Knows(other));

        await Opened.UpdateRefsAsync("test", [(other, null, tip)], Stop);
        Assert.Equal("orchestrator", Repo.Git("log", "-g", "-1", "--format=%gs", other));
    }

    [Fact]
    public async Task The_reflog_of_a_branch_of_the_users_says_why_it_moved()
    {
        Repo.Git("branch", "release");
        var next = Repo.CommitOfLongAgo("HEAD^{tree}", "HEAD");
        await Opened.UpdateRefsAsync("orchestrator: publish", [("refs/heads/release", Repo.Tip(), next)], Stop);
        Assert.Equal("orchestrator: publish", Repo.Git("log", "-g", "-1", "--format=%gs", "refs/heads/release"));
    }
}
