using System.Globalization;
using Orchestrator.Core.Agents;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Engine.Claude;

/// <summary>How agents are started in this run: the same for all milestones, so that their request prefix is the same.</summary>
/// <param name="Program">The CLI, as an absolute path.</param>
/// <param name="Environment">The agents' whole environment but for what names run and order.</param>
/// <param name="Model">The model, or null.</param>
/// <param name="Guidance">A file with the project's guidance as of the base commit, or null.</param>
/// <param name="TurnTimeout">The longest a turn may take.</param>
public sealed record AgentSetup(string Program, IReadOnlyDictionary<string, string> Environment, string? Model, string? Guidance, TimeSpan TurnTimeout)
{
    /// <summary>The longest it may show no sign of life.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long it may stay in silence after its result.</summary>
    public TimeSpan ResultGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most requests of one turn, or null.</summary>
    public int? MaxTurns { get; init; }
}

/// <summary>Builds the CLI's command line and environment, exactly as measured in the CLI's contract.</summary>
public static class ClaudeCommand
{
    // What an agent needs to find its tools, its login and the network; nothing that could be a secret of another purpose.
    private static readonly string[] Allowed =
    [
        "CLAUDE_CONFIG_DIR", "DOTNET_ROOT", "HOME", "HTTPS_PROXY", "HTTP_PROXY", "LANG", "LC_ALL", "LOGNAME", "NODE_EXTRA_CA_CERTS", "NO_PROXY", "PATH",
        "SHELL", "SSL_CERT_DIR", "SSL_CERT_FILE", "TMPDIR", "USER", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "https_proxy", "http_proxy", "no_proxy",
    ];

    /// <summary>Where the user moved what tools fetch once for all: without these agents would fetch it again elsewhere, or not find their tools.</summary>
    internal static readonly string[] Caches =
    [
        "CARGO_HOME", "COMPOSER_CACHE_DIR", "GOCACHE", "GOMODCACHE", "GOPATH", "GRADLE_USER_HOME", "NUGET_PACKAGES", "PIP_CACHE_DIR", "PNPM_HOME",
        "RUSTUP_HOME", "UV_CACHE_DIR", "YARN_CACHE_FOLDER", "npm_config_cache",
    ];

    private const string OurSettings = """
        {"attribution":{"commit":"","pr":""},"permissions":{"deny":["Bash(git push:*)","Bash(git worktree:*)","Bash(git stash:*)","Edit(./.git/**)","Edit(./TASKS.md)"]}}
        """;

    /// <summary>The environment of agents and gates for the user's own run: an allow-list, and what the settings name.</summary>
    public static Dictionary<string, string> UserEnvironment(UserEnvironment user, IEnumerable<string> named)
    {
        var environment = user.Only([.. Allowed, .. Caches, .. named]);
        environment.TryAdd("PATH", "/usr/local/bin:/usr/bin:/bin");
        environment["TERM"] = "dumb";
        return environment;
    }

    /// <summary>The process of one turn.</summary>
    /// <param name="setup">The run's setup.</param>
    /// <param name="brief">The turn.</param>
    /// <param name="resume">Resume the conversation instead of beginning it.</param>
    /// <param name="folder">The worktree.</param>
    /// <param name="model">The milestone's model, or null for the run's.</param>
    /// <param name="markers">Variables that name repository, order, and who commits.</param>
    /// <param name="schema">The form of the answer of one that judges, when it is not a verdict.</param>
    public static ProcessSpec Turn(
        AgentSetup setup, TurnBrief brief, bool resume, string folder, string? model, IReadOnlyDictionary<string, string> markers, string? schema = null)
    {
        var review = brief.Role.Judges();
        var arguments = new List<string>
        {
            "-p", "--output-format", "stream-json", "--verbose",
            resume ? "--resume" : "--session-id", brief.Session.ToString(),
            "--setting-sources", "", "--strict-mcp-config", "--settings", OurSettings,
            "--exclude-dynamic-system-prompt-sections",
        };
        arguments.AddRange(review
            ? ["--permission-mode", "dontAsk", "--tools=Read,Glob,Grep", "--allowedTools=Read,Glob,Grep", "--json-schema", schema ?? ReviewVerdict.Schema]
            : ["--permission-mode", "acceptEdits", "--tools=Bash,Read,Edit,Write,Glob,Grep,Task", "--allowedTools=Bash"]);
        if ((model ?? setup.Model) is { } chosen)
        {
            arguments.AddRange(["--model", chosen]);
        }

        if (setup.MaxTurns is { } most)
        {
            arguments.AddRange(["--max-turns", most.ToString(CultureInfo.InvariantCulture)]);
        }

        if (brief.Cap.Usd is { } budget)
        {
            arguments.AddRange(["--max-budget-usd", Math.Max(0.01m, budget).ToString("0.####", CultureInfo.InvariantCulture)]);
        }

        if (setup.Guidance is { } guidance)
        {
            arguments.AddRange(["--append-system-prompt-file", guidance]);
        }

        var environment = new Dictionary<string, string>(setup.Environment)
        {
            ["DISABLE_AUTOUPDATER"] = "1",
            ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
            ["CLAUDE_CODE_DISABLE_BACKGROUND_TASKS"] = "1", // one result, no process that lingers
            ["CLAUDE_CODE_DISABLE_AUTO_MEMORY"] = "1", // parallel agents must not write one memory
            ["CLAUDE_CODE_STARTUP_FAILURE_RESULTS"] = "1",
            ["TZ"] = "UTC", // reset times in texts are in the CLI's zone
            ["CI"] = "1",
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_CEILING_DIRECTORIES"] = Path.GetDirectoryName(folder)!, // a lost .git must not lead git into the user's checkout
        };
        foreach (var (name, value) in markers)
        {
            environment[name] = value;
        }

        return new ProcessSpec(setup.Program, arguments, folder, environment) { Model = new ModelShare(brief.Cap.Tokens) };
    }

    /// <summary>A question that costs next to nothing, and before which the CLI renews a login that is close to its end.</summary>
    public static ProcessSpec SmallQuestion(string program, IReadOnlyDictionary<string, string> environment, string folder) => new(
        program,
        ["-p", "--output-format", "json", "--setting-sources", "", "--strict-mcp-config", "--no-session-persistence", "--tools", "", "--model", "haiku", "--max-turns", "1", "--", "Say: ok."],
        folder,
        new Dictionary<string, string>(environment) { ["DISABLE_AUTOUPDATER"] = "1", ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1", ["CLAUDE_CODE_MAX_RETRIES"] = "1" });
}
