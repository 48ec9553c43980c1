using System.Text.Json;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Claude;

public sealed class LimitDetectorTests : IDisposable
{
    private const string Refused = """{"type":"result","subtype":"success","is_error":true,"api_error_status":429,"result":"You've hit your session limit · resets 12:05am (UTC)"}""";

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("You've hit your session limit · resets 12:05am (UTC)", "account 23T00:05")]
    [InlineData("You've hit your 5-hour limit · resets 12:05am (UTC) · progress saved", "account 23T00:05")]
    [InlineData("You’ve hit your weekly limit · resets Nov 26, 2:54pm (UTC)", "account 26T14:54")]
    [InlineData("You've reached your usage limit", "account")]
    [InlineData("You've hit your Opus limit · resets 3am (UTC)", "model 23T03:00")]
    [InlineData("You've hit your Sonnet limit · resets 3am (UTC) · out of usage credits", "model 23T03:00")]
    [InlineData("You've reached your Fable 5 limit · resets 3am (UTC)", "model 23T03:00")]
    [InlineData("Opus limit reached ∙ resets 3am", "model 23T03:00")]
    [InlineData("5-hour limit reached ∙ resets 3am", "account 23T03:00")]
    [InlineData("Claude AI usage limit reached|1795392318", "account 23T00:05")]
    [InlineData("Claude AI usage limit reached|1795392318000", "account")]
    [InlineData("You're out of extra usage · resets 3am (UTC)", "account 23T03:00")]
    [InlineData("You've hit your monthly spend limit · resets Nov 29, 3am (UTC)", "account 29T03:00")]
    [InlineData("You've hit your monthly spend limit · resets Dec 31, 3am (UTC)", "run agent.credits")]
    [InlineData("You've hit your org's monthly usage limit", "run agent.credits")]
    [InlineData("You've hit your monthly spend limit", "run agent.credits")]
    [InlineData("You're out of usage credits", "run agent.credits")]
    [InlineData("You're out of extra usage · add more", "run agent.credits")]
    [InlineData("Your org is out of usage · add funds to continue", "run agent.credits")]
    [InlineData("Your org is out of usage · contact your admin", "run agent.credits")]
    [InlineData("Credit balance is too low", "run agent.credits")]
    [InlineData("Fable 5 requires usage credits. Run /usage-credits", "run agent.credits")]
    [InlineData("Opus requires usage credits.", "run agent.credits")]
    [InlineData("API Error: Usage credits required for 1M context · turn on", "run agent.credits")]
    [InlineData("Your seat type doesn't include usage credits", "run agent.organization")]
    [InlineData("Your seat type doesn't include extra usage", "run agent.organization")]
    [InlineData("Your usage allocation has been disabled by your admin", "run agent.organization")]
    [InlineData("Your group's usage limit is set to $0", "run agent.organization")]
    [InlineData("This service is disabled for your org", "run agent.organization")]
    [InlineData("Usage is paused for your organization", "run agent.organization")]
    [InlineData("Your ANTHROPIC_API_KEY belongs to a disabled organization · Update", "run agent.organization")]
    [InlineData("I did what I could. You've hit your session limit · resets 3am (UTC)", "attempt agent.error")]
    [InlineData(" Claude AI usage limit reached|1795392318", "attempt agent.error")]
    [InlineData("The 5-hour limit reached ∙ resets 3am", "attempt agent.error")]
    public void The_beginning_of_the_last_words_tells(string text, string expected)
    {
        Assert.Equal(expected, Spell(Outcome($$"""{"type":"result","subtype":"success","is_error":true,"result":{{JsonSerializer.Serialize(text)}}}""")));

        // The sign of a refusal, which most of them come with, changes nothing but that an unclear one is a limit.
        var refused = Spell(Outcome(Event("\"status\":\"rejected\",\"isUsingOverage\":false"), $$"""{"type":"result","subtype":"success","is_error":true,"result":{{JsonSerializer.Serialize(text)}}}"""));
        Assert.Equal(expected == "attempt agent.error" ? "account" : expected, refused);
    }

    [Theory]
    [InlineData("\"status\":\"rejected\",\"resetsAt\":1795392318,\"rateLimitType\":\"five_hour\"", "account 23T00:05")]
    [InlineData("\"rateLimitType\":\"seven_day_opus\",\"resetsAt\":1795392318,\"status\":\"rejected\"", "model 23T00:05")]
    [InlineData("\"status\":\"rejected\",\"rateLimitType\":\"seven_day_sonnet\",\"isUsingOverage\":false", "model 23T00:05")]
    [InlineData("\"status\":\"rejected\",\"rateLimitType\":\"seven_day_overage_included\",\"resetsAt\":1795395918", "account 23T01:05")]
    [InlineData("\"status\":\"rejected\",\"resetsAt\":1795395918,\"overageStatus\":\"rejected\",\"overageResetsAt\":1795392318", "account 23T00:05")]
    [InlineData("\"status\":\"rejected\",\"resetsAt\":1795392318,\"overageStatus\":\"rejected\",\"overageResetsAt\":1795395918", "account 23T00:05")]
    [InlineData("\"status\":\"rejected\",\"resetsAt\":1795395918,\"overageStatus\":\"allowed\",\"overageResetsAt\":1795392318", "account 23T01:05")]
    [InlineData("\"status\":\"rejected\",\"resetsAt\":\"1795395918\"", "account 23T00:05")] // no number: the text's
    [InlineData("\"status\":\"rejected\",\"resetsAt\":-5", "account 23T00:05")]
    [InlineData("\"status\":\"rejected\",\"resetsAt\":1e999", "account 23T00:05")]
    [InlineData("\"status\":\"rejected\",\"resetsAt\":1795392318000", "account 23T00:05")]
    [InlineData("\"status\":\"rejected\",\"resetsAt\":1795300000", "account")] // past: the text would mean tomorrow
    [InlineData("\"status\":\"rejected\",\"resetsAt\":1796286273", "account")] // more than eight days
    [InlineData("\"status\":\"rejected\",\"resetsAt\":1795395918.9,\"rateLimitType\":5,\"utilization\":\"much\"", "account 23T01:05")]
    public void A_structured_refusal_comes_before_the_text(string info, string expected) => Assert.Equal(expected, Spell(Outcome(Event(info), Refused)));

    [Fact]
    public void Newer_versions_attach_the_limit_to_the_error()
    {
        var synthetic = """{"type":"assistant","error":"rate_limit","api_error_params":{"rate_limit_info":{"status":"rejected","resetsAt":1795395918,"rateLimitType":"seven_day_opus"}},"message":{"model":"<synthetic>","content":[{"type":"text","text":"x"}]}}""";
        Assert.Equal("model 23T01:05", Spell(Outcome(synthetic, """{"type":"result","subtype":"success","is_error":true,"api_error":"usage_limit_reached","result":"x"}""")));
        Assert.Equal("account 23T00:05", Spell(Outcome("""{"type":"result","subtype":"success","is_error":true,"api_error":"usage_limit_reached","result":"You've hit your limit · resets 12:05am (UTC)"}""")));
    }

    [Theory]
    [InlineData("{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"done\"}", "completed")]
    [InlineData("{\"type\":\"result\",\"subtype\":\"error_max_turns\",\"is_error\":true,\"errors\":[]}", "attempt agent.max-turns")]
    [InlineData("{\"type\":\"result\",\"subtype\":\"error_max_budget_usd\",\"is_error\":true,\"errors\":[]}", "spent")]
    [InlineData("{\"type\":\"result\",\"subtype\":\"error_during_execution\",\"terminal_reason\":\"budget_exhausted\",\"is_error\":true,\"errors\":[]}", "spent")]
    [InlineData("{\"type\":\"result\",\"subtype\":\"error_during_execution\",\"terminal_reason\":\"aborted_tools\",\"is_error\":true,\"errors\":[]}", "interrupted")]
    public void A_refusal_that_was_waited_out_is_none(string result, string expected) =>
        Assert.Equal(expected, Spell(Outcome(Event("\"status\":\"rejected\",\"resetsAt\":1795392318"), result)));

    [Fact]
    public void A_refusal_that_was_lifted_or_is_paid_for_is_none()
    {
        const string Failed = """{"type":"result","subtype":"success","is_error":true,"api_error_status":500,"result":"API Error: 500"}""";
        Assert.Equal("attempt agent.error", Spell(Outcome(Event("\"status\":\"rejected\",\"resetsAt\":1795392318"), Event("\"status\":\"allowed\""), Failed)));
        Assert.Equal("attempt agent.error", Spell(Outcome(Event("\"status\":\"rejected\",\"resetsAt\":1795392318,\"isUsingOverage\":true"), Failed)));
    }

    [Theory]
    [InlineData(false, "completed")]
    [InlineData(true, "attempt agent.error")]
    public void A_transcript_full_of_the_words_is_no_limit(bool failed, string expected)
    {
        string[] words = ["429", "rate limit", "usage limit reached", "You've hit your session limit · resets 3pm", "Claude AI usage limit reached|1795392318", "\"status\":\"rejected\"", "error: rate_limit", "Credit balance is too low"];
        var lines = words.SelectMany(word => new[]
        {
            $$$"""{"type":"assistant","message":{"id":"m","model":"claude-opus-5-5","content":[{"type":"text","text":{{{JsonSerializer.Serialize(word)}}}},{"type":"tool_use","id":"t","name":"Bash","input":{"command":{{{JsonSerializer.Serialize(word)}}}}}]}}""",
            $$$"""{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t","is_error":true,"content":{{{JsonSerializer.Serialize(word)}}}}]},"tool_use_result":{{{JsonSerializer.Serialize(word)}}}}""",
        });
        foreach (var word in words)
        {
            // What the model itself wrote last is no word of the CLI's, even where it comes back as the text of an error.
            string[] end = [$$$"""{"type":"assistant","message":{"id":"n","model":"claude-opus-5-5","content":[{"type":"text","text":{{{JsonSerializer.Serialize(word)}}}}]}}""", $$"""{"type":"result","subtype":"success","is_error":{{(failed ? "true" : "false")}},"result":{{JsonSerializer.Serialize(word)}}}"""];
            Assert.Equal(expected, Spell(Outcome([.. lines, .. end])));
        }
    }

    [Theory]
    [InlineData("authentication_failed", 401, "run agent.login")]
    [InlineData("oauth_org_not_allowed", 403, "run agent.login")]
    [InlineData("verification_required", 403, "run agent.login")]
    [InlineData("cloud_credential_error", null, "run agent.login")]
    [InlineData("account_on_hold", 403, "run agent.organization")]
    [InlineData("billing_error", 400, "run agent.credits")]
    [InlineData("server_error", 529, "transient agent.server")]
    [InlineData("server_error", null, "transient agent.server")]
    [InlineData("overloaded", 529, "transient agent.server")]
    [InlineData("unknown", 502, "transient agent.server")]
    [InlineData("unknown", null, "transient agent.server")]
    [InlineData("unknown", 400, "milestone agent.request")]
    [InlineData("invalid_request", 400, "milestone agent.request")]
    [InlineData("model_not_found", 404, "milestone agent.model")]
    [InlineData("max_output_tokens", null, "milestone agent.max-output")]
    [InlineData("rate_limit", 429, "account")]
    [InlineData("something_new", 418, "attempt agent.error")]
    public void Every_class_of_failures_has_one_outcome(string error, int? status, string expected) => Assert.Equal(expected, Spell(Outcome(
        $$$"""{"type":"assistant","error":"{{{error}}}","message":{"model":"<synthetic>","content":[]}}""",
        $$"""{"type":"result","subtype":"success","is_error":true,"api_error_status":{{status?.ToString() ?? "null"}},"result":"API Error: trouble"}""")));

    [Fact]
    public void A_refusal_is_named_and_so_is_what_to_do()
    {
        var failed = Assert.IsType<TurnOutcome.Failed>(Outcome("""{"type":"result","subtype":"success","is_error":true,"result":"Credit balance is too low"}"""));
        Assert.StartsWith("Credit balance is too low. Add credits", failed.Message, StringComparison.Ordinal);
        Assert.Equal("milestone agent.refused", Spell(Outcome("""{"type":"assistant","error":"invalid_request","message":{"content":[]}}""", """{"type":"result","is_error":true,"result":"API Error: our safeguards flagged this"}""")));
    }

    private static string Event(string info) => $$$"""{"type":"rate_limit_event","rate_limit_info":{{{{info}}}}}""";

    private static string Spell(TurnOutcome outcome) => outcome switch
    {
        TurnOutcome.Limited l => $"{(l.Scope == LimitScope.Model ? "model" : "account")}{l.ResetsAt:' 'dd'T'HH':'mm}",
        TurnOutcome.Failed f => $"{f.Kind.ToString().ToLowerInvariant()} {f.Code}",
        _ => outcome.GetType().Name.ToLowerInvariant(),
    };

    private TurnOutcome Outcome(params string[] lines)
    {
        File.WriteAllText(_folder.In("out.jsonl"), string.Concat(lines.Select(l => l + "\n")));
        var reader = new TranscriptReader(_folder.In("out.jsonl"));
        reader.Poll();
        return TurnClassifier.Classify(Role.Implement, reader.Report, 1, "", Now);
    }
}
