using System.Globalization;
using System.Text;
using Orchestrator.Core;
using Orchestrator.Core.Agents;
using Orchestrator.Core.Limits;
using Orchestrator.Core.Plans;
using Orchestrator.Core.Progress;
using Orchestrator.Core.Runs;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Secrets;

namespace Orchestrator.Engine.Settings;

/// <summary>What reading came to: settings when there is no error, and all problems.</summary>
public sealed record SettingsReading(OrchestratorSettings? Settings, IReadOnlyList<Problem> Problems);

/// <summary>
/// Reads <c>orchestrator.config.json</c>. Every key is known, typed and bounded here; whatever does not fit is a
/// problem with file and line, all of them at once.
/// </summary>
public static class SettingsReader
{
    private const int MostBytes = 1 << 20;

    /// <summary>The file's usual name.</summary>
    public const string FileName = "orchestrator.config.json";

    /// <summary>Where the file lies, or would lie.</summary>
    public static string PathOf(string root, UserEnvironment user) => Path.GetFullPath(user["ORCHESTRATOR_CONFIG"] ?? FileName, root);

    /// <summary>Finds the file (named by <c>ORCHESTRATOR_CONFIG</c>, else in <paramref name="root"/>), reads it and applies <c>LOG_LEVEL</c> and <c>AUTO_RESUME</c>.</summary>
    public static SettingsReading Load(string root, UserEnvironment user)
    {
        var named = user["ORCHESTRATOR_CONFIG"];
        var path = PathOf(root, user);
        var shown = named ?? FileName;
        if (!Path.Exists(path) && new FileInfo(path).LinkTarget is null)
        {
            return named is null
                ? Override(new SettingsReading(new OrchestratorSettings(), []), user)
                : new SettingsReading(null, [new Problem("settings.missing", $"ORCHESTRATOR_CONFIG names {Plain.Cut(named, 200)}, which is not there.", new Place(named), "Correct the variable or unset it.")]);
        }

        return Bytes(path) is { } bytes
            ? Override(Read(bytes, shown), user)
            : new SettingsReading(null, [new Problem("settings.unreadable", "This cannot be read, or is no file.", new Place(shown), "Look at its permissions and where it leads; settings are a text file.")]);
    }

    /// <summary>Reads a file's bytes.</summary>
    /// <param name="bytes">The content.</param>
    /// <param name="file">How to name it in problems.</param>
    /// <param name="today">The day by which something may be out of date; null for that of the machine.</param>
    public static SettingsReading Read(byte[] bytes, string file, DateOnly? today = null)
    {
        if (bytes.Length > MostBytes)
        {
            return new SettingsReading(null, [new Problem("settings.too-big", "This file has more than 1 MiB.", new Place(file), "Settings are short; this is some other file.")]);
        }

        var problems = new List<Problem>();
        var root = JsonMap.Parse(bytes, file, problems);
        if (root is null)
        {
            return new SettingsReading(null, problems);
        }

        var d = new OrchestratorSettings();
        var logging = root.Map("logging");
        var claude = root.Map("claude");
        var review = root.Map("review");
        var budget = root.Map("budget");
        var machine = root.Map("machine");
        var settings = new OrchestratorSettings
        {
            MaxParallelTasks = root.Int("max_parallel_tasks", 1, 64) ?? d.MaxParallelTasks,
            RateLimitWait = root.Seconds("claude_rate_limit_wait", 1, 86_400) ?? d.RateLimitWait,
            AutoResume = root.Bool("auto_resume") ?? d.AutoResume,
            RetryAttempts = root.Int("retry_attempts", 1, 100) ?? d.RetryAttempts,
            TargetBranch = root.Text("target_branch"),
            Gates = Gates(root),
            Worktree = Worktree(root.Map("worktree")),
            Publish = root.Choice("publish", ("fast-forward", PublishMode.FastForward), ("branch", PublishMode.Branch), ("pull-request", PublishMode.PullRequest)) ?? d.Publish,
            PublishRemote = root.Text("publish_remote") ?? d.PublishRemote,
            Prompts = root.Folder("prompts", "./prompts"),
            LogLevel = logging?.Choice("level", Levels) ?? d.LogLevel,
            LogDir = logging?.Folder("log_dir") ?? d.LogDir,
            ClaudePath = claude?.Text("path"),
            ClaudeEnv = claude?.Texts("env") ?? d.ClaudeEnv,
            ClaudeModel = claude?.Text("model"),
            TurnTimeout = claude?.Seconds("turn_timeout_s", 60, 7 * 86_400) ?? d.TurnTimeout,
            MaxTurns = claude?.Int("max_turns", 1, 10_000),
            HeadStart = claude?.Seconds("head_start_s", 0, 120) ?? d.HeadStart,
            Budget = new Budget(CapOf(budget, "milestone"), CapOf(budget, "stage"), CapOf(budget, "run")),
            MemoryReserve = machine?.Int("memory_reserve_mb", 0, 1 << 20) ?? d.MemoryReserve,
            DiskFloor = machine?.Int("disk_floor_mb", 0, 1 << 20),
            MaxTurnsOfMachine = machine?.Int("max_turns", 1, 1000),
            IdleTimeout = claude?.Seconds("idle_timeout_s", 60, 7 * 86_400) ?? d.IdleTimeout,
            ResultGrace = claude?.Seconds("result_grace_s", 1, 86_400) ?? d.ResultGrace,
            Rehearsal = claude?.Text("rehearsal"),
            KeepAwake = machine?.Bool("keep_awake") ?? d.KeepAwake,
            Notify = Notify(root.Map("notify")),
            Fence = Fence(root.Choice("isolation", ("auto", Isolation.Auto), ("required", Isolation.Required), ("off", Isolation.Off)), root.Map("fence")),
            Secrets = Secrets(root.Map("secrets"), today ?? DateOnly.FromDateTime(DateTime.Now)),
            ReviewLevel = review?.Choice("level", ("none", ReviewLevel.None), ("normal", ReviewLevel.Normal), ("strict", ReviewLevel.Strict)) ?? d.ReviewLevel,
            ReviewRounds = review?.Int("rounds", 0, 20) ?? d.ReviewRounds,
            ReviewBar = review?.Choice("bar", ("minor", FindingSeverity.Minor), ("major", FindingSeverity.Major), ("critical", FindingSeverity.Critical)) ?? d.ReviewBar,
        };
        root.Text("$schema");
        root.ReportUnknown();
        return new SettingsReading(problems.Exists(p => p.Severity == Severity.Error) ? null : settings, problems);
    }

