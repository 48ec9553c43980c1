using Orchestrator.Cli.Screens;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Evidence;

namespace Orchestrator.Cli.Tests.Stories;

/// <summary>Stories as approved text.</summary>
public sealed class StoryScreenTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 22, 0, 0, TimeSpan.Zero);

    private static readonly StoryLine[] Story =
    [
        new(StoryKind.System, "begins with claude-x, Claude Code 2.1.330"),
        new(StoryKind.Thinking, "How do the tests run here?"),
        new(StoryKind.Said, "I look at the tests first, and then at what they are for.\n\n- one"),
        new(StoryKind.Used, "Bash  dotnet test --filter Something.That.Is.Rather.Long"),
        new(StoryKind.Result, "Passed!\n3 tests …"),
        new(StoryKind.Used, "Read  日本語日本語日本語日本語日本語.md"),
        new(StoryKind.Result, "No such file", Bad: true),
        new(StoryKind.Used, "Glob  **/*.cs", Inner: true),
        new(StoryKind.System, "limit near: five hour, 85 % used", Until: Start.AddHours(2)),
        new(StoryKind.Ended, "done, 0.12 USD"),
    ];

    [Fact]
    public void A_story_fits_a_narrow_terminal() => Assert.Equal(
        """
        * begins with claude-x, Claude Code
          2.1.330
        ~ How do the tests run here?
          I look at the tests first, and then
          at what they are for.

          - one
        > Bash  dotnet test --filter
          Something.That.Is.Rather.Long
          | Passed!
          | 3 tests …
        > Read
          日本語日本語日本語日本語日本語.md
          ! No such file
            > Glob  **/*.cs
        * limit near: five hour, 85 % used,
          until 2026-11-24 01:00:00
        = done, 0.12 USD

        """,
        Screen(38, on: false).Lines(Story));

    [Fact]
    public void Where_nothing_limits_it_no_line_is_broken_and_each_bears_its_prefix()
    {
        var lines = Screen(null, on: false).Lines(Story, "1A ").TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.StartsWith("1A ", line, StringComparison.Ordinal));
        Assert.Contains("1A > Bash  dotnet test --filter Something.That.Is.Rather.Long", lines);
        Assert.Equal(13, lines.Length);
    }

    [Fact]
    public void Colours_are_ours_alone_end_with_their_line_and_change_no_word()
    {
        var screen = Screen(38, on: true);
        var inked = screen.Lines(Story) + screen.Head(Head(null));
        Assert.Equal(Screen(38, on: false).Lines(Story) + Screen(38, on: false).Head(Head(null)), System.Text.RegularExpressions.Regex.Replace(inked, "\u001b\\[[0-9]+m", ""));
        Assert.Contains("\u001b[36m> Glob\u001b[0m  **/*.cs", inked.Replace("    > Glob", "> Glob", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("\u001b[31m  ! No such file\u001b[0m\n", inked, StringComparison.Ordinal);
        Assert.All(inked.Split('\n'), line => Assert.Equal(line.Contains('\u001b'), line.Contains("\u001b[0m", StringComparison.Ordinal)));

        var text = new StringWriter();
        using var inert = new InertWriter(text);
        inert.WriteInked(inked + "\u001b[2J\u001b[31mx\u001b[0m\u001b]0;t\a\u001b[41m\u001b");
        Assert.Equal(inked + "\\u001b[2J\u001b[31mx\u001b[0m\\u001b]0;t\\u0007\\u001b[41m\\u001b", text.ToString());
    }

    [Fact]
    public void A_turn_has_a_headline()
    {
        var record = new TurnRecord(new Ticket(7), Role.Remediate, default, 2, 1, Start, Start.AddSeconds(75));
        Assert.Equal("== 1B, turn 3, remediate, attempt 2, round 1, start 2, begun 23:00:00, took 75 s\n", Screen(null, on: false).Head(Head(record)));
        Assert.Equal("== 1B, turn 3, remediate, attempt 2, round 1, start 2, begun 23:00:00, under way\n", Screen(null, on: false).Head(Head(record with { Ended = null })));
        Assert.Equal("1B == 1B, turn 3, remediate, a…\n", Screen(31, on: false).Head(Head(record), "1B "));
    }

    [Fact]
    public void What_no_transcript_tells_the_journal_does()
    {
        Assert.Equal("interrupted", StoryScreen.Verdict(new TurnOutcome.Interrupted(), told: false)?.Text);
        Assert.Equal("counts as failed (agent.hung): It hung.", StoryScreen.Verdict(new TurnOutcome.Failed(FailureKind.Attempt, "agent.hung", "It\u001b[2J hung."), told: true)?.Text);
        Assert.Null(StoryScreen.Verdict(new TurnOutcome.Completed("done"), told: true));
        Assert.Equal("ended", StoryScreen.Verdict(new TurnOutcome.Completed("done"), told: false)?.Text);
        Assert.Null(StoryScreen.Verdict(null, told: false));
    }

    [Fact]
    public void Milestones_are_listed_with_what_they_do_now() => Assert.Equal(
        """
        Run r: running

            state    turns  what
        1A  done         4
        1B  working     12  in review: Bash  …

        """,
        Screen(38, on: false).List("Run r: running",
        [
            new StoryRow(MilestoneId.Parse("1A"), new Standing(ShownState.Done, ""), 4, null),
            new StoryRow(MilestoneId.Parse("1B"), new Standing(ShownState.Working, "in review"), 12, "Bash  dotnet test"),
        ]));

    private static StoryHead Head(TurnRecord? record) => new(MilestoneId.Parse("1B"), 3, Transcript.Of("turns/0007-remediate-a2-r1-2.jsonl")!, record);

    private static StoryScreen Screen(int? width, bool on) => new(width, new Ink(on), TimeZoneInfo.CreateCustomTimeZone("x", TimeSpan.FromHours(1), "x", "x"));
}
