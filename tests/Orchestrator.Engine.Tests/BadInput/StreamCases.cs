using System.Text;
using System.Text.Json;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Conducting;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Claude;
using Orchestrator.Engine.Journal;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.BadInput;

/// <summary>What an agent's standard output can be when it is not the CLI's: spoilt recordings, floods, and lies about limits and costs.</summary>
[Collection(Alone.Name)]
public sealed class StreamCases
{
    private const int MostOutcome = 256 << 10;

    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly byte[][] Recorded = [.. Directory.GetFiles(Approved.File("claude"), "*.jsonl").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(bytes => bytes.Length > 0)];

    private static readonly string[] Limits =
    [
        "You've hit your session limit · resets 12:05am (UTC)", "You've hit your session limit · resets 99:99pm (Nowhere/At_All)", "You've reached your weekly limit · resets Feb 31, 9999, 3pm (UTC)", "You're out of usage credits",
        "Claude AI usage limit reached|99999999999999999999", "5-hour limit reached ∙ resets -3pm", "You've hit your", "You've hit your \u001b[2J limit\nerror: forged", "No conversation found", "Prompt is too long",
    ];

    private static readonly string[] Times = ["0", "-1", "1", "1795392000", "1795392000.5", "1e999", "-1e999", "1e18", "253402300798.9", "253402300799", "253402300800", "9223372036854775807", "\"soon\"", "null", "[]", "1795392000000"];

    private static readonly string[] Costs = ["0", "0.01", "-5", "1e999", "1e308", "-1e308", "7.9e28", "1e-400", "123456789012345678901234567890", "\"5\"", "null", "{}"];

    [Fact]
    public void No_stream_breaks_a_law() => Laws.Hold("stream", Laws.Share(6000), (rng, number, folder) =>
    {
        var file = folder.In("out.jsonl");
        File.WriteAllBytes(file, number < Nasty.Length ? Nasty[number]() : Stream(rng));
        var role = rng.Of([Role.Implement, Role.Review, Role.Remediate]);
        var exit = rng.Of([0, 1, 2, 124, 128, 130, 137, 255, -1, int.MaxValue]);
        var errors = rng.Percent(20) ? rng.Of(Mutator.Tokens) + rng.Of(Limits) : "";
        return () => See(file, role, exit, errors);
    });

