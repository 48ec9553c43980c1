using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FakeClaude;

// Plays the Claude Code CLI for tests that need hundreds of runs. What it does is said by a line 'fake: MODE' in the
// milestone's text; a contract test holds it to the behaviour of the real one.
var session = Value("--session-id") ?? Value("--resume") ?? "";
var home = Environment.GetEnvironmentVariable("HOME")!;
var store = Path.Combine(home, ".fake-claude");
Directory.CreateDirectory(store);
var conversation = Path.Combine(store, session);
var prompt = Console.In.ReadToEnd();
var header = Regex.Match(prompt, @"\[orchestrator\] milestone=(\S+) role=(\S+) attempt=(\d+) round=(\d+)");
var (milestone, role, attempt, round) = (header.Groups[1].Value, header.Groups[2].Value, int.Parse(header.Groups[3].Value, CultureInfo.InvariantCulture), int.Parse(header.Groups[4].Value, CultureInfo.InvariantCulture));
var mode = Regex.Match(prompt, @"^fake: *(\S+)", RegexOptions.Multiline).Groups[1].Value;
var words = Regex.Match(prompt, @"^fake: *\S+ +(.+)$", RegexOptions.Multiline).Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
var cost = 0.01m;
var act = Regex.Match(prompt, @"^fake: *do +(.+)$", RegexOptions.Multiline).Groups[1].Value;

if (Value("--resume") is not null && !File.Exists(conversation))
{
    Result($"\"subtype\":\"error_during_execution\",\"is_error\":true,\"errors\":[\"No conversation found with session ID: {session}\"]");
    Console.Error.WriteLine($"No conversation found with session ID: {session}");
    return 1;
}

if (Value("--session-id") is not null && File.Exists(conversation))
{
    Console.Error.WriteLine($"Error: Session ID {session} is already in use.");
    return 1;
}

// One process for one conversation at a time: a second one would find the file held.
using var held = new FileStream(conversation, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
var starts = new StreamReader(held).ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length + 1;
held.Write(Encoding.UTF8.GetBytes($"{milestone} {role} {attempt} {round}\n"));
held.Flush();

Line($"{{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"{session}\",\"claude_code_version\":\"0.0.0-fake\"}}");
var account = Path.Combine(home, ".fake-claude-limit"); // beside the conversations: it concerns them all
if (mode == "limit" && !File.Exists(account))
{
    BeginLimit(double.Parse(words[0], CultureInfo.InvariantCulture));
}

if (File.Exists(account) && long.Parse(File.ReadAllText(account), CultureInfo.InvariantCulture) is var reset && reset > DateTimeOffset.UtcNow.ToUnixTimeSeconds())
{
    Refuse(reset, words is [_, "197"]);
    return 1;
}

if (mode != "silent")
{
    Line("{\"type\":\"assistant\",\"message\":{\"id\":\"m1\",\"model\":\"fake\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"on it\"}]}}");
}

if (mode == $"hold:{role}")
{
    // Stays in this role until the test lets it go on.
    File.WriteAllText(Path.Combine(home, "held"), "");
    while (!File.Exists(Path.Combine(home, "go")))
    {
        Thread.Sleep(20);
    }
}

if (role == "plan" && mode != "login")
{
    // What is asked for the n-th time in a conversation is answered by the file plan-N.json, else by the last one there is.
    var answer = Enumerable.Range(1, starts).Select(n => Path.Combine(home, $"plan-{n}.json")).LastOrDefault(File.Exists);
    Result($"\"subtype\":\"success\",\"is_error\":false,\"result\":\"\"{(answer is null ? "" : $",\"structured_output\":{File.ReadAllText(answer).ReplaceLineEndings(" ")}")}");
    return 0;
}

if (mode == "obey")
{
    Obedience.Obey(prompt, ".", said => Line($"{{\"type\":\"assistant\",\"message\":{{\"id\":\"o\",\"model\":\"fake\",\"role\":\"assistant\",\"content\":[{{\"type\":\"text\",\"text\":\"{JsonEncodedText.Encode(said)}\"}}]}}}}"), Act);
}

if (mode == "say")
{
    // Whatever the test wants to be said, byte for byte: messages, errors, names of files, and an answer for each role.
    Console.Out.Flush();
    using var raw = Console.OpenStandardOutput();
    raw.Write(File.ReadAllBytes(Path.Combine(home, "say.jsonl")));
    Console.Error.Write(File.ReadAllText(Path.Combine(home, "say.err")));
    if (role != "review")
    {
        foreach (var name in File.ReadAllText(Path.Combine(home, "say.files")).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            Directory.CreateDirectory("out");
            File.WriteAllText(Path.Combine("out", name), $"{milestone}\n{File.ReadAllText(Path.Combine(home, "say.err"))}\n");
        }
    }

    var answer = Path.Combine(home, $"say.{milestone}.{role}");
    Result(File.ReadAllText(File.Exists(answer) ? answer : Path.Combine(home, $"say.{role}")));
    return 0;
}

