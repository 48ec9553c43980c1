using System.Text.RegularExpressions;
using Orchestrator.Cli.Screens;
using Orchestrator.Core.Plans;
using Orchestrator.Engine.Logs;
using Orchestrator.Engine.Notices;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Notices;

namespace Orchestrator.Cli.Tests.HostileText;

/// <summary>Whatever agents and files say, what comes out stays what it is: no escape, nothing unseen, no line and no markup that is not ours.</summary>
public sealed partial class OutputTests
{
    private const int Least = 10_000;

    private static readonly ILookup<(MilestoneId, long), string> NoFiles = Enumerable.Empty<int>().ToLookup(_ => (default(MilestoneId), 0L), _ => "");

    public static TheoryData<string> TextNames => [.. Outputs.Texts.Select(output => output.Name)];

    public static TheoryData<string> JsonNames => [.. Outputs.Json.Select(output => output.Name)];

    public static TheoryData<string> ColouredNames => [.. Outputs.Coloured.Select(output => output.Name)];

    // Made once: each output is shown the same runs, with texts of its own beside them.
    private static readonly Lazy<IReadOnlyList<HostileRun>> Runs = new(() =>
    {
        var texts = new HostileTexts(5);
        var runs = new List<HostileRun>();
        while (texts.Drawn < Least)
        {
            runs.Add(new HostileRun(texts.Next, runs.Count));
        }

        return runs;
    });

    [Theory]
    [MemberData(nameof(TextNames))]
    public void Ten_thousand_hostile_texts_steer_no_terminal_and_forge_no_line(string name)
    {
        var of = Outputs.Texts.Single(output => output.Name == name).Of;
        foreach (var shown in All((run, texts) => of(run, texts)))
        {
            Seen.IsFit(name, shown);
            if (name is not ("files of a plan")) // paragraphs are paragraphs there
            {
                Seen.HasOurLines(name, shown);
            }
        }
    }

    [Theory]
    [MemberData(nameof(JsonNames))]
    public void They_leave_JSON_what_it_is(string name)
    {
        var of = Outputs.Json.Single(output => output.Name == name).Of;
        foreach (var shown in All(of))
        {
            Seen.IsJson(name, shown);
        }
    }

    [Theory]
    [MemberData(nameof(ColouredNames))]
    public void With_colours_there_are_no_sequences_but_ours(string name)
    {
        var of = Outputs.Coloured.Single(output => output.Name == name).Of;
        foreach (var shown in All((run, texts) => [of(run, texts)]))
        {
            Seen.HasOurSequences(name, shown);
        }
    }

    [Fact]
    public void They_are_no_markup_in_the_report()
    {
        foreach (var run in Runs.Value)
        {
            var page = ReportScreen.Page(run.Tale, new ReportContext(false, "../evidence", NoFiles, run.State.At, TimeZoneInfo.Utc));
            Seen.IsFit("report", page);
            IsOurMarkup(page);
        }
    }

    [Fact]
    public void They_are_no_markup_in_the_list_of_tasks()
    {
        foreach (var run in Runs.Value)
        {
            Seen.IsPlainMarkdown("TASKS.md", Outputs.TasksOf(run), Core.Progress.TaskList.Begin, Core.Progress.TaskList.End);
        }
    }

    [Fact]
    public void They_forge_no_record_of_the_log()
    {
        var folder = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
        try
        {
            var log = new LogFile(folder, DateTimeOffset.UnixEpoch, LogLevel.Debug);
            using (log)
            {
                foreach (var run in Runs.Value)
                {
                    Outputs.Watch(run, log);
                }
            }

            var text = File.ReadAllText(log.File);
            Seen.IsFit("log", text);
            Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(Record(), line));
            Assert.True(Runs.Value.Sum(run => run.Facts.Count) <= text.Count(c => c == '\n'), "Facts are missing.");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void They_leave_no_fence_of_a_prompt_and_hide_nothing_in_it()
    {
        var texts = new HostileTexts(6);
        while (texts.Drawn < Least)
        {
            foreach (var prompt in Outputs.Prompts(texts))
            {
                Seen.IsFit("prompt", prompt.Replace("\r\n", "\n", StringComparison.Ordinal));
                Seen.HasClosedFences(prompt);
            }
        }
    }

    [Fact]
    public async Task They_reach_a_webhook_as_JSON_alone()
    {
        using var hook = new Hook(_ => 200);
        var sender = WebhookSender.Of(hook.Address, new UserEnvironment(new Dictionary<string, string>()), TimeSpan.FromSeconds(10), TimeSpan.Zero);
        foreach (var message in Runs.Value.Where((_, i) => i % 25 == 0).SelectMany(Outputs.Notices))
        {
            Assert.Null(await sender.SendAsync(message, TestContext.Current.CancellationToken));
        }

        Assert.True(hook.Bodies.Count > 20, $"Only {hook.Bodies.Count} messages.");
        Assert.All(hook.Bodies, body => Seen.IsJson("webhook", body));
    }

    [Fact]
    public void A_page_asks_nobody_for_anything()
    {
        var page = ReportScreen.Page(new HostileRun(() => "x", 0).Tale, new ReportContext(false, "../evidence", NoFiles, DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc));
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)https?:|src=|@import|url\\(|<script|<link|<iframe|<object", page);
    }

    /// <summary>What comes out of an output for all runs, and for more texts until there were enough.</summary>
    private static IEnumerable<string> All(Func<HostileRun, HostileTexts, IEnumerable<string>> of)
    {
        var texts = new HostileTexts(7);
        foreach (var shown in Runs.Value.SelectMany(run => of(run, texts)))
        {
            yield return shown;
        }

        // One that takes texts of its own has had few by now, and shows no run.
        while (texts.Drawn is > 0 and < Least)
        {
            foreach (var shown in of(Runs.Value[texts.Drawn % Runs.Value.Count], texts))
            {
                yield return shown;
            }
        }
    }

    /// <summary>Every bracket belongs to a tag of ours, with attributes of ours, whole and quoted.</summary>
    private static void IsOurMarkup(string page)
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

    [GeneratedRegex(@"\A1970-|\A20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:.]{12} [+-][0-9]{2}:[0-9]{2} (DEBU|INFO|WARN|ERRO) ")]
    private static partial Regex Record();
}
