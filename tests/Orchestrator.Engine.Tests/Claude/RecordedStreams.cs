using Orchestrator.Core.Agents;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Claude;

/// <summary>What the real CLI printed, recorded from two versions, and what is to be made of it.</summary>
public sealed class RecordedStreams
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero); // before all their resets

    [Fact]
    public void Every_recorded_stream_is_classified_as_the_contract_says()
    {
        // Name, exit code (128 + n for signal n), outcome.
        var listed = File.ReadAllLines(Approved.File("claude-outcomes.txt")).Select(l => l.Split(' ', 3)).ToList();
        var recorded = Directory.GetFiles(Approved.File("claude"), "*.stdout.jsonl").Select(f => Path.GetFileName(f)[..^".stdout.jsonl".Length]);
        Assert.Equal(recorded.Order(StringComparer.Ordinal), listed.Select(l => l[0]));
        Approved.Same("claude-outcomes.txt", string.Concat(listed.Select(l => $"{l[0]} {l[1]} {Spell(Outcome(l[0], int.Parse(l[1], null)))}\n")));
    }

    [Fact]
    public void Use_and_windows_of_every_recorded_stream_are_read_as_approved() =>
        Approved.Same("claude-usage.txt", string.Concat(Directory.GetFiles(Approved.File("claude"), "*.stdout.jsonl").Select(f => Path.GetFileName(f)[..^".stdout.jsonl".Length]).Order(StringComparer.Ordinal).Select(name => Spell(name, Report(name)))));

    [Fact]
    public void What_was_seen_has_the_price_that_the_agent_itself_reckons()
    {
        // Only the newer version: its answers are of models whose prices have not changed since.
        foreach (var name in new[] { "ok-acceptEdits", "limit-then-resume-1", "max-budget", "resume-after-kill9", "stream-sigint" })
        {
            foreach (var (model, usage) in Report($"{name}.330").Models)
            {
                Assert.Equal(usage.CostUsd, Prices.Cost(Prices.Of(model), usage, 0));
            }
        }
    }

    [Theory]
    [InlineData("sigkill-bash.197")]
    [InlineData("sigkill-bash.330")]
    [InlineData("stream-sigint.197")]
    public void What_died_without_a_sum_is_charged_what_was_seen(string name)
    {
        var report = Report(name);
        Assert.Equal(report.Seen, report.Models);
        Assert.True(report.Usage is { CostUsd: > 0, InputTokens: >= 10 }, report.Usage.ToString());
        Assert.True(report.Metered);
    }

    [Theory]
    [InlineData("197")]
    [InlineData("330")]
    public void An_unknown_conversation_is_told_from_other_failures(string version)
    {
        Assert.True(TurnClassifier.IsSessionGone(Report($"resume-unknown.{version}"), Errors($"resume-unknown.{version}")));
        Assert.False(TurnClassifier.IsSessionGone(Report($"f-401.{version}"), Errors($"f-401.{version}")));
        Assert.False(TurnClassifier.IsSessionGone(Report($"ok-acceptEdits.{version}"), ""));
        Assert.False(TurnClassifier.IsSessionTaken(Report($"resume-unknown.{version}"), Errors($"resume-unknown.{version}")));
        Assert.True(TurnClassifier.IsSessionTaken(new TurnReport(), "Error: Session ID 0b5c is already in use."));
    }

    [Theory]
    [InlineData("197", "2.1.197")]
    [InlineData("330", "2.1.330")]
    public void Version_conversation_cost_and_last_words_are_read(string version, string named)
    {
        var report = Report($"ok-acceptEdits.{version}");
        Assert.Equal(named, report.Version);
        Assert.True(Guid.TryParse(report.Session, out _));
        Assert.Equal(0, report.BadLines);
        Assert.True(report.Usage is { CostUsd: > 0, InputTokens: > 0, OutputTokens: > 0 });
        Assert.False(string.IsNullOrEmpty(report.LastText));
    }

    [Fact]
    public void A_resumed_conversation_is_not_charged_for_what_was_charged_before()
    {
        // 330 counts on across resumes: total_cost_usd of the second process holds that of the first.
        var first = Report("limit-then-resume-1.330").Usage;
        var second = Report("limit-then-resume-2.330").Usage;
        var older = Report("limit-then-resume-2.197").Usage;
        Assert.True(first.CostUsd > 0);
        Assert.Equal(older.OutputTokens, second.OutputTokens);
        Assert.Equal(older.InputTokens, second.InputTokens);
    }

    private static string Spell(TurnOutcome outcome) => outcome switch
    {
        TurnOutcome.Completed => "completed",
        TurnOutcome.Approved => "approved",
        TurnOutcome.ChangesRequested => "changes requested",
        TurnOutcome.Interrupted => "interrupted",
        TurnOutcome.Limited l => $"limited {l.Scope.ToString().ToLowerInvariant()} {(l.ResetsAt is { } at ? $"until {at:yyyy-MM-ddTHH:mm:ssZ}" : "until nobody says")}",
        TurnOutcome.Spent => "spent",
        TurnOutcome.Failed f => $"failed {f.Kind.ToString().ToLowerInvariant()} {f.Code}",
        _ => throw new InvalidOperationException(),
    };

    private static string Spell(string name, TurnReport report)
    {
        var models = string.Concat(report.Models.Select(m => $" {m.Model}={m.Usage.CostUsd:0.######}/{m.Usage.InputTokens}/{m.Usage.OutputTokens}"));
        var seen = string.Concat(report.Seen.Select(m => $" {m.Model}={m.Usage.CostUsd:0.######}/{m.Usage.InputTokens}/{m.Usage.OutputTokens}"));
        var windows = string.Concat(report.Windows.Select(w => $" {w.Name}={w.Status}/{w.Used}/{w.ResetsAt:MM-ddTHH:mm:ss}"));
        return $"{name}{(report.Answered ? " answered" : "")}{(report.Metered ? "" : " unmetered")}{(report.ToolPending ? " tool" : "")}{(report.Retrying ? " retrying" : "")} | used{models} | seen{seen} | windows{windows}\n";
    }

    private static TurnOutcome Outcome(string name, int exit) =>
        TurnClassifier.Classify(name.StartsWith("json-schema", StringComparison.Ordinal) ? Role.Review : Role.Implement, Report(name), exit, Errors(name), Now);

    private static TurnReport Report(string name)
    {
        var reader = new TranscriptReader(Approved.File($"claude/{name}.stdout.jsonl"));
        reader.Poll();
        return reader.Report;
    }

    private static string Errors(string name) => File.Exists(Approved.File($"claude/{name}.stderr")) ? File.ReadAllText(Approved.File($"claude/{name}.stderr")).Trim() : "";
}
