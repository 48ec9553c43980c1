using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Evidence;

namespace Orchestrator.Cli.Tests.Evidence;

/// <summary>Whatever agents and files say, the screens stay what they are: no escape, nothing unseen, no markup that is not ours.</summary>
public sealed partial class HostileTextTests
{
    private const int Runs = 250;

    private static readonly string[] Nasty =
    [
        "\u001b[31m", "\u001b]0;title\u0007", "\u009b2J", "\u0000", "\r", "\n", "\t", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u2028", "\ud800", "\udc00", "\U000e0041", "\u3164", "\ufe0f",
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg/onload=alert(1)>", "</style><style>*{display:none}", "</title>", "<!--", "-->", "]]>", "&lt;b&gt;", "&#60;i&#62;", "javascript:alert(1)",
        "{{text}}", "%3Cscript%3E", "</td></tr></table>", "<a href=\"https://evil.invalid\">", "\\u003cscript", "plain words", "größer", "日本語", "🙂", "` $(reboot) `", "';reboot;'",
    ];

    [Fact]
    public void Ten_thousand_hostile_texts_steer_neither_terminal_nor_page()
    {
        var random = new Random(5);
        var texts = 0;
        for (var run = 0; run < Runs; run++)
        {
            var tale = TaleOf(() =>
            {
                texts++;
                return string.Concat(Enumerable.Range(0, 1 + random.Next(5)).Select(_ => Nasty[random.Next(Nasty.Length)]));
            });
            for (var i = 0; i < tale.State.Milestones.Count; i++)
            {
                AssertSeen(ExplainScreen.Text(tale, i, alive: false, "folder", TimeZoneInfo.Utc));
            }

            var page = ReportScreen.Page(tale, new ReportContext(false, "../evidence", Enumerable.Empty<int>().ToLookup(_ => (default(MilestoneId), 0L), _ => ""), tale.State.At, TimeZoneInfo.Utc));
            AssertSeen(page);
            AssertOurMarkup(page);
        }

        Assert.True(texts > 10_000, $"Only {texts} texts.");
    }

    [Fact]
    public void A_page_asks_nobody_for_anything()
    {
        var page = ReportScreen.Page(TaleOf(() => "x"), new ReportContext(false, "../evidence", Enumerable.Empty<int>().ToLookup(_ => (default(MilestoneId), 0L), _ => ""), DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc));
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)https?:|src=|@import|url\\(|<script|<link|<iframe|<object", page);
    }

    /// <summary>A run in which everything that can be said by others is said.</summary>
    private static Tale TaleOf(Func<string> text)
    {
        RunState? state = null;
        Chronicle? chronicle = null;
        var at = DateTimeOffset.UnixEpoch;
        var plan = Enumerable.Range(0, 3).Select(i => new Milestone(MilestoneId.Parse($"1{(char)('A' + i)}"), text(), text(), default, Verify: [text()], Criteria: [text(), text()])).ToItems();
        Take(new Event.RunStarted(new RunId("run"), plan, new Policy(ReviewRounds: 1, RetryAttempts: 1), "refs/heads/main", "base", default, default));
        for (var step = 0; step < 40 && state!.Final is null; step++)
        {
            foreach (var order in OrdersNow())
            {
                Take(Answer(order));
            }
        }

        return new Tale(state!, chronicle!, [new GateCommand(text(), text())]);

        void Take(Event fact)
        {
            at += TimeSpan.FromSeconds(1);
            var next = Conductor.Fold(state, fact, at);
            chronicle = Chronicle.Take(chronicle, fact, state, next, at);
            state = next;
        }

        // A fact that changes nothing brings the orders of the state.
        IReadOnlyList<Order> OrdersNow() => [.. Conductor.Decide(state, new Event.Woke(), at).Orders.Where(o => o is not Order.Wake)];

        Event Answer(Order order) => order switch
        {
            Order.Prepare o => new Event.WorktreeReady(o.Ticket, "base", null),
            Order.RunTurn { Brief.Role: Role.Review, Milestone.Task: "A" } o => new Event.TurnFinished(o.Ticket, new TurnOutcome.Approved(text(), [Found()], [new CriterionProof(1, ProvedBy.Reviewer, text())]), default, [new ModelUsage(text(), new Usage(1, 1, 1))]),
            Order.RunTurn { Brief.Role: Role.Review or Role.Check } o => new Event.TurnFinished(o.Ticket, new TurnOutcome.ChangesRequested([Found(), Found()]), default),
            Order.RunTurn { Milestone.Task: "C" } o => new Event.TurnFinished(o.Ticket, new TurnOutcome.Failed(FailureKind.Milestone, "agent.refused", text()), default),
            Order.RunTurn o => new Event.TurnFinished(o.Ticket, new TurnOutcome.Completed(text()), default),
            Order.Commit o => new Event.WorkCommitted(o.Ticket, $"c{o.Ticket}", 1, null, default, [new Mark(MarkKind.OutsideScope, text(), text())]),
            Order.RunGates o => new Event.GateFinished(o.Ticket, [new GateResult(text(), true, text(), Flaky: true), new GateResult(text(), false, text(), Tally: new TestTally(1, 1, 0, [text()]), Before: new GateBefore(false, new TestTally(1, 1, 0, [text()])))]),
            Order.BuildCandidate o => new Event.CandidateBuilt(o.Ticket, "base", "base", "k1", o.Batch.Select(b => b.Id).ToItems(), default),
            Order.TestCandidate o => new Event.GateFinished(o.Ticket, [new GateResult(text(), true, text(), Flaky: true)]),
            Order.Publish o => new Event.Published(o.Ticket, o.Candidate, text(), Proof.Whole),
            Order.Meter o => new Event.TurnMetered(o.Ticket, default, default),
            _ => throw new InvalidOperationException($"Unknown order {order}."),
        };

        Finding Found() => new(FindingSeverity.Critical, text(), 1, text(), text());
    }

    private static void AssertSeen(string shown)
    {
        foreach (var rune in shown.EnumerateRunes().Where(r => r.Value is not ('\n' or '\t')))
        {
            Assert.True(Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate), $"U+{rune.Value:x4} got through.");
        }
    }

    /// <summary>Every bracket belongs to a tag of ours, with attributes of ours, whole and quoted.</summary>
    private static void AssertOurMarkup(string page)
    {
        var begin = page.IndexOf("<style>", StringComparison.Ordinal) + "<style>".Length;
        var body = page[..begin] + page[page.IndexOf("</style>", StringComparison.Ordinal)..];
        var rest = OurTag().Replace(body, "");
        Assert.False(rest.AsSpan().ContainsAny('<', '>'), rest.Length > 0 ? $"Foreign markup: {Regex.Match(rest, ".{0,80}[<>].{0,80}").Value}" : "");
        Assert.Single(Regex.Matches(page, "</style>"));
        Assert.All(Regex.Matches(body, "href=\"([^\"]*)\"").Select(m => m.Groups[1].Value), link => Assert.Matches("^(#m?-?[0-9A-Za-z]+|#marks|\\.\\./evidence/[0-9A-Za-z./-]*)$", link));
    }

    [GeneratedRegex("""<!DOCTYPE html>|</?(html|head|meta|title|style|body|main|header|footer|section|h1|h2|p|dl|dt|dd|div|ul|ol|li|table|thead|tbody|tr|th|td|span|b|i|em|small|br|a|code|pre|details|summary|time|svg|rect|line|text)( (lang|charset|http-equiv|content|name|class|id|scope|href|style|viewBox|role|aria-label|x|y|x1|x2|y1|y2|width|height|rx)="[^"<>]*")*/?>""")]
    private static partial Regex OurTag();
}
