using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Running;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Verbs;

/// <summary>
/// <c>demo</c>: makes a sample repository and runs it with the real Claude Code CLI against the scripted model.
/// Its settings name the script, so that 'run' in that folder goes on alike. Nothing of the user's is touched.
/// </summary>
internal static class DemoVerb
{
    public static async Task<int> RunAsync(Surroundings around, string folder, CancellationToken stop)
    {
        if (around.User.Find("git") is not { } git)
        {
            around.Error.WriteLine(ProblemScreen.Text([new Problem("git.missing", "git is not on PATH.", new Place("PATH"), "Install git 2.38 or newer.")]));
            return ExitCode.Problems;
        }

        if (Directory.Exists(folder) && !File.Exists(Path.Combine(folder, "rehearsal.json")) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            around.Error.WriteLine(ProblemScreen.Text([new Problem("demo.folder", "This folder is not empty and not a demo of ours.", new Place(folder), "Name another one with --dir.")]));
            return ExitCode.Problems;
        }

        var home = Path.Combine(folder, ".orchestrator", "home");
        var clean = new UserEnvironment(new Dictionary<string, string>(around.User.Only("PATH", "LANG")) { ["HOME"] = home });
        async Task<string> Ask(params string[] arguments)
        {
            var environment = clean.Only("PATH", "HOME");
            environment["GIT_CONFIG_NOSYSTEM"] = "1";
            var end = await ShortProcess.RunAsync(new ProcessSpec(git, arguments, folder, environment), null, TimeSpan.FromMinutes(1), stop).ConfigureAwait(false);
            return end.ExitCode == 0 ? System.Text.Encoding.UTF8.GetString(end.Output) : throw new InvalidOperationException($"git {arguments[0]}: {end.Errors}");
        }

        if (!Directory.Exists(Path.Combine(folder, ".git")) || (await Ask("rev-list", "--all", "--max-count=1").ConfigureAwait(false)).Length == 0)
        {
            try
            {
                await MakeAsync(folder, Ask).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                around.Error.WriteLine(ProblemScreen.Text([new Problem("demo.folder", $"Nothing can be written here: {e.Message}", new Place(folder), "Name another one with --dir.")]));
                return ExitCode.Problems;
            }

            around.Out.WriteLine($"Made a sample repository in {folder}");
        }

        // The CLI is looked for, and fetched, with the user's PATH and cache; everything else has nothing of the user's.
        var code = await RunVerb.RunAsync(around with { User = WithCache(clean, around.User), Folder = folder }, new RunRequest(folder)).ConfigureAwait(false);
        if (code is ExitCode.Problems or ExitCode.Busy)
        {
            return code;
        }

        around.Out.WriteLine("\nThe merged history:\n");
        around.Out.Write(await Ask("log", "--graph", "--oneline", "--no-decorate", "-n", "30").ConfigureAwait(false));
        around.Out.WriteLine("\nTASKS.md:\n");
        around.Out.WriteLine(await File.ReadAllTextAsync(Path.Combine(folder, "TASKS.md"), stop).ConfigureAwait(false));
        around.Out.WriteLine($"Logs and figures: {Path.Combine(folder, "logs")}\nPrompts, transcripts and gate output: {Path.Combine(folder, ".orchestrator", "runs")}");
        return code;
    }

    private static async Task MakeAsync(string folder, Func<string[], Task<string>> git)
    {
        foreach (var name in Samples.Below("demo"))
        {
            var path = Path.Combine(folder, name["demo/".Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, Samples.Text(name)).ConfigureAwait(false);
        }

        StateFolder.MakePrivate(Path.Combine(folder, ".orchestrator"));
        StateFolder.MakePrivate(Path.Combine(folder, ".orchestrator", "home"));
        await git(["init", "-q", "-b", "main"]).ConfigureAwait(false);
        await git(["config", "user.name", "Demo"]).ConfigureAwait(false);
        await git(["config", "user.email", "demo@localhost"]).ConfigureAwait(false);
        await git(["add", "--", "README.md", "milestones", "orchestrator.config.json", "rehearsal.json", "tests"]).ConfigureAwait(false);
        await git(["commit", "-q", "-m", "A plan of two stages"]).ConfigureAwait(false);
    }

    private static UserEnvironment WithCache(UserEnvironment clean, UserEnvironment user)
    {
        var variables = clean.Only("PATH", "LANG", "HOME");
        variables["XDG_CACHE_HOME"] = Path.GetDirectoryName(user.CacheFolder)!;
        foreach (var (name, value) in user.Only("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS", "npm_config_registry", "NPM_CONFIG_REGISTRY", "npm_config_userconfig", "NPM_CONFIG_USERCONFIG", "LOG_LEVEL"))
        {
            variables[name] = value;
        }

        return new UserEnvironment(variables);
    }
}
