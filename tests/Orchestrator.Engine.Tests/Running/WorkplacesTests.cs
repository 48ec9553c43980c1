using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Gates;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Running;

/// <summary>What a worktree has beyond the files of its commit: real commands in real worktrees.</summary>
public sealed class WorkplacesTests : InRepository
{
    private readonly List<string> _said = [];

    private string Temporary => Opened.Places.Temporary("1A");

    [Fact]
    public async Task Setup_runs_in_order_in_the_worktree_with_ports_and_a_temporary_folder_of_its_own()
    {
        Settle(".env\nseen\nsecond\n", ".env\n");
        Repo.Write(".env", "TOKEN=1\n");
        using var workplaces = Make(new WorktreeSetting { Setup = ["cat .env > seen; echo x > \"$TMPDIR/scratch\"; env >> seen", "cat seen > second"], Ports = 3 });
        var folder = await PrepareAsync("1A");
        var variables = (await workplaces.ReadyAsync("1A", Repo.Tip(), anew: true, Stop)).Variables;

        var seen = File.ReadAllLines(Path.Combine(folder, "second"));
        Assert.Equal("TOKEN=1", seen[0]);
        Assert.Contains($"PWD={folder}", seen);
        Assert.All(variables, v => Assert.Contains($"{v.Key}={v.Value}", seen));
        Assert.Equal(variables[WorkplaceVariables.FirstPort], variables["PORT"]);
        Assert.Equal("3", variables[WorkplaceVariables.PortCount]);
        Assert.Equal([Temporary, Temporary, Temporary], new[] { "TMPDIR", "TMP", "TEMP" }.Select(name => variables[name]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Temporary));
        Assert.Equal("x\n", File.ReadAllText(Path.Combine(Temporary, "scratch")));
        Assert.Equal("", Repo.GitIn(folder, "status", "--porcelain"));
        Assert.Empty(_said);
    }

    [Fact]
    public async Task Git_finds_no_repository_of_the_users_from_the_temporary_folder()
    {
        using var workplaces = Make(new WorktreeSetting { Setup = ["cd \"$TMPDIR\" && git rev-parse --show-toplevel; test $? -eq 128"] });
        await PrepareAsync("1A");
        await workplaces.ReadyAsync("1A", Repo.Tip(), anew: true, Stop);
    }

    [Fact]
    public async Task A_worktree_that_is_ready_is_left_alone_and_one_that_was_made_anew_is_made_ready_anew()
    {
        Settle("runs\n", "");
        using var workplaces = Make(new WorktreeSetting { Setup = ["echo run >> \"$TMPDIR/../../../runs\""] });
        var folder = await PrepareAsync("1A");
        var first = (await workplaces.ReadyAsync("1A", Repo.Tip(), anew: true, Stop)).Variables;
        Files.Write(Temporary, "kept", "x\n");
        Assert.Equal(first, (await workplaces.ReadyAsync("1A", Repo.Tip(), anew: false, Stop)).Variables);
        Assert.Equal("run\n", Repo.Read("runs"));
        Assert.True(File.Exists(Path.Combine(Temporary, "kept")));

        File.Delete(Path.Combine(folder, ".git"));
        await PrepareAsync("1A"); // made anew, since it is broken
        Assert.Equal(first, (await workplaces.ReadyAsync("1A", Repo.Tip(), anew: false, Stop)).Variables);
        Assert.Equal("run\nrun\n", Repo.Read("runs"));
        Assert.False(File.Exists(Path.Combine(Temporary, "kept")));
    }

    [Fact]
    public async Task In_a_worktree_in_work_nothing_is_filled_in_again_and_other_ports_mean_another_setup()
    {
        Settle(".env\nruns\n", ".env\n");
        Repo.Write(".env", "TOKEN=1\n");
        var settings = new WorktreeSetting { Setup = ["echo $PORT >> runs"] };
        var folder = await PrepareAsync("1A");
        using var other = Make(settings);
        using (var first = Make(settings))
        {
            await first.ReadyAsync("1A", Repo.Tip(), anew: true, Stop);
            await PrepareAsync("1B");
        }

        Files.Write(folder, ".env", "the agent's own\n");
        Directory.Delete(Temporary, recursive: true);
        await other.ReadyAsync("1B", Repo.Tip(), anew: true, Stop); // takes the ports
        await other.ReadyAsync("1A", Repo.Tip(), anew: false, Stop);
        Assert.Equal("the agent's own\n", File.ReadAllText(Path.Combine(folder, ".env")));
        Assert.True(Directory.Exists(Temporary));
        Assert.Equal(2, File.ReadAllLines(Path.Combine(folder, "runs")).Distinct().Count());
    }

