using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Secrets;
using Orchestrator.Engine.Settings;
using Orchestrator.Engine.Tests.Support;

namespace Orchestrator.Engine.Tests.Settings;

public sealed class SettingsReaderTests
{
    private const string File = "orchestrator.config.json";

    [Fact]
    public void The_sample_that_people_copy_loads_with_its_comments()
    {
        var settings = Sound("""
            {
              "max_parallel_tasks": 6,  # Number of parallel tasks
              "claude_rate_limit_wait": 120,  # Seconds to wait "when limited"
              "auto_resume": false,  # {Automatically} resume
              "retry_attempts": 3, # Number of retries /* not a block
              "logging": {"level": "WARNING", # DEBUG, INFO, ...
                "log_dir": "./logs" } # the end
            } # really
            """);
        Assert.Equal((6, TimeSpan.FromSeconds(120), false, 3, LogLevel.Warning, "./logs"),
            (settings.MaxParallelTasks, settings.RateLimitWait, settings.AutoResume, settings.RetryAttempts, settings.LogLevel, settings.LogDir));
    }

    [Theory]
    [InlineData("", FenceNetwork.Shared)]
    [InlineData("\"feeds\": []", FenceNetwork.Model)]
    [InlineData("\"feeds\": [\"packages.example.org:443\"]", FenceNetwork.Model)]
    [InlineData("\"feeds\": [], \"network\": \"shared\"", FenceNetwork.Shared)]
    [InlineData("\"network\": \"model\"", FenceNetwork.Model)]
    public void Whoever_names_the_feeds_needs_no_more_of_the_network(string fence, FenceNetwork expected) =>
        Assert.Equal(expected, Sound($"{{ \"fence\": {{ {fence} }} }}").Fence.Network);

    [Fact]
    public void Every_key_is_read()
    {
        var settings = Sound("""
            {
              "$schema": "x", "target_branch": "develop", "publish": "pull-request", "publish_remote": "upstream", "prompts": "./prompts",
              "claude": { "path": "/opt/claude", "env": ["A", "B"], "model": "opus", "turn_timeout_s": 60, "idle_timeout_s": 90, "result_grace_s": 5, "rehearsal": "script.json" },
              "gates": [ { "name": "tests", "run": "make test", "timeout_s": 5 }, { "run": "make lint" } ],
              "worktree": { "setup": ["npm ci", "make"], "setup_timeout_s": 30, "teardown": "make down", "ports": 0, "ahead": 3 },
              "isolation": "required", "fence": { "read": ["~/.nuget/packages", "/opt/x"], "write": ["/srv/cache"], "tmp_mb": 16 },
              "review": { "level": "strict", "rounds": 0, "bar": "Critical" }
            }
            """);
        Assert.Equal((TimeSpan.FromSeconds(30), 0, 3), (settings.Worktree.SetupTimeout, settings.Worktree.Ports, settings.ToPolicy().Ahead));
        Assert.Equal((Isolation.Required, 16L << 20), (settings.Fence.Isolation, settings.Fence.TemporaryBytes));
        Assert.Equal(["~/.nuget/packages", "/opt/x", "/srv/cache"], settings.Fence.Read.Concat(settings.Fence.Write));
        Assert.Equal(["npm ci", "make"], settings.Worktree.Setup);
        Assert.Equal(["make down"], settings.Worktree.Teardown);
        Assert.Equal(("develop", PublishMode.PullRequest, "upstream"), (settings.TargetBranch, settings.Publish, settings.PublishRemote));
        Assert.Equal("./prompts", settings.Prompts);
        Assert.Equal(("/opt/claude", "opus", TimeSpan.FromMinutes(1), "script.json"), (settings.ClaudePath, settings.ClaudeModel, settings.TurnTimeout, settings.Rehearsal));
        Assert.Equal((TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(5)), (settings.IdleTimeout, settings.ResultGrace));
        Assert.Equal(["A", "B"], settings.ClaudeEnv);
        Assert.Equal([new GateSetting("tests", "make test", TimeSpan.FromSeconds(5)), new GateSetting("make lint", "make lint", TimeSpan.FromMinutes(30))], settings.Gates);
        Assert.Equal((ReviewLevel.Strict, 0), (settings.ReviewLevel, settings.ReviewRounds));
        Assert.Equal((FindingSeverity.Critical, FindingSeverity.Critical), (settings.ReviewBar, settings.ToPolicy().ReviewBar));
        Assert.Equal((4, 10, 0, ReviewLevel.Strict, PublishMode.PullRequest), (settings.ToPolicy().MaxParallel, settings.ToPolicy().RetryAttempts, settings.ToPolicy().ReviewRounds, settings.ToPolicy().Review, settings.ToPolicy().Publish));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("\uFEFF{}")]
    [InlineData("// first\n{ /* # \n */ }\n")]
    [InlineData("{ \"max_parallel_tasks\": 4, }")]
    [InlineData("# only\r\n{\r\n# within\r\n}\r\n#last")]
    public void Nothing_said_is_the_defaults(string text)
    {
        var settings = Sound(text);
        Assert.Equal(new OrchestratorSettings() with { Gates = settings.Gates, ClaudeEnv = settings.ClaudeEnv }, settings);
    }

