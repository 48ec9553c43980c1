using System.Text;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.BadInput;

/// <summary>Settings files that nobody would write, or somebody would on purpose.</summary>
[Collection(Alone.Name)]
public sealed class SettingsCases
{
    private const string Plain = """
        {"max_parallel_tasks":6,"claude_rate_limit_wait":120,"auto_resume":false,"retry_attempts":3,"target_branch":"develop","publish":"branch",
        "logging":{"level":"WARNING","log_dir":"./logs"},"claude":{"path":"/opt/claude","env":["A","B"],"model":"opus","turn_timeout_s":60,"rehearsal":"script.json"},
        "gates":[{"name":"tests","run":"make test","timeout_s":5},{"run":"make lint"}],"review":{"level":"strict","rounds":0}}
        """;

    private static readonly byte[][] Good =
    [
        Encoding.UTF8.GetBytes(Plain),
        """
        {
          "max_parallel_tasks": 6,  # Number of "parallel" tasks
          // a comment
          "logging": {"level": "WARNING", /* DEBUG, # INFO */
            "log_dir": "./logs", },
          "gates": [ { "name": "tests", "run": "dotnet test --nologo\n", "timeout_s": 3600 } ]
        } # the end
        """u8.ToArray(),
        "{}"u8.ToArray(),
    ];

    [Fact]
    public void No_settings_file_breaks_a_law() => Laws.Hold("settings", Laws.Share(6000), (rng, number, folder) =>
    {
        var bytes = number < Nasty.Length ? Nasty[number] : rng.Below(3) switch
        {
            0 => Encoding.UTF8.GetBytes(Mutator.SpoilJson(rng, Plain)),
            1 => Mutator.Spoil(rng, Encoding.UTF8.GetBytes(Mutator.SpoilJson(rng, Plain))),
            _ => Mutator.Spoil(rng, rng.Of(Good)),
        };
        if (number % 20 != 0)
        {
            return () => See(SettingsReader.Read(bytes, SettingsReader.FileName));
        }

        File.WriteAllBytes(folder.In(SettingsReader.FileName), bytes);
        var user = new UserEnvironment(new Dictionary<string, string> { ["LOG_LEVEL"] = rng.Of(Mutator.Tokens), ["AUTO_RESUME"] = rng.Of(Mutator.Tokens) });
        return () => See(SettingsReader.Load(folder.Path, user));
    });

    [Fact]
    public void What_is_no_file_does_not_hold_the_reader_up() => Laws.Hold("settings-file", 10, (_, number, folder) =>
    {
        var file = folder.In(SettingsReader.FileName);
        var named = "";
        switch (number)
        {
            case 0:
                Shell.Run("/usr/bin/mkfifo", folder.Path, folder.Path, file);
                break;
            case 1:
                Directory.CreateDirectory(file);
                break;
            case 2:
                File.CreateSymbolicLink(file, SettingsReader.FileName);
                break;
            case 3:
                File.CreateSymbolicLink(file, "gone.json");
                break;
            case 4:
                File.CreateSymbolicLink(file, "/dev/zero");
                break;
            case 5:
                using (var sparse = File.Create(file))
                {
                    sparse.SetLength(8L << 30);
                }

                break;
            case 6:
                named = "/proc/self/mem";
                break;
            case 7:
                named = "\u001b[2Jgone\nerror: forged";
                break;
            case 8:
                named = new string('x', 10_000);
                break;
            default:
                named = "/dev/full";
                break;
        }

        var user = folder.User(("ORCHESTRATOR_CONFIG", named));
        return () =>
        {
            var reading = SettingsReader.Load(folder.Path, user);
            Assert.True(reading.Settings is null && reading.Problems.Count > 0, "Something that is no settings file was taken for one, or for none.");
            return See(reading);
        };
    });

    [Theory]
    [InlineData("""{"logging": {"log_dir": "/etc"}}""")]
    [InlineData("""{"logging": {"log_dir": "../.."}}""")]
    [InlineData("""{"logging": {"log_dir": "logs/../../x"}}""")]
    [InlineData("""{"logging": {"log_dir": ".git"}}""")]
    [InlineData("""{"logging": {"log_dir": "./.git/hooks"}}""")]
    [InlineData("""{"logging": {"log_dir": ".orchestrator/x"}}""")]
    [InlineData("""{"logging": {"log_dir": "a\u0000b"}}""")]
    [InlineData("""{"claude": {"path": "/opt/claude\u0000x"}}""")]
    [InlineData("""{"claude": {"env": ["A\u0000B"]}}""")]
    [InlineData("""{"claude": {"model": "\u001b[31mopus"}}""")]
    [InlineData("""{"target_branch": "main\u0000"}""")]
    [InlineData("""{"gates": [{"run": "true\u0000 && false"}]}""")]
    public void A_value_that_no_name_or_command_can_have_is_refused(string text)
    {
        var reading = SettingsReader.Read(Encoding.UTF8.GetBytes(text), SettingsReader.FileName);
        Assert.Null(reading.Settings);
        Assert.Contains(reading.Problems, p => p.Code == "settings.value");
    }

    private static byte[][] Nasty { get; } =
    [
        [],
        "\0"u8.ToArray(),
        [0xFF, 0xFE],
        "{\"logging\":{\"log_dir\":\"/etc\"}}"u8.ToArray(),
        "{\"max_parallel_tasks\":1e999,\"retry_attempts\":-1e999,\"review\":{\"rounds\":1e-400}}"u8.ToArray(),
        "{\"\u001b[2J\u001b]0;owned\u0007\":1,\"a\\nerror: forged\":2,\"\\u202e\":3}"u8.ToArray(),
        "{\"\\ud83d\":1}"u8.ToArray(),
        "{\"target_branch\":\"\\ud83d\"}"u8.ToArray(),
        [.. "{\"target_branch\":\""u8, 0xFF, .. "\"}"u8],
        [.. "{\""u8, 0xFF, .. "\":1}"u8],
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000)),
        Encoding.UTF8.GetBytes("{\"gates\":" + new string('[', 5000)),
        Encoding.UTF8.GetBytes($"{{\"{new string('k', 2_000_000)}\":1}}"),
        Encoding.UTF8.GetBytes($"{{\"publish\":\"{new string('v', 2_000_000)}\"}}"),
        Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"k{i}\":{i}")) + "}"),
        Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\n\"k{i}\":{i}")) + "}"),
        Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, 20_000).Select(_ => "\"publish\":1")) + "}"),
        Encoding.UTF8.GetBytes("{\"gates\":[" + string.Join(',', Enumerable.Range(0, 20_000).Select(_ => "{}")) + "]}"),
        Encoding.UTF8.GetBytes(new string('#', 1_000_000)),
        Encoding.UTF8.GetBytes("{" + string.Concat(Enumerable.Repeat("/*", 500_000))),
        Encoding.UTF8.GetBytes(new string('\n', 1_000_000) + "{"),
        Encoding.UTF8.GetBytes($"{{\"max_parallel_tasks\":{new string('9', 500_000)}}}"),
    ];

    private static Seen See(SettingsReading reading)
    {
        var s = reading.Settings;
        Assert.True(s is not null || reading.Problems.Count > 0, "Neither settings nor a problem.");
        return new Seen(
            $"{(s is null ? "" : s with { Gates = [], ClaudeEnv = [] })}\n{string.Join('\n', s?.Gates ?? [])}\n{string.Join('\n', s?.ClaudeEnv ?? [])}\n{string.Join('\n', reading.Problems)}", reading.Problems);
    }
}
