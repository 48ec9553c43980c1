using Orchestrator.Engine.Git;

namespace Orchestrator.Engine.Tests.Git;

public sealed class CommitWalkTests : InRepository
{
    [Fact]
    public async Task It_finds_what_git_finds_in_any_history()
    {
        var tree = Repo.Git("rev-parse", "main^{tree}");
        var (found, left) = (0, 0);
        for (var seed = 0; seed < 6; seed++)
        {
            var random = new Random(seed);
            var commits = new List<string> { Repo.Tip() };
            for (var i = 0; i < 40; i++)
            {
                // Mostly as a run has it: work on one of the latest, or a merge of the two latest.
                string Late() => commits[^Math.Min(commits.Count, 1 + random.Next(random.Next(10) == 0 ? 30 : 4))];
                string[] parents = random.Next(2) == 0 ? [Late()] : [Late(), Late()];
                commits.Add(Opened.Objects.Loose.WriteCommit(tree, parents.Distinct(), $"{seed}/{i}\n"));
            }

            for (var i = 0; i < 40; i++)
            {
                var floor = commits[random.Next(commits.Count)];
                string[] above = [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => commits[random.Next(commits.Count)]).Distinct()];
                if (await CommitWalk.BeyondAsync(Opened.Objects, above, floor, Stop) is { } beyond)
                {
                    found++;
                    Assert.Equal(Listed(above, floor), [.. beyond.Select(b => $"{b.Key} {string.Join(' ', b.Value)}").Order(StringComparer.Ordinal)]);
                }
                else
                {
                    left++;
                }
            }
        }

        Assert.True(found > 2 * left, $"{found} found, {left} left to git");
    }

    [Fact]
    public async Task What_is_far_away_or_has_nothing_in_common_is_left_to_git()
    {
        var tree = Repo.Git("rev-parse", "main^{tree}");
        string On(string parent, int commits) => Enumerable.Range(0, commits).Aggregate(parent, (at, i) => Opened.Objects.Loose.WriteCommit(tree, [at], $"{i}\n"));
        var alone = Opened.Objects.Loose.WriteCommit(tree, [], "alone\n");
        var far = On(Repo.Tip(), 300);

        Assert.Null(await CommitWalk.BeyondAsync(Opened.Objects, [alone], Repo.Tip(), Stop));
        Assert.Null(await CommitWalk.BeyondAsync(Opened.Objects, [On(Repo.Tip(), 1)], far, Stop));
        Assert.Equal(60, (await CommitWalk.BeyondAsync(Opened.Objects, [On(far, 60)], far, Stop))!.Count);
        Assert.Empty((await CommitWalk.BeyondAsync(Opened.Objects, [far], far, Stop))!);
    }

    [Fact]
    public async Task Where_a_history_was_cut_off_git_is_asked()
    {
        var tree = Repo.Git("rev-parse", "main^{tree}");
        var missing = new string('1', 40);
        var cut = Opened.Objects.Loose.WriteCommit(tree, [missing], "its parent is not here\n");

        Assert.Null(await CommitWalk.BeyondAsync(Opened.Objects, [cut], Repo.Tip(), Stop));
    }

    private List<string> Listed(string[] above, string floor) =>
        [.. Repo.Git(["--git-dir=" + Opened.Places.Shadow, "rev-list", "--parents", .. above, "^" + floor]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
}
