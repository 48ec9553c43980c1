using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Capacity;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Cli.Tests.Live;

/// <summary>The live screen, approved as text.</summary>
public sealed class LiveFrameTests
{
    private static readonly Policy Two = new(MaxParallel: 2, Ahead: 1, RateLimitWait: TimeSpan.FromMinutes(5));

    private static readonly string[] Plan =
        ["1A: Parser for settings", "1B: Journal", "2A: Worktrees, and 名前 in wide letters", "2B: Merge queue", "2C: Limits", "2D: A fence around agents", "3A: Report"];

    private static readonly MachineSample Machine = new() { MemoryTotal = 16L << 30, MemoryAvailable = 9L << 30, Cores = 4, Load = 1.5 };

    private static Night Busy => new Night(Two, Plan).Accepted("1A", "1B").After(TimeSpan.FromMinutes(12)).Landed()
        .Ready("2A", "2B", "2C").After(TimeSpan.FromMinutes(3)).Ends("2A", new TurnOutcome.Completed("done")).Commits("2A").After(TimeSpan.FromSeconds(75));

    public static TheoryData<string, int, int> Sizes => new() { { "wide", 120, 30 }, { "usual", 80, 24 }, { "narrow", 44, 20 }, { "low", 80, 12 }, { "tiny", 24, 4 } };

    private static LiveView View(Night night, int width, int height) => new(night.State, night.Now, width, height)
    {
        Machine = Machine,
        Left = TimeSpan.FromMinutes(74),
        Doing = new Dictionary<int, string> { [2] = "Read  src/Worktrees.cs", [3] = "Bash  dotnet test --filter Merge" },
        Chosen = 3,
    };

    private static string Text(LiveView view)
    {
        var lines = LiveFrame.Of(view);
        Assert.True(lines.Count <= view.Height, $"{lines.Count} lines");
        Assert.All(lines, line => Assert.True(Columns.Of(Sequences.Without(line)) <= view.Width, line));
        return string.Join('\n', lines.Select(line => line.TrimEnd())) + "\n";
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_run_under_way(string name, int width, int height) => Approved.Same($"screens/live-{name}.txt", Text(View(Busy, width, height)));

    [Fact]
    public void A_run_at_a_limit()
    {
        var night = Busy.Ends("2B", new TurnOutcome.Limited(Night.Start + TimeSpan.FromHours(3), "You have reached your usage limit."));

        Approved.Same("screens/live-limit.txt", Text(View(night, 80, 24)));
    }

    [Fact]
    public void A_run_that_is_paused() => Approved.Same("screens/live-paused.txt", Text(View(Busy.Take(new Event.PauseAsked(true)), 80, 24) with { Told = "Paused: the agents are frozen, nothing begins. p goes on." }));

    [Fact]
    public void A_run_with_a_failure_that_merges()
    {
        var night = new Night(Two with { RetryAttempts = 1 }, Plan).Ready("1A").Ends("1A", new TurnOutcome.Failed(FailureKind.Attempt, "agent.broken", "The agent broke down."), 0.1m).Accepted("1B").After(TimeSpan.FromMinutes(1));

        Approved.Same("screens/live-failed.txt", Text(View(night, 80, 24) with { Doing = new Dictionary<int, string>() }));
    }

    [Fact]
    public void Colours_change_no_word()
    {
        var plain = Text(View(Busy, 100, 30));
        var inked = LiveFrame.Of(View(Busy, 100, 30) with { Ink = new Ink(true) });

        Assert.Contains(inked, line => line.Contains('\u001b', StringComparison.Ordinal));
        Assert.Equal(plain, string.Join('\n', inked.Select(line => Sequences.Without(line).TrimEnd())) + "\n");
    }

    [Fact]
    public void What_agents_and_titles_say_steers_no_terminal()
    {
        var night = new Night(Two, "1A: evil \u001b[2J\u202e title", "1B: b").Ready("1A");
        var view = View(night, 80, 24) with { Doing = new Dictionary<int, string> { [0] = "Bash  \u001b]0;x\u0007rm\r\n\u200b" } };

        Assert.All(LiveFrame.Of(view), line => Assert.DoesNotContain(line, c => Plain.IsUnfit(c)));
    }

    [Fact]
    public void Two_hundred_milestones_fit_and_the_chosen_one_is_seen()
    {
        var night = new Night(Two, [.. Enumerable.Range(0, 200).Select(i => $"{1 + (i / 20)}{(char)('A' + (i % 20))}: Number {i}")]);
        for (var chosen = 0; chosen < 200; chosen += 7)
        {
            var text = Text(View(night, 80, 24) with { Chosen = chosen, Doing = new Dictionary<int, string>() });
            Assert.Contains($"> · {night.State.Plan.Milestones[chosen].Id}", text.Replace("●", "·", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_agent_that_is_followed() => Approved.Same("screens/follow.txt", string.Join('\n', FollowFrame.Of(
        [.. Enumerable.Range(1, 40).Select(i => $"> Bash  step {i}")], Busy.State, 3, 80, 14, back: 5, Ink.None)) + "\n");
}