    [Fact]
    public async Task What_clean_removes_takes_its_temporary_folder_along()
    {
        using var workplaces = Make(new WorktreeSetting());
        await PrepareAsync("1A");
        await workplaces.ReadyAsync("1A", Repo.Tip(), anew: true, Stop);
        Files.Write(Temporary, "left", "x\n");
        var housekeeping = new Housekeeping(Opened);
        await housekeeping.RemoveAsync((await housekeeping.ListAsync(Stop))[0], Stop);
        Assert.False(Directory.Exists(Temporary));
        Assert.False(Directory.Exists(Folder("1A")));
    }

    [Fact]
    public async Task After_a_new_start_a_worktree_in_work_has_the_ports_it_had()
    {
        var settings = new WorktreeSetting { Ports = 5 };
        using var other = Make(settings);
        await PrepareAsync("1A");
        await PrepareAsync("1B");
        using (var dying = Make(settings))
        {
            await dying.ReadyAsync("1B", Repo.Tip(), anew: true, Stop);
            var had = (await dying.ReadyAsync("1A", Repo.Tip(), anew: true, Stop)).Variables;
            dying.Dispose();
            Assert.Equal(had, (await other.ReadyAsync("1A", Repo.Tip(), anew: false, Stop)).Variables);
        }
    }

    [Theory]
    [InlineData("echo 'cannot reach it' >&2; exit 3", "exit code 3: cannot reach it")]
    [InlineData("echo waits; sleep 60", "not finished after 1 s: waits")]
    [InlineData("no-such-program", "exit code 127")]
    public async Task A_command_that_fails_is_named_with_the_end_of_what_it_said_and_what_follows_is_not_run(string command, string said)
    {
        Settle("after\n", "");
        using var workplaces = Make(new WorktreeSetting { Setup = [command, "touch after"], SetupTimeout = TimeSpan.FromSeconds(1) });
        var folder = await PrepareAsync("1A");
        var failed = await Assert.ThrowsAsync<SetupFailedException>(() => workplaces.ReadyAsync("1A", Repo.Tip(), anew: true, Stop));
        Assert.Contains($"the setup command '{command}' failed (.orchestrator/runs/{Run}/1A/setup/1.log), {said}", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failed.Message);
        Assert.False(File.Exists(Path.Combine(folder, "after")));
        await Assert.ThrowsAsync<SetupFailedException>(() => workplaces.ReadyAsync("1A", Repo.Tip(), anew: false, Stop)); // it is not ready
    }

    [Fact]
    public async Task Setup_sees_no_key_and_leaves_no_process()
    {
        using var workplaces = Make(new WorktreeSetting { Setup = ["sleep 300 & env | grep -c KEY > \"$TMPDIR/keys\"; true"] });
        await PrepareAsync("1A");
        await workplaces.ReadyAsync("1A", Repo.Tip(), anew: true, Stop);
        Assert.Equal("0\n", File.ReadAllText(Path.Combine(Temporary, "keys")));
        Assert.Empty(ProcessSweep.Find(LongProcess.RepositoryMarker, Opened.Places.CommonDir));
    }

    [Fact]
    public async Task Teardown_runs_once_before_a_worktree_goes_also_when_its_setup_failed_and_stops_nothing()
    {
        Settle("torn\n", "");
        using var workplaces = Make(new WorktreeSetting { Setup = ["false"], Teardown = ["echo \"$PORT\" >> \"$TMPDIR/../../../torn\"; exit 4", "echo second >> \"$TMPDIR/../../../torn\""] });
        await workplaces.TearDownAsync("1A", Stop); // there is nothing yet
        await PrepareAsync("1A");
        await Assert.ThrowsAsync<SetupFailedException>(() => workplaces.ReadyAsync("1A", Repo.Tip(), anew: true, Stop));
        await workplaces.LeaveAsync("1A", Stop);
        await workplaces.LeaveAsync("1A", Stop);
        Assert.Matches("^2[0-9]{4}\nsecond\n$", Repo.Read("torn"));
        Assert.Contains("the teardown command", Assert.Single(_said), StringComparison.Ordinal);
        Assert.False(Path.Exists(Temporary));
    }

