using System.Runtime.InteropServices;
using Orchestrator.Core;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Agents;

/// <summary>Finds the Claude Code CLI, and fetches it from npm where a demo or test needs one and there is none.</summary>
internal static class ClaudeCli
{
    /// <summary>The version that is fetched; its behaviour is the measured one.</summary>
    public const string Version = "2.1.330";

    /// <summary>The CLI of the settings, else the one on PATH, else one that we fetched earlier; null when there is none.</summary>
    public static string? Find(OrchestratorSettings settings, string root, UserEnvironment user)
    {
        if (settings.ClaudePath is { } named)
        {
            var path = named.Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(named.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(user.Home, named[2..]) : named, root) : user.Find(named);
            return path is not null && File.Exists(path) ? path : null;
        }

        return user.Find("claude") ?? (File.Exists(FetchedPath(user)) ? FetchedPath(user) : null);
    }

    /// <summary>Fetches it into our cache folder.</summary>
    /// <returns>Its path, or a problem.</returns>
    public static async Task<(string? Path, Problem? Problem)> FetchAsync(UserEnvironment user, Action<string> say, CancellationToken cancellation)
    {
        var target = FetchedPath(user);
        if (File.Exists(target))
        {
            return (target, null);
        }

        if (user.Find("npm") is not { } npm)
        {
            return (null, new Problem("claude.npm", "npm is not on PATH; it fetches the Claude Code CLI.", new Place("PATH"), "Install Node.js with npm, or install the CLI yourself."));
        }

        say($"Fetching the Claude Code CLI {Version} from npm (once, about 100 MB) …");
        var folder = Path.Combine(user.CacheFolder, "claude", Version);
        var draft = $"{folder}.{Environment.ProcessId}";
        Directory.CreateDirectory(draft);

        // npm gets what it needs to reach its registry; where its configuration lies is its own affair.
        var environment = user.Only(["PATH", "HOME", "USERPROFILE", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "NPM_CONFIG_REGISTRY", "npm_config_registry", "NPM_CONFIG_USERCONFIG", "npm_config_userconfig"]);
        environment["npm_config_cache"] = Path.Combine(user.CacheFolder, "npm");
        environment["npm_config_update_notifier"] = "false";
        var end = await ShortProcess.RunAsync(
            new ProcessSpec(npm, ["install", "--no-audit", "--no-fund", "--no-progress", "--prefix", draft, $"@anthropic-ai/claude-code-{Platform()}@{Version}"], draft, environment) { InTerminal = true },
            null, TimeSpan.FromMinutes(20), cancellation).ConfigureAwait(false);
        var fetched = Path.Combine(draft, Relative());
        if (end.ExitCode != 0 || !File.Exists(fetched))
        {
            var said = string.Join(' ', end.Errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).TakeLast(3));
            Directory.Delete(draft, recursive: true);
            return (null, new Problem("claude.fetch", $"npm could not fetch the Claude Code CLI: {said}", new Place("npm"), "Look at the network and try again, or install the CLI yourself."));
        }

        try
        {
            Directory.Move(draft, folder);
        }
        catch (IOException) when (File.Exists(target))
        {
            Directory.Delete(draft, recursive: true); // somebody else fetched it at the same time
        }

        return (target, null);
    }

    private static string FetchedPath(UserEnvironment user) => Path.Combine(user.CacheFolder, "claude", Version, Relative());

    private static string Relative() =>
        Path.Combine("node_modules", "@anthropic-ai", $"claude-code-{Platform()}", OperatingSystem.IsWindows() ? "claude.exe" : "claude");

    private static string Platform()
    {
        var system = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var machine = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        var musl = OperatingSystem.IsLinux() && Directory.Exists("/lib") && Directory.EnumerateFiles("/lib", "ld-musl-*").Any() ? "-musl" : "";
        return $"{system}-{machine}{musl}";
    }
}