    [Fact]
    public void A_line_of_many_megabytes_takes_no_memory_with_it() => Laws.Hold("flood", 6, (_, number, folder) =>
    {
        var file = folder.In("out.jsonl");
        using (var stream = File.Create(file))
        {
            var result = "{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"done\"}\n"u8;
            byte[] flood = number switch
            {
                0 => Encoding.UTF8.GetBytes($"{{\"type\":\"assistant\",\"message\":{{\"content\":[{{\"text\":\"{new string('x', 12 << 20)}\"}}]}}}}\n"),
                1 => [.. Enumerable.Repeat((byte)'x', 34 << 20), (byte)'\n'],
                2 => Encoding.UTF8.GetBytes($"{{\"type\":\"result\",\"permission_denials\":[{string.Join(',', Enumerable.Repeat("{\"tool_name\":\"Write\"}", 400_000))}]}}\n"),
                3 => Encoding.UTF8.GetBytes($"{{\"a\":[{string.Join(',', Enumerable.Repeat("0", 4_000_000))}]}}\n"),
                4 => Encoding.UTF8.GetBytes($"{{\"type\":\"result\",\"is_error\":false,\"structured_output\":{{\"verdict\":\"changes_requested\",\"summary\":\"\",\"findings\":[{string.Join(',', Enumerable.Repeat("{\"severity\":\"major\",\"claim\":\"wrong\"}", 200_000))}]}}}}\n"),
                _ => new byte[34 << 20], // zeros of a disk that was full, and no line end at all
            };
            stream.Write(flood);
            if (number is not 2 and not 4)
            {
                stream.Write(result);
            }
        }

        return () => See(file, number == 4 ? Role.Review : Role.Implement, 0, "");
    });

    private static byte[] Stream(CaseRng rng)
    {
        if (rng.Percent(25))
        {
            return Encoding.UTF8.GetBytes(Limit(rng));
        }

        var recorded = rng.Of(Recorded);
        if (rng.Percent(35))
        {
            return Mutator.Spoil(rng, recorded);
        }

        // Most lines are passed over, so the ones that decide are spoilt by preference.
        var lines = Encoding.UTF8.GetString(recorded).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var n = 1 + rng.Below(3); n > 0; n--)
        {
            var decisive = Enumerable.Range(0, lines.Length).Where(i => lines[i].Contains("\"type\":\"result\"", StringComparison.Ordinal) || lines[i].Contains("rate_limit", StringComparison.Ordinal) || lines[i].Contains("\"type\":\"assistant\"", StringComparison.Ordinal)).ToList();
            var at = decisive.Count > 0 && rng.Percent(80) ? rng.Of(decisive) : rng.Below(lines.Length);
            lines[at] = Mutator.SpoilJson(rng, lines[at]);
        }

        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        return rng.Percent(20) ? Mutator.Spoil(rng, bytes) : bytes;
    }

    private static string Limit(CaseRng rng)
    {
        var text = JsonSerializer.Serialize(rng.Of(Limits));
        var error = rng.Of(["rate_limit", "authentication_failed", "unknown", "billing_error", "server_error", "\u001b[0m", ""]);
        return $$$"""
            {"type":"rate_limit_event","rate_limit_info":{"status":"{{{rng.Of(["rejected", "allowed", "allowed_warning", ""])}}}","resetsAt":{{{rng.Of(Times)}}},"isUsingOverage":{{{rng.Of(["true", "false", "1", "null"])}}}}}
            {"type":"assistant","error":{{{JsonSerializer.Serialize(error)}}},"api_error_params":{"rate_limit_info":{{{rng.Of(["{\"resetsAt\":1e999}", "[]", "[1]", "{}", "null", "{\"status\":\"rejected\",\"resetsAt\":-9e18}"])}}}},"message":{"content":[{"text":{{{text}}}}]}}
            {"type":"result","subtype":"{{{rng.Of(["success", "error_during_execution", "error_max_turns"])}}}","is_error":{{{rng.Of(["true", "false"])}}},"api_error_status":{{{rng.Of(Times)}}},"api_error":{{{rng.Of(["null", "\"usage_limit_reached\"", "5"])}}},"result":{{{text}}},"modelUsage":{"m":{"costUSD":{{{rng.Of(Costs)}}},"inputTokens":{{{rng.Of(Costs)}}},"outputTokens":{{{rng.Of(Times)}}}},"n":{"costUSD":{{{rng.Of(Costs)}}},"cacheReadInputTokens":{{{rng.Of(Times)}}} } } }

            """;
    }

    /// <summary>Reads, classifies, and does with the outcome what the run does: spells it for the journal, and waits for the limit.</summary>
    private static Seen See(string file, Role role, int exit, string errors)
    {
        var reader = new TranscriptReader(file);
        reader.Poll();
        reader.Poll();
        var report = reader.Report;
        var outcome = TurnClassifier.Classify(role, report, exit, errors, Now);
        var fact = new Event.TurnFinished(new Ticket(1), outcome, report.Usage, report.Models, report.Metered);
        var spelled = EventCodec.Write(fact);
        var answered = new Event.Answered(new Ticket(1), report.Windows);
        Assert.Equal(answered, EventCodec.Read(JournalNames.Of(answered), Encoding.UTF8.GetBytes(EventCodec.Write(answered))));
        Assert.All(report.Windows, w => Assert.True(w.Used is null or (>= 0 and <= 1), w.ToString()));
        Assert.Equal(fact, EventCodec.Read(JournalNames.Of(fact), Encoding.UTF8.GetBytes(spelled))); // replay = live
        Assert.True(spelled.Length < MostOutcome, $"An outcome of {spelled.Length} characters goes into journal and prompts.");
        Assert.True(report.Usage is { CostUsd: >= 0, InputTokens: >= 0, OutputTokens: >= 0 }, $"{report.Usage} gives money back.");
        if (outcome is TurnOutcome.Limited limited)
        {
            var until = Waits.AfterLimit(new Policy(), Now, limited.ResetsAt, 3);
            Assert.True(until > Now && until < Now + Waits.Longest + TimeSpan.FromMinutes(1), $"Waits until {until}.");
        }

        for (var sum = default(Usage); sum.InputTokens == 0; sum = sum with { InputTokens = 1 })
        {
            _ = Enumerable.Range(0, 1000).Aggregate(sum, (all, _) => all.Add(report.Usage)); // a long run adds up without overflowing
        }

        return new Seen($"{report.BadLines} {report.Version} {report.Session} {report.RateLimit} {report.AssistantError} {report.LastText?.Length} {TurnClassifier.IsSessionGone(report, errors)} {TurnClassifier.IsSessionTaken(report, errors)} {spelled}", []);
    }

    private static Func<byte[]>[] Nasty { get; } =
    [
        () => [],
        () => "\0\0\0\n"u8.ToArray(),
        () => [0xFF, 0xFE, 0x00, 0x0A],
        () => [.. "{\"type\":\"result\",\"is_error\":false,\"result\":\"caf"u8, 0xE9, .. "\"}\n"u8],
        () => [.. "{\"ty"u8, 0xE9, .. "pe\":\"result\",\"is_error\":false,\"result\":\"x\"}\n"u8],
        () => [.. "{\"type\":\"res"u8, 0xFF, .. "\"}\n"u8],
        () => "{\"\\ud83d\":1,\"type\":\"result\",\"is_error\":false,\"result\":\"x\"}\n"u8.ToArray(),
        () => "{\"t\\u0079pe\":\"result\",\"is_\\ud83d\\u0065rror\":true,\"\\udead____\":1,\"result\":\"\\ud83d\"}\n"u8.ToArray(),
        () => "{\"type\":\"rate_limit_event\",\"rate_limit_info\":[]}\n"u8.ToArray(),
        () => "{\"type\":\"result\",\"is_error\":false,\"modelUsage\":{\"m\":{\"costUSD\":1e300}}}\n"u8.ToArray(),
        () => "{\"type\":\"result\",\"is_error\":false,\"modelUsage\":{\"m\":{\"costUSD\":1e999}}}\n"u8.ToArray(),
        () => "{\"type\":\"result\",\"is_error\":false,\"modelUsage\":{\"m\":{\"costUSD\":7e28},\"n\":{\"costUSD\":7e28}}}\n"u8.ToArray(),
        () => "{\"type\":\"result\",\"is_error\":false,\"modelUsage\":{\"m\":{\"costUSD\":-7,\"inputTokens\":-1e30}}}\n"u8.ToArray(),
        () => Encoding.UTF8.GetBytes("{\"type\":\"result\",\"is_error\":false,\"result\":" + string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "\n"),
        () => Encoding.UTF8.GetBytes("{\"type\":\"result\",\"is_error\":false,\"result\":\"" + new string('x', 399) + "😀\"}\n"), // cut where the pair is
        () => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"type\":\"result\",\"is_error\":true,\"result\":\"x\"}\n", 20_000))),
        () => Encoding.UTF8.GetBytes(new string('\n', 1_000_000)),
        () => Encoding.UTF8.GetBytes("{\"type\":\"result\",\"is_error\":false,\"result\":\"" + new string('\n', 0) + string.Concat(Enumerable.Repeat("\\n", 1_000_000)) + "\"}\n"),
    ];
}
