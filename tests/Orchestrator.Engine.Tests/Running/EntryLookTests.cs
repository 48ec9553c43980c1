using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Git;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Running;

public sealed class EntryLookTests : InRepository
{
    private readonly TempFolder _machine = new();

    private async Task<string?> LookAsync(params string[] entry)
    {
        var item = await WorkAsync("1A", ("docs/a b.md", "x\n"), ("src/new.txt", "x\n"));
        var tool = _machine.Script("bin/frob", "echo started > \"$0.ran\"");
        var worktree = Directory.CreateDirectory(_machine.In("worktree")).FullName;
        _machine.Write("worktree/brought/.env", "x");
        var unmet = await new EntryLook(Opened, new UserEnvironment(new Dictionary<string, string> { ["PATH"] = _machine.In("bin") })).UnmetAsync(entry.ToItems(), item.Tip, worktree, Stop);
        Assert.False(File.Exists(tool + ".ran")); // a text starts nothing
        _machine.Dispose();
        return unmet;
    }

    [Fact]
    public async Task Tools_on_the_PATH_and_files_of_the_commit_are_found() =>
        Assert.Null(await LookAsync("`frob` is installed", "`frob` >= 99 is installed", "`src/new.txt` exists", "`src/` exists", "`brought/.env` is present", "1A is done"));

    [Fact]
    public async Task What_is_missing_is_named_with_what_to_do() =>
        Assert.Equal(
            "'grind' is not on the PATH of the agents: install it, or add its folder to PATH. 'src/none.txt' is not in the commit that the work begins at: commit it, or let an earlier milestone make it.",
            await LookAsync("`grind` is installed", "`grind` is on PATH", "`src/new.txt` and `src/none.txt` exist", "`frob` is installed"));

    [Fact]
    public async Task One_of_the_names_of_a_program_is_enough()
    {
        _machine.Script("bin/python3", "");
        Assert.Null(await LookAsync("`python` is installed"));
    }

    [Fact]
    public void What_is_missing_now_is_a_warning_that_names_the_file()
    {
        var milestone = new Milestone(MilestoneId.Parse("2A"), "Title", "hash", default, Entry: ["`grind` is installed", "`none/here` exists"]);
        var problem = Assert.Single(EntryLook.Warnings([milestone], _machine.User()));
        Assert.Equal(("milestones/2A.md", Severity.Warning), (problem.Where.ToString(), problem.Severity));
        _machine.Dispose();
    }
}
