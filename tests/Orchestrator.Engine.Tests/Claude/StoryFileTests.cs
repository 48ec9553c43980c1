using System.Text;
using System.Text.Json;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Claude;

/// <summary>The agent's story, as it is made of what it prints.</summary>
public sealed class StoryFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Stream => _folder.In("turn.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_recorded_stream_is_told_as_approved()
    {
        var told = new StringBuilder();
        foreach (var file in Directory.GetFiles(Approved.File("claude"), "*.stdout.jsonl").Order(StringComparer.Ordinal))
        {
            var story = new StoryFile(file);
            told.Append($"## {Path.GetFileName(file)[..^".stdout.jsonl".Length]}\n");
            foreach (var line in story.ReadOn())
            {
                told.Append($"{(line.Inner ? "    " : "")}{line.Kind}{(line.Bad ? "!" : "")}{(line.Until is { } until ? $" until {until:yyyy-MM-ddTHH:mm:ssZ}" : "")}: {line.Text.Replace("\n", "\n    ", StringComparison.Ordinal)}\n");
            }

            told.Append($"now: {story.Now ?? "(nothing)"}\n\n");
        }

        Approved.Same("claude-stories.txt", told.ToString());
    }

    [Theory]
    [InlineData("ok-acceptEdits.197")]
    [InlineData("subagent.330")]
    public void Read_on_byte_by_byte_it_is_the_same_story(string name)
    {
        var bytes = File.ReadAllBytes(Approved.File($"claude/{name}.stdout.jsonl"));
        var whole = new StoryFile(Approved.File($"claude/{name}.stdout.jsonl")).ReadOn();
        var story = new StoryFile(Stream);
        Assert.Empty(story.ReadOn()); // it is not there yet
        var told = new List<StoryLine>();
        for (var at = 0; at < bytes.Length; at += 211)
        {
            Append(bytes.AsSpan(at, Math.Min(211, bytes.Length - at)));
            told.AddRange(story.ReadOn());
        }

        Assert.Equal(whole, told);
        Assert.True(story.Ended);
        Assert.Empty(story.ReadOn());
    }

    [Fact]
    public void What_it_does_now_is_its_latest_word_or_tool()
    {
        var story = new StoryFile(Stream);
        Assert.Null(story.Now);
        Say("""{"type":"system","subtype":"init","cwd":"/repo/1A","model":"m"}""", """{"type":"assistant","message":{"content":[{"type":"text","text":"First a look.\nThen the rest."}]}}""");
        story.ReadOn();
        Assert.Equal("First a look. Then the rest.", story.Now);
        Say("""{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t","name":"Edit","input":{"old_string":"a","file_path":"/repo/1A/src/A.cs"}}]}}""");
        story.ReadOn();
        Assert.Equal("Edit  src/A.cs", story.Now);
        Say("""{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t","content":"ok"}]}}""");
        story.ReadOn();
        Assert.Equal("Edit  src/A.cs", story.Now);
        Say("""{"type":"result","subtype":"success","is_error":false,"result":"done"}""");
        story.ReadOn();
        Assert.Null(story.Now);
        Assert.True(story.Ended);
        Say("""{"type":"assistant","message":{"content":[{"type":"tool_use","name":"Bash","input":{"command":"make\nmake test"}}]}}""");
        story.ReadOn();
        Assert.Equal("Bash make make test", story.Now?.Replace("  ", " ", StringComparison.Ordinal));
        Assert.False(story.Ended);
    }

    [Theory]
    [InlineData("""{"command":"dotnet test","description":"Run"}""", "Bash  dotnet test")]
    [InlineData("""{"pattern":"a.*b","path":"src"}""", "Bash  a.*b")]
    [InlineData("""{"todos":[{"content":"a","status":"completed"},{"content":"b","status":"in_progress","activeForm":"doing b"},{"content":"c","status":"pending"}]}""", "Bash  1 of 3 done: doing b")]
    [InlineData("""{"strange":"word","number":1}""", "Bash  word")]
    [InlineData("""{"number":1,"list":[1]}""", "Bash")]
    [InlineData("[]", "Bash")]
    [InlineData("null", "Bash")]
    [InlineData("\"text\"", "Bash")]
    public void A_tool_is_told_with_its_one_telling_argument(string input, string told)
    {
        Say($$$"""{"type":"assistant","message":{"content":[{"type":"tool_use","name":"Bash","input":{{{input}}}}]}}""");
        Assert.Equal(new StoryLine(StoryKind.Used, told), Assert.Single(new StoryFile(Stream).ReadOn()));
    }

    [Fact]
    public void Thoughts_are_told_in_short_and_a_long_result_by_its_beginning()
    {
        var long1 = string.Join("\\n", Enumerable.Range(1, 500).Select(i => $"line {i}"));
        Say(
            $$$"""{"type":"assistant","message":{"content":[{"type":"thinking","thinking":"{{{new string('x', 5000)}}}"},{"type":"redacted_thinking","data":"x"}]}}""",
            $$$"""{"type":"user","message":{"content":[{"type":"tool_result","content":[{"type":"text","text":"{{{long1}}}"}]},{"type":"tool_result","is_error":true,"content":""}]}}""");
        var told = new StoryFile(Stream).ReadOn();
        Assert.Equal([StoryKind.Thinking, StoryKind.Result, StoryKind.Result], told.Select(l => l.Kind));
        Assert.InRange(told[0].Text.Length, 100, 310);
        Assert.Equal("line 1\nline 2\nline 3 …", told[1].Text);
        Assert.Equal(("failed", true), (told[2].Text, told[2].Bad));
    }

    [Fact]
    public void A_verdict_is_told_with_its_findings()
    {
        Say("""{"type":"result","subtype":"success","is_error":false,"result":"","duration_ms":192000,"total_cost_usd":0.5,"modelUsage":{"m":{"inputTokens":1200,"outputTokens":30,"costUSD":0.5}},"structured_output":{"verdict":"changes_requested","summary":"Not yet.","findings":[{"severity":"major","file":"a.cs","line":7,"claim":"It breaks\nhere."}]}}""");
        Assert.Equal("changes requested, 0.50 USD, 1,200 tokens in, 30 out, 3 min 12 s\nNot yet.\n- major a.cs:7: It breaks here.", Assert.Single(new StoryFile(Stream).ReadOn()).Text);
    }

    [Fact]
    public void Half_lines_garbage_and_unknown_messages_break_nothing()
    {
        var story = new StoryFile(Stream);
        Say("}{ not \u001b[31mjson\u001b[0m", "[1,2]", "{}", "\"text\"", """{"type":"assistant"}""", """{"type":"assistant","message":{"content":"text"}}""", """{"type":"assistant","message":{"content":[1,null,{"type":"text","text":5},{"type":"text"}]}}""",
            """{"type":"user","message":{"content":[{"type":"tool_result","content":[1,{"text":null}]}]}}""", """{"type":"system","subtype":"compact_boundary","compact_metadata":7}""", """{"type":"from_the_future","subtype":[]}""", """{"type":"result"}""", """{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":"soon"}}""");
        Append("{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"half"u8);
        var told = story.ReadOn();
        Assert.Equal("not a message: }{ not json", told[0].Text);
        Assert.Equal([StoryKind.System, StoryKind.Ended, StoryKind.System], told.Select(l => l.Kind));
        Append([.. new byte[] { 0xff, 0xc3 }, .. " a word\"}]}}\n"u8]);
        Assert.Equal((StoryKind.Said, "half a word"), (Assert.Single(story.ReadOn()) is var line ? line.Kind : default, line.Text));
    }

    [Fact]
    public void A_huge_line_is_told_by_its_beginning_and_what_follows_is_told_too()
    {
        Say(JsonSerializer.Serialize(new { type = "user", message = new { content = new[] { new { type = "tool_result", content = new string('y', 8 << 20) } } } }), """{"type":"assistant","message":{"content":[{"type":"text","text":"after"}]}}""");
        var told = new StoryFile(Stream).ReadOn();
        Assert.InRange(told[0].Text.Length, 500, 1000);
        Assert.Equal("after", told[1].Text);
    }

    [Fact]
    public void Nothing_of_it_steers_a_terminal_or_hides_anything()
    {
        const string Hostile = "a\u001b[2Jb\u001b]0;title\u0007c\u009b31md\u202ee\u200bf\u0007g\u001bPq\u001b\\h\u2028i\rj\u0000k\ufeffl\u001b]8;;no end m";
        var message = (object content) => JsonSerializer.Serialize(new { type = "assistant", message = new { content } });
        Say(
            message(new[] { new { type = "text", text = Hostile } }),
            message(new[] { new { type = "thinking", thinking = Hostile } }),
            message(new[] { new { type = "tool_use", name = Hostile, input = new { command = Hostile } } }),
            JsonSerializer.Serialize(new { type = "user", message = new { content = new[] { new { type = "tool_result", content = Hostile } } } }),
            JsonSerializer.Serialize(new { type = "system", subtype = "init", model = Hostile, claude_code_version = Hostile }),
            JsonSerializer.Serialize(new { type = "system", subtype = "api_retry", error = Hostile }),
            JsonSerializer.Serialize(new { type = "rate_limit_event", rate_limit_info = new { status = "rejected", rateLimitType = Hostile } }),
            JsonSerializer.Serialize(new { type = "result", subtype = Hostile, is_error = true, result = Hostile, permission_denials = new[] { new { tool_name = Hostile } } }),
            JsonSerializer.Serialize(new { type = "result", structured_output = new { verdict = Hostile, summary = Hostile, findings = new[] { new { severity = Hostile, file = Hostile, claim = Hostile } } } }),
            Hostile.Replace("\n", "", StringComparison.Ordinal));
        var story = new StoryFile(Stream);
        var told = story.ReadOn();
        Assert.Equal(10, told.Count);
        Assert.Equal("abcdefgh\ni\njkl8;;no end m", told[0].Text.Replace("]", "", StringComparison.Ordinal));
        foreach (var text in told.Select(l => l.Text).Append(story.Now ?? ""))
        {
            Assert.DoesNotContain(text, c => c != '\n' && (char.IsControl(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator));
            Assert.DoesNotContain("[2J", text, StringComparison.Ordinal);
            Assert.DoesNotContain("title", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_an_empty_story()
    {
        Directory.CreateDirectory(Stream);
        Assert.Empty(new StoryFile(Stream).ReadOn());
    }

    private void Say(params string[] lines) => Append(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));

    private void Append(ReadOnlySpan<byte> bytes)
    {
        using var file = new FileStream(Stream, FileMode.Append);
        file.Write(bytes);
    }
}
