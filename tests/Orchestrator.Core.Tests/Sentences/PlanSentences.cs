using Orchestrator.Core.Plans;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>Reading a plan as a whole.</summary>
public sealed class PlanSentences
{
    private static string NeedsOf(PlanReading reading, string id) =>
        string.Join(" ", reading.Plan!.Milestones[reading.Plan.IndexOf(Sketch.Id(id))!.Value].Needs);

    private static Problem Only(PlanReading reading, string code) => Assert.Single(reading.Problems, p => p.Code == code);

    [Fact]
    public void A_sound_plan_has_no_problems_and_stands_in_order()
    {
        var reading = Sketch.Read("2A", "1B", "1A");
        Assert.Empty(reading.Problems);
        Assert.Equal(Sketch.Ids("1A", "1B", "2A"), reading.Plan!.Milestones.Select(m => m.Id).ToItems());
    }

    [Fact]
    public void By_default_a_milestone_needs_all_of_the_nearest_earlier_stage()
    {
        var reading = Sketch.Read("1A", "1B", "3A", "4A");
        Assert.Equal("1A 1B", NeedsOf(reading, "3A"));
        Assert.Equal("3A", NeedsOf(reading, "4A"));
        Assert.True(reading.Plan!.Milestones[2].Barrier);
    }

    [Fact]
    public void Depends_on_replaces_the_barrier()
    {
        var reading = Sketch.Read("1A", "1B", "2A needs 1A", "2B needs");
        Assert.Equal("1A", NeedsOf(reading, "2A"));
        Assert.Equal("", NeedsOf(reading, "2B"));
        Assert.False(reading.Plan!.Milestones[2].Barrier);
    }

    [Fact]
    public void A_milestone_is_as_high_as_the_longest_chain_that_begins_with_it()
    {
        var plan = Sketch.Read("1A", "1B", "2A needs 1A", "3A needs 2A 1B", "4A needs").Plan!;
        Assert.Equal([3, 2, 2, 1, 1], Enumerable.Range(0, 5).Select(plan.HeightOf));
        Assert.Equal([3, 2, 2, 1, 1], Enumerable.Range(0, 5).Select(plan.TallestFrom));
    }

    [Fact]
    public void The_dependencies_section_adds_to_the_barrier() => Assert.Equal("1A 1B 2A", NeedsOf(Sketch.Read("1A", "1B", "2A", "2B after 2A"), "2B"));

    [Fact]
    public void Two_files_for_one_milestone_are_a_problem()
    {
        var twice = PlanCheck.Check([Sketch.File("1A"), Sketch.File("1A") with { File = "copy/1A.md" }], [], "milestones");
        Assert.Null(twice.Plan);
        Assert.Equal(("1A is also defined by 1A.md.", "copy/1A.md"), (Only(twice, "plan.duplicate").Message, Only(twice, "plan.duplicate").Where.File));
    }

