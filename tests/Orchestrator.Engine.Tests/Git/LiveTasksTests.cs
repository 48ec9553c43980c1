using System.Text;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Engine.Git;

namespace Orchestrator.Engine.Tests.Git;

public sealed class LiveTasksTests : InRepository
{
    private string Tasks => Path.Combine(Repo.Root, "TASKS.md");

    private string Live => File.ReadAllText(Tasks, Encoding.Latin1);

    private static string Part(bool done, string note = "") => TaskList.Render([new TaskLine(MilestoneId.Parse("1A"), "Title of 1A", done, note)]);

    [Fact]
    public async Task An_untracked_live_copy_never_stands_in_the_way()
    {
        var built = await CandidateAsync("1A", ("a.txt", "a\n"));
        var live = new LiveTasks(Opened.Places);
        live.Show(Part(false, "being published"));
        Assert.Null((await PublishAsync(built, live)).Unlanded);
        Assert.Contains("being published", Live, StringComparison.Ordinal);
        live.Show(Part(true));
        Assert.Equal("", Repo.Git("status", "--porcelain")); // now it says what is committed
    }

    [Fact]
    public async Task A_tracked_live_copy_with_the_users_own_edits_around_our_part_keeps_them()
    {
        Repo.Write("TASKS.md", "# Mine\r\n\r\n" + Part(false) + "\r\nafter\r\n");
        Repo.Commit("tasks");
        var built = await CandidateAsync("1A", ("a.txt", "a\n"));
        var live = new LiveTasks(Opened.Places);
        live.Show(Part(false, "working"));
        File.WriteAllText(Tasks, Live.Replace("# Mine\r\n", "# Mine, edited gr\u00fcn\r\n", StringComparison.Ordinal).Replace("after", "after, edited", StringComparison.Ordinal), Encoding.Latin1);

        Assert.Null((await PublishAsync(built, live)).Unlanded);

        Assert.Equal(built.Commit, Repo.Tip());
        live.Show(Part(true));
        Assert.Equal("# Mine, edited gr\u00fcn\r\n\r\n" + Part(true) + "\r\nafter, edited\r\n", Live);
    }

    [Fact]
    public async Task A_users_untracked_TASKS_without_our_part_is_kept()
    {
        Repo.Write("TASKS.md", "my own list\n- buy milk\n");
        var built = await CandidateAsync("1A", ("a.txt", "a\n"));
        Assert.Null((await PublishAsync(built)).Unlanded);
        Assert.StartsWith("my own list\n- buy milk\n", Live, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_the_text_that_arrives_with_the_target_is_shown()
    {
        Repo.Write("TASKS.md", "# Mine\n\n" + Part(false) + "\n");
        Repo.Commit("tasks");
        var live = new LiveTasks(Opened.Places);
        live.Show(Part(false, "working"));
        var tip = Repo.Tip();
        Repo.Git("worktree", "add", "-q", "-b", "colleague", Repo.Around.In("colleague"));
        File.WriteAllText(Repo.Around.In("colleague", "TASKS.md"), "# Ours\n\n" + Part(false) + "\n");
        Repo.GitIn(Repo.Around.In("colleague"), "commit", "-q", "-a", "-m", "renamed");
        var item = await WorkAsync("1A", ("a.txt", "a\n"));
        var built = await BuildAsync(tip, new Core.Runs.BatchItem(item.Id, item.Tip), new Core.Runs.BatchItem(MilestoneId.Parse("1B"), Repo.Tip("refs/heads/colleague")));
        Assert.Null((await PublishAsync(built, live)).Unlanded);
        Assert.StartsWith("# Ours\n", Live, StringComparison.Ordinal);
        Assert.Contains("working", Live, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_crash_between_setting_aside_and_restoring_loses_nothing(bool tracked)
    {
        if (tracked)
        {
            Repo.Write("TASKS.md", "# Mine\n");
            Repo.Commit("tasks");
        }

        var live = new LiveTasks(Opened.Places);
        live.Show(Part(false, "working"));
        File.AppendAllText(Tasks, "the user's last line\r\n");
        var before = File.ReadAllBytes(Tasks);
        await live.SetAsideAsync(Opened, Stop);
        Assert.Equal("", Repo.Git("status", "--porcelain")); // git sees nothing to overwrite

        new LiveTasks(Opened.Places).Restore(); // another life

        Assert.Equal(before, File.ReadAllBytes(Tasks));
        new LiveTasks(Opened.Places).Restore();
        Assert.Equal(before, File.ReadAllBytes(Tasks));
    }

    [Fact]
    public async Task Setting_aside_twice_after_a_crash_loses_nothing()
    {
        new LiveTasks(Opened.Places).Show(Part(false, "working"));
        File.AppendAllText(Tasks, "the user's last line\n");
        var before = File.ReadAllBytes(Tasks);
        await new LiveTasks(Opened.Places).SetAsideAsync(Opened, Stop);
        var later = new LiveTasks(Opened.Places);
        await later.SetAsideAsync(Opened, Stop);
        later.Restore();
        Assert.Equal(before, File.ReadAllBytes(Tasks));
    }

    [Fact]
    public void Showing_keeps_the_users_bytes_and_writes_only_what_changed()
    {
        byte[] mine = [0xEF, 0xBB, 0xBF, (byte)'#', 0xFF, 0x80, (byte)'\r', (byte)'\n', (byte)'\r', (byte)'\n'];
        File.WriteAllBytes(Tasks, mine);
        var live = new LiveTasks(Opened.Places);
        live.Show(Part(false));
        Assert.Equal(mine, File.ReadAllBytes(Tasks)[..mine.Length]);
        var old = DateTime.UnixEpoch;
        File.SetLastWriteTimeUtc(Tasks, old);
        live.Show(Part(false));
        Assert.Equal(old, File.GetLastWriteTimeUtc(Tasks));
        live.Show(Part(true));
        Assert.Equal(mine, File.ReadAllBytes(Tasks)[..mine.Length]);
    }

    [Fact]
    public void What_a_crash_kept_out_of_the_list_is_corrected_but_a_list_taken_out_stays_out()
    {
        var live = new LiveTasks(Opened.Places);
        live.Correct(Part(true));
        Assert.False(File.Exists(Tasks));
        File.WriteAllText(Tasks, "mine\n");
        live.Correct(Part(true));
        Assert.Equal("mine\n", File.ReadAllText(Tasks));
        live.Show(Part(false, "being published"));
        live.Correct(Part(true));
        Assert.StartsWith("mine\n", File.ReadAllText(Tasks), StringComparison.Ordinal);
        Assert.Contains(Part(true), File.ReadAllText(Tasks), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_of_that_name_is_left_alone()
    {
        var users = Repo.Around.Write("users-tasks.md", "mine\n");
        File.CreateSymbolicLink(Tasks, users);
        new LiveTasks(Opened.Places).Show(Part(false));
        Assert.Equal("mine\n", File.ReadAllText(users));
        Assert.NotNull(new FileInfo(Tasks).LinkTarget);
    }

    [Fact]
    public async Task An_executable_TASKS_is_no_reason_not_to_land()
    {
        Repo.Write("TASKS.md", "# Mine\n");
        File.SetUnixFileMode(Tasks, File.GetUnixFileMode(Tasks) | UnixFileMode.UserExecute);
        Repo.Commit("tasks");
        var built = await CandidateAsync("1A", ("a.txt", "a\n"));
        var live = new LiveTasks(Opened.Places);
        live.Show(Part(false, "working"));
        Assert.Null((await PublishAsync(built, live)).Unlanded);
    }
}