    [Theory]
    [InlineData("""{"target_branch": "a#b"}""", "a#b")]
    [InlineData("""{"target_branch": "a // b"}""", "a // b")]
    [InlineData("""{"target_branch": "a /* b */"}""", "a /* b */")]
    [InlineData("""{"target_branch": "a \" # b"} # "c""", "a \" # b")]
    [InlineData("""{"target_branch": "a\\"} # "c""", "a\\")]
    [InlineData("""{"target_branch": /* " # */ "a" } // "b # c""", "a")]
    public void Comment_signs_inside_a_text_stay(string text, string branch) => Assert.Equal(branch, Sound(text).TargetBranch);

    [Fact]
    public void All_problems_are_reported_at_once_with_their_lines_and_a_hint()
    {
        var reading = Read("""
            {
              # a comment line
              "max_paralel_tasks": 4,
              "retry_attempts": "ten",
              "claude_rate_limit_wait": 0,
              "auto_resume": true,
              "auto_resume": false,
              "publish": "force-push",
              "logging": {
                "level": "LOUD",
                "colour": true
              },
              "claude": [],
              "gates": [
                { "name": "no command", "timeout_s": 3 },
                { "run": "make", "timeout_s": 1.5 }
              ],
              "target_branch": ""
            }
            """);
        Assert.Null(reading.Settings);
        Assert.Equal(
            [
                "3 settings.unknown Did you mean 'max_parallel_tasks'?",
                "4 settings.value Write a whole number from 1 to 100.",
                "5 settings.value Write a whole number from 1 to 86400.",
                "7 settings.twice Keep one of the two.",
                "8 settings.value Write one of fast-forward, branch, pull-request.",
                "10 settings.value Write one of DEBUG, INFO, WARNING, WARN, ERROR.",
                "11 settings.unknown Known here: level, log_dir.",
                "13 settings.value Write an object { … }.",
                "15 settings.gate Write the command, e.g. \"run\": \"make test\".",
                "16 settings.value Write a whole number from 1 to 86400.",
                "18 settings.value Write a text that is not empty.",
            ],
            reading.Problems.OrderBy(p => p.Where.Line).Select(p => $"{p.Where.Line} {p.Code} {p.Hint}"));
        Assert.All(reading.Problems, p => Assert.Equal((File, Severity.Error), (p.Where.File, p.Severity)));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("[]", 1)]
    [InlineData("5", 1)]
    [InlineData("{\n  \"a\": 1\n  \"b\": 2\n}", 3)]
    [InlineData("{\n\n  \"target_branch\": unquoted\n}", 3)]
    [InlineData("{}\n{}", 2)]
    [InlineData("{\n  \"target_branch\": \"half \\ud83d\"\n}", 2)]
    [InlineData("{\n  \"max_parallel_tasks\": 4,\n", 3)]
    public void What_is_not_JSON_is_one_problem_with_its_line(string text, int line)
    {
        var reading = Read(text);
        Assert.Null(reading.Settings);
        var problem = Assert.Single(reading.Problems);
        Assert.Equal(("settings.syntax", line), (problem.Code, problem.Where.Line));
        Assert.NotEqual("", problem.Hint);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(20261123);
        var seed = Encoding.UTF8.GetBytes("""{"max_parallel_tasks": 4, /* x */ "logging": {"level": "INFO"}, "gates": [{"run": "a\u00e4"}], "claude": {"env": ["A"]}} # y""");
        for (var i = 0; i < 2000; i++)
        {
            var bytes = (byte[])seed.Clone();
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var reading = SettingsReader.Read(bytes, File);
            Assert.True(reading.Settings is not null || reading.Problems.Count > 0);
        }
    }