    [Fact]
    public void A_dependency_without_a_file_is_a_problem_with_its_line_and_what_there_is()
    {
        var reading = Sketch.Read("1A", "1B", "2A needs 1A 1C");
        var problem = Only(reading, "plan.unknown-dependency");
        Assert.Null(reading.Plan);
        Assert.Equal("2A depends on 1C, which has no file.", problem.Message);
        Assert.Equal("2A.md:3", problem.Where.ToString());
        Assert.Contains("1A, 1B", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_milestone_that_depends_on_itself_is_a_problem()
    {
        var reading = Sketch.Read("1A after 1A");
        Assert.Null(reading.Plan);
        Assert.Equal("1A.md:2", Only(reading, "plan.self").Where.ToString());
    }

    [Theory]
    [InlineData("1A → 1B → 1A", "1A after 1B", "1B after 1A")]
    [InlineData("1A → 1B → 1C → 1A", "1A after 1B", "1B after 1C", "1C after 1A")]
    [InlineData("1A → 2A → 1A", "1A after 2A", "2A")]
    [InlineData("1B → 1C → 1B", "1A", "1B needs 1C", "1C needs 1B", "1D after 1B")]
    public void Milestones_that_wait_for_each_other_are_a_problem_with_the_way_round(string way, params string[] plan)
    {
        var reading = Sketch.Read(plan);
        Assert.Null(reading.Plan);
        Assert.Equal($"These milestones wait for each other: {way}.", Only(reading, "plan.cycle").Message);
    }

    [Fact]
    public void Two_knots_are_two_problems() =>
        Assert.Equal(2, Sketch.Read("1A after 1B", "1B after 1A", "1C after 1D", "1D after 1C").Problems.Count(p => p.Code == "plan.cycle"));

    [Fact]
    public void All_problems_are_said_at_once()
    {
        var codes = Sketch.Read("1A after 1A", "1B after 9Z", "1C after 1D", "1D after 1C").Problems.Select(p => p.Code);
        Assert.Equal(["plan.self", "plan.unknown-dependency", "plan.cycle"], codes);
    }

    [Theory]
    [InlineData("1B has no file, 1C has.", "1A", "1C")]
    [InlineData("1A has no file, 1B has.", "1B")]
    [InlineData("1AA has no file, 1AB has.", "1A", "1B", "1C", "1D", "1E", "1F", "1G", "1H", "1I", "1J", "1K", "1L", "1M", "1N", "1O", "1P", "1Q", "1R", "1S", "1T", "1U", "1V", "1W", "1X", "1Y", "1Z", "1AB")]
    [InlineData("Stage 2 has no file, stage 3 has.", "1A", "3A")]
    [InlineData("Stage 1 has no file, stage 2 has.", "2A")]
    public void A_gap_is_worth_a_warning_and_stops_nothing(string message, params string[] plan)
    {
        var reading = Sketch.Read(plan);
        Assert.NotNull(reading.Plan);
        Assert.Equal((message, Severity.Warning), (Only(reading, "plan.gap").Message, Only(reading, "plan.gap").Severity));
    }

    [Fact]
    public void An_empty_folder_is_a_problem_with_a_hint()
    {
        var reading = Sketch.Read();
        Assert.Null(reading.Plan);
        Assert.Equal(("milestones", false), (Only(reading, "plan.empty").Where.File, Only(reading, "plan.empty").Hint.Length == 0));
    }

    [Fact]
    public void Problems_of_reading_the_files_are_kept_and_stop_the_plan()
    {
        var found = new Problem("file.title", "It has no title.", new Place("1B.md"), "Write one.");
        var reading = PlanCheck.Check([Sketch.File("1A")], [found], "milestones");
        Assert.Null(reading.Plan);
        Assert.Equal(found, Assert.Single(reading.Problems));
    }

    [Fact]
    public void Every_problem_has_a_hint() =>
        Assert.All(Sketch.Read("1A after 1A", "1C after 9Z", "3C after 3D", "3D after 3C").Problems, p => Assert.NotEmpty(p.Hint));

    [Fact]
    public void A_thousand_milestones_in_two_stages_are_checked_at_once()
    {
        var files = Enumerable.Range(0, 1000).Select(i => $"{1 + i / 500}{(char)('A' + i % 500 / 26)}{(char)('A' + i % 26)}").Distinct().Select(id => Sketch.File(id)).ToList();
        var begun = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.NotNull(PlanCheck.Check(files, [], "milestones").Plan);
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(begun) < TimeSpan.FromMinutes(1)); // it takes a moment on a busy machine; a check that is cubic takes many minutes
    }

    [Fact]
    public void A_problem_can_be_shown_whatever_it_quotes()
    {
        var problem = new Problem("x", "a\u001b[2J\nerror: forged\u202e 日本 😀 \ud83d", new Place("f\r", 1), new string('h', 5000));
        Assert.Equal("a\\u001b[2J\\u000aerror: forged\\u202e 日本 😀 \\ud83d", problem.Message);
        Assert.Equal("f\\u000d:1", problem.Where.ToString());
        Assert.Equal(1201, problem.Hint.Length); // it may name all that there is to choose from
        Assert.Equal(601, new Problem("x", new string('m', 5000), new Place("f"), "h").Message.Length);
    }

    [Fact]
    public void Everything_a_file_says_reaches_the_plan()
    {
        var file = Sketch.File("1A budget 2.5 review Strict") with { Hash = "h", Verify = ["make"], Model = "m", Timeout = TimeSpan.FromMinutes(9) };
        var planned = PlanCheck.Check([file], [], "milestones").Plan!.Milestones[0];
        Assert.Equal(new Milestone(file.Id, "Title of 1A", "h", [], true, ["make"], "m", 2.5m, TimeSpan.FromMinutes(9), ReviewLevel.Strict), planned);
    }

    [Fact]
    public void A_plan_refuses_what_the_check_would_have_found()
    {
        Milestone M(string id, params string[] needs) => new(Sketch.Id(id), "", "", Sketch.Ids(needs));
        Assert.Throws<ArgumentException>(() => new Plan([M("1A"), M("1A")]));
        Assert.Throws<ArgumentException>(() => new Plan([M("1A", "1B")]));
        Assert.Throws<ArgumentException>(() => new Plan([M("1A", "1B"), M("1B", "1A")]));
        Assert.Equal([1, 0], new Plan([M("1A", "1B"), M("1B")]).Order);
        Assert.Equal(new Plan([M("1B"), M("1A")]), new Plan([M("1A"), M("1B")]));
    }
}
