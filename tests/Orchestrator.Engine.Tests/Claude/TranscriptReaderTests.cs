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

    [Fact]
    public void A_tool_runs_from_its_call_to_its_result()
    {
        var (call, result) = (Call("m1", "t1"), ToolResult("t1"));
        Assert.True(Read(Init, call).ToolPending);
        Assert.False(Read(Init, call, result).ToolPending);
        Assert.True(Read(Init, call, Call("m1", "t2"), result).ToolPending);
        Assert.False(Read(Init, call, Call("m1", "t2"), result, ToolResult("t2")).ToolPending);
        Assert.True(Read(Init, call, """{"type":"system","subtype":"status"}""").ToolPending);
        Assert.False(Read(Init, call, Call("m2", null)).ToolPending); // its result was lost
        Assert.False(Read(Init, call, Result).ToolPending);
    }

    [Fact]
    public void A_sub_agent_that_thinks_is_no_tool_but_its_own_tool_is()
    {
        var thinks = """{"type":"assistant","parent_tool_use_id":"t1","message":{"id":"s1","content":[{"type":"text","text":"x"}]}}""";
        Assert.False(Read(Init, Call("m1", "t1"), thinks).ToolPending);
        Assert.True(Read(Init, Call("m1", "t1"), thinks, Call("s2", "t9", "t1")).ToolPending);
        Assert.False(Read(Init, Call("m1", "t1"), thinks, Call("s2", "t9", "t1"), ToolResult("t9")).ToolPending);
    }

    [Theory]
    [InlineData("2000.5", 2000.5)]
    [InlineData("-1", null)]
    [InlineData("1e999", null)]
    [InlineData("\"5\"", null)]
    public void The_CLI_waits_while_a_retry_is_its_last_word(string delay, double? milliseconds)
    {
        var retry = $$"""{"type":"system","subtype":"api_retry","attempt":1,"retry_delay_ms":{{delay}}}""";
        var report = Read(Init, retry);
        Assert.True(report.Retrying);
        Assert.Equal(milliseconds, report.RetryDelay?.TotalMilliseconds);
        report = Read(Init, retry, Call("m1", "t1"));
        Assert.Equal((false, null), (report.Retrying, report.RetryDelay));
    }

    [Fact]
    public void Only_the_provider_answers()
    {
        Assert.False(Read(Init, """{"type":"rate_limit_event","rate_limit_info":{"status":"allowed"}}""").Answered);
        Assert.False(Read(Init, """{"type":"assistant","message":{"model":"<synthetic>","content":[]}}""").Answered);
        Assert.False(Read(Init, """{"type":"assistant","error":"rate_limit","message":{"model":"claude-opus-5-5","content":[]}}""").Answered);
        Assert.True(Read(Init, Call("m1", "t1")).Answered);
    }

    [Fact]
    public void Each_answer_is_counted_once_with_the_greatest_of_its_figures()
    {
        static string Line(string id, int read, int write, int hour, int output) => $$$$"""{"type":"assistant","message":{"id":"{{{{id}}}}","model":"claude-opus-5-5","content":[],"usage":{"input_tokens":1000,"cache_read_input_tokens":{{{{read}}}},"cache_creation_input_tokens":{{{{write}}}},"cache_creation":{"ephemeral_1h_input_tokens":{{{{hour}}}}},"output_tokens":{{{{output}}}}}}}""";
        var report = Read(Init, Line("a", 0, 2000, 1000, 1), Line("b", 3000, 0, 0, 1), Line("a", 0, 2000, 1000, 40));
        var seen = Assert.Single(report.Seen);
        Assert.Equal(new ModelUsage("claude-opus-5-5", new Usage((2000 * 4m / 1_000_000) + (3000 * 0.2m / 1_000_000) + (1000 * 8m / 1_000_000) + (1000 * 5m / 1_000_000) + (41 * 20m / 1_000_000), 7000, 41, 3000, 2000)), seen);
        Assert.Equal(seen.Usage, report.Usage);
        Assert.True(report.Metered);
    }

    [Fact]
    public void Thousands_of_answers_are_counted_without_keeping_each()
    {
        var report = Read([.. Enumerable.Range(0, 3000).Select(n => $$$$"""{"type":"assistant","message":{"id":"m{{{{n}}}}","model":"claude-opus-5-5","content":[],"usage":{"input_tokens":10,"output_tokens":1}}}""")]);
        Assert.Equal((30_000, 3000), (report.Usage.InputTokens, report.Usage.OutputTokens));
    }

    [Theory]
    [InlineData("claude-opus-5-5", true)]
    [InlineData("a-model-of-tomorrow", false)]
    public void What_died_without_a_sum_is_metered_only_where_all_of_it_has_a_price(string model, bool metered)
    {
        var report = Read(Init, $$$$"""{"type":"assistant","message":{"id":"m","model":"{{{{model}}}}","content":[],"usage":{"input_tokens":10,"output_tokens":1}}}""");
        Assert.Equal((metered, metered), (report.Metered, report.Usage.CostUsd > 0));
        Assert.Equal(11, report.Usage.Tokens);
    }

    [Fact]
    public void A_result_without_a_sum_after_an_answer_is_not_metered()
    {
        Assert.False(Read(Init, Call("m1", "t1"), Result).Metered);
        Assert.True(Read(Init, Result).Metered); // nothing was asked
    }

    [Fact]
    public void A_resumed_process_that_used_nothing_is_not_charged_for_those_before()
    {
        var report = Read(Init, """{"type":"result","is_error":true,"modelUsage":{"claude-opus-5-5":{"costUSD":7,"inputTokens":9}},"model_usage_since_last_result":{}}""");
        Assert.Equal(default, report.Usage);
        Assert.True(report.Metered);
    }

    [Theory]
    [InlineData("claude-opus-5-5", 4)]
    [InlineData("claude-opus-5-20270101", 5)]
    [InlineData("claude-opus-4-8[1m]", 5)]
    [InlineData("us.anthropic.claude-sonnet-5-5", 2)]
    [InlineData("claude-opus-55", null)]
    [InlineData("fake", null)]
    public void A_price_belongs_to_a_family(string model, int? input) => Assert.Equal(input, (int?)Prices.Of(model)?.Input);

    private static string Call(string id, string? tool, string? parent = null) =>
        $$$"""{"type":"assistant","parent_tool_use_id":{{{(parent is null ? "null" : $"\"{parent}\"")}}},"message":{"id":"{{{id}}}","model":"claude-opus-5-5","content":[{{{(tool is null ? "" : "{\"type\":\"tool_use\",\"id\":\"" + tool + "\",\"name\":\"Bash\",\"input\":{}}")}}}]}}""";

    [Fact]
    public void Of_a_stream_of_other_things_nothing_more_is_believed_and_it_costs_no_time()
    {
        const string Answer = """{"type":"result","subtype":"success","is_error":false,"result":"done"}""";
        Assert.NotNull(Read([.. Enumerable.Repeat("{x}", 999), Answer]).Result);

        var report = Read([.. Enumerable.Repeat("{x}", 1_000_000), Answer]);

        Assert.Null(report.Result);
        Assert.Equal(1000, report.BadLines);
    }

    private static string ToolResult(string tool) => $$$"""{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"{{{tool}}}","content":"x"}]}}""";

    private TurnReport Read(params string[] lines)
    {
        File.WriteAllText(Stream, string.Concat(lines.Select(l => l + "\n")));
        var reader = new TranscriptReader(Stream);
        reader.Poll();
        return reader.Report;
    }
}