    [Fact]
    public async Task Ports_of_worktrees_in_work_differ_and_without_the_setting_there_are_none()
    {
        using var workplaces = Make(new WorktreeSetting());
        using var none = Make(new WorktreeSetting { Ports = 0 });
        var first = new List<string>();
        foreach (var id in new[] { "1A", "1B", "1C" })
        {
            await PrepareAsync(id);
            first.Add((await workplaces.ReadyAsync(id, Repo.Tip(), anew: true, Stop)).Variables["PORT"]);
        }

        Assert.Equal(3, first.Distinct().Count());
        Assert.DoesNotContain("PORT", (await none.ReadyAsync("1A", Repo.Tip(), anew: true, Stop)).Variables.Keys);
    }

    [Fact]
    public async Task The_temporary_folder_begins_empty_and_what_links_in_it_lead_to_stays()
    {
        using var workplaces = Make(new WorktreeSetting());
        await PrepareAsync("1A");
        var mine = Repo.Around.Write("mine/file", "mine\n");
        Directory.CreateDirectory(Temporary);
        Directory.CreateSymbolicLink(Path.Combine(Temporary, "link"), Path.GetDirectoryName(mine)!);
        Files.Write(Temporary, "read-only/x", "x\n");
        File.SetUnixFileMode(Path.Combine(Temporary, "read-only"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await workplaces.ReadyAsync("1A", Repo.Tip(), anew: true, Stop);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Temporary));

        Directory.Delete(Opened.Places.TemporaryFolders, recursive: true);
        Directory.CreateSymbolicLink(Opened.Places.TemporaryFolders, Path.GetDirectoryName(mine)!);
        Directory.CreateDirectory(Repo.Around.In("mine", "1A"));
        Files.Write(Repo.Around.In("mine", "1A"), "file", "mine\n");
        await workplaces.ReadyAsync("1A", Repo.Tip(), anew: true, Stop);
        Assert.True(File.Exists(Repo.Around.In("mine", "1A", "file")));
        Assert.True(File.Exists(mine));
        Assert.Null(new DirectoryInfo(Opened.Places.TemporaryFolders).LinkTarget);
    }

    [Fact]
    public async Task Submodules_that_are_not_here_are_said_once()
    {
        Repo.Git("update-index", "--add", "--cacheinfo", $"160000,{Repo.Tip()},lib");
        Repo.Write(".gitmodules", "[submodule \"lib\"]\n\tpath = lib\n\turl = ../lib\n");
        Repo.Git("add", ".gitmodules");
        Repo.Git("commit", "-q", "-m", "link");
        using var workplaces = Make(new WorktreeSetting());
        foreach (var id in new[] { "1A", "1B" })
        {
            await PrepareAsync(id);
            await workplaces.ReadyAsync(id, Repo.Tip(), anew: true, Stop);
        }

        Assert.Contains("submodules are empty for agents, because their commits are not here: lib", Assert.Single(_said), StringComparison.Ordinal);
    }

    private Workplaces Make(WorktreeSetting settings)
    {
        var plan = new Plan([new Milestone(MilestoneId.Parse("1A"), "Title", "hash", default)]);
        var context = new RunContext(new RunId(Run), plan, Main, PublishMode.FastForward, [], new Dictionary<MilestoneId, string>(), Opened.Places.CommonDir) { Worktree = settings, Warn = _said.Add };
        return new Workplaces(context, Opened, new GateRunner(new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = Repo.User.Home, [LongProcess.RepositoryMarker] = Opened.Places.CommonDir }));
    }

    private void Settle(string ignored, string included)
    {
        Repo.Write(".gitignore", ignored);
        Repo.Write(".worktreeinclude", included);
        Repo.Commit("settled");
    }
}