if (role == "review")
{
    var wants = mode is "changes-then-approve" or "hold:remediate" && round == 0 || mode == "never-approve";
    List<string> claims = wants ? ["not good enough"] : [];
    if (round == 0)
    {
        claims.AddRange(Lines("review says").Select(what => "INJECT: " + what)); // a reviewer may be talked into something, too
    }

    wants = claims.Count > 0;
    var finding = string.Join(',', claims.Select(claim => $"{{\"severity\":\"major\",\"file\":\"out/x\",\"line\":1,\"claim\":\"{JsonEncodedText.Encode(claim)}\"}}"));
    Result($"\"subtype\":\"success\",\"is_error\":false,\"result\":\"\",\"structured_output\":{{\"verdict\":\"{(wants ? "changes_requested" : "approved")}\",\"summary\":\"looked\",\"findings\":[{finding}]}}");
    return 0;
}

switch (mode.Split(':')[0])
{
    case "slow":
        Thread.Sleep(int.Parse(mode.Split(':')[1], CultureInfo.InvariantCulture)); // the agent's own work, not a test that waits
        break;
    case "do":
        Act(act);
        try
        {
            Directory.CreateDirectory("out");
        }
        catch (IOException)
        {
            Result("\"subtype\":\"success\",\"is_error\":true,\"result\":\"The folder to work in is gone.\"");
            return 1;
        }

        break;
    case "talk":
        for (var i = 0; i < int.Parse(words[0], CultureInfo.InvariantCulture); i++)
        {
            Line($"{{\"type\":\"assistant\",\"message\":{{\"id\":\"t{i}\",\"model\":\"fake\",\"role\":\"assistant\",\"content\":[{{\"type\":\"text\",\"text\":\"{new string('w', 900)}\"}}]}}}}");
        }

        break;
    case "silent":
        Thread.Sleep(TimeSpan.FromSeconds(double.Parse(words[0], CultureInfo.InvariantCulture))); // a model that thinks long
        break;
    case "spend":
        // Ten requests; the budget is looked at after each.
        cost = decimal.Parse(words[0], CultureInfo.InvariantCulture);
        if (Value("--max-budget-usd") is { } given && decimal.Parse(given, CultureInfo.InvariantCulture) is var budget && budget < cost)
        {
            cost = cost / 10 * Math.Ceiling(budget / (cost / 10));
            Result($"\"subtype\":\"error_max_budget_usd\",\"is_error\":true,\"terminal_reason\":\"budget_exhausted\",\"errors\":[\"Reached maximum budget (${given})\"]");
            return 1;
        }

        break;
    case "overspend":
        cost = decimal.Parse(words[0], CultureInfo.InvariantCulture);
        break;
    case "hang":
        Thread.Sleep(Timeout.Infinite);
        break;
    case "hang-once" when starts == 1:
        Thread.Sleep(Timeout.Infinite);
        break;
    case "brood":
        // Children as tools leave them: in the background, in a session of their own, forked twice; all deaf to requests.
        foreach (var flight in new[] { "sh -c \"$CHILD\" &", "setsid sh -c \"$CHILD\" &", "(setsid sh -c '(setsid sh -c \"$CHILD\") & eval \"$CHILD\"' &)" })
        {
            using var shell = System.Diagnostics.Process.Start("/bin/sh", ["-c", $"export CHILD=\"$1\"; {flight}", "sh", "trap '' HUP INT TERM; echo up >> \"$HOME/brood\"; while :; do sleep 600; done"]);
            shell.WaitForExit();
        }

        while (!File.Exists(Path.Combine(home, "brood")) || File.ReadAllLines(Path.Combine(home, "brood")).Length < 4)
        {
            Thread.Sleep(20);
        }

        File.WriteAllText(Path.Combine(home, "held"), "");
        Thread.Sleep(Timeout.Infinite);
        break;
    case "crash":
        Environment.FailFast(null);
        break;
    case "garbage":
        Console.Out.WriteLine("}{ not json \u0001");
        return 0;
    case "nothing":
        Result("\"subtype\":\"success\",\"is_error\":false,\"result\":\"did nothing\"");
        return 0;
    case "denied":
        Result("\"subtype\":\"success\",\"is_error\":false,\"result\":\"could not\",\"permission_denials\":[{\"tool_name\":\"Write\"}]");
        return 0;
    case "login":
        Line("{\"type\":\"assistant\",\"error\":\"authentication_failed\",\"message\":{\"model\":\"<synthetic>\",\"content\":[]}}");
        Result("\"subtype\":\"success\",\"is_error\":true,\"result\":\"Not logged in · Please run /login\"");
        return 1;
    case "limit" when mode.Contains(':') && starts == 1:
        var at = DateTimeOffset.UtcNow.AddSeconds(int.Parse(mode.Split(':')[1], CultureInfo.InvariantCulture)).ToUnixTimeSeconds();
        Line($"{{\"type\":\"rate_limit_event\",\"rate_limit_info\":{{\"status\":\"rejected\",\"resetsAt\":{at},\"rateLimitType\":\"five_hour\",\"isUsingOverage\":false}}}}");
        Result("\"subtype\":\"success\",\"is_error\":true,\"api_error_status\":429,\"result\":\"You've hit your 5-hour limit\"");
        return 1;
    default:
        break;
}

