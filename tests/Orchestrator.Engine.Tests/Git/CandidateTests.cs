using System.Text;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Git;

namespace Orchestrator.Engine.Tests.Git;

public sealed class CandidateTests : InRepository
{
    [Fact]
    public async Task Each_milestone_is_one_merge_commit_with_trailers()
    {
        var onto = Repo.Tip();
        var one = await WorkAsync("1A", ("a.txt", "a\n"));
        var two = await WorkAsync("1B", ("b.txt", "b\n"));
        var built = await BuildAsync(onto, one, two);

        Assert.Equal([one.Id, two.Id], built.Merged);
        Assert.Empty(built.Conflicts);
        Assert.Equal(onto, built.Onto);
        Assert.Equal($"{built.Commit}^ {two.Tip}".Replace($"{built.Commit}^", Repo.Tip(built.Commit + "^"), StringComparison.Ordinal), Repo.Git("log", "-1", "--format=%P", built.Commit!));
        Assert.Equal($"{onto} {one.Tip}", Repo.Git("log", "-1", "--format=%P", built.Commit + "^"));
        Assert.Equal(
            $"Merge milestone 1A: Title of 1A\n\nOrchestrator-Milestone: 1A\nOrchestrator-Run: {Run}\nOrchestrator-Milestone-Hash: hash-1A",
            Repo.Git("log", "-1", "--format=%B", built.Commit + "^").TrimEnd());
        Assert.Equal(built.Commit, Repo.Tip(RefNames.Candidate(Run, built.Commit!)));
        Assert.Equal(onto, Repo.Tip()); // the target waits for the gates
        Assert.Equal("", Repo.Fsck());
    }

    [Fact]
    public async Task A_conflict_is_reported_with_its_paths_and_the_rest_is_merged()
    {
        var one = await WorkAsync("1A", ("src/app.txt", "ONE\ntwo\nthree\n"));
        var two = await WorkAsync("1B", ("src/app.txt", "EINS\ntwo\nthree\n"), ("ü b.txt", "b\n"));
        var three = await WorkAsync("1C", ("c.txt", "c\n"));
        var built = await BuildAsync(Repo.Tip(), one, two, three);
        Assert.Equal([three.Id, one.Id], built.Merged); // those with the least overlap first
        var conflict = Assert.Single(built.Conflicts);
        Assert.Equal(two.Id, conflict.Id);
        Assert.Equal(["src/app.txt"], conflict.Paths);
        Assert.Equal(["README.md", "TASKS.md", "c.txt", "src/app.txt"], Repo.Paths(built.Commit!));
    }

    [Fact]
    public async Task Nothing_that_merges_is_no_candidate()
    {
        var one = await WorkAsync("1A", ("src/app.txt", "ONE\ntwo\nthree\n"));
        Repo.Write("src/app.txt", "EINS\ntwo\nthree\n");
        Repo.Commit("clash");
        var built = await BuildAsync(Repo.Tip(), one);
        Assert.Null(built.Commit);
        Assert.Equal(["src/app.txt"], Assert.Single(built.Conflicts).Paths);
    }

