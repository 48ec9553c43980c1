using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;

namespace Orchestrator.Core.Tests.Simulation;

public sealed class SimulationTests
{
    private static readonly ulong Seeds = ulong.TryParse(Environment.GetEnvironmentVariable("ORCHESTRATOR_SEEDS"), out var seeds) ? seeds : 10_000;

    [Fact]
    public void No_seed_breaks_a_law()
    {
        long steps = 0, faults = 0, crashes = 0;
        var ends = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var refused = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var books = new Lock();
        Parallel.For(0L, (long)Seeds, seed =>
        {
            var run = Simulator.Run((ulong)seed);
            lock (books)
            {
                steps += run.Steps;
                faults += run.Faults;
                crashes += run.Crashes;
                foreach (var refusal in run.Refused)
                {
                    refused[refusal] = refused.GetValueOrDefault(refusal) + 1;
                }

                ends[run.Final.GetType().Name] = ends.GetValueOrDefault(run.Final.GetType().Name) + 1;
            }
        });

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Seeds} runs, {steps} steps, {faults} faults, {crashes} crashes; {string.Join(", ", ends.Select(e => $"{e.Key} {e.Value}"))}");
        var states = from told in new[] { "true", "early", "past", "absurd", "nothing" }
                     from scope in Enum.GetValues<LimitScope>()
                     from role in new[] { Role.Implement, Role.Review, Role.Remediate }
                     from queue in new[] { "idle", "building", "testing", "publishing" }
                     where queue == "idle" || (role, scope, told) == (Role.Implement, LimitScope.Account, "true") // few plans let the others meet a busy queue
                     select $"{told} {scope} {role} {queue}";
        TestContext.Current.TestOutputHelper?.WriteLine($"{refused.Values.Sum()} refusals; the rarest: {string.Join(", ", states.OrderBy(s => refused.GetValueOrDefault(s)).Take(3).Select(s => $"{s} {refused.GetValueOrDefault(s)}"))}");
        Assert.True(states.All(refused.ContainsKey), "A kind of refusal never came at some state.");
        Assert.True(faults > (long)Seeds * 2 && crashes > (long)Seeds / 4, "The world became too kind to prove anything.");
        Assert.True(ends.GetValueOrDefault("Completed") > (long)Seeds / 4 && ends.GetValueOrDefault("WithFailures") > (long)Seeds / 20, "The world became too unkind to prove anything.");
    }
}
