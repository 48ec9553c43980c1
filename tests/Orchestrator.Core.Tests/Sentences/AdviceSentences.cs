using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;

namespace Orchestrator.Core.Tests.Sentences;

/// <summary>What a person is told to do, and the commands that are given with it.</summary>
public sealed class AdviceSentences
{
    private static readonly Policy NoReview = new(Review: ReviewLevel.None, ReviewRounds: 0);

    private static Advice Of(Story story, string id = "1A", bool alive = true) => NextSteps.Of(story.State, story.State.Plan.IndexOf(Sketch.Id(id))!.Value, alive);

    private static string Texts(Items<Command> commands) => string.Join("\n", commands.Select(c => c.Text));

    [Fact]
    public void What_goes_on_by_itself_needs_nothing() => Assert.Empty(Of(Story.Of("1A").Begins()).Commands);

    [Fact]
    public void What_nobody_works_on_is_gone_on_with() => Assert.Equal("orchestrator run", Texts(Of(Story.Of("1A").Begins(), alive: false).Commands));

    [Fact]
    public void A_failed_one_of_an_ended_run_begins_afresh_in_a_new_run()
    {
        var story = Story.Of("1A").Under(NoReview).Begins().Implements("1A").Gates("1A", green: false).Ends<Final.WithFailures>();
        Assert.Equal("orchestrator run\norchestrator run --milestone 1A", Texts(Of(story).Commands));
    }

    [Fact]
    public void A_failed_one_of_a_run_that_is_not_over_waits_for_its_end()
    {
        var story = Story.Of("1A", "1B").Under(NoReview).Begins().Implements("1A", "1B").Gates("1A", green: false);
        Assert.Equal("orchestrator run\norchestrator run --milestone 1A\norchestrator run --new", Texts(Of(story).Commands));
    }

    [Fact]
    public void A_blocked_one_points_to_what_blocks_it() =>
        Assert.Equal("orchestrator explain 1A", Texts(Of(Story.Of("1A", "2A").Under(NoReview).Begins().Implements("1A").Gates("1A", green: false), "2A").Commands));

    [Fact]
    public void An_unresolved_conflict_is_merged_by_hand_with_the_trailers_that_make_it_done()
    {
        var story = Story.Of("1A", "1B").Under(NoReview).Begins().Implements("1A", "1B").Gates("1A").Gates("1B").Builds("1B").Tests().Publishes().ReadyInConflict("1B").Completes("1B").CommitsLosing("1B")
            .Expect("1B: failed merge.unresolved");
        Assert.StartsWith(
            """
            git switch main
            git merge --no-ff --no-commit c2
            git commit -m 'Merge milestone 1B: Title of 1B' --trailer 'Orchestrator-Milestone: 1B' --trailer 'Orchestrator-Run: story' --trailer 'Orchestrator-Milestone-Hash: '
            orchestrator run
            """, Texts(Of(story, "1B").Commands), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("main", "main")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's $HOME", @"'it'\''s $HOME'")]
    [InlineData("", "''")]
    public void A_text_is_one_word_of_a_shell(string text, string word) => Assert.Equal(word, Reproduction.Quote(text));

    [Fact]
    public void The_commands_name_the_change_a_folder_and_each_gate()
    {
        var story = Story.Of("1A").Under(NoReview).Begins().Implements("1A").Gates("1A").Builds().Tests(green: false);
        var commands = Texts(Reproduction.Of(story.State, 0, story.Chronicle, [new GateCommand("test", "./test 'all'")]));
        Assert.Contains("git diff base c1", commands, StringComparison.Ordinal);
        Assert.Contains("git worktree add --detach ../look-1A c1", commands, StringComparison.Ordinal);
        Assert.Contains(@"(cd ../look-1A && CI=1 sh -c './test '\''all'\''')", commands, StringComparison.Ordinal);
        Assert.Contains("git worktree add --detach ../look-1A-merged k2", commands, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_seen_is_taken_out_of_a_text() =>
        Assert.Equal("a\nb\tcdef", Plain.Bare("a\nb\tc\u001b\u202e\u200bd\u2066\ufeff\u0000\u009be\u2028\ud800f\U000e0041"));
}
