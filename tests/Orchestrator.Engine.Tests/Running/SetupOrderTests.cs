using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Gates;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Tests.Running;

/// <summary>What follows when the setup of a worktree fails, order by order.</summary>
public sealed class SetupOrderTests : OrderByOrder
{
    private static readonly Ticket Seven = new(7);
    private static readonly MilestoneId Id = MilestoneId.Parse("1A");
    private static readonly MilestoneId Needy = MilestoneId.Parse("1C");

    private static readonly GateSetting[] Gates =
        [new("tests", "test -f prepared", GateSetting.DefaultTimeout), new("red before", "false", GateSetting.DefaultTimeout)];

    [Fact]
    public async Task A_milestone_whose_setup_fails_is_tried_again_later()
    {
        await using var hands = Make("echo no network; exit 6");
        var failed = Assert.IsType<Event.OrderFailed>(await hands.CarryOutAsync(new Order.Prepare(Seven, Id, 1, new Step.Prepare(Repo.Tip())), Stop));
        Assert.Equal((Seven, FailureKind.Transient, "worktree.setup"), (failed.Ticket, failed.Kind, failed.Code));
        Assert.Contains("no network", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_candidate_is_made_ready_before_its_gates_and_so_is_what_was_before()
    {
        var hands = Make("echo x > prepared");
        var finished = Assert.IsType<Event.GateFinished>(await hands.CarryOutAsync(Test(await CommitOfAsync("new.txt")), Stop));
        Assert.True(finished.Results[0].Passed);
        Assert.Equal(new GateBefore(false, default), finished.Results[1].Before);
        Assert.False(finished.Results[1].Blocks);
        await hands.DisposeAsync();
        foreach (var name in new[] { Worktrees.CandidateName, Worktrees.BeforeName })
        {
            Assert.True(File.Exists(Path.Combine(Folder(name), "src", "app.txt"))); // the worktree stays for the next run
            Assert.False(File.Exists(Path.Combine(Folder(name), "prepared")));
            Assert.False(Directory.Exists(Opened.Places.Temporary(name)));
        }
    }

    [Fact]
    public async Task A_candidate_whose_setup_fails_where_it_did_not_before_is_red_whatever_was_red_before()
    {
        await using var hands = Make("test ! -f new.txt || { echo clash; exit 1; }");
        var finished = Assert.IsType<Event.GateFinished>(await hands.CarryOutAsync(Test(await CommitOfAsync("new.txt")), Stop));
        Assert.Equal(2, finished.Results.Count);
        Assert.All(finished.Results, result => Assert.True(result.Blocks));
        Assert.All(finished.Results, result => Assert.Contains("clash", result.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_setup_fails_on_what_was_before_as_well_nothing_is_held_against_the_work()
    {
        await using var hands = Make("exit 6");
        var failed = Assert.IsType<Event.OrderFailed>(await hands.CarryOutAsync(Test(await CommitOfAsync("new.txt")), Stop));
        Assert.Equal((FailureKind.Transient, "worktree.setup"), (failed.Kind, failed.Code));
    }

    [Fact]
    public async Task A_gate_that_the_machine_may_have_failed_before_excuses_nothing()
    {
        await using var hands = Make("true", new GateSetting("tests", "echo 'cp: No space left on device'; exit 1", GateSetting.DefaultTimeout), new GateSetting("red before", "echo 'it is broken'; exit 1", GateSetting.DefaultTimeout));
        var finished = Assert.IsType<Event.GateFinished>(await hands.CarryOutAsync(Test(await CommitOfAsync("new.txt")), Stop));
        Assert.True(finished.Results[0].Blocks);
        Assert.Null(finished.Results[0].Before);
        Assert.False(finished.Results[1].Blocks);

        // What fails so every time does so by itself.
        finished = Assert.IsType<Event.GateFinished>(await hands.CarryOutAsync(Test(await CommitOfAsync("newer.txt")), Stop));
        Assert.All(finished.Results, result => Assert.False(result.Blocks));
    }

    [Fact]
    public async Task A_tool_that_is_missing_is_named_before_a_setup_that_needs_it_is_run()
    {
        await using var hands = Make("no-such-tool-1");
        var failed = Assert.IsType<Event.OrderFailed>(await hands.CarryOutAsync(new Order.Prepare(Seven, Needy, 1, new Step.Prepare(Repo.Tip())), Stop));
        Assert.Equal((FailureKind.Milestone, "entry.unmet"), (failed.Kind, failed.Code));
    }

    [Fact]
    public async Task What_the_setup_makes_may_be_taken_for_granted()
    {
        await using var hands = Make("mkdir -p made && echo x > made/tool");
        Assert.IsType<Event.WorktreeReady>(await hands.CarryOutAsync(new Order.Prepare(Seven, Id, 1, new Step.Prepare(Repo.Tip())), Stop));
        await using var others = Make("true");
        var failed = Assert.IsType<Event.OrderFailed>(await others.CarryOutAsync(new Order.Prepare(Seven, Id, 1, new Step.Prepare(Repo.Tip())), Stop));
        Assert.Equal((FailureKind.Milestone, "entry.unmet"), (failed.Kind, failed.Code));
    }

    private Order.TestCandidate Test(string commit) => new(Seven, commit, [Id], Repo.Tip());

    private async Task<string> CommitOfAsync(string file) => (await WorkAsync("1B", (file, "x\n"))).Tip;

    private Hands Make(string setup, params GateSetting[] gates)
    {
        var plan = new Plan([new Milestone(Id, "Title", "hash", default) { Entry = ["`made/tool` exists"] }, new Milestone(Needy, "Title", "hash", default) { Entry = ["`no-such-tool-1` is installed"] }]);
        var context = new RunContext(new RunId(Run), plan, Main, PublishMode.FastForward, gates is [] ? Gates : gates, new Dictionary<MilestoneId, string>(), Opened.Places.CommonDir)
        {
            Worktree = new WorktreeSetting { Setup = [setup], Ports = 0 },
        };
        return HandsOf(context);
    }
}
