using System.Text;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Git;

public sealed class MergeRowTests : InRepository
{
    private static readonly string[] Folders = ["", "src/", "src/deep/", "other/"];

    /// <summary>Changed lines, new files, deletions, moves of files and of whole folders, files in the place of folders: whatever is guessed, git has the last word.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_row_comes_to_what_git_makes_of_it_one_after_the_other(int seed)
    {
        var random = new Random(seed);
        foreach (var place in Folders)
        {
            for (var i = 0; i < 3; i++)
            {
                Repo.Write($"{place}file{i}.txt", string.Concat(Enumerable.Range(0, 12).Select(line => $"{place}{i} {line}\n")));
            }
        }

        var tip = Repo.Commit("files");
        for (var round = 0; round < 4; round++)
        {
            var batch = new List<BatchItem>();
            for (var i = 0; i < 6; i++)
            {
                var id = $"{round + 1}{(char)('A' + i)}";
                var folder = await PrepareAsync(id, tip);
                for (var change = random.Next(1, 4); change > 0; change--)
                {
                    Change(random, folder, id);
                }

                if ((await CommitAsync(id, tip)).Commit is { } commit)
                {
                    batch.Add(new BatchItem(Place(id).Milestone, commit));
                }
            }

            var built = await BuildAsync(tip, [.. batch]);
            var (merged, tree) = await ByGitAloneAsync(tip, batch);
            Assert.Equal(merged, built.Merged.Select(id => id.ToString()));
            Assert.Equal("", Repo.Git("diff-tree", "-r", "--name-only", tree, built.Commit ?? tip, "--", ":!TASKS.md"));
        }
    }

    [Fact]
    public async Task What_git_moves_along_with_a_folder_is_moved_although_nobody_would_guess_it()
    {
        Repo.Write("old/a.txt", string.Concat(Enumerable.Range(0, 20).Select(line => $"a {line}\n")));
        Repo.Write("old/b.txt", string.Concat(Enumerable.Range(0, 20).Select(line => $"b {line}\n")));
        var tip = Repo.Commit("folder");
        var adds = await WorkAsync("1A", ("old/c.txt", "c\n"));
        var folder = await PrepareAsync("1B");
        Directory.Move(Path.Combine(folder, "old"), Path.Combine(folder, "new"));
        var moves = new BatchItem(Place("1B").Milestone, (await CommitAsync("1B")).Commit!);
        var last = await WorkAsync("1C", ("last.txt", "c\n"));

        var built = await BuildAsync(tip, adds, moves, last);

        var (merged, tree) = await ByGitAloneAsync(tip, [adds, moves, last]);
        Assert.Equal(merged, built.Merged.Select(id => id.ToString()));
        Assert.Equal("", Repo.Git("diff-tree", "-r", "--name-only", tree, built.Commit ?? tip, "--", ":!TASKS.md"));
    }

    private async Task<(List<string> Merged, string Tree)> ByGitAloneAsync(string at, IReadOnlyList<BatchItem> batch)
    {
        var merged = new List<string>();
        foreach (var item in (await BroughtWork.OfAsync(Opened, at, batch, Stop)).Order())
        {
            var (exit, output, _) = Shell.Try("/usr/bin/git", Repo.Root, Repo.Root, "merge-tree", "--write-tree", "--no-messages", at, item.Tip);
            if (exit == 0)
            {
                at = Repo.Git("-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", Encoding.ASCII.GetString(output).Split('\n')[0], "-p", at, "-p", item.Tip, "-m", "merge");
                merged.Add(item.Id.ToString());
            }
        }

        return (merged, Repo.Git("rev-parse", at + "^{tree}"));
    }

    private static void Change(Random random, string folder, string id)
    {
        string In(string path) => Path.Combine(folder, path);
        var place = Folders[random.Next(Folders.Length)];
        var file = In($"{place}file{random.Next(3)}.txt");
        switch (random.Next(8))
        {
            case 0 when File.Exists(file):
                File.Delete(file);
                break;
            case 1 when File.Exists(file):
                File.Move(file, In($"{id}-moved{random.Next(100)}.txt"), overwrite: true);
                break;
            case 2 when place.Length > 0 && Directory.Exists(In(place)) && !Path.Exists(In("moved-folder")):
                Directory.Move(In(place.TrimEnd('/')), In("moved-folder"));
                break;
            case 3 when place.Length > 0 && Directory.Exists(In(place)):
                Directory.Delete(In(place), recursive: true);
                File.WriteAllText(In(place.TrimEnd('/')), "a file where a folder was\n");
                break;
            case 4 or 5 when File.Exists(file):
                var lines = File.ReadAllLines(file);
                lines[random.Next(lines.Length)] = id;
                File.WriteAllLines(file, lines);
                break;
            default:
                if (!File.Exists(In(place.TrimEnd('/'))) && !File.Exists(In(place.Split('/')[0])))
                {
                    Files.Write(folder, $"{place}new{random.Next(20)}.txt", $"{id}\n");
                }

                break;
        }
    }
}
