using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Gates;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Running;

/// <summary>Where a worktree takes long to make, the next milestone has that of one whose turn is over.</summary>
public sealed class HandingOnOrderTests : OrderByOrder
{
    private static readonly MilestoneId First = MilestoneId.Parse("1A");
    private static readonly MilestoneId Second = MilestoneId.Parse("1B");

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        Repo.Write(".gitattributes", "*.large filter=large\n");
        Repo.Write("some.large", "x\n");
        Repo.Commit("what takes long to check out");
        Repo.Git("config", "--global", "filter.large.smudge", "/bin/sh -c 'sleep 8; cat'"); // far longer than a commit takes
        await base.InitializeAsync();
    }

    [Fact]
    public async Task Who_begins_when_a_turn_ends_gets_the_worktree_of_that()
    {
        await using var hands = Make();
        var start = Repo.Tip();
        await hands.CarryOutAsync(Prepare(1, First), Stop);
        var turn = Assert.IsType<Event.TurnFinished>(await hands.CarryOutAsync(new Order.RunTurn(new Ticket(2), First, new TurnBrief(Role.Implement, Ask.Begin, Guid.Empty, Known: false, 1, 0, 0), start, start), Stop));
        Assert.IsType<TurnOutcome.Completed>(turn.Outcome);

        var beginning = hands.CarryOutAsync(Prepare(3, Second), Stop);
        var work = Assert.IsType<Event.WorkCommitted>(await hands.CarryOutAsync(new Order.Commit(new Ticket(4), First, Role.Implement, 1, 0, start, start), Stop));
        await hands.CarryOutAsync(new Order.RunGates(new Ticket(5), First, work.Commit!, start), Stop);

        Assert.IsType<Event.WorktreeReady>(await beginning);
        Assert.Equal(["1B"], Directory.GetDirectories(Opened.Places.Worktrees).Select(folder => Path.GetFileName(folder)));
        Assert.False(File.Exists(Path.Combine(Folder("1B"), "new.txt")));
    }

    private Order.Prepare Prepare(int ticket, MilestoneId id) => new(new Ticket(ticket), id, 1, new Step.Prepare(Repo.Tip()));

    private Hands Make()
    {
        var plan = new Plan([new Milestone(First, "Title", "hash", default), new Milestone(Second, "Title", "hash", default)]);
        var texts = plan.Milestones.ToDictionary(milestone => milestone.Id, _ => "text");
        var context = new RunContext(new RunId(Run), plan, Main, PublishMode.FastForward, [], texts, Opened.Places.CommonDir) { Worktree = new WorktreeSetting { Ports = 0 } };
        var agent = Repo.Around.Script("agent", """echo x > new.txt; echo '{"type":"result","subtype":"success","is_error":false,"result":"done"}'""");
        return HandsOf(context, agent);
    }
}
