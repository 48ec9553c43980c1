using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;

namespace Orchestrator.Cli.Tests.Plans;

/// <summary>The schedule as text, at 80 columns.</summary>
public sealed class ScheduleScreenTests
{
    private static readonly Pace Measured = new(TimeSpan.FromMinutes(31), TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(4), 17, 0.4321m);

    private static Plan Plan(params string[] milestones) => new(milestones.Select(text =>
    {
        var words = text.Split(' ');
        return new Milestone(MilestoneId.Parse(words[0]), $"Title of {words[0]}", "", words.Skip(1).Select(MilestoneId.Parse).ToItems());
    }).ToItems());

    private static void Same(string expected, string text)
    {
        Assert.Equal(expected.ReplaceLineEndings("\n") + "\n", text);
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void A_plan_in_a_repository_without_earlier_runs() => Same(
        """
        Schedule with 2 slots (h:mm from the start; slot in brackets)
           0:00  1A [1], 1B [2]
           0:20  1C [1]
           0:42  2A [1]
           1:04  all merged

        Estimate: about 1 h 04 min.
          - An assumption, for no milestone was measured here yet: 20 min for each, 2
            min for each merge.
          - The longest chain is 1A → 2A: about 44 min however many slots there are.
          - Limits of the account, failed attempts and conflicts are not in it.
        """,
        ScheduleScreen.Text(Forecast.Of(Plan("1A", "1B", "1C", "2A 1A 1B 1C"), 2, Pace.Assumed), []));

    [Fact]
    public void With_earlier_runs_what_is_done_and_what_it_costs() => Same(
        """
        Done already: 1A.
        Schedule with 8 slots (h:mm from the start; slot in brackets)
           0:00  1B [1], 1C [2]
           0:35  all merged

        Estimate: about 35 min, $0.86.
          - Measured here, the median of 17 milestones: 31 min for each, 4 min for each
            merge.
          - The cost is the mean of the same: $0.43 each.
          - The longest chain is 1B: about 35 min however many slots there are.
          - At most 2 at once; more slots gain nothing.
          - Limits of the account, failed attempts and conflicts are not in it.
        """,
        ScheduleScreen.Text(Forecast.Of(Plan("1A", "1B", "1C"), 8, Measured, new HashSet<MilestoneId> { MilestoneId.Parse("1A") }), [MilestoneId.Parse("1A")]));

    [Fact]
    public void Many_at_once_and_quick_ones()
    {
        var quick = Measured with { Milestone = TimeSpan.FromSeconds(7), Merge = TimeSpan.FromSeconds(1), CostUsd = null };
        var text = ScheduleScreen.Text(Forecast.Of(Plan([.. Enumerable.Range(0, 40).Select(i => $"10{(char)('A' + (i / 26))}{(char)('A' + (i % 26))}")]), 64, quick), []);
        Assert.StartsWith(
            """
            Schedule with 64 slots (m:ss from the start; slot in brackets)
               0:00  10AA [1], 10AB [2], 10AC [3], 10AD [4], 10AE [5], 10AF [6], 10AG [7],
                     10AH [8], 10AI [9], 10AJ [10], 10AK [11], 10AL [12], 10AM [13],
            """.ReplaceLineEndings("\n"), text, StringComparison.Ordinal);
        Assert.Contains("Estimate: less than a minute.", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void Nothing_left() => Same("Done already: 1A.\nNothing is left to do.", ScheduleScreen.Text(Forecast.Of(Plan("1A"), 4, Pace.Assumed, new HashSet<MilestoneId> { MilestoneId.Parse("1A") }), [MilestoneId.Parse("1A")]));
}