    [Fact]
    public void Without_a_file_the_defaults_hold()
    {
        using var folder = new TempFolder();
        var reading = SettingsReader.Load(folder.Path, folder.User());
        Assert.Empty(reading.Problems);
        Assert.Equal((4, TimeSpan.FromSeconds(300), true, 10, LogLevel.Info, "./logs"), (
            reading.Settings!.MaxParallelTasks, reading.Settings.RateLimitWait, reading.Settings.AutoResume, reading.Settings.RetryAttempts, reading.Settings.LogLevel, reading.Settings.LogDir));
    }

    [Fact]
    public void The_environment_names_another_file_and_overrides_two_settings()
    {
        using var folder = new TempFolder();
        folder.Write(File, """{"max_parallel_tasks": 2}""");
        folder.Write("other.json", """{"max_parallel_tasks": 3, "logging": {"level": "ERROR"}}""");
        Assert.Equal(2, SettingsReader.Load(folder.Path, folder.User()).Settings!.MaxParallelTasks);
        var settings = SettingsReader.Load(folder.Path, folder.User(("ORCHESTRATOR_CONFIG", "other.json"), ("LOG_LEVEL", "debug"), ("AUTO_RESUME", "false"))).Settings!;
        Assert.Equal((3, LogLevel.Debug, false), (settings.MaxParallelTasks, settings.LogLevel, settings.AutoResume));
        Assert.Equal(3, SettingsReader.Load("/", folder.User(("ORCHESTRATOR_CONFIG", folder.In("other.json")))).Settings!.MaxParallelTasks);
        Assert.Equal(2, SettingsReader.Load(folder.Path, folder.User(("ORCHESTRATOR_CONFIG", ""), ("LOG_LEVEL", ""))).Settings!.MaxParallelTasks);
    }

    [Fact]
    public void A_named_file_that_is_not_there_and_impossible_overrides_are_problems()
    {
        using var folder = new TempFolder();
        Assert.Equal("settings.missing", Assert.Single(SettingsReader.Load(folder.Path, folder.User(("ORCHESTRATOR_CONFIG", "gone.json"))).Problems).Code);
        var reading = SettingsReader.Load(folder.Path, folder.User(("LOG_LEVEL", "LOUD"), ("AUTO_RESUME", "perhaps")));
        Assert.Null(reading.Settings);
        Assert.Equal(["LOG_LEVEL is 'LOUD'.", "AUTO_RESUME is 'perhaps'."], reading.Problems.Select(p => p.Message));
    }

    [Fact]
    public void Notices_are_read_and_by_default_nothing_is_sent()
    {
        var notify = Sound("""{"notify": {"on": ["Failed", "limit"], "desktop": true, "command": "./tell", "webhook": "https://hooks.example/T/B/x", "limit_s": 60}}""").Notify;
        Assert.Equal((NoticeTopics.Failed | NoticeTopics.Limit, true, "./tell", "https://hooks.example/T/B/x", TimeSpan.FromMinutes(1)), (notify.On, notify.Desktop, notify.Command, notify.Webhook?.Address?.AbsoluteUri, notify.Limit));
        Assert.Equal(new NotifySetting(), Sound("""{"notify": {}}""").Notify);
        Assert.Equal((NoticeTopics.All, false, null, null, TimeSpan.FromMinutes(30)), (new NotifySetting().On, new NotifySetting().Desktop, new NotifySetting().Command, new NotifySetting().Webhook, new NotifySetting().Limit));
    }

