using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>The search for the guilty of a red batch: every batch up to 64, every guilty one, every guilty pair.</summary>
public sealed class BisectionSentences
{
    private static readonly Items<Finding> Red = [new Finding(FindingSeverity.Critical, null, null, "red")];

    [Fact]
    public void One_guilty_of_sixteen_is_found_within_five_candidate_runs() => Assert.Equal(5, Enumerable.Range(0, 16).Max(guilty => Runs(16, 16, guilty)));

    [Fact]
    public void A_guilty_pair_of_sixteen_is_found_within_twelve_candidate_runs() => Assert.InRange(Pairs(16).Max(pair => Runs(16, 16, pair.A, pair.B)), 8, 12);

    [Fact]
    public void In_any_batch_each_guilty_one_costs_at_most_one_run_and_the_halvings()
    {
        for (var n = 1; n <= 64; n++)
        {
            var halvings = (int)Math.Ceiling(Math.Log2(n));
            for (var guilty = 0; guilty < n; guilty++)
            {
                Assert.InRange(Runs(n, n, guilty), 0, halvings + 1);
            }

            foreach (var (a, b) in Pairs(n))
            {
                Assert.InRange(Runs(n, n, a, b), 0, 2 * (halvings + 1));
            }
        }
    }

    [Fact]
    public void Three_that_are_red_only_together_are_found_too() => Assert.InRange(Runs(16, 16, 3, 8, 12), 0, 15);

    [Fact]
    public void Who_was_guilty_before_is_found_in_two_runs() => Assert.Equal(2, Runs(64, 63, 63));

    [Fact]
    public void Gates_that_are_red_at_random_end_the_search_all_the_same()
    {
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var n = 1 + random.Next(64);
            var search = Bisection.Of(Batch(n), "tip", Red, n);
            var runs = 0;
            while (!search.IsOver)
            {
                Assert.InRange(++runs, 0, 24);
                search = random.Next(2) == 0 ? search.SawRed(Red) : search.SawGreen(Green(search.Probe));
            }

            Assert.InRange(search.Guilty.Count, 1, 3);
            Assert.DoesNotContain(search.Landable?.Batch ?? [], item => item.Id == search.Guilty[0]);
        }
    }

    /// <summary>Searches to the end; checks what is found, and that what may land is green and as much as was seen green.</summary>
    private static int Runs(int n, int unsuspected, params int[] guilty)
    {
        var batch = Batch(n);
        var search = Bisection.Of(batch, "tip", Red, unsuspected);
        var runs = 0;
        while (!search.IsOver)
        {
            runs++;
            var probe = search.Probe;
            search = Array.TrueForAll(guilty, g => probe.Contains(batch[g])) ? search.SawRed(Red) : search.SawGreen(Green(probe));
        }

        Assert.Equal(guilty.OrderDescending().Select(g => batch[g].Id), search.Guilty);
        Assert.Equal(batch.Take(guilty.Max()), search.Landable?.Batch ?? []);
        return runs;
    }

    private static Items<BatchItem> Batch(int n)
    {
        var items = new List<BatchItem>();
        for (var id = MilestoneId.First(1); items.Count < n; id = id.Next()!.Value)
        {
            items.Add(new BatchItem(id, $"c{items.Count}"));
        }

        return items.ToItems();
    }

    private static GreenPart Green(Items<BatchItem> batch) => new(GatedCommit.Of("k", [])!, "base", batch);

    private static IEnumerable<(int A, int B)> Pairs(int n) => Enumerable.Range(0, n).SelectMany(a => Enumerable.Range(a + 1, n - a - 1).Select(b => (a, b)));
}
