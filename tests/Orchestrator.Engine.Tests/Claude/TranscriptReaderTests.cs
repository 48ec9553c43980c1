using System.Text;
using Orchestrator.Core.Agents;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Claude;

public sealed class TranscriptReaderTests : IDisposable
{
    private const string Init = """{"type":"system","subtype":"init","claude_code_version":"2.1.330","session_id":"s"}""";
    private const string Result = """{"type":"result","subtype":"success","is_error":false,"result":"done"}""";

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    private string Stream => _folder.In("out.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_is_not_there_yet_says_nothing()
    {
        var reader = new TranscriptReader(Stream);
        reader.Poll();
        Assert.Null(reader.Report.Result);
    }

    [Fact]
    public void A_growing_file_is_followed_and_a_torn_line_waits_for_its_end()
    {
        var reader = new TranscriptReader(Stream);
        var all = Encoding.UTF8.GetBytes(Init + "\n" + Result.Replace("done", "grün – 日本", StringComparison.Ordinal) + "\n");
        using var writer = new FileStream(Stream, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        for (var i = 0; i < all.Length - 1; i++)
        {
            writer.WriteByte(all[i]);
            writer.Flush();
            if (i % 7 == 0)
            {
                reader.Poll();
            }

            Assert.Null(reader.Report.Result);
        }

        Assert.Equal("2.1.330", reader.Report.Version);
        writer.WriteByte(all[^1]);
        writer.Flush();
        reader.Poll();
        Assert.Equal("grün – 日本", reader.Report.Result!.Text);
        Assert.Equal(0, reader.Report.BadLines);
    }

    [Fact]
    public void Lines_that_are_no_messages_are_counted_and_passed_over()
    {
        var report = Read("not json", "", "{\"type\":", "[1,2]", "\"text\"", "null", "{}", "{\"type\":5}", "{\"type\":\"brand_new\",\"x\":{}}", new string('[', 5000), Result);
        Assert.Equal("done", report.Result!.Text);
        Assert.Equal(3, report.BadLines);
    }

    [Fact]
    public void A_line_of_megabytes_is_read()
    {
        var huge = new string('x', 12 << 20);
        var report = Read(Init, $$$"""{"type":"assistant","message":{"content":[{"type":"text","text":"{{{huge}}}"}]}}""", Result);
        Assert.Equal(huge.Length, report.LastText!.Length);
        Assert.NotNull(report.Result);
    }

    [Fact]
    public void A_line_beyond_all_bounds_is_left_out_and_the_next_one_read()
    {
        using (var writer = new StreamWriter(Stream))
        {
            writer.Write("{\"type\":\"assistant\",\"x\":\"");
            for (var i = 0; i < 40; i++)
            {
                writer.Write(new string('x', 1 << 20));
            }

            writer.Write("\"}\n" + Result + "\n");
        }

        var reader = new TranscriptReader(Stream);
        reader.Poll();
        Assert.Equal("done", reader.Report.Result!.Text);
    }

    [Fact]
    public void The_order_of_keys_does_not_matter()
    {
        var report = Read("""{"duration_api_ms":1,"result":"done","is_error":true,"api_error_status":429,"terminal_reason":"completed","subtype":"success","type":"result"}""");
        Assert.Equal((true, 429, "done"), (report.Result!.IsError, report.Result.Status, report.Result.Text));
    }

    [Fact]
    public void The_last_of_several_results_counts()
    {
        var report = Read(Result, """{"type":"result","subtype":"success","is_error":true,"result":"later"}""");
        Assert.Equal("later", report.Result!.Text);
    }

    [Theory]
    [InlineData("""{"type":"result","subtype":"success","is_error":false,"result":"cut in an emoji \ud83d"}""")]
    [InlineData("""{"type":"result","subtype":"error_during_execution","is_error":true,"errors":["cut \ud83d"]}""")]
    [InlineData("""{"type":"result","subtype":"success","is_error":"yes","result":5,"permission_denials":"none","errors":{},"api_error_status":"x"}""")]
    [InlineData("""{"type":"result","permission_denials":[5,{"tool_name":7},{}],"structured_output":[]}""")]
    public void Half_characters_and_odd_types_do_no_harm(string line)
    {
        var report = Read("""{"type":"assistant","message":{"content":[{"type":"text","text":"\udc00 half"},5,"x"]}}""", line);
        Assert.NotNull(report.Result);
        Assert.NotNull(report.LastText);
        TurnClassifier.Classify(Role.Implement, report, 0, "", Now);
        TurnClassifier.Classify(Role.Review, report, 0, "", Now);
    }

    [Fact]
    public void No_result_is_a_passing_failure_only_when_a_signal_ended_the_agent()
    {
        var report = Read(Init);
        Assert.Equal(FailureKind.Transient, Assert.IsType<TurnOutcome.Failed>(TurnClassifier.Classify(Role.Implement, report, 137, "", Now)).Kind);
        var failed = Assert.IsType<TurnOutcome.Failed>(TurnClassifier.Classify(Role.Implement, report, 1, "boom\nat line 5", Now));
        Assert.Equal((FailureKind.Attempt, "agent.no-result"), (failed.Kind, failed.Code));
        Assert.EndsWith("boom at line 5", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("You've hit your session limit · resets 12:05am (UTC)", "limited")]
    [InlineData("You've reached your weekly limit", "limited")]
    [InlineData("You're out of extra usage · add more", "agent.credits")]
    [InlineData("Your org is out of usage · contact your admin", "agent.credits")]
    [InlineData("Something else went wrong", "agent.error")]
    public void Where_only_the_text_tells_the_text_decides(string text, string expected)
    {
        var outcome = TurnClassifier.Classify(Role.Implement, Read($$"""{"type":"result","subtype":"success","is_error":true,"result":"{{text}}"}"""), 1, "", Now);
        Assert.Equal(expected, outcome switch { TurnOutcome.Limited => "limited", TurnOutcome.Failed f => f.Code, _ => "?" });
    }

    [Theory]
    [InlineData("Bash", false)]
    [InlineData("Write", false)]
    [InlineData("Read", true)]
    [InlineData("WebFetch", true)]
    public void A_denied_change_is_no_success_but_a_denied_look_does_no_harm(string tool, bool completed)
    {
        var outcome = TurnClassifier.Classify(Role.Implement, Read($$"""{"type":"result","is_error":false,"result":"ok","permission_denials":[{"tool_name":"{{tool}}"}]}"""), 0, "", Now);
        Assert.Equal(completed, outcome is TurnOutcome.Completed);
    }

    [Fact]
    public void A_foreign_byte_does_not_cost_the_result()
    {
        File.WriteAllBytes(Stream, [.. "{\"type\":\"result\",\"is_error\":false,\"result\":\"caf"u8, 0xE9, .. "\"}\n"u8]);
        var reader = new TranscriptReader(Stream);
        reader.Poll();
        Assert.Equal("caf\uFFFD", reader.Report.Result!.Text);
    }

    [Fact]
    public void A_limit_that_is_a_list_and_a_name_that_is_no_text_say_nothing()
    {
        var report = Read("""{"type":"rate_limit_event","rate_limit_info":[]}""", """{"\ud83d":1,"type":"system"}""", Result);
        Assert.Equal("done", report.Result!.Text);
        Assert.Null(report.RateLimit!.Status);
    }

    [Theory]
    [InlineData("1e300", "1e300")]
    [InlineData("1e999", "1e999")]
    [InlineData("-5", "-5")]
    public void Absurd_figures_neither_throw_nor_give_money_back(string cost, string tokens)
    {
        var usage = Read($$$"""{"type":"result","modelUsage":{"a":{"costUSD":{{{cost}}},"inputTokens":{{{tokens}}}},"b":{"costUSD":{{{cost}}},"outputTokens":{{{tokens}}}} } }""").Usage;
        Assert.True(usage is { CostUsd: >= 0 and <= 2_000_000, InputTokens: >= 0, OutputTokens: >= 0 }, usage.ToString());
    }

    [Fact]
    public void A_summary_is_not_cut_within_a_character()
    {
        var outcome = TurnClassifier.Classify(Role.Implement, Read($$"""{"type":"result","is_error":false,"result":"{{new string('x', 399)}}😀"}"""), 0, "", Now);
        Assert.Equal(new string('x', 399) + "…", Assert.IsType<TurnOutcome.Completed>(outcome).Summary);
    }

    private TurnReport Read(params string[] lines)
    {
        File.WriteAllText(Stream, string.Concat(lines.Select(l => l + "\n")));
        var reader = new TranscriptReader(Stream);
        reader.Poll();
        return reader.Report;
    }
}
