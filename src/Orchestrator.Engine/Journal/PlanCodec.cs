using System.Text.Json;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Runs;

namespace Orchestrator.Engine.Journal;

/// <summary>The spelling of plan and policy in the facts that begin or resume a run.</summary>
internal static class PlanCodec
{
    public static void WriteMilestone(Utf8JsonWriter json, Milestone m)
    {
        json.WriteStartObject();
        json.WriteString("id", m.Id.ToString());
        json.WriteString("title", m.Title);
        json.WriteString("hash", m.Hash);
        json.WriteList("needs", m.Needs, id => json.WriteStringValue(id.ToString()));
        json.WriteBoolean("barrier", m.Barrier);
        json.WriteList("verify", m.Verify, json.WriteStringValue);
        json.WriteOptional("model", m.Model);
        if (m.BudgetUsd is { } budget)
        {
            json.WriteNumber("budget_usd", budget);
        }

        if (m.Timeout is { } timeout)
        {
            json.WriteNumber("timeout_s", timeout.TotalSeconds);
        }

        if (m.Review is { } review)
        {
            json.WriteString("review", Words.Of(Words.Review, review));
        }

        json.WriteList("scope", m.Scope, json.WriteStringValue);
        json.WriteList("criteria", m.Criteria, json.WriteStringValue);
        json.WriteList("entry", m.Entry, json.WriteStringValue);
        json.WriteEndObject();
    }

    public static Milestone ReadMilestone(JsonElement b) => new(
        MilestoneId.Parse(b.Text("id")),
        b.Text("title"),
        b.Text("hash"),
        b.List("needs", id => MilestoneId.Parse(id.GetString()!)),
        b.GetProperty("barrier").GetBoolean(),
        b.List("verify", v => v.GetString()!),
        b.TextOr("model", null),
        b.TryGetProperty("budget_usd", out var budget) ? budget.GetDecimal() : null,
        b.SecondsOr("timeout_s"),
        b.TryGetProperty("review", out _) ? b.Word("review", Words.Review) : null,
        b.List("scope", v => v.GetString()!),
        b.List("criteria", v => v.GetString()!),
        b.List("entry", v => v.GetString()!));

    public static void WritePolicy(Utf8JsonWriter json, Policy p)
    {
        json.WriteStartObject("policy");
        json.WriteNumber("max_parallel", p.MaxParallel);
        json.WriteNumber("retry_attempts", p.RetryAttempts);
        json.WriteNumber("review_rounds", p.ReviewRounds);
        json.WriteString("review", Words.Of(Words.Review, p.Review));
        json.WriteBoolean("auto_resume", p.AutoResume);
        json.WriteNumber("rate_limit_wait_s", p.RateLimitWait.TotalSeconds);
        json.WriteNumber("redeliveries", p.Redeliveries);
        json.WriteNumber("rebuilds", p.Rebuilds);
        json.WriteString("publish", Words.Of(Words.Publish, p.Publish));
        json.WriteOptional("model", p.Model);
        WriteCap(json, "milestone", p.Budget.Milestone);
        WriteCap(json, "stage", p.Budget.Stage);
        WriteCap(json, "run", p.Budget.Run);
        if (p.HeadStart > TimeSpan.Zero)
        {
            json.WriteNumber("head_start_s", p.HeadStart.TotalSeconds);
        }

        if (p.Ahead > 0)
        {
            json.WriteNumber("ahead", p.Ahead);
        }

        if (p.Fence != FenceLevel.None)
        {
            json.WriteNumber("fence", (int)p.Fence);
        }

        json.WriteOptional("review_bar", Words.Of(Words.Severity, p.ReviewBar), absent: "major");
        json.WriteEndObject();
    }

    public static Policy ReadPolicy(JsonElement b) => new(
        b.GetProperty("max_parallel").GetInt32(),
        b.GetProperty("retry_attempts").GetInt32(),
        b.GetProperty("review_rounds").GetInt32(),
        b.Word("review", Words.Review),
        b.GetProperty("auto_resume").GetBoolean(),
        b.SecondsOr("rate_limit_wait_s") ?? TimeSpan.Zero,
        b.GetProperty("redeliveries").GetInt32(),
        b.GetProperty("rebuilds").GetInt32(),
        b.Word("publish", Words.Publish),
        b.TextOr("model", null),
        new Budget(ReadCap(b, "milestone"), ReadCap(b, "stage"), ReadCap(b, "run")),
        b.SecondsOr("head_start_s") ?? TimeSpan.Zero,
        b.TryGetProperty("review_bar", out _) ? b.Word("review_bar", Words.Severity) : FindingSeverity.Major,
        b.TryGetProperty("ahead", out var ahead) ? ahead.GetInt32() : 0,
        b.TryGetProperty("fence", out var fence) ? (FenceLevel)fence.GetInt32() : FenceLevel.None);

    private static void WriteCap(Utf8JsonWriter json, string of, Cap cap)
    {
        if (cap.Usd is { } usd)
        {
            json.WriteNumber($"{of}_usd", usd);
        }

        if (cap.Tokens is { } tokens)
        {
            json.WriteNumber($"{of}_tokens", tokens);
        }
    }

    private static Cap ReadCap(JsonElement b, string of) => new(
        b.TryGetProperty($"{of}_usd", out var usd) ? usd.GetDecimal() : null, b.TryGetProperty($"{of}_tokens", out var tokens) ? tokens.GetInt64() : null);
}
