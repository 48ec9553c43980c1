using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Gates;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Running;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Secrets;

/// <summary>What the conductor hears of a secret, order by order.</summary>
public sealed class SecretOrderTests : OrderByOrder
{
    private static readonly Ticket Seven = new(7);
    private static readonly MilestoneId Id = MilestoneId.Parse("1A");
    private static readonly string Key = "gh" + "p_" + PlantedSecrets.Draw(new Random(1), PlantedSecrets.Letters, 36);

    [Fact]
    public async Task Work_with_a_secret_spends_an_attempt_and_says_where_until_it_is_gone()
    {
        var folder = await PrepareAsync("1A");
        Files.Write(folder, "out/x.txt", $"one\ntwo\n{Key}\n");
        await using var hands = Make();

        var failed = Assert.IsType<Event.OrderFailed>(await hands.CarryOutAsync(Commit(), Stop));

        Assert.Equal((Seven, FailureKind.Attempt, "work.secret"), (failed.Ticket, failed.Kind, failed.Code));
        Assert.StartsWith("out/x.txt:3 holds what looks like a GitHub token.", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key[^12..], failed.Message, StringComparison.Ordinal);
        Assert.NotNull(Core.Progress.NextSteps.HintOf(failed.Code));

        Files.Write(folder, "out/x.txt", "one\ntwo\n");
        Assert.NotNull(Assert.IsType<Event.WorkCommitted>(await hands.CarryOutAsync(Commit(), Stop)).Commit);
    }

    [Fact]
    public async Task What_a_gate_prints_is_written_down_without_it()
    {
        var work = await WorkAsync("1A", ("new.txt", "x\n"));
        await using var hands = Make(new GateSetting("tests", $"echo the key is {Key}; exit 1", GateSetting.DefaultTimeout));

        var finished = Assert.IsType<Event.GateFinished>(await hands.CarryOutAsync(new Order.RunGates(Seven, Id, work.Tip, Repo.Tip()), Stop));

        Assert.Contains("the key is [secret: github-token]", finished.Results[0].Detail, StringComparison.Ordinal);
        var logs = Directory.GetFiles(Opened.Places.Milestone(Run, "1A"), "*.log", SearchOption.AllDirectories);
        Assert.Contains(logs, log => File.ReadAllText(log).Contains("[secret: github-token]", StringComparison.Ordinal));
        Assert.DoesNotContain(logs, log => File.ReadAllText(log).Contains(Key[^12..], StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_setup_and_teardown_print_is_written_down_without_it()
    {
        await PrepareAsync("1A");
        await using var hands = Make(new WorktreeSetting { Ports = 0, Setup = [$"echo out {Key}; echo err {Key} >&2"], Teardown = [$"echo {Key}"] });

        await hands.CarryOutAsync(new Order.Prepare(Seven, Id, 1, new Step.Prepare(Repo.Tip())), Stop);
        await hands.CarryOutAsync(new Order.Prepare(Seven, Id, 2, new Step.Prepare(Repo.Tip())), Stop); // tears the first one down

        var logs = new[] { "setup/1.log", "teardown/1.log" }.Select(name => File.ReadAllText(Path.Combine(Opened.Places.Milestone(Run, "1A"), name))).ToList();
        Assert.All(logs, log => Assert.Contains("[secret: github-token]", log, StringComparison.Ordinal));
        Assert.All(logs, log => Assert.DoesNotContain(Key[^12..], log, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_came_along_in_a_env_file_of_the_user_is_known_word_for_word()
    {
        var value = PlantedSecrets.Draw(new Random(2), PlantedSecrets.Lower, 20); // has no form by which it could be found
        Repo.Write(".gitignore", ".env\n");
        Repo.Write(".worktreeinclude", ".env\n");
        Repo.Commit("settle");
        Repo.Write(".env", $"export API_TOKEN=\"{value}\"\n");
        await using var hands = Make(new WorktreeSetting { Ports = 0 });
        Assert.IsType<Event.WorktreeReady>(await hands.CarryOutAsync(new Order.Prepare(Seven, Id, 1, new Step.Prepare(Repo.Tip())), Stop));
        Files.Write(Opened.Places.Worktree("1A"), "out/x.txt", $"it is {value}, they say\n");

        var failed = Assert.IsType<Event.OrderFailed>(await hands.CarryOutAsync(Commit(), Stop));

        Assert.StartsWith("out/x.txt:1 holds what looks like one of your own credentials.", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, failed.Message, StringComparison.Ordinal);
    }

    private Order.Commit Commit() => new(Seven, Id, Role.Implement, 1, 0, Repo.Tip(), Repo.Tip());

    private Hands Make(params GateSetting[] gates) => Make(new WorktreeSetting { Ports = 0 }, gates);

    private Hands Make(WorktreeSetting worktree, params GateSetting[] gates)
    {
        var plan = new Plan([new Milestone(Id, "Title", "hash", default)]);
        var guard = new SecretGuard(new SecretSetting(), [], TimeProvider.System);
        var context = new RunContext(new RunId(Run), plan, Main, PublishMode.FastForward, gates, new Dictionary<MilestoneId, string> { [Id] = "Title" }, Opened.Places.CommonDir)
        {
            Worktree = worktree,
            LearnSecrets = guard.Scanner.Learn,
            Secrets = guard.Look,
            Clean = new CleanWriting(guard.Scanner, text => Assert.Fail(text)),
        };
        return HandsOf(context);
    }
}
