using Orchestrator.Engine.Git;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

public sealed class WorktreePoolTests : InRepository
{
    private static readonly string[] Odd = ["a", "a/b", "a/b/c", ":(top)x", "*.txt", "ü/\n", "src/app.txt"];

    private WorktreePool? _pool;

    private WorktreePool Pool => _pool ??= new WorktreePool(Opened);

    private string[] Standing => [.. Directory.GetDirectories(Opened.Places.Worktrees).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    private string[] Rescues => Repo.Git("for-each-ref", "--format=%(refname)", RefNames.Rescues).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A process of ours at work in a milestone's worktree, as agents and gates are.</summary>
    private async Task WorksAsync(string id, string script = "true")
    {
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", [LongProcess.RepositoryMarker] = Opened.Places.CommonDir };
        using var process = await LongProcess.StartAsync(new ProcessSpec("/bin/sh", ["-ec", script], Folder(id), environment), $"test/{id}", null, Repo.Around.In("out"), Repo.Around.In("err"));
        Assert.Equal(0, await process.WaitAsync(Stop));
    }

    private async Task<string> NextAsync(string id, string tip)
    {
        await new Worktrees(Opened, Pool).EnsureAsync(Place(id), tip, renew: true, Stop);
        Assert.Equal(Branch(id), Repo.GitIn(Folder(id), "symbolic-ref", "HEAD"));
        Assert.Equal(tip, Repo.GitIn(Folder(id), "rev-parse", "HEAD"));
        Assert.Equal("", Repo.GitIn(Folder(id), "status", "--porcelain", "--ignored"));
        return Folder(id);
    }

    [Fact]
    public async Task The_next_milestone_takes_the_folder_over_and_only_what_differs_is_written()
    {
        Repo.Write("a.txt", "as it was\n");
        Repo.Commit("one more file");
        var item = await WorkAsync("1A", ("a.txt", "of 1A\n"), ("new.txt", "new\n"));
        var kept = new FileInfo(Path.Combine(Folder("1A"), "src", "app.txt")).LastWriteTimeUtc;
        await Pool.TakeInAsync(Place("1A"), item.Tip, Stop);
        Assert.Equal(["pool-1"], Standing);

        var folder = await NextAsync("2A", Repo.Tip());

        Assert.Equal(["2A"], Standing);
        Assert.Equal("as it was\n", File.ReadAllText(Path.Combine(folder, "a.txt")));
        Assert.False(File.Exists(Path.Combine(folder, "new.txt")));
        Assert.Equal(kept, new FileInfo(Path.Combine(folder, "src", "app.txt")).LastWriteTimeUtc);
        Assert.Equal(item.Tip, Repo.Tip(Branch("1A")));
        Assert.Empty(Rescues);
        Assert.Equal("", Repo.Fsck());
    }

    [Fact]
    public async Task One_that_was_turned_ahead_is_given_first()
    {
        foreach (var id in new[] { "1A", "1B", "1C" })
        {
            await Pool.TakeInAsync(Place(id), (await WorkAsync(id, ($"{id}.txt", "x\n"))).Tip, Stop);
        }

        var candidate = Repo.Tip(Branch("1B"));
        Repo.Git("reset", "-q", "--hard", candidate);
        await Pool.TurnAsync(candidate, most: 1, Stop); // the second holds it already: it is one of the others
        var turned = Standing.Where(name => File.Exists(Path.Combine(Folder(name), "1B.txt"))).ToDictionary(name => name, name => new DirectoryInfo(Folder(name)).LastWriteTimeUtc);
        Assert.Equal(2, turned.Count);

        await NextAsync("2A", candidate);
        await NextAsync("2B", candidate);
        Assert.Single(Standing, WorktreePool.IsMember);
        Assert.DoesNotContain(Standing, turned.ContainsKey);
        Assert.Equal("", Repo.GitIn(await NextAsync("2C", candidate), "status", "--porcelain", "--ignored"));
    }

    [Fact]
    public async Task The_folder_of_a_submodule_that_git_is_told_to_ignore_is_there_again_for_the_next()
    {
        CommitIgnoredSubmodule();
        var item = await WorkAsync("1A", ("a.txt", "of 1A\n"));
        await WorksAsync("1A", "rmdir sub");
        await Pool.TakeInAsync(Place("1A"), item.Tip, Stop);
        Assert.True(Directory.Exists(Path.Combine(await NextAsync("2A", Repo.Tip()), "sub")));
    }

    [Fact]
    public async Task Work_goes_on_in_it_as_in_a_new_one()
    {
        await Pool.TakeInAsync(Place("1A"), (await WorkAsync("1A", ("a.txt", "of 1A\n"))).Tip, Stop);
        var folder = await NextAsync("2A", Repo.Tip());
        Files.Write(folder, "b.txt", "of 2A\n");
        var work = await CommitAsync("2A");
        Assert.Equal(["b.txt"], Repo.Git("diff", "--name-only", Repo.Tip(), work.Commit!).Split('\n'));
        Assert.Equal("", Repo.GitIn(folder, "status", "--porcelain"));
    }

    [Fact]
    public async Task What_is_in_no_commit_is_saved_and_nothing_of_it_is_handed_on()
    {
        Repo.Write(".gitignore", "built/\n");
        Repo.Commit("ignore");
        var item = await WorkAsync("1A", ("a.txt", "of 1A\n"));
        await WorksAsync("1A", "echo unsaved > unsaved.txt; echo 'edited after the commit' > a.txt; mkdir -p built/deep; echo o > built/deep/output.o");
        await Pool.TakeInAsync(Place("1A"), item.Tip, Stop);

        var folder = await NextAsync("2A", Repo.Tip());

        var rescue = Assert.Single(Rescues);
        Assert.Equal("unsaved\n", Repo.Text(rescue, "unsaved.txt"));
        Assert.Equal("edited after the commit\n", Repo.Text(rescue, "a.txt"));
        Assert.False(Path.Exists(Path.Combine(folder, "built")));
    }

    [Fact]
    public async Task Nothing_that_an_agent_did_to_its_part_of_the_repository_is_handed_on()
    {
        var item = await WorkAsync("1A", ("a.txt", "of 1A\n"));
        var folder = Folder("1A");
        await WorksAsync("1A", "echo own > own.txt");
        Repo.GitIn(folder, "add", "-A");
        Repo.GitIn(folder, "commit", "-q", "-m", "agent's own");
        var own = Repo.GitIn(folder, "rev-parse", "HEAD");
        Repo.GitIn(folder, "update-index", "--skip-worktree", "a.txt");
        var admin = Opened.Places.AdminFolder(folder)!;
        File.WriteAllText(Path.Combine(admin, "MERGE_HEAD"), own + "\n");
        Directory.CreateDirectory(Path.Combine(admin, "rebase-merge"));
        await Pool.TakeInAsync(Place("1A"), item.Tip, Stop);

        var next = await NextAsync("2A", Repo.Tip());

        Assert.NotEqual("", Repo.Git("for-each-ref", "--contains", own));
        Assert.Equal(["HEAD", "commondir", "gitdir", "index", "locked", "logs"], Directory.GetFileSystemEntries(Opened.Places.AdminFolder(next)!).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(own, File.ReadAllText(Path.Combine(admin, "logs", "HEAD")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_of_the_agents_own_in_a_folder_that_was_handed_on_stays_reachable()
    {
        await Pool.TakeInAsync(Place("1A"), (await WorkAsync("1A", ("a.txt", "of 1A\n"))).Tip, Stop);
        var folder = await NextAsync("2A", Repo.Tip());
        Repo.GitIn(folder, "commit", "-q", "--allow-empty", "-m", "agent's own");
        var own = Repo.GitIn(folder, "rev-parse", "HEAD");
        Repo.GitIn(folder, "reset", "-q", "--hard", "HEAD^");
        await Gone.WorktreeAsync(Place("2A"), Stop);
        Assert.NotEqual("", Repo.Git("for-each-ref", "--contains", own));
    }

    [Fact]
    public async Task What_stands_in_the_pool_serves_the_next_start_too()
    {
        await Pool.TakeInAsync(Place("1A"), (await WorkAsync("1A", ("a.txt", "of 1A\n"))).Tip, Stop);
        _pool = null;
        await Gone.PoolAsync(Stop);
        Files.Write(Folder("pool-1"), "a.txt", "touched in between\n");
        await NextAsync("2A", Repo.Tip());
        Assert.Equal(["2A"], Standing);
    }

    [Theory]
    [InlineData("the repository's part is gone")]
    [InlineData("the folder has another name")]
    [InlineData("the index is gone")]
    public async Task What_is_broken_in_the_pool_is_removed_at_the_next_start(string fault)
    {
        await Pool.TakeInAsync(Place("1A"), (await WorkAsync("1A", ("a.txt", "of 1A\n"))).Tip, Stop);
        switch (fault)
        {
            case "the repository's part is gone": Directory.Delete(Opened.Places.AdminFolder(Folder("pool-1"))!, recursive: true); break;
            case "the folder has another name": Directory.Move(Folder("pool-1"), Folder("pool-2")); break;
            default: File.Delete(Path.Combine(Opened.Places.State, "pool", "pool-1.index")); break;
        }

        _pool = null;
        await Gone.PoolAsync(Stop);
        Assert.Empty(Standing);
        await NextAsync("2A", Repo.Tip());
    }

    /// <summary>The moments of a hand-over at which a kill leaves something half done.</summary>
    [Theory]
    [InlineData("only the repository's part names the new place")]
    [InlineData("the folder has its old name and another's index")]
    public async Task A_hand_over_that_was_cut_off_loses_nothing(string moment)
    {
        var item = await WorkAsync("1A", ("a.txt", "of 1A\n"));
        var admin = Opened.Places.AdminFolder(Folder("1A"))!;
        if (moment == "only the repository's part names the new place")
        {
            File.WriteAllText(Path.Combine(admin, "gitdir"), Path.Combine(Folder("pool-1"), ".git") + "\n");
        }
        else
        {
            File.Move(Path.Combine(Opened.Places.Milestone(Run, "1A"), "index"), Path.Combine(Opened.Places.State, "index"));
        }

        await Gone.HalfMadeAsync(Stop);
        await Gone.PoolAsync(Stop);
        await Gone.WorktreeAsync(Place("1A"), Stop);
        Assert.Empty(Rescues); // there was nothing to save
        Assert.Equal(item.Tip, Repo.Tip(Branch("1A")));
        await NextAsync("1A", item.Tip);
    }

    [Fact]
    public async Task At_the_end_nothing_stays_of_what_was_built()
    {
        Repo.Write(".gitignore", "built/\n");
        Repo.Commit("ignore");
        var item = await WorkAsync("1A", ("a.txt", "of 1A\n"));
        await WorksAsync("1A", "mkdir built; echo o > built/output.o");
        await Pool.TakeInAsync(Place("1A"), item.Tip, Stop);
        await Pool.TidyAsync(Stop);
        Assert.False(Path.Exists(Path.Combine(Folder("pool-1"), "built")));
        Assert.Equal("of 1A\n", File.ReadAllText(Path.Combine(Folder("pool-1"), "a.txt")));
    }

    [Theory]
    [InlineData("built/output.o")] // ignored
    [InlineData("empty/")]
    public async Task What_no_commit_has_is_not_handed_on_even_if_nobody_was_at_work_since(string left)
    {
        Repo.Write(".gitignore", "built/\n");
        Repo.Commit("ignore");
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "a.txt", "of 1A\n");
        Directory.CreateDirectory(Path.Combine(folder, Path.GetDirectoryName(left)!));
        if (!left.EndsWith('/'))
        {
            Files.Write(folder, left, "left\n");
        }

        await Pool.TakeInAsync(Place("1A"), (await CommitAsync("1A")).Commit!, Stop);

        Assert.False(Path.Exists(Path.Combine(await NextAsync("2A", Repo.Tip()), left.Split('/')[0])));
    }

    /// <summary>Files that become folders, folders that become files or links, changed modes, odd names: what differs is written, whatever it is.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_is_handed_on_holds_just_the_files_of_the_commit_whatever_differs(int seed)
    {
        var random = new Random(seed);
        var commits = new List<string> { Repo.Tip() };
        for (var i = 0; i < 6; i++)
        {
            for (var change = 0; change < 4; change++)
            {
                var path = Path.Combine(Repo.Root, Odd[random.Next(Odd.Length)]);
                if (Path.Exists(path) && random.Next(2) == 0)
                {
                    Repo.Git("--literal-pathspecs", "rm", "-rf", "-q", "--ignore-unmatch", "--", Path.GetRelativePath(Repo.Root, path));
                }
                else if (!Path.Exists(path) && !File.Exists(Path.GetDirectoryName(path)) && !File.Exists(Path.GetDirectoryName(Path.GetDirectoryName(path))))
                {
                    Files.Write(Repo.Root, Path.GetRelativePath(Repo.Root, path), $"{i} {change}\n");
                    File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | (random.Next(2) == 0 ? UnixFileMode.UserExecute : 0));
                }
            }

            Repo.Git("add", "-A");
            Repo.Git("commit", "-q", "--allow-empty", "-m", $"{i}");
            commits.Add(Repo.Tip());
        }

        var at = await NextAsync("1A", commits[0]);
        for (var i = 0; i < 12; i++)
        {
            var (from, to) = ($"1{(char)('A' + i)}", $"1{(char)('B' + i)}");
            var tip = (await CommitAsync(from, Repo.Tip(Branch(from)))).Commit ?? Repo.Tip(Branch(from));
            await Pool.TakeInAsync(Place(from), tip, Stop);
            var wanted = commits[random.Next(commits.Count)];
            at = await NextAsync(to, wanted);
            Assert.Equal("", Repo.GitIn(at, "status", "--porcelain", "--ignored", "-uall"));
            Assert.Equal(Repo.Git("rev-parse", wanted + "^{tree}"), Repo.GitIn(at, "write-tree"));
        }
    }
}
