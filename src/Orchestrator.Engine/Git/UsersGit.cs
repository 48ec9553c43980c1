using System.Text;
using Orchestrator.Core;
using Orchestrator.Engine.Processes;

namespace Orchestrator.Engine.Git;

/// <summary>
/// The one exception from the safe call: what leaves the machine goes out as the user, with their global settings, keys
/// and logins. What the repository's own configuration says has no part in it, because agents can change that: a push
/// starts in our shadow repository, gh in an empty folder.
/// </summary>
internal sealed class UsersGit(Repository repository)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What helpers for logins, ssh and the network go by; nothing else of the user's environment is passed on.</summary>
    private static readonly string[] Passed =
    [
        "HOME", "USER", "LOGNAME", "PATH", "LANG", "TMPDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS",
        "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSH_AUTH_SOCK", "GNUPGHOME", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
        "GH_TOKEN", "GITHUB_TOKEN", "GH_HOST", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_CONFIG_DIR",
    ];

    private static readonly string[] Options =
    [
        "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.pager=cat", "core.askPass=", "gc.auto=0", "maintenance.auto=false", "safe.bareRepository=explicit",
        "push.followTags=false", "push.recurseSubmodules=no", "submodule.recurse=false", "push.gpgSign=false", "protocol.ext.allow=never",
    ];

    /// <summary>The address of a remote as it was when the repository was opened, before any agent of this start; null when there is no such remote.</summary>
    public string? AddressOf(string remote) => repository.Settings.Last($"remote.{remote}.pushurl") ?? repository.Settings.Last($"remote.{remote}.url");

    /// <summary>Pushes a commit to a branch of a remote, forward only.</summary>
    public Task<GitEnd> PushAsync(string remote, string address, string commit, string branch, CancellationToken cancellation)
    {
        // The address may hold a password: it is given where only the user's own processes see it.
        var environment = Environment();
        environment["GIT_CONFIG_COUNT"] = "1";
        environment["GIT_CONFIG_KEY_0"] = $"remote.{remote}.url";
        environment["GIT_CONFIG_VALUE_0"] = address;
        string[] arguments =
        [
            $"--git-dir={repository.Places.Shadow}", .. Options.SelectMany(option => new[] { "-c", option }),
            "push", "--porcelain", "--no-verify", "--no-thin", "--", remote, $"{commit}:{branch}",
        ];
        return RunAsync("git", arguments, repository.Places.Root, environment, cancellation);
    }

    /// <summary>Runs gh, where it sees no repository; null when it is not on PATH.</summary>
    public async Task<GitEnd?> HostAsync(IEnumerable<string> arguments, CancellationToken cancellation)
    {
        if (repository.User.Find("gh") is null)
        {
            return null;
        }

        var environment = Environment();
        environment["GH_PROMPT_DISABLED"] = "1";
        environment["GH_NO_UPDATE_NOTIFIER"] = "1";
        environment["NO_COLOR"] = "1";
        environment["GIT_CEILING_DIRECTORIES"] = repository.Places.State;
        return await RunAsync("gh", arguments, Path.Combine(repository.Places.State, "home"), environment, cancellation).ConfigureAwait(false);
    }

    private Dictionary<string, string> Environment()
    {
        var environment = repository.User.Only(Passed);
        environment["LC_ALL"] = "C.UTF-8";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_ASKPASS"] = "/bin/false";
        environment["SSH_ASKPASS"] = "/bin/false";
        environment["GCM_INTERACTIVE"] = "never";
        environment[GitCommand.Marker] = repository.Git.Mark ?? "";
        return environment;
    }

    private async Task<GitEnd> RunAsync(string program, IEnumerable<string> arguments, string folder, Dictionary<string, string> environment, CancellationToken cancellation)
    {
        try
        {
            var end = await ShortProcess.RunAsync(new ProcessSpec(repository.User.Find(program)!, [.. arguments], folder, environment), null, Patience, cancellation).ConfigureAwait(false);
            return end.TimedOut ? new GitEnd(124, [], "no answer within two minutes") : new GitEnd(end.ExitCode, end.Output, end.Errors);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return new GitEnd(127, [], e.Message);
        }
    }

    /// <summary>Why a call failed, in one line: what the other side said, else what git or gh said.</summary>
    public static string ReasonOf(GitEnd end)
    {
        var rejected = Encoding.UTF8.GetString(end.Output).Split('\n').Where(line => line.StartsWith("!\t", StringComparison.Ordinal)).Select(line => line.Split('\t')[^1]);
        var lines = end.Errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var remote = lines.Where(line => line.StartsWith("remote: ", StringComparison.Ordinal)).Select(line => line["remote: ".Length..].Trim()).Where(line => line.Length > 0).Take(2);
        var fatal = lines.Where(line => line.StartsWith("fatal: ", StringComparison.Ordinal)).Take(1);
        List<string> said = [.. rejected.Take(1), .. remote, .. fatal];
        var text = Plain.Line(Plain.Cut(string.Join("; ", said.Count > 0 ? said : lines.Take(1)), 300));
        return text.Length > 0 ? text : $"exit code {end.ExitCode}";
    }
}
