using System.Globalization;
using Orchestrator.Cli.Agents;
using Orchestrator.Cli.Screens;
using Orchestrator.Core;
using Orchestrator.Engine.Git;
using Orchestrator.Engine.Machine;
using Orchestrator.Engine.Plans;
using Orchestrator.Engine.Processes;
using Orchestrator.Engine.Settings;

namespace Orchestrator.Cli.Verbs;

/// <summary><c>doctor</c>: what is needed, what was found, and how to get the rest. Reads no login and no key, only whether one is there.</summary>
internal static class DoctorVerb
{
    private sealed record Check(bool Good, string Name, string Found, string Hint, bool Needed = true);

    public static async Task<int> RunAsync(Surroundings around, string folder, bool fix, CancellationToken stop)
    {
        var user = around.User;
        var checks = new List<Check>();
        var git = user.Find("git") is { } path ? await VersionAsync(path, "version", stop).ConfigureAwait(false) : null;
        checks.Add(new Check(git is not null, "git 2.38", git ?? "not found", "Install git."));
        var (repository, problems) = await Repository.OpenAsync(folder, user, stop).ConfigureAwait(false);
        var settings = repository is null ? null : SettingsReader.Load(repository.Places.Root, user).Settings;
        if (fix && ClaudeCli.Find(settings ?? new OrchestratorSettings(), repository?.Places.Root ?? folder, user) is null
            && (await ClaudeCli.FetchAsync(user, around.Out.WriteLine, stop).ConfigureAwait(false)).Problem is { } problem)
        {
            around.Error.WriteLine(ProblemScreen.Text([problem]));
        }

        checks.Add(await ClaudeAsync(settings ?? new OrchestratorSettings(), repository?.Places.Root ?? folder, user, stop).ConfigureAwait(false));
        var login = File.Exists(Path.Combine(user["CLAUDE_CONFIG_DIR"] ?? Path.Combine(user.Home, ".claude"), ".credentials.json"))
            || (settings?.ClaudeEnv.Any(name => user[name] is not null) ?? false);
        checks.Add(new Check(login, "Claude login", login ? "present" : "not seen", "Run 'claude' once and log in (on macOS it lies in the keychain and is not seen here), or name the variable of your key in claude.env."));
        checks.Add(new Check(user.Find("npm") is not null, "npm (for the demo)", user.Find("npm") ?? "not found", "Install Node.js with npm.", Needed: false));
        checks.Add(new Check(OperatingSystem.IsWindows() || (File.Exists("/usr/bin/setsid") && File.Exists("/usr/bin/setpriv")), "setsid, setpriv", "util-linux", "Install util-linux; without it agents outlive a crash until the next start."));
        var machine = MachineProbe.Read();
        checks.Add(new Check(machine.Pressure == Core.Capacity.Pressure.Calm, "memory", machine.Room == int.MaxValue ? "not measured here" : $"room for {machine.Room} agents", machine.Reason));
        var free = new DriveInfo(folder).AvailableFreeSpace / (1 << 20);
        checks.Add(new Check(free > 2048, "disk, 2 GiB", string.Create(CultureInfo.InvariantCulture, $"{free:N0} MiB free"), "Make room."));
        foreach (var check in checks)
        {
            around.Out.WriteLine($"{(check.Good ? "ok     " : "missing")}  {check.Name,-20} {check.Found}{(check.Good ? "" : $"\n         {check.Hint}")}");
        }

        if (repository is not null)
        {
            problems = [.. SettingsReader.Load(repository.Places.Root, user).Problems, .. MilestoneFolder.Read(repository.Places.Root).Problems];
        }

        around.Out.Write(problems.Count > 0 ? "\n" + ProblemScreen.Text(problems) + "\n" : "\nRepository, settings and plan are fine.\n");
        return checks.TrueForAll(c => c.Good || !c.Needed) && !problems.Any(p => p.Severity == Severity.Error) ? ExitCode.Done : ExitCode.Problems;
    }

    private static async Task<Check> ClaudeAsync(OrchestratorSettings settings, string root, UserEnvironment user, CancellationToken stop)
    {
        const string Hint = "Run 'npm install -g @anthropic-ai/claude-code', or 'doctor --fix' for a copy of our own.";
        return ClaudeCli.Find(settings, root, user) is { } path
            ? new Check(true, "Claude Code CLI", await VersionAsync(path, "--version", stop).ConfigureAwait(false) ?? path, Hint)
            : new Check(false, "Claude Code CLI", "not found", Hint);
    }

    private static async Task<string?> VersionAsync(string program, string argument, CancellationToken stop)
    {
        var home = Directory.CreateTempSubdirectory("orchestrator-doctor-").FullName; // a version question needs nobody's home
        try
        {
            var environment = new Dictionary<string, string> { ["PATH"] = "/usr/local/bin:/usr/bin:/bin", ["HOME"] = home, ["DISABLE_AUTOUPDATER"] = "1" };
            var end = await ShortProcess.RunAsync(new ProcessSpec(program, [argument], home, environment), null, TimeSpan.FromSeconds(20), stop).ConfigureAwait(false);
            return end.ExitCode == 0 ? System.Text.Encoding.UTF8.GetString(end.Output).Trim().Split('\n')[0] : null;
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }
}