    [Fact]
    public async Task Each_merge_carries_TASKS_as_of_then()
    {
        var one = await WorkAsync("1A", ("a.txt", "a\n"));
        var two = await WorkAsync("1B", ("b.txt", "b\n"));
        var built = await BuildAsync(Repo.Tip(), one, two);
        Assert.Contains("- [x] 1A Title of 1A\n- [ ] 1B Title of 1B\n", Repo.Text(built.Commit + "^", "TASKS.md"), StringComparison.Ordinal);
        Assert.Contains("- [x] 1A Title of 1A\n- [x] 1B Title of 1B\n", Repo.Text(built.Commit!, "TASKS.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_users_text_in_TASKS_survives_byte_for_byte()
    {
        var part = TaskList.Render([new TaskLine(MilestoneId.Parse("1A"), "old", false)]);
        byte[] before = [.. Encoding.Latin1.GetBytes("\uFEFFMeine Aufgaben: grün\r\n\ttab \r\n"), 0xFF, 0x00, 0xFE, (byte)'\r', (byte)'\n'];
        byte[] after = Encoding.Latin1.GetBytes("\r\nnach: öäü\r\nno line feed at the end");
        File.WriteAllBytes(Path.Combine(Repo.Root, "TASKS.md"), [.. before, .. Encoding.UTF8.GetBytes(part), .. after]);
        Repo.Git("update-index", "--add", "--chmod=+x", "TASKS.md");
        Repo.Git("commit", "-q", "-m", "tasks");

        var built = await CandidateAsync("1A", ("a.txt", "a\n"));

        var now = Repo.Blob(built.Commit!, "TASKS.md");
        Assert.Equal(before, now[..before.Length]);
        Assert.Equal(after, now[^after.Length..]);
        Assert.Contains("- [x] 1A", Encoding.Latin1.GetString(now), StringComparison.Ordinal);
        Assert.StartsWith("100755 ", Repo.Git("ls-tree", built.Commit!, "TASKS.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_title_beyond_ASCII_stands_in_TASKS_as_UTF8()
    {
        var item = await WorkAsync("1A", ("a.txt", "a\n"));
        var context = new CandidateContext(Run, Main, _ => "Größe – 日本", _ => "h", [new TaskLine(item.Id, "Größe – 日本", false)]);
        var built = await new Candidates(Opened).BuildAsync(context, [item], Repo.Tip(), Stop);
        Assert.Contains("- [x] 1A Größe – 日本\n", Repo.Text(built.Commit!, "TASKS.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_TASKS_that_is_a_link_or_a_folder_is_the_users_affair()
    {
        Repo.Write("TASKS.md/inside.txt", "x\n");
        Repo.Commit("folder");
        var built = await CandidateAsync("1A", ("a.txt", "a\n"));
        Assert.Equal(["README.md", "TASKS.md/inside.txt", "a.txt", "src/app.txt"], Repo.Paths(built.Commit!));
    }

    [Fact]
    public async Task The_users_change_of_TASKS_on_the_target_is_no_conflict()
    {
        Repo.Write("TASKS.md", "# Mine\n");
        Repo.Commit("tasks");
        var item = await WorkAsync("1A", ("a.txt", "a\n"));
        Repo.Write("TASKS.md", "# Mine, changed\n");
        Repo.Commit("tasks changed");
        var built = await BuildAsync(Repo.Tip(), item);
        Assert.StartsWith("# Mine, changed\n", Repo.Text(built.Commit!, "TASKS.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_merged_already_is_not_merged_twice()
    {
        var one = await WorkAsync("1A", ("a.txt", "a\n"));
        var first = await BuildAsync(Repo.Tip(), one);
        await PublishAsync(first);
        var again = await BuildAsync(first.Commit!, one);
        Assert.Equal(first.Commit, again.Commit);
        Assert.Equal([one.Id], again.Merged);
        var two = await WorkAsync("1B", ("b.txt", "b\n"));
        var both = await BuildAsync(first.Commit!, one, two);
        Assert.Equal($"{first.Commit} {two.Tip}", Repo.Git("log", "-1", "--format=%P", both.Commit!));
    }

    [Fact]
    public async Task A_target_that_moved_forward_is_built_on()
    {
        var tip = Repo.Tip();
        var one = await WorkAsync("1A", ("a.txt", "a\n"));
        Repo.Write("users.txt", "user\n");
        var moved = Repo.Commit("the user went on");
        var built = await BuildAsync(tip, one);
        Assert.Equal((moved, moved), (built.Onto, built.Tip));
        Assert.Equal($"{moved} {one.Tip}", Repo.Git("log", "-1", "--format=%P", built.Commit!));
        Assert.Equal("user\n", Repo.Text(built.Commit!, "users.txt"));
    }

    [Fact]
    public async Task A_target_that_went_another_way_is_brought_together_with_the_runs_work()
    {
        var one = await WorkAsync("1A", ("a.txt", "a\n"));
        var first = await BuildAsync(Repo.Tip(), one); // integrated, but it could not land
        var two = await WorkAsync("1B", ("b.txt", "b\n"));
        Repo.Write("users.txt", "user\n");
        var moved = Repo.Commit("the user went on");
        var built = await BuildAsync(first.Commit!, two);
        Assert.Equal((moved, first.Commit), (built.Onto, built.Tip));
        Assert.Equal(["README.md", "TASKS.md", "a.txt", "b.txt", "src/app.txt", "users.txt"], Repo.Paths(built.Commit!));
        Assert.True(await Opened.HoldsAsync(built.Commit!, moved, Stop));
        Assert.True(await Opened.HoldsAsync(built.Commit!, first.Commit!, Stop));
        Assert.Equal("", Repo.Fsck());
    }

    [Fact]
    public async Task An_empty_batch_brings_the_unlanded_work_and_the_target_together()
    {
        var first = await BuildAsync(Repo.Tip(), await WorkAsync("1A", ("a.txt", "a\n")));
        Repo.Write("users.txt", "user\n");
        Repo.Commit("the user went on");
        var built = await BuildAsync(first.Commit!);
        Assert.Equal(["README.md", "TASKS.md", "a.txt", "src/app.txt", "users.txt"], Repo.Paths(built.Commit!));
    }

    [Fact]
    public async Task A_target_that_clashes_with_the_runs_work_is_said_so()
    {
        var first = await BuildAsync(Repo.Tip(), await WorkAsync("1A", ("src/app.txt", "ONE\ntwo\nthree\n")));
        Repo.Write("src/app.txt", "EINS\ntwo\nthree\n");
        Repo.Commit("clash");
        var e = await Assert.ThrowsAsync<TargetDivergedException>(() => BuildAsync(first.Commit!));
        Assert.Contains("src/app.txt", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_is_gone_is_said_so()
    {
        var item = new BatchItem(MilestoneId.Parse("1A"), Repo.Tip());
        Repo.Git("checkout", "-q", "--detach");
        Repo.Git("branch", "-q", "-D", "main");
        await Assert.ThrowsAsync<TargetGoneException>(() => BuildAsync(item.Tip, item));
    }

    [Fact]
    public async Task A_fresh_clone_reads_from_history_what_is_done()
    {
        var one = await WorkAsync("1A", ("a.txt", "a\n"));
        var two = await WorkAsync("10AB", ("b.txt", "b\n"));
        var built = await BuildAsync(Repo.Tip(), one, two);
        await PublishAsync(built);
        Repo.Git("commit", "-q", "--allow-empty", "-m", "Not a merge\n\nOrchestrator-Milestone: 9Z");
        Repo.Git("clone", "-q", Repo.Root, Repo.Around.In("clone"));
        var (clone, _) = await Repository.OpenAsync(Repo.Around.In("clone"), Repo.User, Stop);
        await StateFolder.EnsureAsync(clone!, null, Stop);

        var done = await DoneHistory.ReadAsync(clone!, "HEAD", Stop);

        Assert.Equal([("1A", "hash-1A"), ("10AB", "hash-10AB")], done.Select(d => (d.Id.ToString(), d.Hash)));
        Assert.Equal(built.Commit, done[1].Merge);
    }
}
