using System.Text;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

/// <summary>The content of a commit is what git would write of the files, whatever was done to them.</summary>
public sealed class WrittenTreeTests : InRepository
{
    private const int Commits = 25;

    // Few and nested, so that files and folders often change places; and ones that sort otherwise as a file than as a folder.
    private static readonly string[] Names = ["a", "a.b", "a-b", "a0", "b", "ü", "*", "x y"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Commit_after_commit_has_the_tree_that_git_writes(int seed)
    {
        var random = new Random(seed);
        var folder = await PrepareAsync("1A");
        var tip = Repo.Tip();
        for (var i = 0; i < Commits; i++)
        {
            var changes = random.Next(1, i % 8 == 7 ? 150 : 6);
            for (var change = 0; change < changes; change++)
            {
                Change(folder, random);
            }

            Repo.GitIn(folder, "add", "-A");
            var expected = Repo.GitIn(folder, "write-tree");
            var work = await CommitAsync("1A", tip, $"1.{i}");
            Assert.Equal(expected, work.Tree ?? Repo.Git("rev-parse", tip + "^{tree}"));
            tip = work.Commit ?? tip;
            Assert.Equal(expected, Repo.Git("rev-parse", tip + "^{tree}"));
        }

        Assert.Equal("", Repo.Fsck());
    }

    [Fact]
    public async Task A_tree_that_another_tool_wrote_its_own_way_is_written_as_git_does()
    {
        var blob = Repo.Git("rev-parse", "main:README.md");
        var folder = Repo.Git("rev-parse", "main:src");
        byte[] Entry(string mode, string name, string id) => [.. Encoding.ASCII.GetBytes($"{mode} {name}\0"), .. Convert.FromHexString(id)];
        var odd = Repo.Around.In("odd.tree");
        File.WriteAllBytes(odd, [.. Entry("100664", "a", blob), .. Entry("040000", "b", folder), .. Entry("100644", "c", blob)]);
        var tree = Repo.Git("hash-object", "-w", "-t", "tree", "--literally", odd);
        Repo.Git("update-ref", Main, Repo.Git("commit-tree", tree, "-m", "odd"));

        Files.Write(await PrepareAsync("1A"), "b-c", "x\n");
        var work = await CommitAsync("1A");

        Assert.Equal(["a", "b-c", "b/app.txt", "c"], Repo.Paths(work.Commit!));
        Assert.Equal(["100644", "100644", "040000", "100644"], Repo.Git("ls-tree", work.Commit!).Split('\n').Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task A_submodule_that_git_is_told_to_ignore_goes_all_the_same()
    {
        CommitIgnoredSubmodule();
        Directory.CreateDirectory(Repo.Around.In("repo/sub"));
        var folder = await PrepareAsync("1A");
        Directory.Delete(Path.Combine(folder, "sub"));
        Files.Write(folder, "new.txt", "x\n");
        var work = await CommitAsync("1A");
        Assert.Equal([".gitmodules", "README.md", "new.txt", "src/app.txt"], Repo.Paths(work.Commit!));
    }

    private static void Change(string folder, Random random)
    {
        var names = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Names[random.Next(Names.Length)]).ToList();
        var path = Path.Combine([folder, .. names]);
        if (random.Next(5) == 0)
        {
            Shell.Run("/bin/rm", folder, "/", "-rf", "--", path);
            return;
        }

        if (random.Next(4) == 0 && File.Exists(path) && new FileInfo(path).LinkTarget is null)
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) ^ UnixFileMode.UserExecute);
            return;
        }

        // Whatever stands in the way goes, files in place of its folders too.
        for (var i = 1; i <= names.Count; i++)
        {
            var part = Path.Combine([folder, .. names.Take(i)]);
            if (i < names.Count && Directory.Exists(part) && new FileInfo(part).LinkTarget is null)
            {
                continue;
            }

            Shell.Run("/bin/rm", folder, "/", "-rf", "--", part);
            break;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (random.Next(5) == 0)
        {
            File.CreateSymbolicLink(path, "somewhere");
        }
        else
        {
            File.WriteAllText(path, $"{random.Next(10)}\n");
        }
    }
}