    [Theory]
    [InlineData("\"ftp://secret.example/x\"")]
    [InlineData("\"secret\"")]
    [InlineData("\"env:secret name\"")]
    [InlineData("\"env:\"")]
    [InlineData("5")]
    [InlineData("null")]
    public void A_wrong_webhook_is_a_problem_that_does_not_show_it(string value)
    {
        var problem = Assert.Single(Read("{\"notify\": {\"webhook\": " + value + "}}").Problems);
        Assert.Equal(("settings.value", "'notify.webhook' is not what it should be."), (problem.Code, problem.Message));
        Assert.StartsWith("Write an address that begins with https:// or http://", problem.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[\"finished\", \"everything\"]")]
    [InlineData("\"finished\"")]
    [InlineData("[5]")]
    public void What_can_be_told_is_a_list_of_known_words(string value) =>
        Assert.Equal("Write a list of some of finished, failed, person, limit.", Assert.Single(Read("{\"notify\": {\"on\": " + value + "}}").Problems).Hint);

    [Fact]
    public void A_webhook_in_a_variable_is_looked_up_and_never_shown()
    {
        using var folder = new TempFolder();
        folder.Write(File, """{"notify": {"webhook": "env:SLACK_URL"}}""");
        var settings = SettingsReader.Load(folder.Path, folder.User(("SLACK_URL", "https://hooks.example/x"))).Settings!;
        Assert.Equal("https://hooks.example/x", settings.Notify.Webhook?.Address?.AbsoluteUri);
        Assert.DoesNotContain("hooks", settings.ToString(), StringComparison.Ordinal);

        var missing = SettingsReader.Load(folder.Path, folder.User());
        Assert.Null(missing.Settings!.Notify.Webhook);
        Assert.Equal(Severity.Warning, Assert.Single(missing.Problems).Severity);

        var wrong = SettingsReader.Load(folder.Path, folder.User(("SLACK_URL", "secret words")));
        Assert.Null(wrong.Settings);
        Assert.DoesNotContain("secret", Assert.Single(wrong.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_may_stay_needs_a_file_a_rule_a_day_and_a_reason()
    {
        Assert.True(Sound("{}").Secrets.Scan);
        Assert.False(Sound("""{"secrets": {"scan": false}}""").Secrets.Scan);
        var allowed = Assert.Single(Sound("""{"secrets": {"allow": [{"path": "tests/**", "rule": "private-key", "until": "9999-12-31", "reason": "made for the tests"}]}}""").Secrets.Allow);
        Assert.Equal(new SecretAllowance("tests/**", "private-key", new DateOnly(9999, 12, 31), "made for the tests"), allowed);
        foreach (var wrong in new[] { """{"path": "x", "rule": "*", "until": "2030-01-01"}""", """{"path": "x", "rule": "*", "until": "soon", "reason": "y"}""", """{"rule": "*", "until": "2030-01-01", "reason": "y"}""", """{"path": "x", "rule": "*", "until": "2030-02-30", "reason": "y"}""" })
        {
            var problem = Assert.Single(Read("{\n\"secrets\": {\"allow\": [\n" + wrong + "]}}").Problems);
            Assert.Equal(("settings.secret", 3, Severity.Error), (problem.Code, problem.Where.Line, problem.Severity));
        }
    }

    [Theory]
    [InlineData("github-tokens", "Did you mean 'github-token'?")]
    [InlineData("all of them", "Known here: age-key, anthropic-key, ")]
    public void A_rule_that_nobody_knows_is_named_with_the_known_ones(string rule, string hint)
    {
        var reading = Read($"{{\n  \"secrets\": {{ \"allow\": [ {{ \"path\": \"a\",\n    \"rule\": \"{rule}\", \"until\": \"2099-01-01\", \"reason\": \"r\" }} ] }}\n}}\n");

        var problem = Assert.Single(reading.Problems);
        Assert.Equal(("settings.secret-rule", 3, Severity.Error), (problem.Code, problem.Where.Line, problem.Severity));
        Assert.StartsWith(hint, problem.Hint, StringComparison.Ordinal);
        Assert.True(hint[0] == 'D' || SecretScanner.RuleNames.All(name => problem.Hint.Contains(name, StringComparison.Ordinal)), problem.Hint);
    }

    [Fact]
    public void What_was_allowed_until_a_day_that_is_past_is_a_warning()
    {
        var bytes = """{"secrets": {"allow": [{"path": "tests/**", "rule": "*", "until": "2026-11-23", "reason": "made for the tests"}]}}"""u8.ToArray();
        Assert.Empty(SettingsReader.Read(bytes, File, new DateOnly(2026, 11, 23)).Problems);
        var late = SettingsReader.Read(bytes, File, new DateOnly(2026, 11, 24));
        Assert.NotNull(late.Settings);
        Assert.Equal(("settings.expired", Severity.Warning), (Assert.Single(late.Problems).Code, late.Problems[0].Severity));
    }

    private static SettingsReading Read(string text) => SettingsReader.Read(Encoding.UTF8.GetBytes(text), File);

    private static OrchestratorSettings Sound(string text)
    {
        var reading = Read(text);
        Assert.Empty(reading.Problems);
        return reading.Settings!;
    }
}