    /// <summary>The content, up to what shows that it is too big; null when it is no file. A pipe does not hold us up.</summary>
    private static byte[]? Bytes(string path)
    {
        try
        {
            using var stream = Posix.OpenWithoutWaiting(path);
            if (stream is not { CanSeek: true })
            {
                return null;
            }

            var bytes = new byte[Math.Min(stream.Length, MostBytes + 1)];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static readonly (string, LogLevel)[] Levels =
        [("DEBUG", LogLevel.Debug), ("INFO", LogLevel.Info), ("WARNING", LogLevel.Warning), ("WARN", LogLevel.Warning), ("ERROR", LogLevel.Error)];

    private static Cap CapOf(JsonMap? budget, string of) => new(budget?.Money($"{of}_usd"), budget?.Count($"{of}_tokens"));

    private static WorktreeSetting Worktree(JsonMap? map)
    {
        var d = new WorktreeSetting();
        return map is null ? d : new WorktreeSetting
        {
            Setup = map.Texts("setup", orOne: true) ?? d.Setup,
            SetupTimeout = map.Seconds("setup_timeout_s", 1, 86_400) ?? d.SetupTimeout,
            Teardown = map.Texts("teardown", orOne: true) ?? d.Teardown,
            Ports = map.Int("ports", 0, 60) ?? d.Ports,
            Ahead = map.Int("ahead", 0, 8) ?? d.Ahead,
        };
    }

    private static FenceSetting Fence(Isolation? isolation, JsonMap? map)
    {
        var d = new FenceSetting { Isolation = isolation ?? Isolation.Auto };
        if (map is null)
        {
            return d;
        }

        // Whoever says which feeds the project needs, be it none, has said that it needs no more of the network.
        var feeds = map.Texts("feeds");
        return d with
        {
            Read = Paths(map, "read"),
            Write = Paths(map, "write"),
            Network = map.Choice("network", ("shared", FenceNetwork.Shared), ("model", FenceNetwork.Model)) ?? (feeds is null ? d.Network : FenceNetwork.Model),
            Feeds = feeds ?? d.Feeds,
            TemporaryBytes = map.Int("tmp_mb", 16, 1 << 20) is { } mebi ? (long)mebi << 20 : d.TemporaryBytes,
        };
    }

    /// <summary>Paths from the root of the machine or of the user's home; what would show all of either is refused.</summary>
    private static IReadOnlyList<string> Paths(JsonMap map, string key)
    {
        var paths = map.Texts(key) ?? [];
        foreach (var path in paths.Where(path => !(path.StartsWith('/') || path.StartsWith("~/", StringComparison.Ordinal)) || path.Trim('/', '~', '.').Length == 0))
        {
            map.Report("settings.fence", $"'{Plain.Cut(path, 80)}' in '{key}' is no path that a fence can show.", "Name a folder or file with its full path, or beginning with '~/'; not '/' and not the whole home.");
        }

        return paths;
    }

    private static NotifySetting Notify(JsonMap? map)
    {
        var d = new NotifySetting();
        return map is null ? d : new NotifySetting
        {
            On = map.Choices("on", ("finished", NoticeTopics.Finished), ("failed", NoticeTopics.Failed), ("person", NoticeTopics.Person), ("limit", NoticeTopics.Limit)) is { } on ? on.Aggregate(NoticeTopics.None, (all, one) => all | one) : d.On,
            Desktop = map.Bool("desktop") ?? d.Desktop,
            Command = map.Text("command"),
            Webhook = map.Secret("webhook", SecretAddress.Of, "an address that begins with https:// or http://, or \"env:NAME\" for one that stands in the variable NAME"),
            Limit = map.Seconds("limit_s", 0, 8 * 86_400) ?? d.Limit,
        };
    }

    private static SecretSetting Secrets(JsonMap? map, DateOnly today)
    {
        var d = new SecretSetting();
        return map is null ? d : new SecretSetting
        {
            Scan = map.Bool("scan") ?? d.Scan,
            Allow = [.. map.Maps("allow").Select(one => Allowance(one, today)).OfType<SecretAllowance>()],
        };
    }

    private static SecretAllowance? Allowance(JsonMap map, DateOnly today)
    {
        var (path, rule, day, reason) = (map.Text("path"), map.Text("rule"), map.Text("until"), map.Text("reason"));
        if (path is null || rule is null || reason is null || !DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var until))
        {
            map.Report("settings.secret", "What is allowed here lacks a 'path', 'rule', 'until' or 'reason', or 'until' is no day.", "Write e.g. \"path\": \"tests/**\", \"rule\": \"private-key\", \"until\": \"2027-06-30\", \"reason\": \"made for the tests\".");
            return null;
        }

        if (rule != "*" && !SecretScanner.RuleNames.Contains(rule))
        {
var near = JsonMap.Nearest(SecretScanner.RuleNames, rule);
            map.ReportAt("rule", "settings.secret-rule", $"'{Plain.Cut(rule, 80)}' in 'rule' is the name of no rule.", near is null ? $"Known here: {string.Join(", ", SecretScanner.RuleNames.Order(StringComparer.Ordinal))}; or * for all." : $"Did you mean '{near}'?");
            return null;
        }

        var allowance = new SecretAllowance(path, rule, until, reason);
        if (!allowance.HoldsOn(today))
        {
            map.Report("settings.expired", $"What is allowed for {Plain.Cut(path, 80)} ended on {day}, and counts no more.", "Remove the entry, or look at the file again and write a later day.", Severity.Warning);
        }

        return allowance;
    }

    private static List<GateSetting> Gates(JsonMap root)
    {
        var gates = new List<GateSetting>();
        foreach (var map in root.Maps("gates"))
        {
            var (run, name, timeout, report) = (map.Text("run"), map.Text("name"), map.Seconds("timeout_s", 1, 86_400), map.Text("report"));
            if (run is null)
            {
                map.Report("settings.gate", "A gate has no 'run'.", "Write the command, e.g. \"run\": \"make test\".");
                continue;
            }

            gates.Add(new GateSetting(name ?? run, run, timeout ?? GateSetting.DefaultTimeout, report));
        }

        return gates;
    }

    private static SettingsReading Override(SettingsReading reading, UserEnvironment user)
    {
        if (reading.Settings is not { } settings)
        {
            return reading;
        }

        var problems = reading.Problems.ToList();
        if (user["LOG_LEVEL"] is { } level)
        {
            var known = Levels.Where(l => l.Item1.Equals(level, StringComparison.OrdinalIgnoreCase)).ToList();
            if (known.Count == 0)
            {
                problems.Add(new Problem("settings.value", $"LOG_LEVEL is '{Plain.Cut(level, 80)}'.", new Place("environment"), "Use DEBUG, INFO, WARNING or ERROR."));
            }
            else
            {
                settings = settings with { LogLevel = known[0].Item2 };
            }
        }

        if (user["AUTO_RESUME"] is { } resume)
        {
            var yes = resume is "1" or "true" or "TRUE" or "True" or "yes";
            if (!yes && resume is not ("0" or "false" or "FALSE" or "False" or "no"))
            {
                problems.Add(new Problem("settings.value", $"AUTO_RESUME is '{Plain.Cut(resume, 80)}'.", new Place("environment"), "Use true or false."));
            }

            settings = settings with { AutoResume = yes };
        }

        if (settings.Notify.Webhook is { Variable: { } variable })
        {
            var missing = user[variable] is null; // another shell than the one for runs may well not have it
            var address = SecretAddress.At(user[variable] ?? "");
            if (address is null)
            {
                problems.Add(new Problem("settings.webhook", $"notify.webhook is in the variable {variable}, {(missing ? "which is not set: nothing is sent there" : "which holds no address")}.", new Place("environment"), $"Set {variable} to an address that begins with https:// or http://.", missing ? Severity.Warning : Severity.Error));
            }

            settings = settings with { Notify = settings.Notify with { Webhook = address } };
        }

        return new SettingsReading(problems.Exists(p => p.Severity == Severity.Error) ? null : settings, problems);
    }
}
