using Orchestrator.Cli.Checks;
using Orchestrator.Core.Capacity;

namespace Orchestrator.Cli.Tests.Doctor;

/// <summary>What follows from what was found, without the machine that it was found on.</summary>
public sealed class CheckTests
{
    private const string Limits = "Limit                     Soft Limit           Hard Limit           Units     \nMax processes             10                   20                   processes \nMax open files            {0}                  {1}                files     \n";

    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("git version 2.39.5", "ok")]
    [InlineData("git version 2.38.0.windows.1", "ok")]
    [InlineData("git version 2.37.9", "missing")]
    [InlineData("git version 10.0", "ok")]
    [InlineData("git of our own", "missing")]
    [InlineData(null, "missing")]
    public void git_has_to_know_how_to_merge_without_a_checkout(string? said, string word) => Assert.Equal(word, ToolChecks.Git(said).Word);

    [Theory]
    [InlineData("/bin/claude", "2.1.330 (Claude Code)", "ok")]
    [InlineData("/bin/claude", "2.1.197", "ok")]
    [InlineData("/bin/claude", "3.0.1", "ok")]
    [InlineData("/bin/claude", "2.1.196", "wanted")]
    [InlineData("/bin/claude", "2.0.400", "wanted")]
    [InlineData("/bin/claude", null, "missing")]
    [InlineData(null, null, "missing")]
    public void An_old_CLI_is_a_warning_and_none_is_an_error(string? path, string? said, string word) => Assert.Equal(word, ToolChecks.Claude(path, said).Word);

    [Fact]
    public void Only_a_CLI_that_is_not_there_can_be_fetched()
    {
        Assert.True(ToolChecks.Claude(null, null).Mendable);
        Assert.False(ToolChecks.Claude("/bin/claude", null).Mendable);
        Assert.Contains("newer than what was tried", ToolChecks.Claude("/bin/claude", "9.9.9").Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "", false, false, "ok")]
    [InlineData(false, "ANTHROPIC_API_KEY", false, false, "ok")]
    [InlineData(false, "", true, false, "ok")]
    [InlineData(false, "", false, false, "missing")]
    [InlineData(false, "", false, true, "wanted")]
    public void A_login_or_a_key_has_to_be_there(bool file, string named, bool rehearsed, bool keychain, string word)
    {
        var check = ToolChecks.Login("/home/me/.claude/.credentials.json", file, named.Length > 0 ? [named] : [], rehearsed, keychain);
        Assert.Equal(word, check.Word);
        Assert.Contains(named, check.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1024", "4096", 4, "ok")]
    [InlineData("1024", "unlimited", 64, "ok")]
    [InlineData("1024", "1280", 4, "ok")]
    [InlineData("1024", "1279", 4, "missing")]
    [InlineData("256", "256", 1, "missing")]
    public void Open_files_have_to_do_for_all_agents(string soft, string hard, int turns, string word) =>
        Assert.Equal(word, MachineChecks.Descriptors(Limits.Replace("{0}", soft, StringComparison.Ordinal).Replace("{1}", hard, StringComparison.Ordinal), turns)!.Word);

    [Fact]
    public void A_machine_that_does_not_tell_its_limits_is_not_judged() => Assert.Null(MachineChecks.Descriptors("", 4));

    [Theory]
    [InlineData(0, 0, 0, "")]
    [InlineData(-40, 0, 0, "before the build")]
    [InlineData(0, 40, 0, "latest commit")]
    [InlineData(0, 0.5, 0, "")]
    [InlineData(0, 0, 120, "s apart")]
    [InlineData(0, 0, -120, "s apart")]
    [InlineData(0, 0, 5, "")]
    public void A_clock_that_cannot_be_right_is_seen(int days, double commit, int skew, string hint)
    {
        var check = MachineChecks.Clock(Now.AddDays(days), Now.AddDays(-1), Now.AddDays(days + commit), Now.AddDays(days).AddSeconds(skew));
        Assert.Equal(hint.Length == 0, check.Good);
        Assert.Contains(hint, check.Hint, StringComparison.Ordinal);
        Assert.True(MachineChecks.Clock(Now, Now, null, null).Good);
    }

    [Fact]
    public void Each_file_system_is_looked_at_once()
    {
        var asked = new List<string>();
        var disks = MachineChecks.DisksOf(
            [("worktrees", "/home/me/repo"), ("home", "/home/me"), ("temporary files", "/tmp"), ("cache", "/homework"), ("logs", "/net/logs")], ["/", "/home", "/tmp", "/net", "/proc"],
            mount =>
            {
                asked.Add(mount);
                return mount == "/net" ? null : 1L << 30;
            });
        Assert.Equal(["/home: worktrees, home", "/tmp: temporary files", "/: cache"], disks.Select(d => $"{d.Mount}: {string.Join(", ", d.Uses)}"));
        Assert.Equal(["/home", "/tmp", "/", "/net"], asked);
        Assert.Equal(["missing", "ok", "ok"], disks.Select(d => MachineChecks.Disk(d).Word));
    }

    [Theory]
    [InlineData(Pressure.Calm, int.MaxValue, "not measured here", true)]
    [InlineData(Pressure.Calm, 7, "room for 7 agents", true)]
    [InlineData(Pressure.Tense, 1, "scarce", false)]
    public void Memory_is_judged_as_a_run_judges_it(Pressure pressure, int room, string found, bool good)
    {
        var check = MachineChecks.Memory(new MachineReading(pressure, room, "scarce"));
        Assert.Equal((found, good), (check.Found, check.Good));
    }

    [Theory]
    [InlineData(null, null, false, false, false, "Install the package bubblewrap")]
    [InlineData("/usr/bin/bwrap", 0, true, true, true, "")]
    [InlineData("/usr/bin/bwrap", 1, true, false, true, "AppArmor profile")]
    [InlineData("/usr/bin/bwrap", 1, false, true, true, "sysctl")]
    [InlineData("/usr/bin/bwrap", 1, false, false, true, "Start the container")]
    [InlineData("/usr/bin/bwrap", 1, false, false, false, "by hand")]
    [InlineData("/usr/bin/bwrap", null, false, false, false, "by hand")]
    public void Why_there_can_be_no_fence_is_said_with_the_way_out(string? path, int? exit, bool appArmor, bool kernel, bool container, string hint)
    {
        var check = FenceCheck.Bubblewrap(new FenceFacts(path, exit, "bwrap: setting up uid map: Permission denied\n", appArmor, kernel, container));
        Assert.Contains(hint, check.Hint, StringComparison.Ordinal);
        Assert.Equal((exit == 0, false), (check.Good, check.Blocks));
    }

    [Theory]
    [InlineData(null, null, true, "ok")]
    [InlineData("systemd-inhibit", "/usr/bin/systemd-inhibit", true, "ok")]
    [InlineData("systemd-inhibit", "/usr/bin/systemd-inhibit", false, "wanted")]
    [InlineData("systemd-inhibit", null, true, "wanted")]
    public void What_keeps_the_machine_awake_is_wanted(string? program, string? path, bool heard, string word) => Assert.Equal(word, ToolChecks.Awake(program, path, heard).Word);

    [Fact]
    public void Leftovers_count_only_when_nobody_works_with_them()
    {
        Assert.Equal("wanted", StateChecks.Leftovers(2, working: false, unfinished: false).Word);
        Assert.Equal("ok", StateChecks.Leftovers(2, working: true, unfinished: false).Word);
        Assert.Equal("ok", StateChecks.Leftovers(2, working: false, unfinished: true).Word);
        Assert.Equal("ok", StateChecks.Leftovers(0, working: false, unfinished: false).Word);
    }

    [Fact]
    public void The_state_folder_is_for_its_owner_alone()
    {
        Assert.True(StateChecks.Private(".orchestrator", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).Good);
        Assert.Equal("wanted", StateChecks.Private(".orchestrator", UnixFileMode.UserRead | UnixFileMode.OtherExecute).Word);
    }
}
