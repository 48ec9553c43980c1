using Orchestrator.Core.Agents;
using Orchestrator.Engine.Claude;
using Orchestrator.Rehearsal;

namespace Orchestrator.Cli.Tests.Limits;

/// <summary>Agents of the real CLI that would go on spending for ever.</summary>
public sealed class RunawayTests
{
    private const decimal Budget = 0.2m;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task End_within_one_request_of_what_the_run_may_spend(int milestones)
    {
        var steps = string.Join(", ", Enumerable.Repeat("""{ "bash": "seq 4000" }""", 200));
        await using var scene = new LimitScene(milestones, _ => $"{{ \"conversations\": [ {{ \"steps\": [ {steps} ] }} ] }}", $", \"budget\": {{ \"run_usd\": {Budget} }}");
        using var run = scene.Start();

        Assert.True(run.WaitForExit(180) == 4, $"{run.Out}\n{run.Error}");
        Assert.Contains("The budget of the run", run.Out, StringComparison.Ordinal);

        var bill = scene.Messages.Where(request => request.Tokens is not null).Select(request => (request.Milestone, Cost: Cost(request))).ToList();
        var all = bill.Sum(entry => entry.Cost);
        var last = bill.GroupBy(entry => entry.Milestone).Sum(conversation => conversation.Max(entry => entry.Cost));
        Assert.InRange(all, Budget * 0.5m, Budget + last);
        Assert.InRange(scene.Status().GetProperty("cost_usd").GetDecimal(), all * 0.99m, all * 1.01m);
        Assert.All(scene.Status().GetProperty("milestones").EnumerateArray(), milestone => Assert.Equal(1, milestone.GetProperty("attempt").GetInt32()));
    }

    private static decimal Cost(RehearsedRequest request)
    {
        var tokens = request.Tokens!;
        var usage = new Usage(0, tokens.Fresh + tokens.Written + tokens.Read, tokens.Output, tokens.Read, tokens.Written);
        return Prices.Cost(Prices.Of(request.Model!), usage, tokens.ForAnHour ? tokens.Written : 0);
    }
}