Directory.CreateDirectory("out");
if (Lines("leaves behind") is { Count: > 0 } left)
{
    File.WriteAllText(Path.Combine("out", $"{milestone}-told.txt"), string.Concat(left.Select(what => $"INJECT: {what}\n")));
}

File.WriteAllText(Path.Combine("out", mode == "conflict" ? "same.txt" : $"{milestone}.txt"), $"{milestone} attempt {attempt} round {round}\n");
if (mode == "red" && attempt == 1)
{
    File.WriteAllText("RED", "the gate looks for this\n");
}
else
{
    File.Delete("RED");
}

Result("\"subtype\":\"success\",\"is_error\":false,\"result\":\"done\"");
return 0;

string? Value(string name) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : null;

// What the milestone's text dictates under a word.
List<string> Lines(string word) => [.. Regex.Matches(prompt, $"^{word}: *(.+)$", RegexOptions.Multiline).Select(match => match.Groups[1].Value.TrimEnd('\r'))];

// What a Bash tool would do, with all the rights and the environment of an agent; its output is no part of the transcript.
static void Act(string command)
{
    using var shell = Process.Start("/bin/sh", ["-c", $"exec 1>&2\n{command}"]);
    shell.WaitForExit();
}

// The first one to come begins it; the others find it.
void BeginLimit(double seconds)
{
    var draft = Path.Combine(home, $".fake-claude-limit.{Environment.ProcessId}");
    File.WriteAllText(draft, Math.Ceiling((DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0) + seconds).ToString("0", CultureInfo.InvariantCulture));
    try
    {
        File.Move(draft, account, overwrite: false);
    }
    catch (IOException)
    {
        File.Delete(draft);
    }
}

// As 2.1.330 says it, or as 2.1.197 does.
void Refuse(long until, bool old)
{
    var info = $"\"status\":\"rejected\",\"resetsAt\":{until},\"rateLimitType\":\"five_hour\",\"isUsingOverage\":false";
    var text = $"You've hit your {(old ? "session" : "5-hour")} limit · resets {DateTimeOffset.FromUnixTimeSeconds(until).ToString("h:mmtt", CultureInfo.InvariantCulture).ToLowerInvariant()} (UTC)";
    var windows = old ? "" : $",\"unifiedWindows\":{{\"five_hour\":{{\"utilization\":1,\"resetsAt\":{until},\"status\":\"rejected\"}}}}";
    var more = old ? "" : $",\"is_api_error_message\":true,\"api_error_status\":429,\"api_error\":\"usage_limit_reached\",\"api_error_params\":{{\"rate_limit_info\":{{{info}}}}}";
    cost = 0;
    Line($"{{\"type\":\"rate_limit_event\",\"rate_limit_info\":{{{info}{windows}}}}}");
    Line($"{{\"type\":\"assistant\",\"message\":{{\"model\":\"<synthetic>\",\"content\":[{{\"type\":\"text\",\"text\":\"{text}\"}}]}},\"error\":\"rate_limit\"{more}}}");
    Result($"\"subtype\":\"success\",\"is_error\":true,\"api_error_status\":429,\"result\":\"{text}\",\"terminal_reason\":\"{(old ? "completed" : "api_error")}\"{(old ? "" : ",\"api_error\":\"usage_limit_reached\"")}");
}

void Line(string json)
{
    using var check = JsonDocument.Parse(json);
    Console.Out.WriteLine(json);
    Console.Out.Flush();
}

void Result(string fields) => Line($"{{\"type\":\"result\",{fields},\"session_id\":\"{session}\",\"total_cost_usd\":{cost.ToString(CultureInfo.InvariantCulture)},\"modelUsage\":{{\"fake\":{{\"inputTokens\":10,\"outputTokens\":5,\"costUSD\":{cost.ToString(CultureInfo.InvariantCulture)}}}}}}}");
